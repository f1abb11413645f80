//! Whether a card is in a language whose words cardlint knows little of.
//!
//! Headings are known in ten languages beside English; what stands under them is judged by words, most of which
//! are English. Of a card in another language, text under a heading that asks for it counts as an answer of which
//! no more is said.

use super::segments::{Kind, Segment};

/// Words that English texts are full of.
const ENGLISH: [&str; 10] = ["the", "of", "and", "is", "to", "for", "with", "that", "this", "are"];
/// Words that texts in other languages of Latin letters are full of, and English ones have not.
const OTHERS: [&str; 60] = [
    "der", "das", "und", "ist", "nicht", "mit", "auf", "von", "für", "werden", "eine", "wird", // German
    "le", "la", "les", "des", "est", "une", "pour", "dans", "que", "du", "et", "sur", // French
    "de", "el", "los", "las", "del", "en", "un", "una", "con", "por", "para", "es", // Spanish
    "da", "dos", "não", "uma", "em", "é", "il", "di", "che", "della", // Portuguese, Italian
    "het", "een", "van", "voor", "niet", "och", "att", "på", // Dutch, Swedish
    "bir", "için", "yang", "untuk", "của", "się", // and further ones
];
/// Of a hundred words of such a text, so many at least are among them.
const SHARE: usize = 10;
/// Words of prose from which on it can be told.
const ENOUGH: usize = 30;
/// Bytes of prose that are looked at.
const SAMPLE: usize = 8_000;

/// True where most of the prose is not in English.
pub(super) fn is_foreign(text: &str, segments: &[Segment]) -> bool {
    let (mut letters, mut strange, mut words, mut english, mut others, mut bytes) = (0, 0, 0, 0, 0, 0);
    for segment in segments.iter().filter(|segment| segment.kind == Kind::Prose && !segment.empty) {
        let prose = &text[segment.span.range()];
        for word in prose.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
            words += 1;
            english += usize::from(ENGLISH.iter().any(|known| known.eq_ignore_ascii_case(word)));
            others += usize::from(OTHERS.iter().any(|known| known.eq_ignore_ascii_case(word)));
            letters += word.chars().count();
            // Beyond the Latin letters.
            strange += word.chars().filter(|c| *c >= '\u{250}').count();
        }
        bytes += prose.len();
        if bytes > SAMPLE {
            break;
        }
    }
    letters >= ENOUGH && strange * 3 > letters || words >= ENOUGH && others > english && others * 100 >= words * SHARE
}
