//! Phrases as a trie in one table of numbers, made by `build.rs`: building it at every start would take
//! longer than auditing a card.

/// A trie. A node has edges in order of their bytes and the numbers of the phrases that end in it.
pub struct Trie {
    /// First edge and first phrase of each node, and one more for the end.
    nodes: Vec<[u32; 2]>,
    /// The byte in the upper eight bits, the node it leads to in the others.
    edges: Vec<u32>,
    phrases: Vec<u32>,
    /// The node behind each first byte, or zero.
    root: Vec<u32>,
    /// Hashes of the beginnings of phrases, as bits: most words of a text begin none, and this fits into the
    /// nearest cache.
    beginnings: Vec<u64>,
}

/// Bytes of a beginning.
const BEGINNING: usize = 4;
/// Bits of [`Trie::beginnings`].
const BITS: u32 = 1 << 15;

/// The place of a beginning among the bits; shorter phrases are hashed with the bytes that they have.
fn place(bytes: &[u8]) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    for byte in bytes {
        hash = (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
    }
    (hash ^ (hash >> 15)) % BITS
}

impl Trie {
    /// A trie from its table; what follows the table is given back.
    pub fn read(bytes: &[u8]) -> (Self, Vec<u32>) {
        let mut numbers =
            bytes.chunks_exact(4).map(|chunk| u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
        let mut next = || numbers.next().unwrap_or(0);
        let (nodes, edges, phrases) = (next() as usize, next() as usize, next() as usize);
        let mut take = |count: usize| -> Vec<u32> { numbers.by_ref().take(count).collect() };
        let (edge_starts, phrase_starts) = (take(nodes + 1), take(nodes + 1));
        let mut trie = Self {
            nodes: edge_starts.into_iter().zip(phrase_starts).map(|(edge, phrase)| [edge, phrase]).collect(),
            edges: take(edges),
            phrases: take(phrases),
            root: vec![0; 256],
            beginnings: vec![0; BITS as usize / 64],
        };
        for edge in trie.edges_of(0).to_vec() {
            trie.root[(edge >> 24) as usize] = edge & 0x00ff_ffff;
        }
        let mut open: Vec<(usize, Vec<u8>)> = vec![(0, Vec::new())];
        while let Some((node, bytes)) = open.pop() {
            let ends = trie.nodes.get(node + 1).is_some_and(|next| next[1] > trie.nodes[node][1]);
            if bytes.len() == BEGINNING || (ends && !bytes.is_empty()) {
                let bit = place(&bytes);
                trie.beginnings[bit as usize / 64] |= 1 << (bit % 64);
            }
            if bytes.len() < BEGINNING {
                for edge in trie.edges_of(node) {
                    let longer = bytes.iter().copied().chain([(edge >> 24) as u8]).collect();
                    open.push(((edge & 0x00ff_ffff) as usize, longer));
                }
            }
        }
        (trie, numbers.collect())
    }

    fn edges_of(&self, node: usize) -> &[u32] {
        let Some([from, to]) = self.nodes.get(node..node + 2) else { return &[] };
        self.edges.get(from[0] as usize..to[0] as usize).unwrap_or_default()
    }

    /// True when a phrase may begin here; false when none does.
    pub fn begins(&self, text: &[u8]) -> bool {
        let holds = |length: usize| {
            let bit = place(&text[..length]);
            self.beginnings[bit as usize / 64] & (1 << (bit % 64)) != 0
        };
        self.root[usize::from(text[0].to_ascii_lowercase())] != 0 && (1..=text.len().min(BEGINNING)).rev().any(holds)
    }

    /// Calls `found` with the end and the number of each phrase that begins at `at`; ASCII letters match in
    /// any case.
    pub fn at(&self, text: &[u8], at: usize, mut found: impl FnMut(usize, u32)) {
        let mut node = 0;
        for (offset, byte) in text[at..].iter().enumerate() {
            let byte = byte.to_ascii_lowercase();
            node = if offset == 0 {
                self.root[usize::from(byte)] as usize
            } else {
                let edges = self.edges_of(node);
                let place = match edges.len() {
                    0..=6 => edges.iter().position(|edge| (*edge >> 24) == u32::from(byte)),
                    _ => edges.binary_search_by_key(&u32::from(byte), |edge| *edge >> 24).ok(),
                };
                place.map_or(0, |place| (edges[place] & 0x00ff_ffff) as usize)
            };
            if node == 0 {
                return;
            }
            let (from, to) = (self.nodes[node][1] as usize, self.nodes[node + 1][1] as usize);
            for &phrase in &self.phrases[from..to] {
                found(at + offset + 1, phrase);
            }
        }
    }
}
