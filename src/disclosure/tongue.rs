//! Which language a card is written in, where that is not English.
//!
//! Most of what is known of words is known of English ones. Of other languages headings are known, and the words of
//! `rules/glossaries/`, by which `gloss.rs` reads a card as if it were English. What stands under a heading that asks for
//! it counts as an answer in any case, of which no more is said.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::segments::{Kind, Segment};
use crate::text::head;

/// The language of a card: one of which there is a glossary, or another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tongue {
    Arabic,
    Chinese,
    French,
    German,
    Hindi,
    Japanese,
    Korean,
    Portuguese,
    Russian,
    Spanish,
    /// One without.
    Unknown,
}

/// Words that English texts are full of.
const ENGLISH: &str = "the of and is to for with that this are";
/// Words that texts in other languages of Latin letters are full of, and English prose has not.
const OTHERS: &[(Tongue, &str)] = &[
    (Tongue::German, "der das und ist nicht mit auf von für werden eine wird des"),
    (Tongue::French, "le la les des est une pour dans que du et sur un de en"),
    (Tongue::Spanish, "el la los las del de en un una con por para es que"),
    (Tongue::Portuguese, "da dos não uma em é de um com por para que"),
    // Italian, Dutch, Swedish, Turkish, Indonesian, Polish.
    (Tongue::Unknown, "il di che della è un la het een van voor de niet och att på bir için yang untuk się"),
];
/// Of a hundred words of such a text, so many at least are among them.
const SHARE: usize = 10;
/// One of so many of them has three letters or more.
const TELLING: usize = 5;
/// Words, or bytes of letters, from which on it can be told.
const ENOUGH: usize = 30;
/// Bytes of letters below which there is next to no prose.
const LITTLE: usize = 200;
/// Bytes that are looked at.
const SAMPLE: usize = 3_000;
/// Bytes of the longest of the words.
const LONGEST: usize = 6;

/// What a word tells.
enum Tells {
    English,
    /// Which of [`OTHERS`] it may be, as bits.
    Other(u8),
}

/// The words that tell something, in lower case.
static WORDS: LazyLock<HashMap<&str, Tells>> = LazyLock::new(|| {
    let mut words: HashMap<&str, Tells> = HashMap::new();
    for (bit, (_, others)) in OTHERS.iter().enumerate() {
        for word in others.split(' ') {
            if let Tells::Other(set) = words.entry(word).or_insert(Tells::Other(0)) {
                *set |= 1 << bit;
            }
        }
    }
    words.extend(ENGLISH.split(' ').map(|word| (word, Tells::English)));
    words
});

/// The language of a letter, by its script.
fn script(c: char) -> Option<Tongue> {
    Some(match c {
        '\u{400}'..='\u{52f}' => Tongue::Russian,
        '\u{600}'..='\u{6ff}' => Tongue::Arabic,
        '\u{900}'..='\u{97f}' => Tongue::Hindi,
        '\u{3040}'..='\u{30ff}' => Tongue::Japanese,
        '\u{3400}'..='\u{9fff}' => Tongue::Chinese,
        '\u{ac00}'..='\u{d7a3}' => Tongue::Korean,
        '\u{250}'.. => Tongue::Unknown,
        _ => return None,
    })
}

/// Which language most of the prose is in, where that is not English; that of lists where there is next to no prose.
pub(super) fn of(text: &str, segments: &[Segment]) -> Option<Tongue> {
    let of_kind = |kind: Kind| {
        let mut sample = Sample::default();
        for segment in segments.iter().filter(|held| held.kind == kind && !held.empty && held.table.is_none()) {
            sample.add(&text[segment.span.range()]);
            // The last letter may not have had room.
            if sample.bytes + char::MAX.len_utf8() > SAMPLE {
                break;
            }
        }
        sample
    };
    let prose = of_kind(Kind::Prose);
    let of_items = || if prose.letters < LITTLE { of_kind(Kind::Item).tongue() } else { None };
    prose.tongue().or_else(of_items)
}

/// Counts of a text.
#[derive(Default)]
struct Sample {
    bytes: usize,
    /// Bytes of letters; those beyond the Latin ones take more of them.
    letters: usize,
    words: usize,
    english: usize,
    others: usize,
    /// Words of others that are no code of a language, as "de" and "en" are.
    telling: usize,
    /// Words of each of [`OTHERS`].
    known: [usize; OTHERS.len()],
    /// Bytes of letters beyond the Latin ones, by language.
    strange: Vec<(Tongue, usize)>,
}

impl Sample {
    fn add(&mut self, text: &str) {
        let text = head(text, SAMPLE.saturating_sub(self.bytes));
        self.bytes += text.len();
        // Addresses are in no language.
        let tokens = text.split_whitespace().filter(|token| !token.contains("://") && !token.contains("www."));
        for word in tokens.flat_map(|token| token.split(|c: char| !c.is_alphabetic())).filter(|word| !word.is_empty()) {
            self.words += 1;
            self.letters += word.len();
            if !word.is_ascii() {
                for c in word.chars() {
                    let Some(tongue) = script(c) else { continue };
                    match self.strange.iter_mut().find(|(known, _)| *known == tongue) {
                        Some((_, count)) => *count += c.len_utf8(),
                        None => self.strange.push((tongue, c.len_utf8())),
                    }
                }
            }
            if word.len() > LONGEST {
                continue;
            }
            match WORDS.get(word.to_lowercase().as_str()) {
                Some(Tells::English) => self.english += 1,
                Some(Tells::Other(set)) => {
                    self.others += 1;
                    self.telling += usize::from(word.len() > 2);
                    let counts = self.known.iter_mut().enumerate();
                    counts.for_each(|(bit, count)| *count += usize::from(set >> bit & 1));
                }
                None => {}
            }
        }
    }

    fn tongue(&self) -> Option<Tongue> {
        let all: usize = self.strange.iter().map(|(_, count)| count).sum();
        if self.letters >= ENOUGH && all * 2 > self.letters {
            // Japanese has the letters of Chinese, too.
            let kana = |(tongue, count): &&(Tongue, usize)| *tongue == Tongue::Japanese && count * 10 > all;
            let most = || self.strange.iter().max_by_key(|(_, count)| *count);
            return self.strange.iter().find(kana).or_else(most).map(|(tongue, _)| *tongue);
        }
        let foreign = self.words >= ENOUGH
            && self.others > self.english
            && self.others * 100 >= self.words * SHARE
            && self.telling * TELLING >= self.others;
        let most = (0..OTHERS.len()).rev().max_by_key(|at| self.known[*at]);
        most.filter(|_| foreign).map(|at| OTHERS[at].0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{Card, Siblings};
    use crate::disclosure::segments;
    use crate::text::SourceFile;

    #[test]
    fn words_are_as_long_as_said() {
        assert_eq!(WORDS.keys().map(|word| word.len()).max(), Some(LONGEST));
    }

    #[test]
    fn languages_are_told() {
        let told = |body: &str| {
            let source = SourceFile::new("README.md", body);
            of(body, &segments::cut(&Card::read(&source, vec![], Siblings::none(), None)))
        };
        let links = "- [code](https://github.com/de/la)\n".repeat(12);
        let codes = format!("Sorts letters.\n\n{}", "- en, de, fr, es, la, un\n".repeat(6));
        for (body, tongue) in [
            (
                "Das Modell ordnet Briefe an die Stadt einer von acht Stellen zu. Es wurde von der Stadt selbst trainiert \
                 und wird nicht mit anderen geteilt, auch nicht für Geld. Fragen beantwortet das Amt.",
                Some(Tongue::German),
            ),
            ("本模型把市民来信分到八个部门之一，由市政府信息办公室训练。", Some(Tongue::Chinese)),
            ("このモデルは市民の手紙を八つの部署に分類する。市が学習させた。", Some(Tongue::Japanese)),
            (
                "**Qu'est-ce que c'est ?** Un modèle qui trie les lettres de la ville pour les services, et qui a été entraîné \
                 par la ville sur des lettres qui ont été lues par deux personnes dans un bureau de la mairie.",
                Some(Tongue::French),
            ),
            (
                "The model sorts letters to the city by the office that has to answer them, and was trained by the city.",
                None,
            ),
            (&links, None),
            (&codes, None),
        ] {
            assert_eq!(told(body), tongue, "{body}");
        }
    }

    #[test]
    fn no_english_word_is_one_of_others() {
        for word in ENGLISH.split(' ') {
            assert!(OTHERS.iter().all(|(_, others)| others.split(' ').all(|other| other != word)), "{word}");
        }
    }
}
