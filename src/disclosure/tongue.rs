//! Whether a card is in a language whose words cardlint knows little of.
//!
//! Headings are known in ten languages beside English; what stands under them is judged by words, most of which
//! are English. Of a card in another language, text under a heading that asks for it counts as an answer of which
//! no more is said.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::segments::{Kind, Segment};

/// Words that English texts are full of.
const ENGLISH: &str = "the of and is to for with that this are";
/// Words that texts in other languages of Latin letters are full of, and English ones have not: German, French, Spanish,
/// Portuguese, Italian, Dutch, Swedish and further ones.
const OTHERS: &str = "der das und ist nicht mit auf von für werden eine wird le la les des est une pour dans que du et \
                      sur de el los las del en un una con por para es da dos não uma em é il di che della het een van \
                      voor niet och att på bir için yang untuk của się";
/// Of a hundred words of such a text, so many at least are among them.
const SHARE: usize = 10;
/// Words of prose from which on it can be told.
const ENOUGH: usize = 30;
/// Bytes of prose that are looked at.
const SAMPLE: usize = 3_000;

/// What a word tells.
enum Tells {
    English,
    Other,
}

/// The words that tell something, in lower case.
static WORDS: LazyLock<HashMap<&str, Tells>> = LazyLock::new(|| {
    let english = ENGLISH.split(' ').map(|word| (word, Tells::English));
    let others = OTHERS.split(' ').filter(|word| !word.is_empty()).map(|word| (word, Tells::Other));
    english.chain(others).collect()
});
/// The longest of them, in bytes.
const LONGEST: usize = 6;

/// True where most of the prose is not in English.
pub(super) fn is_foreign(text: &str, segments: &[Segment]) -> bool {
    let (mut letters, mut strange, mut words, mut english, mut others, mut bytes) = (0, 0, 0, 0, 0, 0);
    for segment in segments.iter().filter(|segment| segment.kind == Kind::Prose && !segment.empty) {
        let prose = &text[segment.span.range()];
        for word in prose.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
            words += 1;
            letters += word.len();
            // Beyond the Latin letters; of those, which take three bytes each, the bytes count like letters.
            if !word.is_ascii() {
                strange += word.chars().filter(|c| *c >= '\u{250}').map(char::len_utf8).sum::<usize>();
            }
            if word.len() <= LONGEST {
                match WORDS.get(word.to_ascii_lowercase().as_str()) {
                    Some(Tells::English) => english += 1,
                    Some(Tells::Other) => others += 1,
                    None => {}
                }
            }
        }
        bytes += prose.len();
        if bytes > SAMPLE {
            break;
        }
    }
    letters >= ENOUGH && strange * 2 > letters || words >= ENOUGH && others > english && others * 100 >= words * SHARE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_long_as_said() {
        assert_eq!(WORDS.keys().map(|word| word.len()).max(), Some(LONGEST));
    }
}
