//! Checks of the group `metadata`.

pub mod co2;
pub mod datasets;
pub mod encoding;
pub mod eval_results;
pub mod fields;
pub mod front_matter;
pub mod keys;
pub mod language;
pub mod license;
pub mod lineage;
pub mod metrics;
pub mod model_index;
pub mod schema;
pub mod tasks;
pub mod yaml;

use crate::text::Span;
use crate::yaml::{Document, Kind, NodeId, Style};

/// The new source text for a plain or quoted scalar that shall hold `value`: the quotes stay.
pub(super) fn requote(document: &Document<'_>, id: NodeId, value: &str) -> Option<(Span, String)> {
    let node = document.node(id);
    match node.kind {
        Kind::Scalar { style: Style::Plain, .. } => Some((node.span, value.to_owned())),
        Kind::Scalar { style: Style::SingleQuoted, .. } => Some((node.span, format!("'{value}'"))),
        Kind::Scalar { style: Style::DoubleQuoted, .. } => Some((node.span, format!("\"{value}\""))),
        _ => None,
    }
}

/// A value's span, or that of its key when the value is not written.
fn shown(document: &Document<'_>, key: NodeId, value: NodeId) -> Span {
    let span = document.node(value).span;
    if span.is_empty() { document.node(key).span } else { span }
}

/// A field's items with the pointer of each; a scalar is its own only item.
fn items_with_anchor(document: &Document<'_>, field: &str, value: NodeId) -> Vec<(NodeId, String)> {
    match document.items(value) {
        Some(items) => items.iter().enumerate().map(|(at, &item)| (item, format!("/{field}/{at}"))).collect(),
        None => vec![(value, format!("/{field}"))],
    }
}

/// "a", "a and b", "a, b and c" of quoted words, at most four.
fn listed(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().take(4).map(|word| crate::text::safe::quoted(word)).collect();
    let more = words.len().saturating_sub(4);
    match (quoted.as_slice(), more) {
        ([], _) => String::new(),
        ([one], 0) => one.clone(),
        ([init @ .., last], 0) => format!("{} and {last}", init.join(", ")),
        (some, more) => format!("{} and {more} more", some.join(", ")),
    }
}
