//! Which language a card is written in, where that is not English.
//!
//! Most of what is known of words is known of English ones. Of other languages headings are known, and the words of
//! `rules/glossaries/`, by which `gloss.rs` reads a card as if it were English. What stands under a heading that asks for
//! it counts as an answer in any case, of which no more is said.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::segments::{Kind, Segment};

/// A language of which a glossary is known.
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
    /// Another one.
    Unknown,
}

/// Words that English texts are full of.
const ENGLISH: &str = "the of and is to for with that this are";
/// Words that texts in other languages of Latin letters are full of, and English ones have not.
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
/// Words, or bytes of letters, from which on it can be told.
const ENOUGH: usize = 30;
/// Bytes of letters below which there is next to no prose.
const LITTLE: usize = 200;
/// Bytes that are looked at.
const SAMPLE: usize = 3_000;
/// Bytes of the longest of the words.
const LONGEST: usize = 6;

/// What a word tells, in lower case: English, or which of [`OTHERS`], as bits.
static WORDS: LazyLock<HashMap<&str, Option<u8>>> = LazyLock::new(|| {
    let mut words: HashMap<&str, Option<u8>> = ENGLISH.split(' ').map(|word| (word, None)).collect();
    for (bit, (_, others)) in OTHERS.iter().enumerate() {
        for word in others.split(' ') {
            *words.entry(word).or_insert(Some(0)).get_or_insert(0) |= 1 << bit;
        }
    }
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
            if sample.bytes > SAMPLE {
                break;
            }
        }
        sample
    };
    let prose = of_kind(Kind::Prose);
    if prose.letters < LITTLE { of_kind(Kind::Item).tongue() } else { prose.tongue() }
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
    /// Words of each of [`OTHERS`].
    known: [usize; OTHERS.len()],
    /// Bytes of letters beyond the Latin ones, by language.
    strange: Vec<(Tongue, usize)>,
}

impl Sample {
    fn add(&mut self, text: &str) {
        self.bytes += text.len();
        for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
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
                Some(None) => self.english += 1,
                Some(Some(set)) => {
                    self.others += 1;
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
        let foreign = self.words >= ENOUGH && self.others > self.english && self.others * 100 >= self.words * SHARE;
        let most = (0..OTHERS.len()).rev().max_by_key(|at| self.known[*at]);
        most.filter(|_| foreign).map(|at| OTHERS[at].0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_long_as_said() {
        assert_eq!(WORDS.keys().map(|word| word.len()).max(), Some(LONGEST));
    }

    #[test]
    fn no_english_word_is_one_of_others() {
        for word in ENGLISH.split(' ') {
            assert!(OTHERS.iter().all(|(_, others)| others.split(' ').all(|other| other != word)), "{word}");
        }
    }
}
