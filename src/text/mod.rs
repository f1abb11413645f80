//! Text primitives: byte spans, source files and positions.
//!
//! Everything inside cardlint counts bytes in whole-file coordinates; lines and columns exist only
//! here and in `report/`. This module owns the conversion and the neutralising of text that comes
//! from a card ([`safe`]). It must not know what a card is.

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

/// Offsets are `u32`: files above [`crate::card::MAX_BYTES`] are refused before they get here.
fn clamp_offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
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
}

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
        Self { starts }
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
        let before = &text[self.starts[line] as usize..offset];
        let column = match unit {
            Unit::CodePoint => before.chars().count(),
            Unit::Utf16 => before.chars().map(char::len_utf16).sum(),
        };
        Position { line: line + 1, column: column + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
