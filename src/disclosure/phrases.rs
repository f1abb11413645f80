//! The phrases of cues in a text, each where its form lets it stand, and the sentences that templates have.

use std::ops::Range;

use super::data::{Form, Vocabulary};
use super::segments::{Kind, LISTING, Segment};
use super::trie::Trie;
use super::words::{DIGIT, LETTER, class};

/// A phrase in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) pattern: u32,
}

/// The phrases in the text of the segments, in order, and what is copied from templates, which has none.
pub(super) fn find(text: &str, vocabulary: &Vocabulary, segments: &[Segment]) -> (Vec<Hit>, Vec<Range<usize>>) {
    let (mut hits, mut copied): (Vec<Hit>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
    let Some(first) = segments.first().map(|segment| segment.span.start as usize) else { return (hits, copied) };
    let bytes = text.as_bytes();
    let mut take = |start: usize, end: usize, number: u32| {
        let pattern = vocabulary.patterns[number as usize];
        if !stands(text, start, end, pattern.form) {
            return;
        }
        if pattern.cue != vocabulary.boilerplate {
            hits.push(Hit { start, end, pattern: number });
        } else if copied.last().is_none_or(|last| !last.contains(&start)) {
            // The first on a line takes all that follows on it.
            copied.push(sentence(text, start, end));
        }
    };
    let mut stretch = |range: Range<usize>| {
        let mut at = range.start;
        while let Some((start, from)) = beginning(bytes, at, range.end, &vocabulary.cues) {
            vocabulary.cues.walk(bytes, from, |end, number| take(start, end, number));
            at = start + 1;
        }
    };
    // A long listing or table has said what it is in its beginning.
    let mut from = first;
    for segment in segments.iter().filter(|segment| matches!(segment.kind, Kind::Code | Kind::Table)) {
        let range = segment.span.range();
        if range.len() > LISTING && range.end > from {
            stretch(from..(range.start + LISTING).max(from));
            from = range.end;
        }
    }
    stretch(from..bytes.len());
    copied.sort_by_key(|range| (range.start, range.end));
    hits.retain(|hit| {
        let next = copied.partition_point(|copied| copied.end <= hit.start);
        copied.get(next).is_none_or(|copied| copied.start > hit.start)
    });
    (hits, copied)
}

/// The next place, from `at` on, where a phrase may begin, with what its walk goes on from. Phrases begin where words do,
/// behind a digit, or anywhere in scripts without blanks.
fn beginning(bytes: &[u8], mut at: usize, end: usize, cues: &Trie) -> Option<(usize, (u32, usize))> {
    let mut within = at.checked_sub(1).is_some_and(|before| class(bytes[before]) == LETTER);
    while at < end {
        if within {
            // The rest of the word, and a digit behind its letters.
            while at < end && class(bytes[at]) == LETTER {
                at += 1;
            }
            at += usize::from(at < end && class(bytes[at]) == DIGIT);
            within = false;
            continue;
        }
        let byte = bytes[at];
        if cues.opens(byte)
            && let Some(from) = cues.enter(bytes, at)
        {
            return Some((at, from));
        }
        within = class(byte) == LETTER;
        at += 1;
    }
    None
}

/// The sentence that a match begins in, and the rest of its line: what is copied is copied to the end.
fn sentence(text: &str, start: usize, end: usize) -> Range<usize> {
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let from = text[line..start].rfind(". ").map_or(line, |at| line + at + 2);
    from..text[end..].find('\n').map_or(text.len(), |at| end + at)
}

/// True when the match is a part of an address or of a repository id, which say something of others.
fn in_identifier(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let inside = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'/' | b'-' | b'_' | b':' | b'#' | b'%' | b'?' | b'=' | b'&')
    };
    // Most stand between blanks.
    let before = start.checked_sub(1).map(|at| bytes[at]);
    if ![before, bytes.get(end).copied()].into_iter().flatten().any(inside) {
        return false;
    }
    let from = start - bytes[..start].iter().rev().take(200).take_while(|byte| inside(**byte)).count();
    let to = end + bytes[end..].iter().take(200).take_while(|byte| inside(**byte)).count();
    let token = &bytes[from..to];
    let slash = memchr::memchr(b'/', token);
    // `train/test` and `and/or` are words; `owner/name-7b` is none.
    slash.is_some_and(|at| {
        let id =
            |part: &[u8]| part.iter().any(|byte| matches!(byte, b'-' | b'_' | b'.' | b':') || byte.is_ascii_digit());
        memchr::memmem::find(token, b"://").is_some()
            || (at > 0 && at + 1 < token.len() && (id(&token[at..]) || id(&token[..at])))
    })
}

/// True when the match stands in the text as its form asks.
fn stands(text: &str, start: usize, end: usize, form: Form) -> bool {
    let bytes = text.as_bytes();
    let word = |byte: u8| byte.is_ascii_alphanumeric();
    let begins = start == 0 || !word(bytes[start - 1]) || !word(bytes[start]);
    let ends = end == bytes.len() || !word(bytes[end]) || !word(bytes[end - 1]) || {
        // A plural is the same word.
        bytes[end] == b's' && bytes.get(end + 1).is_none_or(|next| !word(*next))
    };
    // `f1.8` is a number of its own.
    let ends = ends
        && !(bytes[end - 1].is_ascii_digit()
            && bytes.get(end) == Some(&b'.')
            && bytes.get(end + 1).is_some_and(u8::is_ascii_digit));
    let stands = match form {
        Form::Words => begins && ends,
        Form::Stems => begins,
        Form::Urls => true,
        Form::Units => {
            // `7B` has no boundary before its unit.
            let digit_before = start > 0 && bytes[start - 1].is_ascii_digit();
            // A number within a name, as in `gemma-2-9b-it`, measures nothing.
            let named = digit_before && {
                let digits =
                    bytes[..start].iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
                let before = start.checked_sub(digits + 1).map(|at| bytes[at]);
                let after = bytes.get(end);
                matches!(before, Some(b'-' | b'_' | b'/' | b'x'))
                    || matches!(after, Some(b'-' | b'_' | b'.'))
                        && bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric)
            };
            ends && !named && (digit_before || (begins && number_before(text, start)))
        }
        // `f16` is no F1 of 6.
        Form::Values => begins && !within_number(bytes, end) && number_after(text, end),
        Form::Counts => ends && large_number_before(text, start),
    };
    stands && (form == Form::Urls || !in_identifier(text, start, end))
}

/// True when digits go on.
fn within_number(bytes: &[u8], end: usize) -> bool {
    bytes[end - 1].is_ascii_digit() && bytes.get(end).is_some_and(u8::is_ascii_digit)
}

fn number_before(text: &str, start: usize) -> bool {
    let mut from = start.saturating_sub(28);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..start].trim_end_matches([' ', '-', '*', '_', '`', '\u{a0}']);
    let before = &before[before
        .rfind(['\n', '.', ';'])
        .filter(|at| !before[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
        .map_or(0, |at| at + 1)..];
    let mut words = before.rsplit(' ');
    let mut word = words.next().unwrap_or_default();
    // "117M trainable parameters"
    if matches!(
        word.to_ascii_lowercase().as_str(),
        "trainable" | "total" | "model" | "active" | "training" | "nvidia" | "english"
    ) {
        word = words.next().unwrap_or_default();
    }
    let lower = word.to_ascii_lowercase();
    word.bytes().any(|byte| byte.is_ascii_digit())
        || ["million", "billion", "trillion", "thousand", "hundred", "hundreds", "thousands", "millions", "billions"]
            .contains(&lower.as_str())
        || word.ends_with(['亿', '万', '억', '만', '億'])
        || ["one", "two", "three", "four", "eight"].contains(&lower.as_str())
}

/// "2 trillion tokens", "50k sentences", "1,250 images": counts of data, not lengths.
fn large_number_before(text: &str, start: usize) -> bool {
    let mut from = start.saturating_sub(40);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text[from..start].rsplit(['\n', '|']).next().unwrap_or_default();
    let words: Vec<&str> = before.split([' ', '-', '\u{a0}', '~', '*', '`']).filter(|word| !word.is_empty()).collect();
    // The number stands at most three words before its unit: "50k labelled Danish sentences".
    words.iter().rev().take(4).any(|word| {
        let word = word.trim_matches(|c: char| matches!(c, '(' | ')' | ',' | ':' | '+' | '.' | '≈' | '>' | '<' | '_'));
        let lower = word.to_ascii_lowercase();
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let begins = word.starts_with(|c: char| c.is_ascii_digit());
        digits >= 3
            && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b'\''))
            && !(digits == 4 && !word.contains(',') && (lower.starts_with("19") || lower.starts_with("20")))
            || (begins && lower.trim_end_matches('+').ends_with(['k', 'm', 'b', 't']))
            || (begins
                && (lower.contains("万")
                    || lower.contains("亿")
                    || lower.contains("억")
                    || lower.contains("만")
                    || lower.contains("億")))
            || [
                "million",
                "billion",
                "trillion",
                "thousand",
                "thousands",
                "millions",
                "billions",
                "mln",
                "bn",
                "тыс",
                "млн",
                "млрд",
                "millones",
                "milhões",
                "millionen",
            ]
            .contains(&lower.as_str())
    })
}

fn number_after(text: &str, end: usize) -> bool {
    let mut to = (end + 28).min(text.len());
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let after = text[end..to].split('\n').next().unwrap_or_default();
    let lead = after.trim_start_matches([
        ' ', ':', '=', '|', '*', '`', '_', '~', '"', '\'', '(', '：', '\t', '-', '≈', '<', '>', '/',
    ]);
    lead.starts_with(|c: char| c.is_ascii_digit())
        || [" of ", " is ", " was ", " set to ", "size of ", "of "].iter().any(|word| {
            after
                .find(word)
                .is_some_and(|at| at < 14 && after[at + word.len()..].starts_with(|c: char| c.is_ascii_digit()))
        })
}
