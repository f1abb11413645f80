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
mod repair;
pub mod schema;
pub mod tasks;
pub mod yaml;

use crate::checks::Context;
use crate::rule::Fix;
use crate::text::{Span, prose};
use crate::yaml::resolve::{self, Scalar};
use crate::yaml::{Document, Kind, NodeId, Style};

/// The new source text for a plain or quoted scalar that shall hold `value`: the quotes stay, and what a reader would not
/// take for text (`no`) gets some.
pub(super) fn requote(document: &Document<'_>, id: NodeId, value: &str) -> Option<(Span, String)> {
    let node = document.node(id);
    match node.kind {
        Kind::Scalar { style: Style::Plain, .. } => {
            let text = matches!(resolve::yaml11(value), Scalar::Text) && matches!(resolve::yaml12(value), Scalar::Text);
            Some((node.span, if text { value.to_owned() } else { format!("\"{value}\"") }))
        }
        Kind::Scalar { style: Style::SingleQuoted, .. } => Some((node.span, format!("'{value}'"))),
        Kind::Scalar { style: Style::DoubleQuoted, .. } => Some((node.span, format!("\"{value}\""))),
        _ => None,
    }
}

/// The lines on which a span stands, with their ends, when nothing else does: `before` may stand in front of it and
/// `after` behind it.
fn own_lines(text: &str, span: Span, before: &str, after: &str) -> Option<Span> {
    let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.end as usize..].find('\n').map_or(text.len(), |at| span.end as usize + at + 1);
    let behind = text[span.end as usize..end].trim();
    (text[start..span.start as usize].trim() == before && (behind.is_empty() || behind == after))
        .then(|| Span::new(start, end))
}

/// Removes an item of a list: the whole line in block style, with the comma before it in flow style.
fn remove_item(text: &str, document: &Document<'_>, items: &[NodeId], at: usize, title: &str) -> Option<Fix> {
    let node = document.node(items[at]);
    if node.anchored {
        return None;
    }
    let lines = || own_lines(text, node.span, "-", "");
    let previous = at.checked_sub(1).map(|at| document.node(items[at]).span.end as usize);
    let comma = previous.filter(|&end| text.get(end..node.span.start as usize).is_some_and(|gap| gap.trim() == ","));
    let span = comma.map(|end| Span::new(end, node.span.end as usize)).or_else(lines)?;
    Some(Fix::safe(title, span, ""))
}

/// Adds a line with a key at the end of the front matter, where its keys stand at the margin.
pub(super) fn add_line(ctx: &Context<'_>, line: &str) -> Option<Fix> {
    let (document, root) = ctx.card.mapping()?;
    let text = ctx.card.source.text();
    let (first, _) = *document.pairs(root).first()?;
    let at_margin = |at: u32| text[..at as usize].ends_with('\n');
    let fence = ctx.card.front.end().start;
    // A mapping in braces begins before its first key.
    if !at_margin(document.node(first).span.start) || !at_margin(document.node(root).span.start) || !at_margin(fence) {
        return None;
    }
    let ends = if text[..fence as usize].ends_with("\r\n") { "\r\n" } else { "\n" };
    let place = Span::new(fence as usize, fence as usize);
    Some(Fix::unsafe_(format!("add `{line}`"), place, format!("{line}{ends}")))
}

/// A value's span, or that of its key when the value is not written.
fn shown(document: &Document<'_>, key: NodeId, value: NodeId) -> Span {
    let span = document.node(value).span;
    if span.is_empty() { document.node(key).span } else { span }
}

/// A field's items; a scalar is its own only item.
fn items(document: &Document<'_>, value: NodeId) -> impl Iterator<Item = NodeId> {
    let (items, scalar) = match document.items(value) {
        Some(items) => (items, None),
        None => ([].as_slice(), Some(value)),
    };
    items.iter().copied().chain(scalar)
}

/// "a", "a and b", "a, b and c" of quoted words, at most four.
fn listed(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().take(4).map(|word| crate::text::safe::quoted(word)).collect();
    let more = words.len().saturating_sub(4);
    if more > 0 { format!("{} and {more} more", quoted.join(", ")) } else { prose::listed(&quoted, "and") }
}
