//! Finding the front matter exactly as the two readers do.
//!
//! `huggingface_hub` 2.4.0 (`repocard.py`) states that its expression is the Hub server's:
//! optional white space, `---`, one line break, the YAML as short as possible, a line break, `---`,
//! blanks, and a line end or the end of the text. The readers differ only in what is white space.

use crate::text::Span;
use crate::yaml::reading::Reader;

/// Front matter that a reader finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The opening fence, from its first dash to behind its line break.
    pub open: Span,
    /// The YAML between the fences, without the line break before the closing one.
    pub yaml: Span,
    /// The closing fence, from its first dash to behind its line break.
    pub close: Span,
}

/// The front matter of `text`, or `None` when `reader` sees none.
#[must_use]
pub fn split(text: &str, reader: Reader) -> Option<Block> {
    let fence = text.find(|c: char| !is_space(c, reader))?;
    let rest = &text[fence..];
    if !rest.starts_with("---") {
        return None;
    }
    let open = fence + 3;
    // Alternatives in the expression's order: CRLF, CR, LF. CR alone is tried again when the text
    // behind CRLF holds no closing fence, which lets `---\r\n---` close with its own LF.
    let breaks: &[&str] = &["\r\n", "\r", "\n"];
    breaks.iter().filter(|line_break| text[open..].starts_with(**line_break)).find_map(|line_break| {
        let yaml = open + line_break.len();
        let (end, fence_at, behind) = closing_fence(text, yaml)?;
        Some(Block { open: Span::new(fence, yaml), yaml: Span::new(yaml, end), close: Span::new(fence_at, behind) })
    })
}

/// White space as the reader's regular expression engine defines `\s`.
fn is_space(c: char, reader: Reader) -> bool {
    match reader {
        Reader::Python => c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}'),
        Reader::JavaScript => (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}',
    }
}

/// The first closing fence at or behind `from`: end of the YAML, start of the dashes, end of the
/// fence.
fn closing_fence(text: &str, from: usize) -> Option<(usize, usize, usize)> {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(&bytes[from..], b"---").find_map(|at| {
        let dashes = from + at;
        let end = match (dashes.checked_sub(1).map(|i| bytes[i]), dashes.checked_sub(2).map(|i| bytes[i])) {
            (Some(b'\n'), Some(b'\r')) if dashes - 2 >= from => dashes - 2,
            (Some(b'\n' | b'\r'), _) if dashes > from => dashes - 1,
            _ => return None,
        };
        let blanks = dashes + 3 + bytes[dashes + 3..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let behind = match (bytes.get(blanks), bytes.get(blanks + 1)) {
            (None, _) => blanks,
            (Some(b'\n'), _) => blanks + 1,
            (Some(b'\r'), Some(b'\n')) => blanks + 2,
            _ => return None,
        };
        Some((end, dashes, behind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yaml(text: &str) -> Option<&str> {
        split(text, Reader::Python).map(|block| &text[block.yaml.range()])
    }

    #[test]
    fn the_expression_case_by_case() {
        assert_eq!(yaml("---\na: b\n---\nx"), Some("a: b"));
        assert_eq!(yaml("\n\u{a0} ---\r\na: b\r\n---  \r\nx"), Some("a: b"));
        assert_eq!(yaml("--- \na: b\n---\n"), None);
        assert_eq!(yaml("---\na: b\n ---\n"), None);
        assert_eq!(yaml("---\na: b\n----\nc\n---"), Some("a: b\n----\nc"));
        assert_eq!(yaml("---\n---\n"), None);
        assert_eq!(yaml("---\n\n---\n"), Some(""));
        assert_eq!(yaml("---\r\n---\r\n"), Some(""));
        assert_eq!(yaml("---\ra: b\r---\r"), None);
        assert_eq!(yaml("---\r\r\na: b\r\r\n---\r\r\n"), None);
        assert_eq!(yaml("\u{feff}---\na: b\n---\n"), None);
        assert!(split("\u{feff}---\na: b\n---\n", Reader::JavaScript).is_some());
    }
}
