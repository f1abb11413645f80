//! Fields of the front matter that answer a topic.

use crate::card::Card;
use crate::facts;
use crate::facts::placeholders::is_unwritten;
use crate::text::Span;
use crate::vocab;
use crate::yaml::{self, Document, NodeId};

/// The first of these fields of the front matter that has a value; `model-index.results.task` is one within others and
/// their items.
pub(crate) fn filled(card: &Card<'_>, keys: &[String]) -> Option<Span> {
    let (document, root) = card.mapping()?;
    keys.iter().find_map(|path| {
        let top = path.split('.').next().unwrap_or_default();
        // A result that is no number is none: "value: Training".
        let counts = |value: NodeId| {
            let number = |text: &str| text.trim().trim_end_matches('%').trim_end().parse::<f64>().is_ok();
            path.rsplit('.').next() != Some("value") || document.text(value).is_some_and(number)
        };
        let written = |value: NodeId| counts(value) && is_filled(card, top, value);
        let (key, value) = within(document, root, path).filter(|(_, value)| written(*value))?;
        Some(document.node(key).span.to(document.node(value).span))
    })
}

/// Whether a value in a field says something: no placeholder stands there, nor what names nothing.
pub(super) fn is_filled(card: &Card<'_>, field: &str, value: NodeId) -> bool {
    let says = card.mapping().is_some_and(|(document, _)| says(document, value, field == "model-index"));
    says && !is_unwritten(card, field) && means(card, field)
}

/// Whether a field that is filled names something: `unknown` is no licence, and `code` no language of people.
fn means(card: &Card<'_>, field: &str) -> bool {
    match field {
        "license" => facts::named(card).0.is_known() || card.field("license_link").is_some(),
        "language" => card.mapping().is_none_or(|(document, _)| {
            let codes = card.field_items("language").into_iter().filter_map(|item| document.text(item));
            let spoken = |code: &str| vocab::languages().is_known(code) && !vocab::languages().is_no_language(code);
            codes.into_iter().any(spoken)
        }),
        "pipeline_tag" => card.field_text("pipeline_tag").is_none_or(|task| {
            let tasks = vocab::tasks();
            tasks.retired(task).is_some() || !tasks.meant(task).is_empty()
        }),
        _ => true,
    }
}

/// The first key and value that a path of keys leads to, through the items of lists.
fn within(document: &Document<'_>, map: NodeId, path: &str) -> Option<(NodeId, NodeId)> {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let (key, value) = document.get(map, key)?;
    let Some(rest) = rest else { return Some((key, value)) };
    match document.items(value) {
        Some(items) => items.iter().find_map(|item| within(document, *item, rest)),
        None => within(document, value, rest),
    }
}

/// Whether there is more than names of what has no value: trainers write `model-index` with a name and no result.
/// `nameless`: a name alone says nothing either.
fn says(document: &Document<'_>, value: NodeId, nameless: bool) -> bool {
    match &document.node(value).kind {
        yaml::Kind::Map(pairs) => {
            let named = |key: NodeId| (pairs.len() > 1 || nameless) && document.text(key) == Some("name");
            pairs.iter().any(|&(key, value)| !named(key) && says(document, value, nameless))
        }
        yaml::Kind::Seq(items) => items.iter().any(|item| says(document, *item, nameless)),
        yaml::Kind::Alias(_) => true,
        yaml::Kind::Scalar { .. } => {
            !document.is_null(value) && document.text(value).is_none_or(|text| !text.trim().is_empty())
        }
    }
}
