//! Languages that the card claims and the results do not name.

use std::collections::HashSet;

use super::wording;
use crate::checks::{Context, Sink};
use crate::text::Span;
use crate::vocab;

/// Fewer languages are told apart without a table.
const LEAST: usize = 3;

/// Whether a text in lower case holds a word as a whole word.
fn holds(text: &str, word: &str) -> bool {
    let part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, word)
        .any(|at| !part(at.checked_sub(1).map(|before| &bytes[before])) && !part(bytes.get(at + word.len())))
}

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let (Some((document, _)), Some((_, value))) = (card.mapping(), card.field("language")) else { return };
    let languages = vocab::languages();
    let mut codes: Vec<&str> =
        card.field_items("language").into_iter().filter_map(|item| document.text(item)).map(str::trim).collect();
    codes.retain(|code| languages.is_known(code) && *code != "multilingual");
    codes.sort_unstable();
    codes.dedup();
    if codes.len() < LEAST || ctx.is_copy() {
        return;
    }
    let text = results(ctx).to_lowercase();
    // Speed and size have no language.
    if !wording().measures.iter().any(|word| holds(&text, word)) {
        return;
    }
    let title = card.outline.title().unwrap_or_default().to_lowercase();
    if wording().many.iter().any(|word| text.contains(word.as_str())) || title.contains("translat") {
        return;
    }
    let words: HashSet<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let spoken: HashSet<&str> = words.iter().filter_map(|word| languages.by_name(word)).collect();
    let named = |code: &&&str| {
        let coded = !wording().codes.iter().any(|word| word == *code);
        coded && words.contains(**code) || spoken.contains(**code)
    };
    let named: Vec<&str> = codes.iter().filter(named).copied().collect();
    if wording().untried.iter().any(|words| card.shown().contains(words.as_str())) {
        return;
    }
    // Results of a model for one language in all but the metadata are another matter.
    if named.len() * 2 > codes.len() {
        return;
    }
    let told = match named.as_slice() {
        [] if codes.contains(&"en") => "none of them (not even that they are in English)".to_owned(),
        [] => "none of them".to_owned(),
        some => format!("only {}", some.join(", ")),
    };
    let message = format!("{} languages are declared, but the results name {told}", codes.len());
    sink.add("languages-unevaluated", document.node(value).span, message, |f| {
        f.help("Give results for each language, or say which were not evaluated").anchor("/language/results")
    });
}

/// The tables with numbers and the sections on evaluation.
fn results(ctx: &Context<'_>) -> String {
    let card = ctx.card;
    let mut out = String::new();
    let numeric = |span: Span| card.source.slice(span).bytes().filter(u8::is_ascii_digit).count() >= 4;
    for table in card.outline.tables.iter().filter(|table| numeric(table.span)) {
        out.push_str(card.source.slice(table.span));
        out.push('\n');
    }
    for heading in &card.outline.headings {
        let name = heading.text.to_lowercase();
        if ["evaluation", "result", "benchmark", "performance"].iter().any(|word| name.contains(word)) {
            out.push_str(&heading.text);
            out.push('\n');
            out.push_str(card.source.slice(heading.section));
            out.push('\n');
        }
    }
    // A heading over nothing shows no result.
    if out.bytes().any(|byte| byte.is_ascii_digit()) { out } else { String::new() }
}
