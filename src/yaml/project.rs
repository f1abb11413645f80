//! The tree as JSON, as the Hub's reader types it, and JSON pointers back to nodes.

use serde_json::{Map, Number, Value};

use super::resolve::{self, Scalar as Resolved};
use super::{Document, Kind, Node, NodeId, Style};

/// More JSON values than this are not made: aliases are expanded here.
const MAX_VALUES: usize = super::reading::MAX_VALUES;

/// One step of a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A member.
    Key(String),
    /// An item.
    Index(usize),
}

/// The document as JSON, read by the core schema of YAML 1.2: what JSON has no type for (dates)
/// stays text, keys become text, and of duplicate keys the last one counts. Infinities and NaN have
/// no place in JSON either: they become a number out of every plausible use, zero, since only their
/// type matters to a schema.
#[must_use]
pub fn to_json(document: &Document<'_>, id: NodeId) -> Value {
    // What stands in the document itself is bounded by its size.
    let mut budget = MAX_VALUES + document.nodes.len();
    json(document, id, &mut budget, 0)
}

fn json(document: &Document<'_>, id: NodeId, budget: &mut usize, depth: usize) -> Value {
    // An alias can make a value contain itself; the depth bounds that, the budget the width.
    if *budget == 0 || depth > super::MAX_DEPTH {
        return Value::Null;
    }
    *budget -= 1;
    let node = document.node(id);
    match &node.kind {
        Kind::Alias(Some(target)) => json(document, *target, budget, depth + 1),
        Kind::Alias(None) => Value::Null,
        Kind::Seq(items) => Value::Array(items.iter().map(|&item| json(document, item, budget, depth + 1)).collect()),
        Kind::Map(pairs) => {
            let mut map = Map::with_capacity(pairs.len());
            for &(key, value) in pairs {
                let key = document.text(key).unwrap_or("[object Object]").to_owned();
                map.insert(key, json(document, value, budget, depth + 1));
            }
            Value::Object(map)
        }
        Kind::Scalar { .. } => match scalar(node) {
            Some(Scalar::Bool(flag)) => Value::Bool(flag),
            Some(Scalar::Number(number)) => Value::Number(number),
            Some(Scalar::Text(text)) => Value::String(text.to_owned()),
            Some(Scalar::Null) | None => Value::Null,
        },
    }
}

/// A scalar as JSON has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number.
    Number(Number),
    /// All else.
    Text(&'a str),
}

/// The scalar that `node` is in JSON, typed as [`to_json`] does; `None` for collections and aliases.
#[must_use]
pub fn scalar<'a>(node: &'a Node<'_>) -> Option<Scalar<'a>> {
    let Kind::Scalar { value, style } = &node.kind else { return None };
    let explicit_text = node.tag.as_ref().is_some_and(|tag| tag.resolved == "!" || tag.core() == Some("str"));
    if *style != Style::Plain || explicit_text {
        return Some(Scalar::Text(value));
    }
    Some(match resolve::yaml12(value) {
        Resolved::Null => Scalar::Null,
        Resolved::Bool(flag) => Scalar::Bool(flag),
        Resolved::Int(digits) => Scalar::Number(match digits.parse::<i64>() {
            Ok(small) => small.into(),
            Err(_) => number(digits.parse().unwrap_or(0.0)),
        }),
        Resolved::Float(float) => Scalar::Number(number(float)),
        _ => Scalar::Text(value),
    })
}

fn number(value: f64) -> Number {
    Number::from_f64(value).unwrap_or_else(|| 0.into())
}

/// Key node (when the last step is a member) and value node that the steps lead to, as far as they
/// lead: the last member says how many steps were taken.
#[must_use]
pub fn find(document: &Document<'_>, root: NodeId, steps: &[Step]) -> (Option<NodeId>, NodeId, usize) {
    let (mut key, mut value) = (None, root);
    for (taken, step) in steps.iter().enumerate() {
        let next = match step {
            Step::Key(name) => document.get(value, name).map(|(key, value)| (Some(key), value)),
            Step::Index(at) => match document.items(value) {
                Some(items) => items.get(*at).map(|&item| (None, item)),
                // A pointer does not tell an index from a key of digits.
                None => document.get(value, &at.to_string()).map(|(key, value)| (Some(key), value)),
            },
        };
        match next {
            Some(found) => (key, value) = found,
            None => return (key, value, taken),
        }
    }
    (key, value, steps.len())
}

/// The steps as people write them: `model-index[0].results`.
#[must_use]
pub fn dotted(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Key(name) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
            Step::Index(at) => out.push_str(&format!("[{at}]")),
        }
    }
    out
}
