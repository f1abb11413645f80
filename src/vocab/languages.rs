//! Language codes that the Hub takes.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Instead;
use crate::embedded::table;

/// A country code mistaken for a language code.
#[derive(Debug, Deserialize)]
pub struct CountryTrap {
    /// The code.
    pub code: String,
    /// Languages likely meant.
    #[serde(rename = "use")]
    pub meant: Vec<String>,
    /// The language that the code does stand for.
    #[serde(default)]
    pub valid_as: Option<String>,
}

#[derive(Debug, Deserialize)]
struct LanguageTable {
    two_letter: String,
    three_letter: String,
    special: Vec<String>,
    #[serde(default)]
    bibliographic: Vec<Instead>,
    #[serde(default)]
    collective: Vec<String>,
    #[serde(default)]
    withdrawn: Vec<Instead>,
    country_traps: Vec<CountryTrap>,
    no_regions: Vec<String>,
    of_their_country: Vec<String>,
    other_letters: Vec<String>,
    names: HashMap<String, String>,
    not_languages: Vec<String>,
}

/// Language codes that the Hub accepts.
#[derive(Debug)]
pub struct Languages {
    table: LanguageTable,
}

/// True when `code` stands in a sorted list of codes of `width` letters with a blank between them: eight
/// thousand codes are too many to make a table of at every start.
fn is_listed(list: &str, width: usize, code: &str) -> bool {
    let (mut low, mut high) = (0, (list.len() + 1) / (width + 1));
    while low < high {
        let middle = low.midpoint(high);
        let at = middle * (width + 1);
        match list.get(at..at + width).map(|found| found.cmp(code)) {
            Some(std::cmp::Ordering::Equal) => return true,
            Some(std::cmp::Ordering::Less) => low = middle + 1,
            _ => high = middle,
        }
    }
    false
}

impl Languages {
    /// Codes of languages that have a name here, with the name, sorted.
    #[must_use]
    pub fn named(&self) -> Vec<(&str, &str)> {
        let mut named: Vec<(&str, &str)> =
            self.table.names.iter().map(|(name, code)| (code.as_str(), name.as_str())).collect();
        named.sort_unstable();
        named
    }

    /// Special values, and codes of two letters without a name here.
    pub fn unnamed(&self) -> impl Iterator<Item = &str> {
        let named = |code: &&str| self.table.names.values().any(|known| known == code);
        let listed = self.table.two_letter.split_whitespace().filter(move |code| !named(code));
        self.table.special.iter().map(String::as_str).chain(listed)
    }

    /// True for a listed code or a special value.
    #[must_use]
    pub fn is_known(&self, code: &str) -> bool {
        is_listed(&self.table.two_letter, 2, code)
            || is_listed(&self.table.three_letter, 3, code)
            || self.table.special.iter().any(|special| special == code)
    }

    /// The code of a language given by its name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&str> {
        self.table.names.get(&name.trim().to_lowercase()).map(String::as_str)
    }

    /// The code that took the place of a withdrawn or bibliographic one.
    #[must_use]
    pub fn successor(&self, code: &str) -> Option<&str> {
        self.table
            .withdrawn
            .iter()
            .chain(&self.table.bibliographic)
            .find(|item| item.word == code)
            .map(|item| item.meant.as_str())
    }

    /// True for the code of a group of languages.
    #[must_use]
    pub fn is_collective(&self, code: &str) -> bool {
        self.table.collective.iter().any(|item| item == code)
    }

    /// A language's code that people write in place of a country's: `sv-SV` is no Swedish of El Salvador.
    #[must_use]
    pub fn is_no_region(&self, code: &str) -> bool {
        self.table.no_regions.iter().any(|item| item == code)
    }

    /// A language's code that is also that of the country where the language is spoken.
    #[must_use]
    pub fn is_of_its_country(&self, code: &str) -> bool {
        self.table.of_their_country.iter().any(|item| item == code)
    }

    /// Words of models that read letters of no language, such as those of proteins.
    #[must_use]
    pub fn other_letters(&self) -> &[String] {
        &self.table.other_letters
    }

    /// The entry for a country code.
    #[must_use]
    pub fn country(&self, code: &str) -> Option<&CountryTrap> {
        self.table.country_traps.iter().find(|trap| trap.code == code)
    }

    /// True for words such as `python` or `dna`.
    #[must_use]
    pub fn is_no_language(&self, word: &str) -> bool {
        self.table.not_languages.iter().any(|item| item == word)
    }
}

/// The language table.
#[must_use]
pub fn languages() -> &'static Languages {
    static TABLE: LazyLock<Languages> = LazyLock::new(|| {
        let table: LanguageTable = table("rules/hub/languages.yaml");
        Languages { table }
    });
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_code_is_found() {
        let languages = languages();
        let mut codes = 0;
        for (list, width) in [(&languages.table.two_letter, 2), (&languages.table.three_letter, 3)] {
            let words: Vec<&str> = list.split(' ').collect();
            assert!(words.windows(2).all(|pair| pair[0] < pair[1]), "the list is sorted and has no code twice");
            for word in &words {
                assert!(word.len() == width && languages.is_known(word), "{word}");
            }
            codes += words.len();
        }
        assert!(codes > 8_000, "{codes} codes");
        for stranger in ["", "e", "xx", "qqq", "english", "en ", "code2", "zz zza"] {
            assert!(!languages.is_known(stranger), "{stranger}");
        }
    }
}
