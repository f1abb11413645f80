//! The Hub's licence ids.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Instead;
use crate::embedded::table;
use crate::text::suggest;

/// A licence of the Hub's list.
#[derive(Debug, Deserialize)]
pub struct License {
    /// Hub id.
    pub id: String,
    /// Name.
    pub name: String,
    /// SPDX id, if it has exactly one.
    #[serde(default)]
    pub spdx: Option<String>,
    /// The id names a family, not a text.
    #[serde(default)]
    pub family: bool,
}

/// A licence value that must not be rewritten, with the reason.
#[derive(Debug, Deserialize)]
pub struct LicenseTrap {
    /// The value, lower case.
    pub value: String,
    /// Why it cannot be mapped.
    pub note: String,
}

/// The Hub's licence ids.
#[derive(Debug, Deserialize)]
pub struct Licenses {
    /// In the order of the Hub's table.
    pub items: Vec<License>,
    aliases: Vec<Instead>,
    traps: Vec<LicenseTrap>,
}

/// How a licence value relates to the Hub's list.
#[derive(Debug, PartialEq, Eq)]
pub enum LicenseMatch<'a> {
    /// A Hub id, exactly.
    Hub(&'a License),
    /// Means exactly one Hub id, spelled differently (case, SPDX spelling, a usual name).
    Spelling(&'a License),
    /// Known, but must be decided by a person.
    Trap(&'a str),
    /// Unknown; perhaps a slip for this one.
    Near(Option<&'a License>),
}

impl PartialEq for License {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for License {}

impl Licenses {
    /// The licence with this Hub id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&License> {
        self.items.iter().find(|license| license.id == id)
    }

    /// Relates a value to the list.
    #[must_use]
    pub fn resolve(&self, value: &str) -> LicenseMatch<'_> {
        if let Some(license) = self.find(value) {
            return LicenseMatch::Hub(license);
        }
        let trimmed = value.trim();
        let lower = trimmed.to_lowercase();
        if let Some(trap) = self.traps.iter().find(|trap| trap.value == lower) {
            return LicenseMatch::Trap(&trap.note);
        }
        let spelled = self.items.iter().find(|license| {
            license.id == lower || license.spdx.as_ref().is_some_and(|spdx| spdx.eq_ignore_ascii_case(trimmed))
        });
        let alias = || {
            let folded = suggest::fold(&lower);
            let alias =
                self.aliases.iter().find(|alias| alias.word == lower || suggest::fold(&alias.word) == folded)?;
            self.find(&alias.meant)
        };
        if let Some(license) = spelled.or_else(alias) {
            return LicenseMatch::Spelling(license);
        }
        let near = suggest::nearest(trimmed, self.items.iter().map(|license| license.id.as_str()));
        // Another version, or all rights reserved, is no slip of it.
        let version = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        let same = |id: &&str| version(trimmed).trim_end_matches('0') == version(id).trim_end_matches('0');
        let other = || matches!(lower.as_str(), "unlicensed" | "mit-0" | "0bsd" | "agpl" | "cc by" | "cc-by");
        LicenseMatch::Near(near.filter(|id| same(id) && !other()).and_then(|id| self.find(id)))
    }
}

/// The licence table.
#[must_use]
pub fn licenses() -> &'static Licenses {
    static TABLE: LazyLock<Licenses> = LazyLock::new(|| table("rules/hub/licenses.yaml"));
    &TABLE
}
