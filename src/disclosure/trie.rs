//! Phrases as a trie in one table of numbers, made by `build.rs`: building it at every start would take
//! longer than auditing a card.

use super::numbers::{Lists, Numbers, number};

/// A trie in a double array: from a node, a byte leads to the cell at the node's base plus the byte, if that
/// cell has this byte, because no two nodes have the same base. One step reads one cell.
pub struct Trie {
    /// The byte that leads to the node in the lowest eight bits, its base above, whether phrases end in it in the highest.
    cells: Numbers,
    /// Where the phrases that end in each node begin; one more for the end.
    ends: Numbers,
    phrases: Numbers,
    /// Hashes of the first four bytes of phrases, as bits: most words of a text begin none, and this fits into
    /// the nearest cache.
    beginnings: Vec<u64>,
    /// The first two bytes of shorter phrases, as bits; any second byte for a phrase of one.
    short: Vec<u64>,
    /// First four bytes, folded, and the cell that they lead to, by hash, the next place after one that is taken:
    /// the steps that all walks have in common are taken at once.
    jumps: Vec<(u32, u32)>,
    /// The bytes that phrases begin with, in either case.
    first: [bool; 256],
}

/// Phrases end in this node.
const ENDS: u32 = 1 << 31;
/// Bits of [`Trie::beginnings`].
const BITS: usize = 1 << 16;
/// Bytes of a beginning.
const BEGINNING: usize = 4;

/// A byte as it is compared: letters in lower case, and the end of a line like a blank, because text is wrapped.
#[inline]
fn folded(byte: u8) -> u8 {
    if byte == b'\n' { b' ' } else { byte.to_ascii_lowercase() }
}

/// The place of the hash of a beginning, folded, in a table of a power of two.
#[inline]
fn place(beginning: u32, places: usize) -> usize {
    (beginning.wrapping_mul(0x9e37_79b1) >> 8) as usize & (places - 1)
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
    pub fn read(bytes: &'static [u8]) -> (Self, Numbers) {
        let mut lists = Lists::new(bytes);
        let (cells, ends, phrases, starts) = (lists.next(), lists.next(), lists.next(), lists.next());
        let mut trie = Self {
            cells,
            ends,
            phrases,
            beginnings: vec![0; BITS / 64],
            short: vec![0; (1 << 16) / 64],
            jumps: vec![(0, 0); (starts.len() * 3).next_power_of_two()],
            first: [false; 256],
        };
        for &bytes in starts {
            for byte in [bytes[0], bytes[0].to_ascii_uppercase()] {
                trie.first[usize::from(byte)] = true;
            }
            match bytes {
                [first, 0, ..] => (0..=255).for_each(|second| set(&mut trie.short, pair(first, second))),
                [first, second, _, 0] => set(&mut trie.short, pair(first, second)),
                bytes => {
                    let start = number(bytes);
                    set(&mut trie.beginnings, place(start, BITS));
                    let leads = bytes.iter().try_fold(0, |cell, byte| trie.step(cell, *byte)).unwrap_or(0);
                    let mut at = place(start, trie.jumps.len());
                    while trie.jumps[at].0 != 0 {
                        at = (at + 1) % trie.jumps.len();
                    }
                    trie.jumps[at] = (start, leads);
                }
            }
        }
        (trie, lists.next())
    }

    /// The cell that a byte, folded, leads to.
    #[inline]
    fn step(&self, cell: u32, byte: u8) -> Option<u32> {
        let base = (number(*self.cells.get(cell as usize)?) & !ENDS) >> 8;
        let to = base + u32::from(byte);
        (number(*self.cells.get(to as usize)?) & 0xff == u32::from(byte)).then_some(to)
    }

    /// True when a phrase begins with this byte.
    #[inline]
    pub fn opens(&self, byte: u8) -> bool {
        self.first[usize::from(byte)]
    }

    /// The cell from which the phrases that begin at `at` go on, and where; `None` when none does.
    #[inline]
    pub fn enter(&self, text: &[u8], at: usize) -> Option<(u32, usize)> {
        match text[at..] {
            [a, b, ..] if holds(&self.short, pair(a, b)) => Some((0, at)),
            [a, b, c, d, ..] => {
                let beginning = u32::from_le_bytes([a, b, c, d].map(folded));
                // The other half of a line's end is no part of a phrase: such a beginning is walked from the root.
                let wrapped = || [b, c, d].contains(&b'\r').then_some((0, at));
                if !holds(&self.beginnings, place(beginning, BITS)) {
                    return wrapped();
                }
                let mut place = place(beginning, self.jumps.len());
                loop {
                    match self.jumps[place] {
                        (0, _) => return wrapped(),
                        (found, cell) if found == beginning => return Some((cell, at + BEGINNING)),
                        _ => place = (place + 1) & (self.jumps.len() - 1),
                    }
                }
            }
            [a] if holds(&self.short, pair(a, 0)) => Some((0, at)),
            _ => None,
        }
    }

    /// Calls `found` with the end and the number of each phrase that begins at `at`; ASCII letters match in any
    /// case, and a blank matches the end of a line.
    pub fn at(&self, text: &[u8], at: usize, found: impl FnMut(usize, u32)) {
        self.walk(text, (0, at), found);
    }

    /// Likewise, from where [`Trie::enter`] has come to.
    pub fn walk(&self, text: &[u8], (cell, at): (u32, usize), mut found: impl FnMut(usize, u32)) {
        let mut end = |place: u32, end: usize| {
            let place = place as usize;
            let [from, to] = [place, place + 1].map(|at| number(self.ends[at]) as usize);
            for phrase in &self.phrases[from..to] {
                found(end, number(*phrase));
            }
        };
        let Some(mut held) = self.cells.get(cell as usize).copied().map(number) else { return };
        if held & ENDS != 0 {
            end(cell, at);
        }
        for (offset, byte) in text[at..].iter().enumerate() {
            // The other half of a line's end.
            if *byte == b'\r' {
                continue;
            }
            let byte = u32::from(folded(*byte));
            let place = ((held & !ENDS) >> 8) + byte;
            match self.cells.get(place as usize).copied().map(number) {
                Some(to) if to & 0xff == byte => held = to,
                _ => return,
            }
            if held & ENDS != 0 {
                end(place, at + offset + 1);
            }
        }
    }
}
