//! Phrases as a trie in one table of numbers, made by `build.rs`: building it at every start would take
//! longer than auditing a card.

/// A trie in a double array: from a node, a byte leads to the cell at the node's base plus the byte, if that
/// cell has this byte, because no two nodes have the same base. One step reads one cell.
pub struct Trie {
    /// The byte that leads to the node in the lowest eight bits, its base above, whether phrases end in it in the highest.
    cells: Vec<u32>,
    /// Where the phrases that end in each node begin; one more for the end.
    ends: Vec<u32>,
    phrases: Vec<u32>,
    /// Hashes of the first four bytes of phrases, as bits: most words of a text begin none, and this fits into
    /// the nearest cache.
    beginnings: Vec<u64>,
    /// The first two bytes of shorter phrases, as bits; any second byte for a phrase of one.
    short: Vec<u64>,
    /// The bytes that phrases begin with, in either case.
    first: [bool; 256],
}

/// Phrases end in this node.
const ENDS: u32 = 1 << 31;
/// Bits of [`Trie::beginnings`].
const BITS: u32 = 1 << 16;
/// Bytes of a beginning.
const BEGINNING: usize = 4;

/// A byte as it is compared: letters in lower case, and the end of a line like a blank, because text is wrapped.
#[inline]
fn folded(byte: u8) -> u8 {
    if byte == b'\n' { b' ' } else { byte.to_ascii_lowercase() }
}

/// The place of a beginning among the bits.
#[inline]
fn place(bytes: [u8; BEGINNING]) -> usize {
    let folded = u32::from_le_bytes(bytes.map(folded));
    (folded.wrapping_mul(0x9e37_79b1) >> 16) as usize % BITS as usize
}

#[inline]
fn pair(first: u8, second: u8) -> usize {
    usize::from(folded(first)) << 8 | usize::from(folded(second))
}

fn set(bits: &mut [u64], at: usize) {
    bits[at / 64] |= 1 << (at % 64);
}

#[inline]
fn holds(bits: &[u64], at: usize) -> bool {
    bits[at / 64] & (1 << (at % 64)) != 0
}

impl Trie {
    /// A trie from its table; what follows the table is given back.
    pub fn read(bytes: &[u8]) -> (Self, Vec<u32>) {
        let mut numbers =
            bytes.chunks_exact(4).map(|chunk| u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
        let mut next = || numbers.next().unwrap_or(0);
        let (cells, phrases, starts) = (next() as usize, next() as usize, next() as usize);
        let mut take = |count: usize| -> Vec<u32> { numbers.by_ref().take(count).collect() };
        let mut trie = Self {
            cells: take(cells),
            ends: take(cells + 1),
            phrases: take(phrases),
            beginnings: vec![0; BITS as usize / 64],
            short: vec![0; (1 << 16) / 64],
            first: [false; 256],
        };
        for start in take(starts) {
            let bytes = start.to_le_bytes();
            for byte in [bytes[0], bytes[0].to_ascii_uppercase()] {
                trie.first[usize::from(byte)] = true;
            }
            match bytes {
                [first, 0, ..] => (0..=255).for_each(|second| set(&mut trie.short, pair(first, second))),
                [first, second, _, 0] => set(&mut trie.short, pair(first, second)),
                bytes => set(&mut trie.beginnings, place(bytes)),
            }
        }
        (trie, numbers.collect())
    }

    /// True when a phrase begins with this byte.
    #[inline]
    pub fn opens(&self, byte: u8) -> bool {
        self.first[usize::from(byte)]
    }

    /// True when a phrase may begin with these bytes; false when none does.
    #[inline]
    pub fn begins(&self, text: &[u8]) -> bool {
        match *text {
            [a, b, c, d, ..] => holds(&self.beginnings, place([a, b, c, d])) || holds(&self.short, pair(a, b)),
            [a, b, ..] => holds(&self.short, pair(a, b)),
            [a] => holds(&self.short, pair(a, 0)),
            [] => false,
        }
    }

    /// Calls `found` with the end and the number of each phrase that begins at `at`; ASCII letters match in any
    /// case, and a blank matches the end of a line.
    pub fn at(&self, text: &[u8], at: usize, mut found: impl FnMut(usize, u32)) {
        let Some(mut cell) = self.cells.first().copied() else { return };
        for (offset, byte) in text[at..].iter().enumerate() {
            // The other half of a line's end.
            if *byte == b'\r' {
                continue;
            }
            let byte = u32::from(folded(*byte));
            let place = ((cell & !ENDS) >> 8) + byte;
            match self.cells.get(place as usize) {
                Some(to) if *to & 0xff == byte => cell = *to,
                _ => return,
            }
            if cell & ENDS != 0 {
                let place = place as usize;
                for &phrase in &self.phrases[self.ends[place] as usize..self.ends[place + 1] as usize] {
                    found(at + offset + 1, phrase);
                }
            }
        }
    }
}
