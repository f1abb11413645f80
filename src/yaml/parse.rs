//! Events of `granit-parser` to the tree of [`super::Document`].

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use granit_parser::{Event, Parser, ScalarStyle, StrInput};

use super::lines;
use super::{Comment, Document, Kind, Node, NodeId, Style, Tag};
use crate::text::Span;

/// Deepest nesting of collections that is read. `PyYAML` gives up near 480 and `js-yaml` at 100
/// (measured with 6.0.3 and 4.3.2), so nothing useful lies below.
pub const MAX_DEPTH: usize = 512;

/// A YAML syntax error at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where the parser stopped: one character, or the empty span at the end.
    pub span: Span,
    /// What is wrong, as a clause without final full stop.
    pub message: String,
    /// The nesting limit was reached, which is not a fault of the syntax.
    pub too_deep: bool,
}

/// Parses `text`, which begins at byte `base` of its file.
///
/// # Errors
/// The first syntax error, with its span in file coordinates.
pub fn parse(text: &str, base: usize) -> Result<Document<'_>, SyntaxError> {
    match lines::read(text, base) {
        Some(document) => Ok(document),
        None => parse_all(text, base),
    }
}

/// Likewise, whatever it holds.
pub(super) fn parse_all(text: &str, base: usize) -> Result<Document<'_>, SyntaxError> {
    let options = granit_parser::options! {
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        // js-yaml knows no limit; PyYAML's is checked in `dialect`.
        simple_key_max_lookahead: 1 << 20,
        block_scalar_eof_without_line_feed: true,
        bom_inside_document_as_content: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        max_buffered_comment_events: 1_000_000,
    };
    Builder::new(text, base).run(Parser::new_from_str_with_options(text, options))
}

/// A collection that has started and not ended. In a mapping, `key` is the key whose value is next.
struct Open {
    id: NodeId,
    key: Option<NodeId>,
    flow: bool,
}

pub(super) struct Builder<'s> {
    text: &'s str,
    pub(super) base: usize,
    pub(super) document: Document<'s>,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
}

impl<'s> Builder<'s> {
    /// Of `text`, which begins at byte `base` of its file.
    pub(super) fn new(text: &'s str, base: usize) -> Self {
        Self {
            text,
            base,
            document: Document {
                nodes: Vec::with_capacity(text.len() / 12),
                root: None,
                comments: Vec::new(),
                second_document: None,
                anchors: Vec::new(),
                depth: 0,
                has_flow: false,
                has_odd_key: false,
                ordinary: OnceLock::new(),
            },
            open: Vec::new(),
            anchors: HashMap::new(),
        }
    }

    fn run(mut self, mut parser: Parser<'s, StrInput<'s>>) -> Result<Document<'s>, SyntaxError> {
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, place) = event.map_err(|error| self.syntax_error(&error))?;
            let span = self.span(&place);
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents == 2 {
                        self.document.second_document = Some(span);
                        break;
                    }
                }
                Event::Anchor(_, name) => self.document.anchors.push((name.into_owned(), span)),
                Event::Comment(..) => self.document.comments.push(Comment { span }),
                Event::Scalar(value, style, anchor, tag) => {
                    // An absent value comes as `~` with an empty span.
                    let (value, style) = match style {
                        ScalarStyle::Plain if span.is_empty() => (Cow::Borrowed(""), Style::Plain),
                        ScalarStyle::Plain => (value, Style::Plain),
                        ScalarStyle::SingleQuoted => (value, Style::SingleQuoted),
                        ScalarStyle::DoubleQuoted => (value, Style::DoubleQuoted),
                        ScalarStyle::Literal => (value, Style::Literal),
                        ScalarStyle::Folded => (value, Style::Folded),
                    };
                    let tag = self.tag(tag, &place);
                    self.add(span, Kind::Scalar { value, style }, tag, anchor);
                }
                Event::Alias(anchor) => {
                    let target = self.anchors.get(&anchor).copied();
                    self.add(span, Kind::Alias(target), None, 0);
                }
                Event::UnresolvedAlias(_) => self.add(span, Kind::Alias(None), None, 0),
                Event::SequenceStart(style, anchor, tag) => {
                    let tag = self.tag(tag, &place);
                    let flow = style == granit_parser::StructureStyle::Flow;
                    self.add(span, Kind::Seq(Vec::new()), tag, anchor);
                    self.enter(flow);
                }
                Event::MappingStart(style, anchor, tag) => {
                    let tag = self.tag(tag, &place);
                    let flow = style == granit_parser::StructureStyle::Flow;
                    self.add(span, Kind::Map(Vec::new()), tag, anchor);
                    self.enter(flow);
                }
                Event::SequenceEnd | Event::MappingEnd => self.leave(span),
                // `Event` is non-exhaustive; what remains carries no data.
                _ => {}
            }
        }
        Ok(self.document)
    }

    fn span(&self, place: &granit_parser::Span) -> Span {
        let range = place.byte_range().unwrap_or(0..0);
        Span::new(self.base + range.start, self.base + range.end)
    }

    fn tag(&self, tag: Option<Cow<'_, granit_parser::Tag>>, place: &granit_parser::Span) -> Option<Box<Tag>> {
        let tag = tag?;
        let span = match place.tag_span() {
            Some(span) => self.span(&span),
            None => Span::at(self.span(place).start as usize),
        };
        Some(Box::new(Tag { resolved: format!("{}{}", tag.handle(), tag.suffix()), span }))
    }

    pub(super) fn add(&mut self, span: Span, kind: Kind<'s>, tag: Option<Box<Tag>>, anchor: usize) {
        let id = NodeId(u32::try_from(self.document.nodes.len()).unwrap_or(u32::MAX));
        self.document.nodes.push(Node { span, kind, tag, anchored: anchor != 0 });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        match self.open.last_mut() {
            None => self.document.root = Some(id),
            Some(parent) => match &mut self.document.nodes[parent.id.0 as usize].kind {
                Kind::Seq(items) => items.push(id),
                Kind::Map(pairs) => match parent.key.take() {
                    None => {
                        parent.key = Some(id);
                        self.document.has_odd_key |= span.is_empty() || span.len() > super::dialect::PYTHON_KEY;
                    }
                    Some(key) => pairs.push((key, id)),
                },
                Kind::Scalar { .. } | Kind::Alias(_) => {}
            },
        }
    }

    /// Opens the collection that was added last.
    pub(super) fn enter(&mut self, flow: bool) {
        if let Some(last) = self.document.nodes.len().checked_sub(1) {
            let id = NodeId(u32::try_from(last).unwrap_or(u32::MAX));
            self.open.push(Open { id, key: None, flow });
            self.document.has_flow |= flow;
            self.document.depth = self.document.depth.max(self.open.len());
        }
    }

    pub(super) fn leave(&mut self, end: Span) {
        let Some(closed) = self.open.pop() else { return };
        let last = match &self.document.node(closed.id).kind {
            Kind::Seq(items) => items.last().copied(),
            Kind::Map(pairs) => pairs.last().map(|&(_, value)| value),
            Kind::Scalar { .. } | Kind::Alias(_) => None,
        };
        let inner = last.map_or(0, |id| self.document.node(id).span.end);
        // The end event of a block collection lies behind blank lines; its last item ends it.
        let end = if closed.flow || last.is_none() { end.end } else { inner };
        let node = &mut self.document.nodes[closed.id.0 as usize];
        node.span.end = end.max(node.span.start);
    }

    fn syntax_error(&self, error: &granit_parser::ScanError) -> SyntaxError {
        let mut at = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let width = self.text[at..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        SyntaxError {
            span: Span::new(self.base + at, self.base + at + width),
            message: error.kind().to_string(),
            too_deep: matches!(error.kind(), granit_parser::ErrorKind::RecursionLimitExceeded),
        }
    }
}
