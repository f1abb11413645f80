//! YAML as a tree that forgets nothing: byte spans, raw text, scalar style, comments, tags,
//! duplicate keys; aliases stay aliases, so that a bomb costs nothing.
//!
//! This module owns the parser crate (`granit-parser`; nothing else names it). [`resolve`] says how
//! a YAML 1.1 reader (`PyYAML`, which `huggingface_hub` uses) and a YAML 1.2 reader (`js-yaml`,
//! which the Hub uses) type a scalar; [`reading`] builds the value each of them sees, or the error
//! it raises. It must not know what a card is.

mod dialect;
mod lines;
mod parse;
pub mod project;
pub mod reading;
pub mod resolve;
pub mod value;

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::text::Span;

pub use parse::{MAX_DEPTH, SyntaxError, parse};

/// Index of a node in its [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

impl NodeId {
    /// The number of the node in its document.
    #[must_use]
    pub fn index(self) -> u32 {
        self.0
    }
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No quotes: the only style whose type is guessed by readers.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|` block.
    Literal,
    /// `>` block.
    Folded,
}

/// A node of the tree.
#[derive(Debug)]
pub struct Node<'s> {
    /// Bytes of the node in the whole file. Exact for scalars and flow collections; a block
    /// collection runs from its first to the end of its last item.
    pub span: Span,
    /// What the node is.
    pub kind: Kind<'s>,
    /// The explicit tag, if there is one: rare, so not part of every node.
    pub tag: Option<Box<Tag>>,
    /// True when other nodes may refer to this one (`&name`).
    pub anchored: bool,
}

/// The content of a node.
#[derive(Debug)]
pub enum Kind<'s> {
    /// A scalar with escapes and folding applied.
    Scalar {
        /// The value as text, before any reader gives it a type.
        value: Cow<'s, str>,
        /// How it is written. An absent value (`key:`) is an empty plain scalar.
        style: Style,
    },
    /// A sequence.
    Seq(Vec<NodeId>),
    /// A mapping with every pair in source order, duplicates included.
    Map(Vec<(NodeId, NodeId)>),
    /// A reference to an anchored node; `None` when no such anchor precedes it.
    Alias(Option<NodeId>),
}

/// An explicit tag.
#[derive(Debug)]
pub struct Tag {
    /// The resolved tag, such as `tag:yaml.org,2002:python/tuple`.
    pub resolved: String,
    /// Bytes of the tag token.
    pub span: Span,
}

impl Tag {
    /// The part behind the YAML core prefix: `str` for `!!str`.
    #[must_use]
    pub fn core(&self) -> Option<&str> {
        self.resolved.strip_prefix("tag:yaml.org,2002:")
    }
}

/// A comment, from its `#` to the end of the line.
#[derive(Debug)]
pub struct Comment {
    /// Bytes of the comment with its `#`.
    pub span: Span,
}

/// A parsed document. Spans are in the coordinates of the file that the text was cut from.
#[derive(Debug)]
pub struct Document<'s> {
    nodes: Vec<Node<'s>>,
    root: Option<NodeId>,
    /// All comments in source order.
    pub comments: Vec<Comment>,
    /// Start of a second document in the stream, which both readers refuse.
    pub second_document: Option<Span>,
    /// Deepest nesting of collections, one for a flat one; aliases are not followed.
    pub depth: usize,
    /// There is a flow collection.
    pub has_flow: bool,
    /// There is a key without bytes or with very many, which readers may refuse.
    pub has_odd_key: bool,
    /// Names of anchors with their places, in source order.
    pub anchors: Vec<(String, Span)>,
    ordinary: OnceLock<bool>,
}

impl<'s> Document<'s> {
    /// The root node; `None` when there is nothing but blanks and comments.
    #[must_use]
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// The node behind an id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node<'s> {
        &self.nodes[id.0 as usize]
    }

    /// All ids in source order of their nodes' starts, parents before children.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// The node with aliases followed (one step is enough: an alias never names an alias).
    #[must_use]
    pub fn target(&self, id: NodeId) -> NodeId {
        match self.node(id).kind {
            Kind::Alias(Some(target)) => target,
            _ => id,
        }
    }

    /// The pairs of a mapping, following an alias; empty for other nodes.
    #[must_use]
    pub fn pairs(&self, id: NodeId) -> &[(NodeId, NodeId)] {
        match &self.node(self.target(id)).kind {
            Kind::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// The items of a sequence, following an alias; `None` for other nodes.
    #[must_use]
    pub fn items(&self, id: NodeId) -> Option<&[NodeId]> {
        match &self.node(self.target(id)).kind {
            Kind::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The text of a scalar, following an alias; `None` for collections.
    #[must_use]
    pub fn text(&self, id: NodeId) -> Option<&str> {
        match &self.node(self.target(id)).kind {
            Kind::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The last pair of the mapping `id` whose key is the text `key` (the last, because that is the
    /// one that a reader which accepts duplicates keeps).
    #[must_use]
    pub fn get(&self, id: NodeId, key: &str) -> Option<(NodeId, NodeId)> {
        self.pairs(id).iter().rev().find(|(k, _)| self.text(*k) == Some(key)).copied()
    }

    /// True when neither reader can refuse a value of the document while building it: there are no tags,
    /// anchors and aliases, every key is text and given once, and every scalar has a type. Nearly all
    /// cards are so, and are spared the building. Found out when first asked.
    #[must_use]
    pub fn is_ordinary(&self) -> bool {
        *self.ordinary.get_or_init(|| reading::is_ordinary(self))
    }

    /// True when both readers see null: an absent value, `~`, `null` and its spellings.
    #[must_use]
    pub fn is_null(&self, id: NodeId) -> bool {
        let node = self.node(self.target(id));
        match &node.kind {
            Kind::Scalar { value, style: Style::Plain } if node.tag.is_none() => resolve::is_null(value),
            _ => false,
        }
    }

    /// True when a reader sees true or false: `yes` is a boolean to one of them.
    #[must_use]
    pub fn is_boolean(&self, id: NodeId) -> bool {
        let node = self.node(self.target(id));
        match &node.kind {
            Kind::Scalar { value, style: Style::Plain } if node.tag.is_none() => {
                matches!(resolve::yaml11(value), resolve::Scalar::Bool(_))
            }
            _ => false,
        }
    }
}
