//! Where the two readers part from the YAML grammar that `granit-parser` accepts.
//!
//! The parser is lenient, so that a card that one reader accepts gets a tree. What the other one
//! refuses is found here, from the text and the tree, each check naming the reader it models.

use super::reading::{Reader, Refusal, RefusalKind};
use super::{Document, Kind, NodeId, Style};
use crate::text::Span;

/// Deepest nesting that `js-yaml` 4.3.2 composes (its option `maxDepth`).
const JAVASCRIPT_DEPTH: usize = 100;
/// Deepest nesting that `PyYAML` 6.0.3 composes and constructs under Python's default recursion
/// limit of 1,000, measured from inside `ModelCard`.
const PYTHON_DEPTH: usize = 480;

/// The first reason in the dialect for which `reader` refuses the document.
pub(super) fn check(document: &Document<'_>, text: &str, base: usize, reader: Reader) -> Result<(), Refusal> {
    if let Some(span) = document.second_document {
        return Err(refusal(span, "it holds a second document"));
    }
    match reader {
        Reader::Python => python(document, text, base)?,
        Reader::JavaScript => javascript(text, base)?,
    }
    depth(document, reader)
}

fn refusal(span: Span, message: &str) -> Refusal {
    Refusal { span, message: message.to_owned(), kind: RefusalKind::Other }
}

fn python(document: &Document<'_>, text: &str, base: usize) -> Result<(), Refusal> {
    if let Some((at, c)) = text.char_indices().find(|&(_, c)| !python_printable(c)) {
        let span = Span::new(base + at, base + at + c.len_utf8());
        return Err(refusal(span, &format!("the character U+{:04X} is not allowed", u32::from(c))));
    }
    for id in document.ids() {
        let node = document.node(id);
        if let Kind::Scalar { style, .. } = node.kind
            && !node.span.is_empty()
        {
            python_scalar(document, id, text, base, style)?;
        }
    }
    Ok(())
}

/// `PyYAML`'s reader: tab, line ends, printable ASCII, NEL, and everything from NBSP on but
/// surrogates and the two non-characters.
fn python_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn python_scalar(document: &Document<'_>, id: NodeId, text: &str, base: usize, style: Style) -> Result<(), Refusal> {
    let span = document.node(id).span;
    let start = (span.start as usize).saturating_sub(base);
    let bytes = text.as_bytes();
    // A tab cannot separate a token from what stands before it on its line ("found character '\t'
    // that cannot start any token"): libyaml's scanner skips blanks only.
    let before = &bytes[..start.min(bytes.len())];
    let gap = before.iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
    if before[before.len() - gap..].contains(&b'\t') && style != Style::Literal && style != Style::Folded {
        let at = before.len() - gap;
        return Err(refusal(Span::new(base + at, base + at + gap), "a tab cannot stand before a value"));
    }
    Ok(())
}

fn javascript(text: &str, base: usize) -> Result<(), Refusal> {
    let stops = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if let Some((at, c)) = text.char_indices().find(|&(_, c)| stops(c)) {
        let span = Span::new(base + at, base + at + c.len_utf8());
        return Err(refusal(span, &format!("the character U+{:04X} is not allowed", u32::from(c))));
    }
    Ok(())
}

fn depth(document: &Document<'_>, reader: Reader) -> Result<(), Refusal> {
    let limit = match reader {
        Reader::Python => PYTHON_DEPTH,
        Reader::JavaScript => JAVASCRIPT_DEPTH,
    };
    let Some(root) = document.root() else { return Ok(()) };
    let mut stack = vec![(root, 1)];
    while let Some((id, depth)) = stack.pop() {
        let node = document.node(id);
        if depth > limit {
            return Err(refusal(node.span, "it is nested too deeply"));
        }
        match &node.kind {
            Kind::Seq(items) => stack.extend(items.iter().map(|&item| (item, depth + 1))),
            Kind::Map(pairs) => {
                stack.extend(pairs.iter().flat_map(|&(key, value)| [(key, depth + 1), (value, depth + 1)]));
            }
            Kind::Scalar { .. } | Kind::Alias(_) => {}
        }
    }
    Ok(())
}
