//! Cues of the shape of a segment: how long it is, whether it has numbers, names, addresses of people, statements of code.

use std::ops::Range;

use super::segments::{Kind, LISTING, Segment, builtin};
use super::words::{DIGIT, LETTER, class};
use crate::text::head;

/// Words of a sentence, at least.
const SENTENCE: usize = 6;
/// Words of a long segment, at least.
const LONG: usize = 25;

/// Cues of the shape: length, numbers, kind.
pub(super) fn mark(text: &str, segment: &mut Segment, boilerplate: &[Range<usize>]) {
    let inner = &text[segment.span.range()];
    let mut inner = inner;
    if segment.kind == Kind::Table && inner.len() > LISTING {
        inner = head(inner, LISTING);
    }
    let cues = &mut segment.cues;
    match segment.kind {
        Kind::Code => {
            cues.insert(const { builtin("code") });
            if inner.lines().any(does) {
                cues.insert(const { builtin("statement") });
            }
            return;
        }
        Kind::Table => cues.insert(const { builtin("table") }),
        Kind::Item => cues.insert(const { builtin("item") }),
        Kind::Prose => {}
    }
    let bytes = inner.as_bytes();
    let (mut words, mut decimals, mut numbers) = (0, 0, 0);
    let mut at = 0;
    while at < bytes.len() {
        match class(bytes[at]) {
            0 => {
                match bytes[at] {
                    b'%' if at > 0 && (bytes[at - 1].is_ascii_digit() || bytes[at - 1] == b' ') => {
                        cues.insert(const { builtin("percent") });
                    }
                    b'@' if email(bytes, at) => cues.insert(const { builtin("email") }),
                    _ => {}
                }
                at += 1;
                continue;
            }
            DIGIT => {
                numbers += 1;
                words += 1;
                let after_dot = at >= 2 && bytes[at - 1] == b'.' && bytes[at - 2].is_ascii_digit();
                decimals += usize::from(after_dot);
            }
            LETTER => words += 1,
            _ => {}
        }
        while at < bytes.len() && class(bytes[at]) != 0 {
            at += 1;
        }
    }
    if !inner.is_ascii() {
        if bytes.iter().any(|byte| (0xd0..0xe0).contains(byte)) {
            words = words.max(inner.split_whitespace().count());
        }
        // Two characters of the scripts without blanks count as a word.
        words += bytes.iter().filter(|byte| (0xe3..=0xed).contains(*byte)).count() / 2;
    }
    // What is copied makes no sentence.
    let copied: usize = boilerplate
        .iter()
        .map(|range| {
            range.end.min(segment.span.end as usize).saturating_sub(range.start.max(segment.span.start as usize))
        })
        .sum();
    if copied * 2 > inner.len() {
        segment.empty = true;
        return;
    }
    for (cue, holds) in [
        (const { builtin("sentence") }, words >= SENTENCE),
        (const { builtin("long") }, words >= LONG),
        (const { builtin("number") }, numbers > 0),
        (const { builtin("decimal") }, decimals > 0),
        (const { builtin("numeric-table") }, segment.kind == Kind::Table && (decimals >= 2 || numbers >= 4)),
    ] {
        if holds {
            cues.insert(cue);
        }
    }
    if has_name(inner) {
        cues.insert(const { builtin("name") });
    }
}

/// True for a line of code that does something: no fence, import, comment or bracket.
fn does(line: &str) -> bool {
    let line = line.trim();
    let idle = ["```", "~~~", "import ", "from ", "#", "//", "\"\"\""].iter().any(|start| line.starts_with(start));
    !idle && line.bytes().filter(u8::is_ascii_alphanumeric).count() > 2
}

/// `somebody@example.org`
fn email(bytes: &[u8], at: usize) -> bool {
    let before = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
    let rest = &bytes[at + 1..];
    let host = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')).count();
    // The end of the sentence is no part of it.
    let ends = |byte: &&u8| matches!(byte, b'.' | b'-');
    let host = host - rest[..host].iter().rev().take_while(ends).count();
    before && rest[..host].iter().rposition(|byte| *byte == b'.').is_some_and(|dot| dot > 0 && host - dot > 2)
}

/// A capitalised word that does not begin the sentence, or an `owner/name`.
fn has_name(text: &str) -> bool {
    let mut before_ends = true;
    for word in text.split_ascii_whitespace() {
        let bytes = word.as_bytes();
        let lead = bytes.iter().position(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80).unwrap_or(bytes.len());
        let bare = &word[lead..];
        let mut chars = bare.chars();
        let capital = chars.next().is_some_and(char::is_uppercase) && chars.next().is_some();
        if capital && !before_ends {
            return true;
        }
        if bare.len() > 3 && memchr::memchr(b'/', bytes).is_some() && !word.contains("://") {
            return true;
        }
        before_ends =
            matches!(bytes.last(), Some(b'.' | b':' | b'!' | b'?' | b'|')) || (before_ends && bare.is_empty());
    }
    false
}
