//! How a README tells that it is a card, and of what.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::embedded::table;

/// Words of cards.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Kinds {
    weak_keys: Vec<String>,
    /// Beginnings of headings that cards have and other READMEs hardly ever do, in lower case.
    pub card_headings: Vec<String>,
    /// Those that tell a card beside one of them.
    pub model_headings: Vec<String>,
    /// Words of a README without front matter that is about a model or dataset.
    pub card_words: Vec<String>,
    /// Words that speak of data, in lower case.
    pub data: Vec<String>,
    /// Likewise in scripts without blanks.
    pub data_wide: Vec<String>,
    /// Beginnings of words that speak of a model.
    pub model: Vec<String>,
    /// Words that a sentence begins with which says what the card is of.
    pub openings: Vec<String>,
}

impl Kinds {
    /// True for keys that front matter of other tools has as well.
    #[must_use]
    pub fn is_weak(&self, key: &str) -> bool {
        self.weak_keys.iter().any(|known| known == key)
    }
}

/// The table of words of cards.
#[must_use]
pub fn kinds() -> &'static Kinds {
    static TABLE: LazyLock<Kinds> = LazyLock::new(|| table("rules/hub/kinds.yaml"));
    &TABLE
}
