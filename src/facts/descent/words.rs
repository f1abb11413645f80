//! The words of `rules/models/descent.yaml`, by which a text tells what a model was made from.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::embedded::table;
use crate::text::any::Beginnings;

/// `rules/models/descent.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) said: Said,
    pub(super) lines: Lines,
    pub(super) scratch: Scratch,
    pub(super) training: Training,
    pub(super) formats: Formats,
}

/// What a sentence says of what the model was made from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Said {
    pub(super) phrases: Vec<String>,
    pub(super) capital: Vec<String>,
    pub(super) cased: Vec<String>,
    pub(super) used: Vec<String>,
    pub(super) stems: Vec<String>,
    pub(super) before: Vec<String>,
    pub(super) behind: Vec<String>,
    pub(super) within: Vec<String>,
    pub(super) own: Vec<String>,
    pub(super) otherwise: Vec<String>,
    pub(super) aside: Vec<String>,
    pub(super) others: Vec<String>,
    pub(super) copied: Vec<String>,
    pub(super) verbs: Vec<String>,
    pub(super) children: Vec<String>,
    pub(super) further: Vec<String>,
    pub(super) parts: Vec<String>,
    pub(super) whole: Vec<String>,
    pub(super) sizes: Vec<String>,
}

/// Lines whose label names it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Lines {
    pub(super) openings: Vec<String>,
    pub(super) labels: Vec<String>,
    pub(super) sources: Vec<String>,
    pub(super) merges: Vec<String>,
}

/// That the weights derive from none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Scratch {
    pub(super) line: Vec<String>,
    pub(super) begins: Vec<String>,
    pub(super) said: Vec<String>,
    pub(super) otherwise: Vec<String>,
}

/// What a listing trains with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Training {
    pub(super) settings: Vec<String>,
    pub(super) helpers: Vec<String>,
    pub(super) local_folders: Vec<String>,
}

/// Copies in another number format, and adapters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Formats {
    pub(super) quantized: Vec<String>,
    pub(super) converted: Vec<String>,
    pub(super) adapter: Vec<String>,
    pub(super) copying: Vec<String>,
}

/// Whether a line may begin with an opening or a label.
pub(super) fn may_begin(line: &str) -> bool {
    static KNOWN: LazyLock<Beginnings> = LazyLock::new(|| {
        let known = words().lines.openings.iter().chain(&words().lines.labels).chain(&words().lines.sources);
        Beginnings::new(known.map(String::as_str))
    });
    KNOWN.may_begin(line)
}

pub(super) fn words() -> &'static Words {
    static TABLE: LazyLock<Words> = LazyLock::new(|| table("rules/models/descent.yaml"));
    &TABLE
}

/// Whether one of the parts of a name is one of some words.
pub(super) fn is_marked(name: &str, words: &[String]) -> bool {
    name.split(['-', '_', '.']).any(|part| words.iter().any(|word| word == part))
}

pub(super) fn contains(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| text.contains(word.as_str()))
}

/// All phrases behind which a card names what it was made from, as they are written.
pub(super) fn said_phrases() -> Vec<String> {
    let Said { phrases, cased, capital, .. } = &words().said;
    let capital = capital.iter().map(|phrase| phrase[..1].to_uppercase() + &phrase[1..]);
    phrases.iter().chain(cased).cloned().chain(capital).collect()
}

pub(super) fn one_of(words: &[String]) -> Regex {
    let words: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
    let pattern = words.join("|");
    Regex::new(&pattern).unwrap_or_else(|error| panic!("internal: {pattern}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A phrase is read where one of the stems stands.
    #[test]
    fn phrases_have_stems() {
        let said = &words().said;
        for phrase in said_phrases() {
            assert!(said.stems.iter().any(|stem| phrase.contains(stem.as_str())), "{phrase}");
        }
    }
}
