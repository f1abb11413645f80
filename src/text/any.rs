//! One of several texts: found in one pass, or at the beginning of another.

use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, Match};

/// Texts that are looked for at once.
#[derive(Debug)]
pub(crate) struct AnyOf {
    /// Where the processor can compare many bytes at once.
    packed: Option<Searcher>,
    /// Elsewhere: several times slower.
    plain: Option<AhoCorasick>,
}

impl AnyOf {
    /// Of the texts in a table of ours, of which there are few.
    pub(crate) fn new<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = T> + Clone) -> Self {
        let packed = Searcher::new(texts.clone());
        let built = || AhoCorasick::new(texts).unwrap_or_else(|error| panic!("internal: texts of a table: {error}"));
        let plain = packed.is_none().then(built);
        Self { packed, plain }
    }

    /// The matches, in order, none within another one.
    pub(crate) fn find_iter<'s>(&'s self, text: &'s [u8]) -> impl Iterator<Item = Match> + 's {
        let packed = self.packed.iter().flat_map(move |packed| packed.find_iter(text));
        packed.chain(self.plain.iter().flat_map(move |plain| plain.find_iter(text)))
    }
}

/// The first two bytes of some texts, in whatever case: few others begin so.
#[derive(Debug)]
pub(crate) struct Beginnings {
    /// One bit for each two bytes.
    bits: Box<[u64; 1024]>,
}

impl Beginnings {
    /// Of texts of at least two bytes; a shorter one is never found.
    pub(crate) fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut bits = Box::new([0; 1024]);
        for text in texts {
            for text in [text.to_owned(), text.to_uppercase()] {
                if let Some((word, bit)) = Self::place(&text) {
                    bits[word] |= bit;
                }
            }
        }
        Self { bits }
    }

    /// Whether one of the texts may stand at the beginning of this one.
    pub(crate) fn may_begin(&self, text: &str) -> bool {
        Self::place(text).is_some_and(|(word, bit)| self.bits[word] & bit != 0)
    }

    fn place(text: &str) -> Option<(usize, u64)> {
        let &[first, second, ..] = text.as_bytes() else { return None };
        let first = usize::from(first.to_ascii_lowercase());
        let second = usize::from(second.to_ascii_lowercase());
        Some((first * 4 + second / 64, 1 << (second % 64)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways find the same.
    #[test]
    fn processors_do_not_matter() {
        let texts = ["许可协议", "協議", "-Lizenz", "sous licence "];
        let packed = AnyOf::new(texts);
        let plain = AnyOf { packed: None, plain: AhoCorasick::new(texts).ok() };
        let text = "MIT许可协议, unter der MIT-Lizenz und sous licence MIT, noch ein langer Text ohne ein solches Wort";
        let found = |any: &AnyOf| -> Vec<(usize, usize)> {
            any.find_iter(text.as_bytes()).map(|found| (found.pattern().as_usize(), found.start())).collect()
        };
        assert_eq!(found(&packed), [(0, 3), (2, 30), (3, 42)]);
        assert_eq!(found(&packed), found(&plain));
    }

    #[test]
    fn beginnings_in_whatever_case() {
        let known = Beginnings::new(["base model", "модель", "ti"]);
        let found = |text| known.may_begin(text);
        assert!(found("BASE") && found("Bas") && found("Модель") && found("tinier") && found("TI"));
        assert!(!found("b") && !found("") && !found("sable") && !found("la base") && !found("Нет"));
    }
}
