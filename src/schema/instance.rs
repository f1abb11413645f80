//! The tree of a front matter as `jsonschema` reads it in place: a copy as JSON would cost more than the check.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object};
use serde_json::{Number, Value};

use crate::yaml::project::{self, Scalar};
use crate::yaml::{Document, Kind, NodeId};

/// The representation, for ordinary documents only ([`Document::is_ordinary`]): every key is text and given once, and
/// there are no aliases, so that a mapping has as many members as pairs and the tree is as large as its text.
pub(super) struct Tree;

impl Json for Tree {
    type Node<'a> = Instance<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    // A lookup compares key after key.
    const KEYS_PER_LOOKUP: usize = 2;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Instance<'_>) -> T) -> T {
        f(Instance::Name(string))
    }
}

/// A node, or the name of a member.
#[derive(Clone, Copy)]
pub(super) enum Instance<'a> {
    Node(&'a Document<'a>, NodeId),
    Name(&'a str),
}

impl<'a> Instance<'a> {
    /// What the Hub's reader makes of it, unless it is a collection.
    fn scalar(self) -> Option<Scalar<'a>> {
        match self {
            Instance::Node(document, id) => project::scalar(document.node(id)),
            Instance::Name(name) => Some(Scalar::Text(name)),
        }
    }

    fn kind(self) -> Option<&'a Kind<'a>> {
        match self {
            Instance::Node(document, id) => Some(&document.node(id).kind),
            Instance::Name(_) => None,
        }
    }
}

impl<'a> Node<'a, Tree> for Instance<'a> {
    type Object = Members<'a>;
    type Array = Items<'a>;
    type Number = Number;

    fn as_object(&self) -> Option<Members<'a>> {
        match (*self, self.kind()) {
            (Instance::Node(document, _), Some(Kind::Map(pairs))) => Some(Members { document, pairs }),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Items<'a>> {
        match (*self, self.kind()) {
            (Instance::Node(document, _), Some(Kind::Seq(items))) => Some(Items { document, items }),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self.scalar() {
            Some(Scalar::Text(text)) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Number> {
        match self.scalar() {
            Some(Scalar::Number(number)) => Some(number),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.scalar() {
            Some(Scalar::Bool(flag)) => Some(flag),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.json_type() == JsonType::Null
    }

    fn json_type(&self) -> JsonType {
        match self.scalar() {
            Some(Scalar::Null) => JsonType::Null,
            Some(Scalar::Bool(_)) => JsonType::Boolean,
            Some(Scalar::Number(_)) => JsonType::Number,
            Some(Scalar::Text(_)) => JsonType::String,
            None if matches!(self.kind(), Some(Kind::Map(_))) => JsonType::Object,
            None => JsonType::Array,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match self.scalar() {
            Some(Scalar::Text(text)) => expected.as_str() == Some(text),
            _ => jsonschema::json::cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match *self {
            Instance::Node(document, id) => project::to_json(document, id),
            Instance::Name(name) => Value::String(name.to_owned()),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match *self {
            Instance::Node(document, id) => {
                Some(NodeIdentity::tagged(std::ptr::from_ref(document) as usize, id.index()))
            }
            Instance::Name(_) => None,
        }
    }
}

/// The members of a mapping.
pub(super) struct Members<'a> {
    document: &'a Document<'a>,
    pairs: &'a [(NodeId, NodeId)],
}

impl<'a> Object<'a, Tree> for Members<'a> {
    type Node = Instance<'a>;
    type MemberName = &'a str;
    type MembersIter = MembersIter<'a>;

    fn len(&self) -> usize {
        self.pairs.len()
    }

    fn get(&self, key: &String) -> Option<Instance<'a>> {
        let pair = self.pairs.iter().find(|(name, _)| self.document.text(*name) == Some(key));
        pair.map(|&(_, value)| Instance::Node(self.document, value))
    }

    fn members(&self) -> MembersIter<'a> {
        MembersIter { document: self.document, pairs: self.pairs.iter() }
    }
}

/// Names and values.
pub(super) struct MembersIter<'a> {
    document: &'a Document<'a>,
    pairs: std::slice::Iter<'a, (NodeId, NodeId)>,
}

impl<'a> Iterator for MembersIter<'a> {
    type Item = (&'a str, Instance<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let &(key, value) = self.pairs.next()?;
        Some((self.document.text(key).unwrap_or_default(), Instance::Node(self.document, value)))
    }
}

/// The items of a sequence.
pub(super) struct Items<'a> {
    document: &'a Document<'a>,
    items: &'a [NodeId],
}

impl<'a> Array<'a, Tree> for Items<'a> {
    type Node = Instance<'a>;
    type ElementsIter = ItemsIter<'a>;

    fn len(&self) -> usize {
        self.items.len()
    }

    fn elements(&self) -> ItemsIter<'a> {
        ItemsIter { document: self.document, items: self.items.iter() }
    }
}

/// Item after item.
pub(super) struct ItemsIter<'a> {
    document: &'a Document<'a>,
    items: std::slice::Iter<'a, NodeId>,
}

impl<'a> Iterator for ItemsIter<'a> {
    type Item = Instance<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.items.next().map(|&item| Instance::Node(self.document, item))
    }
}
