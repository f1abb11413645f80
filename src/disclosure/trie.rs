//! Phrases as a trie in one table of numbers, made by `build.rs`: building it at every start would take
//! longer than auditing a card.
//!
//! This file is compiled twice: into the program, which reads the table, and into `build.rs`, which makes it.

/// A trie. A node has edges in order of their bytes and the numbers of the phrases that end in it.
pub struct Trie {
    /// First edge of each node, and one more for the end.
    edge_starts: Vec<u32>,
    /// First phrase of each node, and one more for the end.
    phrase_starts: Vec<u32>,
    /// The byte in the upper eight bits, the node it leads to in the others.
    edges: Vec<u32>,
    phrases: Vec<u32>,
    /// The node behind each first byte, or zero.
    root: Vec<u32>,
}

impl Trie {
    /// A trie from its table; what follows the table is given back.
    #[allow(dead_code, reason = "build.rs only writes")]
    pub fn read(bytes: &[u8]) -> (Self, Vec<u32>) {
        let mut numbers = bytes.chunks_exact(4).map(|chunk| u32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
        let mut next = || numbers.next().unwrap_or(0);
        let (nodes, edges, phrases) = (next() as usize, next() as usize, next() as usize);
        let mut take = |count: usize| -> Vec<u32> { numbers.by_ref().take(count).collect() };
        let mut trie = Self {
            edge_starts: take(nodes + 1),
            phrase_starts: take(nodes + 1),
            edges: take(edges),
            phrases: take(phrases),
            root: vec![0; 256],
        };
        for edge in trie.edges_of(0).to_vec() {
            trie.root[(edge >> 24) as usize] = edge & 0x00ff_ffff;
        }
        (trie, numbers.collect())
    }

    fn edges_of(&self, node: usize) -> &[u32] {
        let (Some(&from), Some(&to)) = (self.edge_starts.get(node), self.edge_starts.get(node + 1)) else { return &[] };
        self.edges.get(from as usize..to as usize).unwrap_or_default()
    }

    /// True when a phrase begins with this byte (ASCII letters in lower case).
    #[allow(dead_code, reason = "build.rs only writes")]
    pub fn begins(&self, byte: u8) -> bool {
        self.root[usize::from(byte)] != 0
    }

    /// Calls `found` with the end and the number of each phrase that begins at `at`; ASCII letters match in
    /// any case.
    #[allow(dead_code, reason = "build.rs only writes")]
    pub fn at(&self, text: &[u8], at: usize, mut found: impl FnMut(usize, u32)) {
        let mut node = 0;
        for (offset, byte) in text[at..].iter().enumerate() {
            let byte = byte.to_ascii_lowercase();
            node = if offset == 0 {
                self.root[usize::from(byte)] as usize
            } else {
                let next = self.edges_of(node).iter().find(|edge| (**edge >> 24) >= u32::from(byte));
                next.filter(|edge| (**edge >> 24) == u32::from(byte)).map_or(0, |edge| (edge & 0x00ff_ffff) as usize)
            };
            if node == 0 {
                return;
            }
            let (from, to) = (self.phrase_starts[node] as usize, self.phrase_starts[node + 1] as usize);
            for &phrase in &self.phrases[from..to] {
                found(at + offset + 1, phrase);
            }
        }
    }
}

/// The table of a trie of `phrases`, ASCII letters folded, with `more` numbers behind it.
#[allow(dead_code, reason = "the program only reads")]
pub fn write(phrases: &[String], more: &[u32]) -> Vec<u8> {
    use std::collections::BTreeMap;
    #[derive(Default)]
    struct Node {
        edges: BTreeMap<u8, usize>,
        phrases: Vec<u32>,
    }
    let mut nodes = vec![Node::default()];
    for (number, phrase) in (0..).zip(phrases) {
        let mut at = 0;
        for byte in phrase.bytes().map(|byte| byte.to_ascii_lowercase()) {
            at = if let Some(&next) = nodes[at].edges.get(&byte) {
                next
            } else {
                nodes.push(Node::default());
                let next = nodes.len() - 1;
                nodes[at].edges.insert(byte, next);
                next
            };
        }
        nodes[at].phrases.push(number);
    }
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let (mut edge_starts, mut phrase_starts, mut edges, mut ends) = (vec![0], vec![0], Vec::new(), Vec::new());
    for node in &nodes {
        edges.extend(node.edges.iter().map(|(byte, next)| u32::from(*byte) << 24 | number(*next)));
        ends.extend(&node.phrases);
        edge_starts.push(number(edges.len()));
        phrase_starts.push(number(ends.len()));
    }
    let head = [number(nodes.len()), number(edges.len()), number(ends.len())];
    let all = head.iter().chain(&edge_starts).chain(&phrase_starts).chain(&edges).chain(&ends).chain(more);
    all.flat_map(|value| value.to_le_bytes()).collect()
}

/// Folds a heading or label for comparison: lower case, words only.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}
