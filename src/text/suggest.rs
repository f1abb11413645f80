//! "Did you mean": the nearest of a set of known words.

use std::borrow::Cow;

/// The candidate nearest to `word`, when it is near enough to be worth a suggestion: at most one
/// edit for words up to four characters, two up to eight, then a quarter of the length
/// (Damerau-Levenshtein on lower-cased text with blanks and underscores read as hyphens).
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = fold(word);
    let length = word.chars().count();
    // Distances to very long words are costly and never worth a suggestion.
    if length == 0 || length > 64 {
        return None;
    }
    let limit = match length {
        0..=2 => 0,
        3..=4 => 1,
        5..=8 => 2,
        _ => length / 4,
    };
    let letters = letters(&word);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        // No vocabulary has letters whose case changes their number of bytes.
        if candidate.len().abs_diff(word.len()) > limit * 4 {
            continue;
        }
        let folded = fold(candidate);
        if folded.chars().count().abs_diff(length) > limit {
            continue;
        }
        if apart(&letters, &self::letters(&folded)) > limit {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&word, &folded);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters are put in, left out, changed or swapped between two words (Damerau-Levenshtein).
#[must_use]
pub fn distance(one: &str, other: &str) -> usize {
    strsim::damerau_levenshtein(one, other)
}

/// Kinds of characters that are counted apart: letters, digits and the marks between them.
const KINDS: usize = 64;

/// How often a word has each character, some of which are counted together.
fn letters(word: &str) -> [u8; KINDS] {
    let mut counts = [0_u8; KINDS];
    for c in word.chars() {
        let count = &mut counts[u32::from(c) as usize % KINDS];
        *count = count.saturating_add(1);
    }
    counts
}

/// The edits that two words are apart at least: each character that only one of them has takes one.
fn apart(one: &[u8; KINDS], other: &[u8; KINDS]) -> usize {
    let more = |one: &[u8; KINDS], other: &[u8; KINDS]| {
        one.iter().zip(other).map(|(one, other)| usize::from(one.saturating_sub(*other))).sum::<usize>()
    };
    more(one, other).max(more(other, one))
}

/// Lower case, with blanks and underscores as hyphens: the differences that people make without
/// noticing.
#[must_use]
pub fn fold(word: &str) -> Cow<'_, str> {
    let folded = |b: u8| matches!(b, b'!'..=b'~') && !b.is_ascii_uppercase() && b != b'_';
    if word.bytes().all(folded) {
        return Cow::Borrowed(word);
    }
    let hyphened = |c: char| if matches!(c, ' ' | '_') { '-' } else { c };
    if word.is_ascii() {
        return word.trim().chars().map(|c| hyphened(c.to_ascii_lowercase())).collect();
    }
    word.trim().chars().flat_map(char::to_lowercase).map(hyphened).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_not() {
        let tasks = ["text-generation", "text-classification", "fill-mask"];
        assert_eq!(nearest("text_generaton", tasks), Some("text-generation"));
        assert_eq!(nearest("fillmask", tasks), Some("fill-mask"));
        assert_eq!(nearest("robotics", tasks), None);
        assert_eq!(nearest("no", ["nn"]), None);
    }
}
