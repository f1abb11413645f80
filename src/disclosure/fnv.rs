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
