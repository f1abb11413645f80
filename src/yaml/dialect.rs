//! Where the two readers part from the YAML grammar that `granit-parser` accepts.
//!
//! The parser is lenient, so that a card that one reader accepts gets a tree. What the other one
//! refuses is found here, from the text and the tree, each check naming the reader it models.

use super::reading::{Reader, Refusal, RefusalKind};
use super::{Document, Kind, NodeId, Style};
use crate::text::{Span, lines};

/// Deepest nesting that `js-yaml` 4.3.2 composes (its option `maxDepth`).
const JAVASCRIPT_DEPTH: usize = 100;
/// Deepest nesting that `PyYAML` 6.0.3 composes and constructs under Python's default recursion
/// limit of 1,000, measured from inside `ModelCard`.
const PYTHON_DEPTH: usize = 480;

/// The first reason in the dialect for which `reader` refuses the document.
pub(super) fn check(document: &Document<'_>, text: &str, base: usize, reader: Reader) -> Result<(), Refusal> {
    if let Some(span) = document.second_document {
        return Err(refusal(span, "it contains a second document"));
    }
    let first = lines(text).find(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    if let Some((at, _)) = first.filter(|(_, line)| line.trim_end() == "...") {
        return Err(refusal(Span::new(base + at, base + at + 3), "it ends before it begins"));
    }
    match reader {
        Reader::Python => python(document, text, base)?,
        Reader::JavaScript => javascript(document, text, base)?,
    }
    depth(document, reader)
}

fn refusal(span: Span, message: &str) -> Refusal {
    Refusal { span, message: message.to_owned(), kind: RefusalKind::Other }
}

/// Line ends that only `PyYAML` knows: NEL, line separator, paragraph separator.
pub(super) const PYTHON_LINE_ENDS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// The text with the line ends that only `PyYAML` knows as line feeds, at unchanged offsets; `None`
/// when there are none. Separators inside quotes stay: they end the line and are kept.
pub(super) fn python_line_ends(document: &Document<'_>, text: &str, base: usize) -> Option<String> {
    if !text.contains(PYTHON_LINE_ENDS) {
        return None;
    }
    let areas = Areas::new(document, text, base);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if !PYTHON_LINE_ENDS.contains(&c) || (c != '\u{85}' && areas.of(at) == Area::Quoted) {
            out.push(c);
            continue;
        }
        // Blanks before a line end carry no meaning outside literal scalars.
        out.extend(std::iter::repeat_n(' ', c.len_utf8() - 1));
        out.push('\n');
    }
    (out != text).then_some(out)
}

/// As [`python_line_ends`] for a text that has no tree; `None` when it holds no such line end.
pub(super) fn all_line_ends(text: &str) -> Option<String> {
    text.contains(PYTHON_LINE_ENDS).then(|| text.replace('\u{85}', " \n").replace(['\u{2028}', '\u{2029}'], "  \n"))
}

/// The header line of the block scalar at `start`: its indicators, without the text.
pub(super) fn block_header(text: &str, start: usize) -> &str {
    let line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
    if line.starts_with(['|', '>']) {
        return line.split('#').next().unwrap_or_default();
    }
    // The span begins with the content: the indicators stand at the end of the line before.
    let before = text.get(..start).unwrap_or_default().trim_end();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.rfind(['|', '>']).map_or("", |at| &line[at..]).split('#').next().unwrap_or_default()
}

/// What a byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Area {
    /// Structure, or a plain scalar.
    Open,
    /// A quoted scalar.
    Quoted,
    /// The content of a block scalar.
    Block,
    /// A comment.
    Comment,
}

/// Quoted scalars, block scalars and comments as sorted ranges.
struct Areas {
    ranges: Vec<(usize, usize, Area)>,
}

impl Areas {
    fn new(document: &Document<'_>, text: &str, base: usize) -> Self {
        let mut ranges = Vec::new();
        for id in document.ids() {
            let node = document.node(id);
            let Kind::Scalar { style, .. } = node.kind else { continue };
            let (start, end) =
                ((node.span.start as usize).saturating_sub(base), (node.span.end as usize).saturating_sub(base));
            match style {
                Style::Plain => {}
                Style::SingleQuoted | Style::DoubleQuoted => ranges.push((start, end, Area::Quoted)),
                Style::Literal | Style::Folded => {
                    let has_header = text.get(start..).is_some_and(|rest| rest.starts_with(['|', '>']));
                    let header =
                        if has_header { text[start..end].find('\n').map_or(end, |at| start + at) } else { start };
                    ranges.push((header, end, Area::Block));
                }
            }
        }
        for comment in &document.comments {
            let (start, end) =
                ((comment.span.start as usize).saturating_sub(base), (comment.span.end as usize).saturating_sub(base));
            ranges.push((start, end, Area::Comment));
        }
        ranges.sort_unstable_by_key(|&(start, ..)| start);
        Self { ranges }
    }

    fn of(&self, at: usize) -> Area {
        let next = self.ranges.partition_point(|&(start, ..)| start <= at);
        match next.checked_sub(1).map(|i| self.ranges[i]) {
            Some((_, end, area)) if at < end => area,
            _ => Area::Open,
        }
    }
}

fn python(document: &Document<'_>, text: &str, base: usize) -> Result<(), Refusal> {
    let stranger = || text.char_indices().find(|&(_, c)| !python_printable(c));
    if !is_plain_ascii(text)
        && let Some((at, c)) = stranger()
    {
        let span = Span::new(base + at, base + at + c.len_utf8());
        return Err(refusal(span, &format!("the character U+{:04X} is not allowed", u32::from(c))));
    }
    // Its scanner takes a tab neither for a blank nor for the start of a token.
    if memchr::memchr(b'\t', text.as_bytes()).is_some() {
        let areas = Areas::new(document, text, base);
        if let Some((at, _)) = text.match_indices('\t').find(|&(at, _)| areas.of(at) == Area::Open) {
            return Err(refusal(
                Span::new(base + at, base + at + 1),
                "a tab cannot stand between values or in an unquoted one",
            ));
        }
    }
    let mut seen = std::collections::HashSet::new();
    for (name, span) in &document.anchors {
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            return Err(refusal(*span, "an anchor is named with letters, digits, `-` and `_`"));
        }
        if !seen.insert(name) {
            return Err(refusal(*span, "the anchor is defined twice"));
        }
    }
    python_nodes(document, text, base)
}

/// The longest simple key, in characters (YAML 1.1, and `PyYAML`'s `stale_possible_simple_keys`).
pub(super) const PYTHON_KEY: usize = 1024;

fn python_nodes(document: &Document<'_>, text: &str, base: usize) -> Result<(), Refusal> {
    if !document.has_flow && !document.has_odd_key {
        return Ok(());
    }
    let local = |span: Span| (span.start as usize).saturating_sub(base)..(span.end as usize).saturating_sub(base);
    let Some(root) = document.root() else { return Ok(()) };
    let mut stack = vec![(root, false)];
    while let Some((id, in_flow)) = stack.pop() {
        let node = document.node(id);
        let opens_flow = text.get(local(node.span).start..).is_some_and(|rest| rest.starts_with(['[', '{']));
        match &node.kind {
            Kind::Scalar { value, style: Style::Plain } if in_flow => {
                // In flow collections `?` and a leading `:` are indicators to it.
                if value.contains('?') || value.starts_with(':') {
                    return Err(refusal(node.span, "an unquoted `?` or leading `:` inside brackets is an indicator"));
                }
            }
            Kind::Scalar { .. } | Kind::Alias(_) => {}
            Kind::Seq(items) => stack.extend(items.iter().map(|&item| (item, in_flow || opens_flow))),
            Kind::Map(pairs) => {
                for &(key, value) in pairs {
                    let span = document.node(key).span;
                    if span.is_empty() && is_bare(document, key) && !is_explicit(text, local(span).start) {
                        return Err(refusal(document.node(value).span, "the key is missing"));
                    }
                    let long = span.len() > PYTHON_KEY
                        && text.get(local(span)).is_some_and(|key| key.chars().count() > PYTHON_KEY);
                    if long && !is_explicit(text, local(span).start) {
                        return Err(refusal(span, "the key is longer than 1,024 characters"));
                    }
                    stack.push((key, in_flow || opens_flow));
                    stack.push((value, in_flow || opens_flow));
                }
            }
        }
    }
    Ok(())
}

/// True for text of printable ASCII, tabs and line ends, which every reader takes.
fn is_plain_ascii(text: &str) -> bool {
    // Without a way out within a block, a block is tested as a whole.
    let plain = |block: &[u8]| block.iter().fold(true, |all, b| all & matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r'));
    text.as_bytes().chunks(128).all(plain)
}

/// True for a node with neither tag nor anchor.
fn is_bare(document: &Document<'_>, id: NodeId) -> bool {
    document.node(id).tag.is_none() && !document.node(id).anchored
}

/// True when the key at `start` follows a `?`.
fn is_explicit(text: &str, start: usize) -> bool {
    text[..start.min(text.len())].trim_end().ends_with('?')
}

/// `PyYAML`'s reader: tab, line ends, printable ASCII, NEL, and everything from NBSP on but
/// surrogates and the two non-characters.
fn python_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn javascript(document: &Document<'_>, text: &str, base: usize) -> Result<(), Refusal> {
    let suspect = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
    if !is_plain_ascii(text) && text.contains(suspect) {
        let areas = Areas::new(document, text, base);
        let stops = text.char_indices().find(|&(at, c)| {
            suspect(c)
                && match areas.of(at) {
                    // Comments are skipped unread; quotes take all that JSON takes.
                    Area::Comment => c == '\0',
                    Area::Quoted => c < ' ',
                    Area::Open | Area::Block => true,
                }
        });
        if let Some((at, c)) = stops {
            let span = Span::new(base + at, base + at + c.len_utf8());
            return Err(refusal(span, &format!("the character U+{:04X} is not allowed", u32::from(c))));
        }
    }
    let has_tabs = memchr::memchr(b'\t', text.as_bytes()).is_some();
    if !has_tabs && !document.has_odd_key {
        return Ok(());
    }
    for id in document.ids() {
        let node = document.node(id);
        let Kind::Map(pairs) = &node.kind else { continue };
        let start = (node.span.start as usize).saturating_sub(base);
        if text.get(start..).is_some_and(|rest| rest.starts_with('{')) {
            continue;
        }
        for &(key, value) in pairs {
            let span = document.node(key).span;
            let before = &text[..(span.start as usize).saturating_sub(base).min(text.len())];
            if has_tabs {
                let line = before.trim_end_matches(|c: char| c != '\n' && c.is_whitespace());
                let lead = &before[line.len()..];
                if lead.contains('\t') && (line.is_empty() || line.ends_with('\n')) {
                    return Err(refusal(span, "a tab cannot indent a key"));
                }
            }
            if span.is_empty() && is_bare(document, key) && !is_explicit(before, before.len()) {
                // The nearest of these tells whether the line has opened a bracket.
                let nearest = before.rfind(['\n', '[', '{', ',']);
                if nearest.is_none_or(|at| before[at..].starts_with('\n')) {
                    return Err(refusal(document.node(value).span, "the key is missing"));
                }
            }
        }
    }
    Ok(())
}

fn depth(document: &Document<'_>, reader: Reader) -> Result<(), Refusal> {
    let limit = match reader {
        Reader::Python => PYTHON_DEPTH,
        Reader::JavaScript => JAVASCRIPT_DEPTH,
    };
    // A scalar counts as one level more than the collection that holds it.
    if document.depth < limit {
        return Ok(());
    }
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
