//! How features are told apart (FNV-1a, 64 bits). `build.rs` compiles this file too.

/// The hash of nothing.
pub const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of what was hashed before and these bytes.
pub const fn hash(mut before: u64, bytes: &[u8]) -> u64 {
    let mut at = 0;
    while at < bytes.len() {
        before = (before ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    before
}

/// The hash of the name of a feature: its kind, and behind a colon one or two words, which are hashed apart, so that each
/// word of a text is hashed once.
pub fn feature(name: &str) -> u64 {
    let (kind, words) = name.split_once(':').unwrap_or((name, ""));
    let kind = hash(EMPTY, kind.as_bytes());
    match words.split_once(' ') {
        Some((first, second)) => pair(kind, hash(EMPTY, first.as_bytes()), hash(EMPTY, second.as_bytes())),
        None => single(kind, hash(EMPTY, words.as_bytes())),
    }
}

/// The hash of a kind and a word.
pub fn single(kind: u64, word: u64) -> u64 {
    mix(kind ^ word.rotate_left(17))
}

/// The hash of a kind and two words in a row.
pub fn pair(kind: u64, first: u64, second: u64) -> u64 {
    mix(kind ^ first.rotate_left(31).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ second.rotate_left(7))
}

/// Spreads what differs in a few bits over all of them.
fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ hash >> 32
}
