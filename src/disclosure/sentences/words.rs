//! The words of a text, looked up one by one.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use super::table::{Classes, FRACTION, NAME, NUMBER, STOP};
use crate::disclosure::hash;

/// Bytes of a word that are looked at.
const WORD: usize = 32;
/// Bytes by which beginnings of words are found.
const STEM: usize = 3;

/// What turns capital letters of ASCII into small ones, eight at once; digits, hyphens and what else stands in words have
/// the bit already.
const SMALL: u64 = 0x2020_2020_2020_2020;

/// The first bytes of a word in small letters, zeros behind them, with the hash of all.
struct Word {
    parts: [u64; WORD / 8],
    hash: u64,
}

impl Word {
    /// Of a word in ASCII, or one whose letters are small.
    fn new(bytes: &[u8]) -> Self {
        let mut parts = [0; WORD / 8];
        let mut hash = hash::EMPTY;
        for (to, part) in parts.iter_mut().zip(bytes.chunks(8)) {
            let mut eight = [0; 8];
            eight[..part.len()].copy_from_slice(part);
            let small = u64::from_le_bytes(eight) | SMALL;
            // Bytes of other letters have no capital ones to make small.
            *to = if bytes.is_ascii() { small } else { u64::from_le_bytes(eight) };
            *to &= u64::MAX >> (8 * (8 - part.len()));
            hash = hash::chunk(hash, *to);
        }
        Self { parts, hash }
    }

    /// The first three bytes.
    fn start(&self) -> u64 {
        self.parts[0] & 0xff_ffff
    }

    fn starts_with(&self, stem: &Stem) -> bool {
        self.parts.iter().zip(stem.mask).zip(stem.parts).all(|((part, mask), stem)| part & mask == stem)
    }

    fn first(&self) -> u8 {
        self.parts[0].to_le_bytes()[0]
    }

    fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.parts.iter().flat_map(|part| part.to_le_bytes()).take_while(|byte| *byte != 0)
    }
}

/// The beginning of words.
struct Stem {
    parts: [u64; WORD / 8],
    /// Which bytes it has.
    mask: [u64; WORD / 8],
    classes: Classes,
}

/// A small table of bits: what has none there is in no list.
struct Filter([u64; 64]);

impl Default for Filter {
    fn default() -> Self {
        Self([0; 64])
    }
}

impl Filter {
    fn place(key: u64) -> (usize, u64) {
        let key = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52;
        (usize::try_from(key / 64).unwrap_or_default(), 1 << (key % 64))
    }

    fn insert(&mut self, key: u64) {
        let (at, bit) = Self::place(key);
        self.0[at] |= bit;
    }

    fn may_hold(&self, key: u64) -> bool {
        let (at, bit) = Self::place(key);
        self.0[at] & bit != 0
    }
}

/// For keys that are hashes.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = hash::chunk(self.0, u64::from(*byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = hash::chunk(hash::EMPTY, key);
    }
}

/// Words and beginnings of words, with the classes of each.
#[derive(Default)]
pub(super) struct Lexicon {
    words: HashMap<u64, Classes, BuildHasherDefault<AsItIs>>,
    known: Filter,
    /// By their first bytes.
    stems: HashMap<u64, Vec<Stem>, BuildHasherDefault<AsItIs>>,
    starts: Filter,
}

impl Lexicon {
    /// Adds a word, or with a star behind it the beginning of words.
    pub(super) fn insert(&mut self, word: &str, class: usize) {
        let Some(stem) = word.strip_suffix('*') else {
            let Word { hash, .. } = Word::new(&word.as_bytes()[..word.len().min(WORD)]);
            self.known.insert(hash);
            return self.words.entry(hash).or_default().insert(class);
        };
        assert!((STEM..=WORD).contains(&stem.len()), "rules/sentences.yaml: `{word}` is too short");
        let word = Word::new(stem.as_bytes());
        let mut mask = [0; WORD / 8];
        for (mask, part) in mask.iter_mut().zip(stem.as_bytes().chunks(8)) {
            *mask = u64::MAX >> (8 * (8 - part.len()));
        }
        self.starts.insert(word.start());
        let stems = self.stems.entry(word.start()).or_default();
        let at = stems.iter().position(|known| known.parts == word.parts && known.mask == mask).unwrap_or_else(|| {
            stems.push(Stem { parts: word.parts, mask, classes: Classes::default() });
            stems.len() - 1
        });
        stems[at].classes.insert(class);
    }

    /// The classes of a word.
    fn look_up(&self, word: &Word) -> Classes {
        let known = self.known.may_hold(word.hash);
        let mut classes = known.then(|| self.words.get(&word.hash)).flatten().copied().unwrap_or_default();
        if self.starts.may_hold(word.start()) {
            for stem in self.stems.get(&word.start()).into_iter().flatten() {
                if word.starts_with(stem) {
                    classes.union(&stem.classes);
                }
            }
        }
        if word.first().is_ascii_digit() {
            classes.insert(NUMBER);
            let digits = |byte: &u8| byte.is_ascii_digit() || *byte == b'/';
            if word.bytes().any(|byte| byte == b'/') && word.bytes().all(|byte| digits(&byte)) {
                classes.insert(FRACTION);
            }
        }
        classes
    }
}

/// Words of a sentence that are looked at.
const LONGEST: usize = 100;

/// A sentence: the classes of its words, and all of them.
#[derive(Default)]
pub(super) struct Sentence {
    pub(super) at: Range<usize>,
    pub(super) words: Vec<Classes>,
    pub(super) all: Classes,
}

impl Sentence {
    fn push(&mut self, classes: Classes, at: Range<usize>) {
        if self.words.is_empty() {
            self.at = at.clone();
        }
        self.at.end = at.end;
        if self.words.len() < LONGEST {
            self.all.union(&classes);
            self.words.push(classes);
        }
    }
}

/// The hashes of the words of the model's name.
pub(super) struct Name(Vec<u64>);

/// Letters of the shortest word that is taken for one of the model's name.
const NAMED: usize = 3;

impl Name {
    /// Of a title: its words, and their parts.
    pub(super) fn of(title: &str) -> Self {
        let title = title.to_lowercase();
        let parts = title.split(|c: char| !c.is_alphanumeric()).chain(title.split_whitespace());
        let words =
            parts.filter(|word| word.chars().count() >= NAMED && !word.bytes().all(|byte| byte.is_ascii_digit()));
        Self(words.map(|word| Word::new(&word.as_bytes()[..word.len().min(WORD)]).hash).collect())
    }
}

/// Bytes of the longest tag or target of a link that is passed over.
const TARGET: usize = 500;

/// Bytes at the beginning of a text that nobody reads: the target of a link, a tag, an address.
fn unread(text: &str) -> usize {
    let end = |from: usize, close: u8| {
        let near = &text.as_bytes()[from..text.len().min(from + TARGET)];
        near.iter().position(|byte| *byte == close || *byte == b'\n').map_or(0, |end| from + end + 1)
    };
    match text.as_bytes() {
        [b' ' | b'\n', next, ..] if *next != b'h' => 0,
        [b']', b'(', ..] => end(2, b')'),
        [b'<', next, ..] if next.is_ascii_alphabetic() || matches!(next, b'/' | b'!') => end(1, b'>'),
        [first, b'h', b't', b't', b'p', ..] if first.is_ascii() => {
            text[1..].find(char::is_whitespace).map_or(text.len(), |end| end + 1)
        }
        _ => 0,
    }
}

/// Marks behind which a sentence has another part.
fn is_stop(c: char) -> bool {
    matches!(c, ',' | ':' | ';' | '(' | ')' | '–' | '—' | '|')
}

/// Gives each sentence of a text that begins at `offset`; one that asks claims nothing, and is left out.
pub(super) fn sentences(lexicon: &Lexicon, text: &str, offset: usize, name: &Name, give: &mut dyn FnMut(&Sentence)) {
    let mut sentence = Sentence::default();
    let mut stop = Classes::default();
    stop.insert(STOP);
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let length = word(text, at);
        if length > 0 {
            at += length;
            let word = read(&text[start..at]);
            let mut classes = lexicon.look_up(&word);
            if name.0.contains(&word.hash) {
                classes.insert(NAME);
            }
            sentence.push(classes, offset + start..offset + at);
            continue;
        }
        let hidden = unread(&text[at..]);
        if hidden > 0 {
            at += hidden;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        at += c.len_utf8();
        if sentence.words.is_empty() {
            continue;
        }
        if is_stop(c) {
            sentence.push(stop, offset + start..offset + at);
        } else if matches!(c, '.' | '!' | '?') && bytes.get(at).is_none_or(u8::is_ascii_whitespace) {
            if c != '?' {
                give(&sentence);
            }
            sentence.words.clear();
            sentence.all = Classes::default();
        }
    }
    if !sentence.words.is_empty() {
        give(&sentence);
    }
}

/// A word as it is looked up: in small letters, with plain apostrophes.
fn read(text: &str) -> Word {
    let bytes = text.as_bytes();
    let short = &bytes[..bytes.len().min(WORD)];
    if short.is_ascii() {
        return Word::new(short);
    }
    let lower: String = text.chars().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }).collect();
    Word::new(&lower.as_bytes()[..lower.len().min(WORD)])
}

/// The length of the word that begins here, if one does: letters and digits, and within them apostrophes, hyphens and what
/// parts the digits of a number.
fn word(text: &str, at: usize) -> usize {
    let bytes = &text.as_bytes()[at..];
    let mut length = 0;
    while let Some(&byte) = bytes.get(length) {
        let next = bytes.get(length + 1);
        if byte.is_ascii_alphanumeric()
            || length > 0
                && (byte == b'\'' && next.is_some_and(u8::is_ascii_alphabetic)
                    || byte == b'-' && next.is_some_and(u8::is_ascii_alphanumeric)
                    || matches!(byte, b'.' | b',' | b'/') && next.is_some_and(u8::is_ascii_digit))
        {
            length += 1;
        } else if byte.is_ascii() {
            break;
        } else {
            match text[at + length..].chars().next() {
                Some(c) if c.is_alphanumeric() || c == '’' && length > 0 => length += c.len_utf8(),
                _ => break,
            }
        }
    }
    length
}
