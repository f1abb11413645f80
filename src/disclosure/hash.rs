//! How features are told apart: hashes of their names, of 64 bits. `build.rs` compiles this file too.

/// The hash of nothing.
pub const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;
/// Bytes that are hashed at once.
pub const CHUNK: usize = 8;

/// The hash of what was hashed before and up to eight more bytes, the first one lowest, zeros behind the last.
#[inline]
pub const fn chunk(before: u64, bytes: u64) -> u64 {
    mix(before ^ bytes)
}

/// The hash of a text.
pub const fn text(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let (mut all, mut at, mut held) = (EMPTY, 0, 0);
    while at < bytes.len() {
        held |= (bytes[at] as u64) << (at % CHUNK * 8);
        at += 1;
        if at % CHUNK == 0 || at == bytes.len() {
            all = chunk(all, held);
            held = 0;
        }
    }
    all
}

/// The hash of the name of a feature: its kind, and behind a colon one or two words, which are hashed apart, so that each
/// word of a card is hashed once.
pub fn feature(name: &str) -> u64 {
    let (kind, words) = name.split_once(':').unwrap_or((name, ""));
    let kind = text(kind);
    match words.split_once(' ') {
        Some((first, second)) => pair(kind, text(first), text(second)),
        None => single(kind, text(words)),
    }
}

/// The hash of a kind and a word.
#[inline]
pub const fn single(kind: u64, word: u64) -> u64 {
    mix(kind ^ word.rotate_left(17))
}

/// The hash of a kind and two words in a row.
#[inline]
pub const fn pair(kind: u64, first: u64, second: u64) -> u64 {
    mix(kind ^ first.rotate_left(31).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ second.rotate_left(7))
}

/// Bits of the table of what has a row: most words have none, and this fits into the nearest cache.
pub const HELD: usize = 1 << 17;
/// No row.
pub const NONE: u32 = u32::MAX;

/// The higher half of a hash.
#[inline]
pub const fn higher(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Where a hash is looked for first in a table of a power of two.
#[inline]
pub const fn place(hash: u64, places: usize) -> usize {
    #[allow(clippy::cast_possible_truncation, reason = "only the lower bits count")]
    let hash = hash as usize;
    hash & (places - 1)
}

/// Spreads what differs in a few bits over all of them.
#[inline]
const fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ hash >> 32
}
