//! The Hub's libraries.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Instead, is_slip};
use crate::embedded::table;
use crate::text::suggest;

/// Libraries that the Hub knows.
#[derive(Debug, Deserialize)]
pub struct Libraries {
    items: HashSet<String>,
    formats: HashSet<String>,
    intended: Vec<Instead>,
    /// Files that one library writes, in the order of how much they say.
    pub files: Vec<LibraryFile>,
    /// What code imports to load a model.
    pub imports: Vec<Import>,
}

/// A file that stands for a library.
#[derive(Debug, Deserialize)]
pub struct LibraryFile {
    /// The file.
    pub file: String,
    /// Files beside which it says nothing.
    #[serde(default)]
    pub unless: Vec<String>,
    /// The library that loads what it stands for.
    pub loads: String,
    /// Libraries that cannot.
    pub cannot: Vec<String>,
}

/// A module of Python that stands for a library.
#[derive(Debug, Deserialize)]
pub struct Import {
    /// The module.
    pub module: String,
    /// A word without which the line says nothing.
    #[serde(default)]
    pub with: Option<String>,
    /// The library.
    pub library: String,
    /// It stands although transformers is imported beside it.
    #[serde(default)]
    pub above: bool,
}

impl Libraries {
    /// True for a library of the Hub.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.items.contains(name)
    }

    /// True for a library of the Hub, or a file format used as one, which is harmless.
    #[must_use]
    pub fn is_known(&self, name: &str) -> bool {
        self.items.contains(name) || self.formats.iter().any(|format| format.eq_ignore_ascii_case(name))
    }

    /// The library whose id a name misses by a slip.
    #[must_use]
    pub fn near(&self, name: &str) -> Option<&str> {
        let mut names = self.names();
        names.retain(|known| known.len() > 3);
        suggest::nearest(name, names).filter(|near| is_slip(name, near))
    }

    /// The libraries of the Hub, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.items.iter().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The library that a name stands for beyond doubt.
    #[must_use]
    pub fn intended(&self, name: &str) -> Option<&str> {
        self.intended
            .iter()
            .find(|item| item.word == name)
            .map(|item| item.meant.as_str())
            .or_else(|| self.items.iter().find(|item| item.eq_ignore_ascii_case(name)).map(String::as_str))
    }
}

/// The library table.
#[must_use]
pub fn libraries() -> &'static Libraries {
    static TABLE: LazyLock<Libraries> = LazyLock::new(|| table("rules/hub/libraries.yaml"));
    &TABLE
}
