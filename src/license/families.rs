//! Families of models whose members are all under one licence, by the names that texts give them.

use std::sync::LazyLock;

use serde::Deserialize;

use super::knowledge::{License, find};
use crate::embedded::table;

/// A family of models, all under one licence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// What it is called.
    pub name: String,
    /// Its licence, by the id of `rules/licenses/`.
    license: String,
    /// Beginnings of the names of its members, in lower case, with blanks for hyphens.
    called: Vec<String>,
}

impl Family {
    /// Its licence.
    #[must_use]
    pub fn license(&self) -> Option<&'static License> {
        find(&self.license)
    }
}

/// `rules/models/families.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Families {
    #[serde(rename = "families")]
    all: Vec<Family>,
    /// Letters that all of their names have, as they are written.
    pub(crate) letters: Vec<String>,
    /// Phrases before a name that say what the model was made from, beside those of `rules/models/descent.yaml`.
    pub(crate) before: Vec<String>,
    /// Words that may stand before a name.
    pub(crate) between: Vec<String>,
    /// Words with which a sentence on the model itself begins, beside those of `rules/models/descent.yaml`.
    pub(crate) begins: Vec<String>,
    /// Words by which a short sentence says something, and is no name for the model.
    pub(crate) says: Vec<String>,
    /// Words behind a name that say what was done with it.
    pub(crate) turned: Vec<String>,
    /// Words with which a sentence begins that says so of the model.
    pub(crate) introduced: Vec<String>,
    /// Words of a name for the size or the kind of a member, which may stand between.
    pub(crate) sizes: Vec<String>,
    /// Words behind a name that make it another thing.
    pub(crate) others: Vec<String>,
}

pub(crate) fn families() -> &'static Families {
    static TABLE: LazyLock<Families> = LazyLock::new(|| table("rules/models/families.yaml"));
    &TABLE
}

/// The family that is called so.
#[must_use]
pub fn family(name: &str) -> Option<&'static Family> {
    families().all.iter().find(|family| family.name == name)
}

/// The family whose name a text begins with, and how many bytes of the text are that name.
pub(crate) fn family_at(text: &str) -> Option<(&'static Family, usize)> {
    let known = families().all.iter().flat_map(|family| family.called.iter().map(move |called| (family, called)));
    let begins = known.filter(|(_, called)| {
        let Some(start) = text.as_bytes().get(..called.len()) else { return false };
        let same = |(one, other): (&u8, u8)| match one {
            b'-' | b'_' => other == b' ',
            byte => byte.to_ascii_lowercase() == other,
        };
        let rest = &text.as_bytes()[called.len()..];
        // "Llama 3.1" is no Llama 3, "Gemma 27B" no Gemma 2.
        let ends = match rest {
            [b'.', next, ..] => !next.is_ascii_digit(),
            [next, ..] => !next.is_ascii_alphanumeric(),
            [] => true,
        };
        start.iter().zip(called.bytes()).all(same) && ends
    });
    begins.max_by_key(|(_, called)| called.len()).map(|(family, called)| (family, called.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_one_version() {
        let called = |text| family_at(text).map(|(family, _)| family.name.as_str());
        assert_eq!(called("LLaMA-2-7B"), Some("Llama 2"));
        assert_eq!(called("Llama 3.1 8B"), Some("Llama 3.1"));
        assert_eq!(called("Llama 3. It"), Some("Llama 3"));
        assert_eq!(called("llama-7b"), Some("Llama 1"));
        assert_eq!(called("gemma-2-9b-it"), Some("Google Gemma"));
        assert_eq!(called("SDXL"), Some("Stable Diffusion XL"));
        for other in ["Llama 5", "llama.cpp", "Llama", "gemma 4 31B", "Gemma 27B", "Llama-2.5", "sdxlite", ""] {
            assert_eq!(called(other), None, "{other}");
        }
    }

    #[test]
    fn their_licences_are_known() {
        // No id of a repository holds a blank.
        assert!(families().all.iter().all(|family| family.license().is_some() && family.name.contains(' ')));
    }
}
