//! Text primitives: byte spans, source files and positions.
//!
//! Everything inside cardlint counts bytes in whole-file coordinates; lines and columns exist only
//! here and in `report/`. This module owns the conversion and the neutralising of text that comes
//! from a card ([`safe`]). It must not know what a card is.

pub(crate) mod any;
pub mod prose;
pub(crate) mod quick;
pub mod safe;
pub mod suggest;

use std::sync::OnceLock;

/// A half-open range of bytes in a [`SourceFile`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// A span over `start..end`; an `end` before `start` gives an empty span at `start`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let start = clamp_offset(start);
        Self { start, end: clamp_offset(end).max(start) }
    }

    /// The empty span at `offset`.
    #[must_use]
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The span as a `usize` range, for slicing.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True when the span covers nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// The lines of a text without their line feeds, each with its offset; found a block of bytes at a time.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain((!text.ends_with('\n')).then_some(text.len()));
    ends.map(move |end| {
        let start = std::mem::replace(&mut at, end + 1);
        (start, &text[start..end])
    })
}

/// The paragraphs of a text, each with its offset: what stands between lines without text, whatever ends the lines.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut blanks = lines(text).filter(|(_, line)| line.trim().is_empty()).map(|(at, line)| (at, at + line.len()));
    let mut from = Some(0);
    std::iter::from_fn(move || {
        let start = from?;
        let (end, next) = blanks.next().map_or((text.len(), None), |(at, end)| (at, Some(end)));
        from = next;
        Some((start, &text[start..end]))
    })
    .filter(|(_, paragraph)| !paragraph.trim().is_empty())
}

/// Offsets are `u32`: files above [`crate::card::MAX_BYTES`] are refused before they get here.
fn clamp_offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// The beginning of a text, of at most so many bytes.
pub(crate) fn head(text: &str, most: usize) -> &str {
    let end = (0..=text.len().min(most)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// The end of a text, at most so many bytes.
pub(crate) fn tail(text: &str, most: usize) -> &str {
    let start = (text.len().saturating_sub(most)..=text.len()).find(|at| text.is_char_boundary(*at));
    &text[start.unwrap_or(text.len())..]
}

/// A text in lower case, but for the few letters that have another length then, so that every place stays.
pub(crate) fn lower_in_place(text: &str) -> String {
    let small = |c: char| {
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(small), None) if small.len_utf8() == c.len_utf8() => small,
            _ => c,
        }
    };
    text.chars().map(small).collect()
}

/// True when `text` holds `word` as a word (or the beginning of one, for plurals).
pub(crate) fn mentions(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    let Some(first) = word.first() else { return true };
    // Clauses are short: making a searcher for each word takes longer than looking.
    memchr::memchr_iter(*first, text)
        .any(|at| text[at..].starts_with(word) && (at == 0 || !text[at - 1].is_ascii_alphanumeric()))
}

/// The name and text of one file.
#[derive(Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    index: OnceLock<LineIndex>,
}

impl SourceFile {
    /// A source from its name (as the user gave it, `/`-separated) and its text.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), index: OnceLock::new() }
    }

    /// The name as the user gave it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of `span`; empty when the span does not lie on character boundaries in bounds.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The line index, computed at first use.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        self.index.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Start and end positions of a span, counted in `unit`.
    #[must_use]
    pub fn location(&self, span: Span, unit: Unit) -> (Position, Position) {
        let lines = self.lines();
        (lines.position(&self.text, span.start as usize, unit), lines.position(&self.text, span.end as usize, unit))
    }
}

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Unicode code points (JSON, tables, text).
    CodePoint,
    /// UTF-16 code units (SARIF, LSP).
    Utf16,
}

impl Unit {
    /// Units that begin in these bytes of UTF-8, which may be cut anywhere: a character counts where
    /// its first byte is.
    fn count(self, utf8: &[u8]) -> usize {
        let points = utf8.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        match self {
            Unit::CodePoint => points,
            // Characters of four bytes take two units.
            Unit::Utf16 => points + utf8.iter().filter(|&&byte| byte >= 0xf0).count(),
        }
    }
}

/// A position: both members count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// Start offsets of all lines. Lines end at LF, CRLF or a bare CR, as in `CommonMark`.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// Code points and UTF-16 units before each [`BLOCK`] of bytes, made for the first position far
    /// along a line: counting each from the line's start takes quadratic time.
    blocks: OnceLock<Vec<[u32; 2]>>,
}

/// Bytes between two counts.
const BLOCK: usize = 1024;

impl LineIndex {
    fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            // The CR of a CRLF pair does not end the line, its LF does.
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(clamp_offset(at + 1));
        }
        Self { starts, blocks: OnceLock::new() }
    }

    /// Number of lines; a text without any line end has one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Zero-based line that holds `offset`.
    fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= offset).saturating_sub(1)
    }

    /// Byte range of the one-based `line` without its line end; empty when there is no such line.
    #[must_use]
    pub fn line_span(&self, text: &str, line: usize) -> Span {
        let Some(&start) = line.checked_sub(1).and_then(|index| self.starts.get(index)) else {
            return Span::default();
        };
        let end = self.starts.get(line).map_or(text.len(), |&next| next as usize);
        let content = text.get(start as usize..end).unwrap_or_default();
        Span::new(start as usize, start as usize + content.trim_end_matches(['\n', '\r']).len())
    }

    /// Position of a byte offset; offsets past the end are clamped to it, offsets inside a
    /// character to its start.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize, unit: Unit) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_of(offset);
        let start = self.starts[line] as usize;
        let column = if offset - start < 2 * BLOCK {
            unit.count(&text.as_bytes()[start..offset])
        } else {
            self.before(text, offset, unit) - self.before(text, start, unit)
        };
        Position { line: line + 1, column: column + 1 }
    }

    /// Units before `offset` in the whole text.
    fn before(&self, text: &str, offset: usize, unit: Unit) -> usize {
        let bytes = text.as_bytes();
        let blocks = self.blocks.get_or_init(|| {
            let mut sums = vec![[0, 0]];
            for block in bytes.chunks(BLOCK) {
                let [points, units] = sums.last().copied().unwrap_or_default();
                let count = |unit: Unit| clamp_offset(unit.count(block));
                sums.push([points + count(Unit::CodePoint), units + count(Unit::Utf16)]);
            }
            sums
        });
        let block = offset / BLOCK;
        blocks[block][unit as usize] as usize + unit.count(&bytes[block * BLOCK..offset])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_far_along_a_line() {
        let text = "first\n".to_owned() + &"aé🎉".repeat(3000);
        let source = SourceFile::new("x", text.as_str());
        for (offset, c) in text.char_indices().skip(6).step_by(97) {
            let before: Vec<char> = text[6..offset].chars().collect();
            let units: usize = before.iter().map(|c| c.len_utf16()).sum();
            let at = |unit| source.location(Span::at(offset), unit).0.column;
            assert_eq!((at(Unit::CodePoint), at(Unit::Utf16)), (before.len() + 1, units + 1), "{c} at {offset}");
        }
    }

    #[test]
    fn columns_count_what_they_are_asked_to() {
        let source = SourceFile::new("x", "a🎉b\r\nzweite\rdritte\n");
        let b = "a🎉".len();
        let (start, _) = source.location(Span::at(b), Unit::CodePoint);
        assert_eq!(start, Position { line: 1, column: 3 });
        let (start, _) = source.location(Span::at(b), Unit::Utf16);
        assert_eq!(start, Position { line: 1, column: 4 });
        assert_eq!(source.lines().count(), 4);
        assert_eq!(source.slice(source.lines().line_span(source.text(), 3)), "dritte");
    }

    #[test]
    fn offsets_out_of_bounds_are_clamped() {
        let source = SourceFile::new("x", "é");
        let (start, end) = source.location(Span::new(1, 99), Unit::CodePoint);
        assert_eq!(start, Position { line: 1, column: 1 });
        assert_eq!(end, Position { line: 1, column: 2 });
    }
}
