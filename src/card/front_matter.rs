//! Where the front matter is, and every way in which it gets lost.
//!
//! [`split`](super::split) says what the readers see. This module says why they see nothing, too
//! much or too little, each trap of the Hub's expression told apart and placed.

use std::cell::LazyCell;

use super::split::{Block, split};
use crate::text::{Span, safe};
use crate::vocab;
use crate::yaml::reading::Reader;
use crate::yaml::{self, Document, Kind, Style, SyntaxError};

/// What the Hub makes of the top of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// A block is there and holds something.
    Present,
    /// There is nothing that looks like metadata.
    Missing,
    /// Metadata is there, but the Hub does not see it.
    Hidden,
    /// A block is there and holds nothing.
    Empty,
    /// The block is no YAML mapping.
    Invalid,
}

impl Status {
    /// The word used in the JSON report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Present => "present",
            Status::Missing => "missing",
            Status::Hidden => "hidden",
            Status::Empty => "empty",
            Status::Invalid => "invalid",
        }
    }
}

/// A way to lose front matter, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Which trap.
    pub kind: TrapKind,
    /// The bytes that spring it.
    pub span: Span,
}

/// The traps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrapKind {
    /// The file is a Git LFS pointer.
    LfsPointer,
    /// A byte-order mark before the block.
    ByteOrderMark,
    /// `what` stands before the fence; the block that is lost is `block`.
    NotFirst {
        /// What stands there, for a sentence.
        what: String,
        /// From the opening fence to behind the closing one.
        block: Span,
    },
    /// Metadata lines at the top without any fence.
    NoFence,
    /// The opening fence is not exactly `---`.
    OpeningFence {
        /// What is wrong with it.
        what: &'static str,
        /// Bytes to delete to mend it, when that is all it takes.
        excess: Vec<Span>,
    },
    /// The block never closes; the span is the line meant to close it, or the opening fence.
    Unclosed {
        /// What is wrong with the line meant, `None` when there is none.
        what: Option<&'static str>,
    },
    /// The block runs on into the body.
    SwallowsBody {
        /// What is wrong with the line meant to close it, `None` when there is none.
        what: Option<&'static str>,
        /// The line that closes it in fact.
        closed_by: Span,
    },
    /// A `---` inside the block closes it; the keys in `lost` become text.
    ClosesEarly {
        /// The keys that are lost.
        lost: Vec<String>,
        /// It stands within a value, not between two keys.
        within: bool,
    },
    /// The block is there and empty.
    Empty,
    /// `---` directly followed by `---`: not seen as a block at all.
    EmptyUnseen,
    /// A second block behind the first.
    SecondBlock {
        /// Keys that it sets.
        keys: Vec<String>,
    },
    /// Line ends that hide the block.
    LineEnds {
        /// What they are.
        what: &'static str,
    },
}

/// The top of a card.
#[derive(Debug)]
pub struct FrontMatter {
    /// What the Hub makes of it.
    pub status: Status,
    /// The block, when the Hub sees one.
    pub block: Option<Block>,
    /// The YAML that the author meant: the block's, cut where the body begins.
    pub yaml: Span,
    /// Why something is lost.
    pub traps: Vec<Trap>,
}

impl FrontMatter {
    /// Where the Markdown begins.
    #[must_use]
    pub fn body_start(&self) -> usize {
        self.block.map_or(0, |block| block.close.end as usize)
    }

    /// The place to name when a key is missing: the closing fence, else the start of the file.
    #[must_use]
    pub fn end(&self) -> Span {
        self.block
            .map_or(Span::default(), |block| Span::new(block.close.start as usize, block.close.start as usize + 3))
    }
}

/// First line of a Git LFS pointer (git-lfs specification, "The Pointer").
const LFS: &str = "version https://git-lfs.github.com/spec/v";

/// The tree of [`FrontMatter::yaml`], or its syntax error.
pub type Parsed<'s> = Result<Document<'s>, SyntaxError>;

/// Looks at the top of a card; the tree is there when the Hub sees a block.
#[must_use]
pub fn find(text: &str) -> (FrontMatter, Option<Parsed<'_>>) {
    let mut top = FrontMatter { status: Status::Missing, block: None, yaml: Span::default(), traps: Vec::new() };
    if text.starts_with(LFS) {
        top.status = Status::Hidden;
        top.traps.push(Trap { kind: TrapKind::LfsPointer, span: line_at(text, 0) });
        return (top, None);
    }
    if let Some(block) = split(text, Reader::JavaScript) {
        let parsed = found(text, block, &mut top);
        return (top, Some(parsed));
    }
    if let Some(trap) = hidden(text) {
        top.status = match trap.kind {
            TrapKind::EmptyUnseen => Status::Empty,
            TrapKind::NoFence => Status::Missing,
            _ => Status::Hidden,
        };
        top.traps.push(trap);
    }
    (top, None)
}

fn found<'s>(text: &'s str, block: Block, top: &mut FrontMatter) -> Parsed<'s> {
    top.status = Status::Present;
    top.block = Some(block);
    top.yaml = block.yaml;
    if text.starts_with('\u{feff}') {
        top.traps.push(Trap { kind: TrapKind::ByteOrderMark, span: Span::new(0, '\u{feff}'.len_utf8()) });
    }
    let base = block.yaml.start as usize;
    let parsed = yaml::parse(&text[block.yaml.range()], base);
    if let Some((cut, trap)) = swallowed(text, block, &parsed) {
        top.yaml = Span::new(base, cut);
        top.traps.push(trap);
        return yaml::parse(&text[top.yaml.range()], base);
    }
    top.traps.extend(behind(text, block, &parsed));
    parsed
}

/// One line without its end: offset and text.
fn lines(text: &str, from: usize) -> impl Iterator<Item = (usize, &str)> {
    text[from..].split_inclusive('\n').scan(from, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line.trim_end_matches(['\n', '\r'])))
    })
}

fn line_at(text: &str, start: usize) -> Span {
    let end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
    Span::new(start, end)
}

/// The key when a line reads `key: …` at its very start.
fn line_key(line: &str) -> Option<&str> {
    let colon = line.find(':')?;
    let key = &line[..colon];
    let behind = line[colon + 1..].chars().next();
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    (plain && behind.is_none_or(|c| c == ' ' || c == '\t')).then_some(key)
}

/// True when the line sets a key that the Hub knows.
fn sets_known_key(line: &str) -> bool {
    line_key(line).is_some_and(|key| vocab::fields().is_known(key))
}

/// True for a line that closes a block.
fn closes(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.bytes().all(|b| b == b' ' || b == b'\t'))
}

/// What is wrong with a line that somebody may have meant to close the block.
fn near_fence(line: &str) -> Option<&'static str> {
    let first = line.bytes().find(|b| *b != b' ' && *b != b'\t');
    if !matches!(first, Some(b'-' | b'.')) {
        return None;
    }
    let trimmed = line.trim();
    if trimmed == "---" && line.starts_with([' ', '\t']) {
        return Some("is indented");
    }
    if line.trim_end() == "..." {
        return Some("is `...`, which ends a YAML document but not front matter");
    }
    if line.starts_with("----") && trimmed.bytes().all(|b| b == b'-') {
        return Some("has more than three dashes");
    }
    if line.starts_with("---") && !closes(line) && !line.starts_with("----") {
        return Some("has text after its dashes");
    }
    None
}

/// A block that runs on into the body: where it should end, and the trap.
fn swallowed(text: &str, block: Block, parsed: &Parsed<'_>) -> Option<(usize, Trap)> {
    let inner = &text[block.yaml.range()];
    let base = block.yaml.start as usize;
    let clean = parsed.as_ref().is_ok_and(|document| document.second_document.is_none());
    let closed_by = block.close;
    let has = |needle: &[u8]| memchr::memmem::find(inner.as_bytes(), needle).is_some();
    let scalars = LazyCell::new(|| long_scalars(parsed.as_ref().ok()));
    let fences = if has(b"---") || has(b"...") { inner } else { "" };
    for (offset, line) in lines(fences, 0) {
        let at = base + offset;
        if let Some(what) = near_fence(line) {
            let span = Span::new(at, at + line.len());
            if !inside(&scalars, span) && (!clean || line.trim() == "...") {
                return Some((at, Trap { kind: TrapKind::SwallowsBody { what: Some(what), closed_by }, span }));
            }
        }
    }
    // No line was meant to close it: a Markdown heading shows where the body begins.
    let error = parsed.as_ref().err().map(|error| error.span.start as usize);
    let mut blank = false;
    let last = |met: &dyn Fn(&str) -> bool| {
        lines(inner, 0).filter(|(_, line)| line_key(line).is_some_and(met)).last().map(|(offset, _)| offset)
    };
    let known = LazyCell::new(|| last(&|key| vocab::fields().is_known(key)));
    let foreign = LazyCell::new(|| last(&|key| key.starts_with(|c: char| c.is_ascii_uppercase())));
    let headings = if has(b"\n#") { inner } else { "" };
    for (offset, line) in lines(headings, 0) {
        let at = base + offset;
        if blank && is_heading(line) && error.is_none_or(|error| error > at) {
            // Whether a key of ours, or one that looks like none, comes behind.
            let (known, foreign) = (*known >= Some(offset), *foreign >= Some(offset));
            if !known && (error.is_some() || foreign) {
                let span = Span::new(at, at + line.len());
                return Some((at, Trap { kind: TrapKind::SwallowsBody { what: None, closed_by }, span }));
            }
        }
        blank = line.trim().is_empty();
    }
    None
}

fn is_heading(line: &str) -> bool {
    let hashes = line.bytes().take_while(|b| *b == b'#').count();
    (1..=6).contains(&hashes) && line[hashes..].starts_with(' ')
}

/// Scalars, in order; in those of more than one line any text is content.
fn long_scalars(document: Option<&Document<'_>>) -> Vec<Span> {
    let nodes = document.into_iter().flat_map(|document| document.ids().map(|id| document.node(id)));
    let scalars = nodes.filter(|node| matches!(node.kind, Kind::Scalar { .. }));
    let mut spans: Vec<Span> = scalars.map(|node| node.span).collect();
    spans.sort_unstable_by_key(|span| span.start);
    spans
}

/// True when `span` lies in one of them, behind its beginning.
fn inside(scalars: &[Span], span: Span) -> bool {
    let before = scalars.partition_point(|scalar| scalar.start < span.start);
    before.checked_sub(1).is_some_and(|last| scalars[last].end >= span.end)
}

/// Words behind a colon from which a line is a sentence.
const MOST_WORDS: usize = 3;

/// Keys lost behind the block: to a `---` inside a scalar or between two keys, or to a second block.
fn behind(text: &str, block: Block, parsed: &Parsed<'_>) -> Option<Trap> {
    let body = block.close.end as usize;
    let fence = Span::new(block.close.start as usize, block.close.start as usize + 3);
    let cut = ends_in_scalar(parsed);
    let mut second = None;
    let mut keys = Vec::new();
    let (mut known, mut certain, mut last_blank, mut rows) = (false, false, false, 0);
    let early = |keys: Vec<String>| Trap { kind: TrapKind::ClosesEarly { lost: keys, within: cut }, span: fence };
    // Front matter is short; a rule far down in the body has nothing to do with it.
    for (offset, line) in lines(text, body).take(200) {
        if closes(line) {
            if second.is_none() && keys.is_empty() {
                second = Some(Span::new(offset, offset + 3));
                continue;
            }
            if !known {
                return None;
            }
            return match second {
                Some(span) => Some(Trap { kind: TrapKind::SecondBlock { keys }, span }),
                // One plain line over dashes is a heading, and dashes behind a blank line are a rule.
                None if !cut && !certain && (rows < 2 || last_blank) => None,
                None => Some(early(keys)),
            };
        }
        let blank = line.trim().is_empty();
        if second.is_none() && !blank {
            // A block that was whole may be followed by what reads like a key.
            if !cut && keys.is_empty() && !sets_known_key(line) {
                return None;
            }
            let prose = |key: &str| line[key.len() + 1..].split_whitespace().count() > MOST_WORDS;
            if line_key(line).map_or(!line.starts_with([' ', '-', '#', '\t']), prose) {
                break;
            }
            rows += 1;
        }
        last_blank = blank;
        if is_heading(line) && second.is_none() {
            break;
        }
        if let Some(key) = line_key(line) {
            known |= sets_known_key(line);
            // No sentence consists of such a word and one more.
            let short = line[key.len() + 1..].split_whitespace().count() < 2;
            certain |= short && sets_known_key(line) && key.contains(['_', '-']);
            keys.push(key.to_owned());
        } else if second.is_some() && !blank && !line.starts_with([' ', '-', '#', '\t']) {
            // Prose: no YAML.
            return None;
        }
    }
    (second.is_none() && !cut && certain).then(|| early(keys))
}

/// True when the YAML ends within a block or quoted scalar, where a `---` can stand by mistake.
fn ends_in_scalar(parsed: &Parsed<'_>) -> bool {
    match parsed {
        // An unclosed quote or bracket is cut by the fence.
        Err(_) => true,
        Ok(document) => document.ids().last().is_some_and(|id| {
            matches!(document.node(id).kind, Kind::Scalar { style: Style::Literal | Style::Folded, .. })
        }),
    }
}

/// Why the Hub sees no block.
fn hidden(text: &str) -> Option<Trap> {
    let start = text.find(|c: char| !(c.is_whitespace() || c == '\u{feff}'))?;
    let fence = line_at(text, start);
    if !text[start..].starts_with("---") {
        return no_fence(text, fence).or_else(|| not_first(text, start));
    }
    let rest = &text[start + 3..fence.end as usize];
    let body = text[fence.end as usize..].find('\n').map_or(text.len(), |at| fence.end as usize + at + 1);
    if !rest.is_empty() {
        return opening_fence(text, fence, rest, body);
    }
    if let Some(what) = line_ends(text) {
        return Some(Trap { kind: TrapKind::LineEnds { what }, span: fence });
    }
    if closes(line_at_text(text, body)) {
        return Some(Trap { kind: TrapKind::EmptyUnseen, span: fence });
    }
    unclosed(text, fence, body)
}

/// A first line of other signs right before metadata: dashes that an editor joined, two hyphens, a code fence.
fn no_fence(text: &str, fence: Span) -> Option<Trap> {
    let line = text[fence.range()].trim_end();
    let what = if matches!(line, "```" | "```yaml" | "```yml" | "~~~" | "~~~yaml") {
        "is a code fence"
    } else if !line.is_empty() && line.chars().all(|c| "-‐‑‒–—―−_+=~* ".contains(c)) {
        "is not made of three hyphens"
    } else {
        return None;
    };
    let next = text[fence.end as usize..].find('\n').map(|at| line_at_text(text, fence.end as usize + at + 1))?;
    // Between `+++` stands TOML.
    let toml = |(key, _): (&str, &str)| line == "+++" && vocab::fields().is_known(key.trim());
    let keyed = sets_known_key(next) || next.split_once('=').is_some_and(toml);
    keyed.then_some(Trap { kind: TrapKind::OpeningFence { what, excess: Vec::new() }, span: fence })
}

fn line_at_text(text: &str, start: usize) -> &str {
    &text[line_at(text, start).range()]
}

fn opening_fence(text: &str, fence: Span, rest: &str, body: usize) -> Option<Trap> {
    let dashes = |line: &str| line.starts_with("----") && line.trim_end().bytes().all(|b| b == b'-');
    let close = lines(text, body).find(|(_, line)| closes(line) || dashes(line));
    let keyed = lines(text, body).take_while(|(_, line)| !closes(line)).any(|(_, line)| sets_known_key(line));
    let behind_dashes = Span::new(fence.start as usize + 3, fence.end as usize);
    let (what, excess) = if rest.bytes().all(|b| b == b' ' || b == b'\t') {
        ("has spaces after its dashes", vec![behind_dashes])
    } else if rest.bytes().all(|b| b == b'-') {
        ("has more than three dashes", vec![behind_dashes])
    } else {
        ("has text after its dashes", Vec::new())
    };
    // Who writes four dashes above the block does so below it.
    let further =
        close.filter(|(_, line)| dashes(line)).map(|(at, line)| Span::new(at + 3, at + line.trim_end().len()));
    let excess = if excess.is_empty() { excess } else { excess.into_iter().chain(further).collect() };
    let keyed = keyed || sets_known_key(rest.trim());
    (close.is_some() && keyed).then_some(Trap { kind: TrapKind::OpeningFence { what, excess }, span: fence })
}

/// Line ends under which the block is hidden although it would be one with proper ones.
fn line_ends(text: &str) -> Option<&'static str> {
    let (what, mended) = if text.contains("\r\r\n") {
        ("CR CR LF", text.replace("\r\r\n", "\n"))
    } else if text.contains('\r') && !text.contains('\n') {
        ("a bare CR", text.replace('\r', "\n"))
    } else {
        return None;
    };
    split(&mended, Reader::JavaScript).map(|_| what)
}

fn unclosed(text: &str, fence: Span, body: usize) -> Option<Trap> {
    let mut keyed = false;
    for (offset, line) in lines(text, body) {
        keyed |= sets_known_key(line);
        if let Some(what) = near_fence(line) {
            let span = Span::new(offset, offset + line.len());
            return keyed.then_some(Trap { kind: TrapKind::Unclosed { what: Some(what) }, span });
        }
        if is_heading(line) {
            break;
        }
    }
    keyed.then_some(Trap { kind: TrapKind::Unclosed { what: None }, span: fence })
}

/// Metadata that does not stand at the very start.
fn not_first(text: &str, start: usize) -> Option<Trap> {
    // Two lines that set known keys, with no fence at all.
    let mut top = lines(text, start).filter(|(_, line)| !line.trim().is_empty());
    if let (Some((_, first)), Some((_, second))) = (top.next(), top.next())
        && sets_known_key(first)
        && (sets_known_key(second) || second.trim_start().starts_with("- "))
    {
        return Some(Trap { kind: TrapKind::NoFence, span: line_at(text, start) });
    }
    let mut open: Option<usize> = None;
    let mut keyed = false;
    for (offset, line) in lines(text, start).take(200) {
        if closes(line.trim_end()) || (open.is_none() && line.trim() == "---") {
            if let (Some(open), true) = (open, keyed) {
                let block = Span::new(open, line_at(text, offset).end as usize);
                let before = &text[start..open];
                let span = Span::new(start, start + before.trim_end().len());
                return Some(Trap { kind: TrapKind::NotFirst { what: describe(before), block }, span });
            }
            open = Some(offset);
            keyed = false;
        } else if open.is_some() {
            if is_heading(line) && !keyed {
                open = None;
            }
            keyed |= sets_known_key(line);
        }
    }
    // A zero-width character is no white space, so the fence after it does not start the file.
    let first = text[start..].chars().next()?;
    let behind = start + first.len_utf8();
    if safe::is_unsafe(first) && split(&text[behind..], Reader::JavaScript).is_some() {
        let inner = split(&text[behind..], Reader::JavaScript)?;
        let block = Span::new(behind + inner.open.start as usize, behind + inner.close.end as usize);
        return Some(Trap {
            kind: TrapKind::NotFirst { what: describe(&text[start..behind]), block },
            span: Span::new(start, behind),
        });
    }
    None
}

/// What stands before the fence, for a sentence.
fn describe(before: &str) -> String {
    let trimmed = before.trim();
    if trimmed.starts_with("<!--") {
        "an HTML comment".to_owned()
    } else if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
        "a code fence".to_owned()
    } else if trimmed.starts_with('#') {
        "a heading".to_owned()
    } else if trimmed.starts_with("[![") || trimmed.starts_with("![") {
        "a badge or image".to_owned()
    } else if trimmed.starts_with('<') {
        "HTML".to_owned()
    } else if !trimmed.is_empty() && trimmed.chars().all(safe::is_unsafe) {
        format!("the invisible character {}", safe::line(trimmed))
    } else {
        "text".to_owned()
    }
}
