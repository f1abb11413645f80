//! The words of a text, each with its hash: letters in a row, digits in a row, addresses, and each letter of scripts
//! without blanks. Most of a text is ASCII, which is read by the byte.

use super::hash::{self, CHUNK, EMPTY};

/// A letter of ASCII.
pub(super) const LETTER: u8 = 1;
/// A digit of ASCII.
pub(super) const DIGIT: u8 = 2;
/// No ASCII.
pub(super) const WIDE: u8 = 4;

/// What each byte is; 0 for all else.
pub(super) static CLASS: [u8; 256] = {
    let (mut classes, mut byte) = ([0; 256], 0_u8);
    loop {
        classes[byte as usize] = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            0x80.. => WIDE,
            _ => 0,
        };
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

#[inline]
pub(super) fn class(byte: u8) -> u8 {
    CLASS[usize::from(byte)]
}

/// What all numbers are hashed as.
const NUMBER: u64 = hash::text("0");
/// What all addresses are hashed as.
const ADDRESS: u64 = hash::text("http");

/// A word as its hash knows it: lower case, numbers and addresses all the same.
pub(super) fn spelled(word: &str) -> String {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        "0".to_owned()
    } else if begins_address(word) {
        "http".to_owned()
    } else {
        word.to_lowercase()
    }
}

fn begins_address(text: &str) -> bool {
    text.strip_prefix("http").is_some_and(|rest| rest.starts_with("://") || rest.starts_with("s://"))
}

/// Calls `found` with the hash of each word and the word, for as many as are asked.
#[inline]
pub(super) fn each<'a>(text: &'a str, mut most: usize, mut found: impl FnMut(u64, &'a str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while most > 0 {
        while at < bytes.len() && class(bytes[at]) == 0 {
            at += 1;
        }
        let (start, Some(&first)) = (at, bytes.get(at)) else { return };
        let hash = if class(first) == DIGIT {
            at = run(bytes, start, DIGIT);
            NUMBER
        } else if class(first) == WIDE {
            let Some(c) = text[start..].chars().next() else { return };
            at += c.len_utf8();
            if !c.is_alphanumeric() {
                continue;
            }
            // What is no letter but counts as one is a word: "½".
            at = if wide(c) { at } else { letters(text, start).max(at) };
            hash::text(&text[start..at].to_lowercase())
        } else {
            at = run(bytes, start, LETTER);
            if bytes.get(at).is_some_and(|next| class(*next) == WIDE) {
                at = letters(text, start);
                hash::text(&text[start..at].to_lowercase())
            } else if first == b'h' && begins_address(&text[start..]) {
                let ends = |c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']' | '"' | '\'');
                at = text[start..].find(ends).map_or(text.len(), |end| start + end);
                ADDRESS
            } else {
                ascii(bytes, start, at)
            }
        };
        found(hash, &text[start..at]);
        most -= 1;
    }
}

/// Where bytes of a class end.
#[inline]
fn run(bytes: &[u8], mut at: usize, asked: u8) -> usize {
    while at < bytes.len() && class(bytes[at]) == asked {
        at += 1;
    }
    at
}

/// The hash of letters of ASCII, in lower case.
#[inline]
fn ascii(bytes: &[u8], start: usize, end: usize) -> u64 {
    let (mut all, mut at) = (EMPTY, start);
    while at < end {
        let held = if let Some(chunk) = bytes.get(at..at + CHUNK).and_then(|chunk| chunk.try_into().ok()) {
            u64::from_le_bytes(chunk)
        } else {
            let mut chunk = [0; CHUNK];
            chunk.iter_mut().zip(&bytes[at..]).for_each(|(to, byte)| *to = *byte);
            u64::from_le_bytes(chunk)
        };
        let behind = CHUNK.saturating_sub(end - at) * 8;
        all = hash::chunk(all, (held | 0x2020_2020_2020_2020) << behind >> behind);
        at += CHUNK;
    }
    all
}

/// Where letters in a row end.
fn letters(text: &str, start: usize) -> usize {
    text[start..].find(|c: char| !c.is_alphabetic() || wide(c)).map_or(text.len(), |end| start + end)
}

/// Letters of scripts without blanks.
fn wide(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{e00}'..='\u{e7f}')
}
