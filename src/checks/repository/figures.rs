//! Sizes that a card claims, against configuration and weights.

use super::data::data;
use super::title_span;
use crate::card::Labelled;
use crate::checks::{Context, Sink};
use crate::facts::place;
use crate::repository::Repository;
use crate::rule::Confidence;
use crate::text::{Span, safe};

/// How far a name may be from the number: "7B" stands for 6.7 to 8.5 billion, "2B" for 1.9 to 2.6.
const NAME: std::ops::RangeInclusive<f64> = 0.6..=1.6;
/// How far a stated number may be.
const STATED: std::ops::RangeInclusive<f64> = 0.8..=1.25;

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let repository = ctx.repository;
    if repository.config.is_none() && repository.weights.is_none() && repository.gguf.is_none() {
        return;
    }
    let labels = ctx.card.labelled();
    parameters(ctx, &labels, sink);
    format(ctx, &labels, sink);
    context(ctx, &labels, sink);
    vocabulary(ctx, &labels, sink);
    quantization(ctx, sink);
}

/// The parameters in the files, and the file that says so.
#[expect(clippy::cast_precision_loss, reason = "numbers are compared within per cents")]
fn counted(repository: &Repository) -> Option<(f64, &str)> {
    if let Some(weights) = &repository.weights {
        if repository.adapter.is_some() || repository.quantization().is_some() || !weights.counts_parameters() {
            return None;
        }
        return Some((weights.total() as f64, weights.files.first()?));
    }
    let gguf = repository.gguf.as_ref()?;
    gguf.parameters.map(|parameters| (parameters as f64, gguf.file.as_str()))
}

fn parameters(ctx: &Context<'_>, labels: &[Labelled<'_>], sink: &mut Sink<'_>) {
    let (card, Some((counted, file))) = (ctx.card, counted(ctx.repository)) else { return };
    if counted < 1000.0 {
        return;
    }
    let told = |claimed: f64, span: Span, by: &str, confidence: Confidence, sink: &mut Sink<'_>| {
        let message =
            format!("{by} says {} parameters, but {} holds {}", short(claimed), safe::quoted(file), short(counted));
        sink.add("parameters-differ", span, message, |f| {
            f.help("Correct the number, or say what it counts (active, without embeddings)")
                .anchor("/parameters")
                .confidence(confidence)
        });
    };
    for entry in labels.iter().filter(|entry| data().gives("parameters", &entry.label)) {
        let lower = entry.value.to_lowercase();
        let words = lower.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '%'));
        if words.clone().any(|word| data().partial_counts.iter().any(|partial| partial == word)) {
            continue;
        }
        let Some(claimed) = amount(entry.value).filter(|claimed| *claimed >= 10_000.0) else { continue };
        if !STATED.contains(&(counted / claimed)) {
            told(claimed, entry.span, "The card", Confidence::Medium, sink);
            return;
        }
    }
    let title = card.outline.title().unwrap_or_default();
    let (_, folder) = place(card);
    let names = [(title, title_span(card)), (folder.unwrap_or_default(), card.front.end())];
    let claims = names.into_iter().find_map(|(name, span)| Some((size_in_name(name)?, span)));
    if let Some((claimed, span)) = claims
        && !NAME.contains(&(counted / claimed))
    {
        told(claimed, span, "The name", Confidence::Medium, sink);
    }
}

/// "7B" in `Helpdesk-7B-Instruct`; `None` for several sizes and for those of parts (`8x7B`, `A3B`, `E2B`).
fn size_in_name(name: &str) -> Option<f64> {
    let mut sizes = Vec::new();
    for part in name.split(['-', '_', ' ', '(', ')', '/']) {
        let lower = part.to_lowercase();
        let Some(digits) = lower.strip_suffix(['b', 'm']) else { continue };
        if digits.is_empty() || !digits.bytes().any(|byte| byte.is_ascii_digit()) {
            continue;
        }
        match digits.parse::<f64>() {
            Ok(number) if number > 0.0 => sizes.push(number * if lower.ends_with('b') { 1e9 } else { 1e6 }),
            // A mixture of experts, or a part of the weights.
            _ => return None,
        }
    }
    if let [size] = sizes[..] { Some(size) } else { None }
}

/// The one number in a text, with its unit: "7.24 B", "8 billion", "1,234,567".
fn amount(text: &str) -> Option<f64> {
    let mut found = None;
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let end = rest[start..]
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '_')))
            .map_or(rest.len(), |at| start + at);
        let digits = rest[start..end].trim_end_matches(['.', ',']).replace([',', '_'], "");
        let named = rest[..start].ends_with(|c: char| c.is_alphanumeric());
        let tail = rest[start + rest[start..end].trim_end_matches(['.', ',']).len()..].trim_start();
        let word: String = tail.chars().take_while(|c| c.is_alphabetic()).collect::<String>().to_lowercase();
        let unit = match word.as_str() {
            "k" | "thousand" => 1e3,
            "m" | "mn" | "mio" | "million" | "millions" => 1e6,
            "b" | "bn" | "billion" | "billions" => 1e9,
            "t" | "trillion" => 1e12,
            _ => 1.0,
        };
        // Digits within a word belong to a name.
        if named || found.is_some() {
            return None;
        }
        found = Some(digits.parse::<f64>().ok()? * unit);
        rest = &rest[end..];
    }
    found
}

/// `7.24 B`, `124 M`, `9,312`.
fn short(number: f64) -> String {
    for (unit, name) in [(1e12, "T"), (1e9, "B"), (1e6, "M")] {
        if number >= unit {
            let digits = format!("{:.2}", number / unit);
            return format!("{}{name}", digits.trim_end_matches('0').trim_end_matches('.'));
        }
    }
    format!("{number:.0}")
}

fn format(ctx: &Context<'_>, labels: &[Labelled<'_>], sink: &mut Sink<'_>) {
    let Some(weights) = &ctx.repository.weights else { return };
    let Some(format) = weights.format().filter(|_| ctx.repository.quantization().is_none()) else { return };
    for entry in labels.iter().filter(|entry| data().gives("format", &entry.label)) {
        let lower = entry.value.to_lowercase();
        let words = || lower.split(|c: char| !(c.is_alphanumeric() || c == '.')).filter(|word| !word.is_empty());
        let is = |known: &Vec<String>| words().any(|word| known.iter().any(|known| known == word));
        let claimed: Vec<&String> =
            data().formats.iter().filter(|(_, known)| is(known)).map(|(name, _)| name).collect();
        let [claimed] = claimed[..] else { continue };
        if claimed == format || !data().formats.contains_key(format) {
            continue;
        }
        let message = format!(
            "The card says {}, but the numbers in {} are {format}",
            safe::quoted(entry.value),
            safe::quoted(weights.files.first().map_or("", String::as_str))
        );
        sink.add("precision-differs", entry.span, message, |f| {
            f.help(format!("Write {format}, or say in which format the model was trained")).anchor("/precision")
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths and sizes are small")]
fn context(ctx: &Context<'_>, labels: &[Labelled<'_>], sink: &mut Sink<'_>) {
    let Some((known, file)) = ctx.repository.context_length() else { return };
    for entry in labels.iter().filter(|entry| data().gives("context", &entry.label)) {
        let Some(claimed) = amount(entry.value).filter(|claimed| (64.0..1e8).contains(claimed)) else { continue };
        // "32k" is 32,768 or 32,000. Less than the files allow is no contradiction.
        if claimed <= known as f64 * 1.1 {
            continue;
        }
        let message = format!("The card says {}, but {file} allows {known} tokens", safe::quoted(entry.value));
        sink.add("context-length-differs", entry.span, message, |f| {
            f.help("Correct the length, or show how the longer one is reached").anchor("/context-length")
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths and sizes are small")]
fn vocabulary(ctx: &Context<'_>, labels: &[Labelled<'_>], sink: &mut Sink<'_>) {
    let Some(known) = ctx.repository.vocabulary_size().map(|size| size as f64) else { return };
    for entry in labels.iter().filter(|entry| data().gives("vocabulary", &entry.label)) {
        let Some(claimed) = amount(entry.value).filter(|claimed| (64.0..1e8).contains(claimed)) else { continue };
        // Tables of embeddings are padded, and "32k" is rounded.
        if (claimed - known).abs() <= (known * 0.06).max(1024.0_f64.min(known * 0.5)) {
            continue;
        }
        let message =
            format!("The card says {}, but config.json has a vocabulary of {known}", safe::quoted(entry.value));
        sink.add("vocabulary-differs", entry.span, message, |f| f.help("Correct the number").anchor("/vocabulary"));
    }
}

/// A method or number of bits in the name that the configuration does not have.
fn quantization(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, Some((method, bits))) = (ctx.card, ctx.repository.quantization()) else { return };
    let (_, folder) = place(card);
    let title = card.outline.title().unwrap_or_default();
    for (name, span) in [(title, title_span(card)), (folder.unwrap_or_default(), card.front.end())] {
        let lower = name.to_lowercase();
        let parts: Vec<&str> = lower.split(['-', '_', ' ', '.', '(', ')']).collect();
        let methods: Vec<&str> =
            ["gptq", "awq", "aqlm", "hqq"].into_iter().filter(|known| parts.contains(known)).collect();
        let named = parts.iter().find_map(|part| match *part {
            "4bit" | "int4" | "w4a16" => Some(4),
            "8bit" | "int8" | "w8a8" | "w8a16" => Some(8),
            _ => None,
        });
        let message = match (methods.as_slice(), named, bits) {
            ([one], ..)
                if !method.is_empty() && !method.contains(one) && ["gptq", "awq", "aqlm", "hqq"].contains(&method) =>
            {
                format!("The name says {}, but config.json was written by {}", one.to_uppercase(), safe::quoted(method))
            }
            (_, Some(named), Some(bits)) if named != bits => {
                format!("The name says {named} bits, but config.json has {bits}")
            }
            _ => continue,
        };
        sink.add("precision-differs", span, message, |f| {
            f.help("Correct the name, or the configuration").anchor("/quantization")
        });
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::{amount, short, size_in_name};

    #[test]
    fn names_hold_one_size() {
        assert_eq!(size_in_name("Helpdesk-7B-Instruct"), Some(7e9));
        assert_eq!(size_in_name("gemma-3-270m-it"), Some(270e6));
        assert_eq!(size_in_name("Qwen2.5 0.5B"), Some(0.5e9));
        for none in ["Mixtral-8x7B", "Qwen3-30B-A3B", "gemma-3n-E2B", "model-b", "7b-vs-13b", "web-1T"] {
            assert_eq!(size_in_name(none), None, "{none}");
        }
    }

    #[test]
    fn amounts_are_single() {
        assert_eq!(amount("7.24B"), Some(7.24e9));
        assert_eq!(amount("8 billion parameters"), Some(8e9));
        assert_eq!(amount("1,234,567"), Some(1_234_567.0));
        assert_eq!(amount("32k tokens"), Some(32e3));
        assert_eq!(amount("438MB"), Some(438.0));
        for none in ["7B to 8B", "GPT2", "many"] {
            assert_eq!(amount(none), None, "{none}");
        }
        assert_eq!(short(7_241_732_096.0), "7.24B");
        assert_eq!(short(124e6), "124M");
    }
}
