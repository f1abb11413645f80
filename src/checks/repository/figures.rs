//! Sizes that a card claims, against configuration and weights.

use super::data::data;
use super::title_span;
use crate::card::Labelled;
use crate::checks::{Context, Sink};
use crate::facts::place;
use crate::repository::Repository;
use crate::rule::{Confidence, Severity};
use crate::text::{Span, safe};

/// How far a name may be from the number: "1B" stands for up to 2 billion with all embeddings, and the size in a name
/// may be that of the model it goes with.
const NAME: std::ops::RangeInclusive<f64> = 0.33..=3.0;
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
    if let Some((file, bytes)) = &repository.pointed {
        // Pointers have the size of the file; its header is small beside the weights.
        let width = match repository.dtype()?.trim_start_matches("torch.") {
            "float32" => 4.0,
            "bfloat16" | "float16" => 2.0,
            _ => return None,
        };
        let plain = repository.adapter.is_none() && repository.quantization().is_none();
        return plain.then_some((*bytes as f64 / width, file.as_str()));
    }
    let gguf = repository.gguf.as_ref()?;
    gguf.parameters.map(|parameters| (parameters as f64, gguf.file.as_str()))
}

fn parameters(ctx: &Context<'_>, labels: &[Labelled<'_>], sink: &mut Sink<'_>) {
    let (card, Some((counted, file))) = (ctx.card, counted(ctx.repository)) else { return };
    if counted < 1000.0 {
        return;
    }
    let told = |claimed: f64, by: &str| {
        format!("{by} says {} parameters, but {} has {}", short(claimed), safe::quoted(file), short(counted))
    };
    let help = "Correct the number, or say what it counts (active, without embeddings)";
    let stated = claims(labels, "parameters", |value| {
        let lower = value.to_lowercase();
        let mut words = lower.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '%'));
        let partial = words.any(|word| data().partial_counts.iter().any(|partial| partial == word));
        amount(value).filter(|claimed| !partial && *claimed >= 10_000.0)
    });
    // Where one number fits, the others are those of other models.
    if let Some(&(claimed, span)) = stated.first() {
        if !stated.iter().any(|(claimed, _)| STATED.contains(&(counted / claimed))) {
            sink.add("parameters-differ", span, told(claimed, "The card"), |f| f.help(help).anchor("/parameters"));
        }
        return;
    }
    let title = card.outline.title().unwrap_or_default();
    let (_, folder) = place(card);
    let names = [(title, title_span(card)), (folder.unwrap_or_default(), card.front.end())];
    let claim = names.into_iter().find_map(|(name, span)| Some((size_in_name(name)?, span)));
    if let Some((claimed, span)) = claim
        && !NAME.contains(&(counted / claimed))
    {
        // It may be the size of something else, which only its author knows.
        sink.add("parameters-differ", span, told(claimed, "The name"), |f| {
            f.help(help).anchor("/parameters").at_most(Severity::Note).confidence(Confidence::Low)
        });
    }
}

/// The numbers that labels give for a figure, with their places.
fn claims(labels: &[Labelled<'_>], figure: &str, read: impl Fn(&str) -> Option<f64>) -> Vec<(f64, Span)> {
    let wanted = labels.iter().filter(|entry| data().gives(figure, &entry.label));
    wanted.filter_map(|entry| Some((read(entry.value)?, entry.span))).collect()
}

/// "7B" in `Helpdesk-7B-Instruct`; `None` for several sizes, for those of parts (`8x7B`, `16E`, `A3B`), and for those of
/// something else: of what an adapter is for, of data.
fn size_in_name(name: &str) -> Option<f64> {
    let lower = name.to_lowercase();
    let parts: Vec<&str> = lower.split(['-', ' ', '(', ')', '/', '.', '_', ':', ',']).collect();
    let has_digit = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit());
    let others = &data().other_sizes;
    if parts.iter().any(|part| others.iter().any(|other| other == part))
        || parts.iter().any(|part| part.strip_suffix('e').is_some_and(|count| count.parse::<u32>().is_ok()))
    {
        return None;
    }
    let mut sizes = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let Some(digits) = part.strip_suffix(['b', 'm']).filter(|digits| has_digit(digits)) else { continue };
        // `1_6b`, `1.5b`: the digit before the mark belongs to it.
        let before = at.checked_sub(1).map(|at| parts[at]).filter(|before| before.parse::<u32>().is_ok());
        let joined = match before {
            Some(before) if joins(&lower, before, part) => format!("{before}.{digits}"),
            _ => (*digits).to_owned(),
        };
        match joined.parse::<f64>() {
            Ok(number) if number > 0.0 => sizes.push(number * if part.ends_with('b') { 1e9 } else { 1e6 }),
            // A mixture of experts, or a part of the weights.
            _ => return None,
        }
    }
    if let [size] = sizes[..] { Some(size) } else { None }
}

/// True when a number and a size stand together as one: `1_6b`, `0.5b`.
fn joins(name: &str, before: &str, part: &str) -> bool {
    ['.', '_'].iter().any(|mark| name.contains(&format!("{before}{mark}{part}")))
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
    if !data().formats.contains_key(format) {
        return;
    }
    let mut found: Option<&Labelled<'_>> = None;
    for entry in labels.iter().filter(|entry| data().gives("format", &entry.label)) {
        let lower = entry.value.to_lowercase();
        let words = || lower.split(|c: char| !(c.is_alphanumeric() || c == '.')).filter(|word| !word.is_empty());
        let is = |known: &Vec<String>| words().any(|word| known.iter().any(|known| known == word));
        let claimed: Vec<&String> =
            data().formats.iter().filter(|(_, known)| is(known)).map(|(name, _)| name).collect();
        let [claimed] = claimed[..] else { continue };
        if claimed == format {
            return;
        }
        found = found.or(Some(entry));
    }
    let Some(entry) = found else { return };
    let message = format!(
        "The card says {}, but the numbers in {} are {format}",
        safe::quoted(entry.value),
        safe::quoted(weights.files.first().map_or("", String::as_str))
    );
    sink.add("precision-differs", entry.span, message, |f| {
        f.help(format!("Write {format}, or say in which format the model was trained")).anchor("/precision")
    });
}

#[expect(clippy::cast_precision_loss, reason = "lengths and sizes are small")]
fn context(ctx: &Context<'_>, labels: &[Labelled<'_>], sink: &mut Sink<'_>) {
    let Some((known, file)) = ctx.repository.context_length() else { return };
    let table = data();
    let body = ctx.card.shown().to_lowercase();
    let unlimited = ctx.repository.model_type().is_some_and(|kind| table.unlimited_types.iter().any(|t| t == kind));
    // The card says how more is reached.
    if unlimited || table.extensions.iter().any(|word| body.contains(word.as_str())) {
        return;
    }
    let found = claims(labels, "context", |value| amount(value).filter(|claimed| (64.0..1e8).contains(claimed)));
    // "32k" is 32,768 or 32,000. Less than the files allow is no contradiction, and one of several may be another
    // model's.
    let (Some((claimed, span)), false) =
        (found.first(), found.iter().any(|(claimed, _)| *claimed <= known as f64 * 1.1))
    else {
        return;
    };
    let message = format!("The card says {claimed} tokens, but {file} allows {known}");
    sink.add("context-length-differs", *span, message, |f| {
        f.help("Correct the length, or show how the longer one is reached").anchor("/context-length")
    });
}

#[expect(clippy::cast_precision_loss, reason = "lengths and sizes are small")]
fn vocabulary(ctx: &Context<'_>, labels: &[Labelled<'_>], sink: &mut Sink<'_>) {
    let Some(known) = ctx.repository.vocabulary_size().map(|size| size as f64) else { return };
    let found = claims(labels, "vocabulary", |value| amount(value).filter(|claimed| (64.0..1e8).contains(claimed)));
    // Tables of embeddings are padded, and "32k" is rounded.
    let near = |claimed: f64| (claimed - known).abs() <= (known * 0.06).max(1024.0_f64.min(known * 0.5));
    let Some(&(claimed, span)) = found.first().filter(|_| !found.iter().any(|(claimed, _)| near(*claimed))) else {
        return;
    };
    let message = format!("The card says {claimed}, but config.json has a vocabulary of {known}");
    sink.add("vocabulary-differs", span, message, |f| f.help("Correct the number").anchor("/vocabulary"));
}

/// A method or number of bits in the name that the configuration does not have.
fn quantization(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, repository) = (ctx.card, ctx.repository);
    let found = repository.quantization();
    // Older tools write a file of their own.
    if repository.config.is_none() || found.is_none() && repository.names.contains("quantize_config.json") {
        return;
    }
    let plain = repository.weights.as_ref().filter(|weights| found.is_none() && weights.counts_parameters());
    let (_, folder) = place(card);
    let title = card.outline.title().unwrap_or_default();
    for (name, span) in [(title, title_span(card)), (folder.unwrap_or_default(), card.front.end())] {
        let lower = name.to_lowercase();
        let parts: Vec<&str> = lower.split(['-', '_', ' ', '.', '(', ')']).collect();
        // Adapters and recipes are named after what they are for.
        if parts.iter().any(|part| data().other_sizes.iter().any(|other| other == part)) {
            continue;
        }
        let known = || data().quantizations.iter().map(String::as_str);
        let methods: Vec<&str> = known().filter(|known| parts.contains(known)).collect();
        let named = parts.iter().find_map(|part| match *part {
            "4bit" | "int4" | "w4a16" => Some(4),
            "8bit" | "int8" | "w8a8" | "w8a16" => Some(8),
            _ => None,
        });
        let message = match (methods.as_slice(), named, found, plain) {
            ([one], _, None, Some(weights)) => format!(
                "The name says {}, but the numbers in {} are {} and config.json has no `quantization_config`",
                one.to_uppercase(),
                safe::quoted(weights.files.first().map_or("", String::as_str)),
                weights.format().unwrap_or("not packed")
            ),
            ([one], _, Some((method, _)), _) if !method.contains(one) && known().any(|known| known == method) => {
                format!("The name says {}, but config.json was written by {}", one.to_uppercase(), safe::quoted(method))
            }
            (_, Some(named), Some((_, Some(bits))), _) if named != bits => {
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
        assert_eq!(size_in_name("stablelm-2-1_6b"), Some(1.6e9));
        assert_eq!(size_in_name("Llama-3.1-8B"), Some(8e9));
        for none in [
            "Llama-4-Scout-17B-16E",
            "Squish LoRA for Wan2.1 14B",
            "llama3-8b-accelerator",
            "Mixtral-8x7B",
            "Qwen3-30B-A3B",
            "gemma-3n-E2B",
            "model-b",
            "7b-vs-13b",
            "web-1T",
        ] {
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
