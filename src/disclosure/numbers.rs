//! Tables of numbers, read where they lie in the program: copying them at every start would take longer than auditing a
//! card, and a card needs a small part of them.

/// Numbers of 32 bits, the lowest byte first, as `build.rs` writes them.
pub(super) type Numbers = &'static [[u8; 4]];

/// One of them.
#[inline]
pub(super) fn number(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes)
}

/// Lists of numbers, each behind its length.
pub(super) struct Lists(Numbers);

impl Lists {
    pub(super) fn new(bytes: &'static [u8]) -> Self {
        Self(bytes.as_chunks().0)
    }

    /// The next list; none is left behind the last.
    pub(super) fn next(&mut self) -> Numbers {
        let Some((length, rest)) = self.0.split_first() else { return &[] };
        let (list, rest) = rest.split_at((number(*length) as usize).min(rest.len()));
        self.0 = rest;
        list
    }
}
