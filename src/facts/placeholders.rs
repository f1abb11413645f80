//! Values that stand for something not yet written.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::card::Card;
use crate::embedded::table;
use crate::yaml::{self, Document, NodeId, Style};

/// `rules/hub/placeholders.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    /// The whole value, in lower case.
    whole: Vec<String>,
    /// What a value begins with.
    begins: Vec<String>,
    /// What stands somewhere in it.
    within: Vec<String>,
}

fn words() -> &'static Words {
    static TABLE: LazyLock<Words> = LazyLock::new(|| table("rules/hub/placeholders.yaml"));
    &TABLE
}

/// True for text that stands for something not yet written.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let bare = text.trim().trim_matches(['[', ']', '(', ')', '.', ' ']);
    let lower = bare.to_lowercase();
    let Words { whole, begins, within } = words();
    // `<base model>` stands for something, other markup does not.
    let named = |inner: &str| !inner.is_empty() && !inner.contains(['<', '>', '"', '=']);
    whole.contains(&lower)
        || within.iter().any(|words| lower.contains(words.as_str()))
        || begins.iter().any(|words| lower.starts_with(words.as_str()))
        || (bare.starts_with("{{") && bare.ends_with("}}"))
        || bare.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).is_some_and(named)
}

/// A value left from a template, if it is one: `{lang_0}` is a mapping to YAML, `[More Information
/// Needed]` a list.
#[must_use]
pub fn placeholder_text<'d>(document: &'d Document<'_>, id: NodeId) -> Option<&'d str> {
    match &document.node(id).kind {
        yaml::Kind::Scalar { value, style } => {
            let written = matches!(style, Style::Plain | Style::SingleQuoted | Style::DoubleQuoted);
            (written && is_placeholder(value)).then_some(value.as_ref())
        }
        yaml::Kind::Map(pairs) => match pairs.as_slice() {
            [(key, value)] if document.is_null(*value) && document.node(*value).span.is_empty() => {
                // `{{ license }}` is one within another.
                document.text(*key).or_else(|| placeholder_text(document, *key))
            }
            _ => None,
        },
        _ => None,
    }
}

/// True for a field all of whose values are placeholders.
#[must_use]
pub fn is_unwritten(card: &Card<'_>, field: &str) -> bool {
    let Some((document, _)) = card.mapping() else { return false };
    let items = card.field_items(field);
    !items.is_empty() && items.into_iter().all(|item| placeholder_text(document, item).is_some())
}
