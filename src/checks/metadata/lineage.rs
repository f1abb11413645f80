//! Rules on repository ids: base models, datasets, newer versions.

use super::fields::placeholder_text;
use super::{items_with_anchor, requote};
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::rule::{Effect, Fix, Severity};
use crate::text::safe;
use crate::yaml;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    match ctx.card.kind {
        Kind::Model => {
            ids(ctx, "base_model", "base-model-invalid", "model", sink);
            ids(ctx, "datasets", "repo-id-invalid", "dataset", sink);
            ids(ctx, "new_version", "repo-id-invalid", "model", sink);
            relation(ctx, sink);
        }
        Kind::Dataset | Kind::Other => {}
    }
}

/// What is wrong with a repository id, by the rules of `huggingface_hub` 2.4.0
/// (`utils/_validators.py`); `None` for a valid one.
pub(in crate::checks) fn fault(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    if id.starts_with("http://")
        || id.starts_with("https://")
        || id.starts_with("hf.co/")
        || id.starts_with("huggingface.co/")
    {
        return Some("it is a URL".to_owned());
    }
    if id.starts_with(['/', '.', '~']) || id.contains('\\') || id.as_bytes().get(1) == Some(&b':') {
        return Some("it is a path on somebody's machine".to_owned());
    }
    if parts.len() > 2 {
        return Some("it has more than one slash".to_owned());
    }
    if let Some(c) = id.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))) {
        return Some(if c.is_whitespace() {
            "it holds a blank".to_owned()
        } else {
            format!("the character {} is not allowed", safe::quoted(&c.to_string()))
        });
    }
    for part in &parts {
        if part.is_empty() {
            return Some("a part of it is empty".to_owned());
        }
        if part.len() > 96 {
            return Some("a part of it is longer than 96 characters".to_owned());
        }
        if part.starts_with(['-', '.']) || part.ends_with(['-', '.']) {
            return Some("a part of it begins or ends with `-` or `.`".to_owned());
        }
    }
    if id.contains("--") || id.contains("..") {
        return Some("`--` and `..` are not allowed".to_owned());
    }
    // The Hub refuses this very spelling (huggingface_hub, `validate_repo_id`).
    id.strip_suffix(".git").map(|_| "it ends in `.git`".to_owned())
}

/// The id in a Hub URL.
fn id_in_url(url: &str, kind: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = ["huggingface.co/", "www.huggingface.co/", "hf.co/"].iter().find_map(|host| rest.strip_prefix(host))?;
    let path = path.split(['?', '#']).next()?;
    let path = if kind == "dataset" { path.strip_prefix("datasets/")? } else { path };
    let mut parts = path.trim_end_matches('/').split('/');
    let id = match (parts.next()?, parts.next()) {
        ("datasets" | "spaces" | "docs" | "papers", Some(_)) => return None,
        (owner, Some(name)) => format!("{owner}/{name}"),
        (name, None) => name.to_owned(),
    };
    fault(&id).is_none().then_some(id)
}

fn ids(ctx: &Context<'_>, field: &str, rule: &str, kind: &str, sink: &mut Sink<'_>) {
    let (Some((document, _)), Some((_, value))) = (ctx.card.mapping(), ctx.card.field(field)) else { return };
    for (item, anchor) in items_with_anchor(document, field, value) {
        if document.is_null(item) || placeholder_text(document, item).is_some() {
            continue;
        }
        let span = document.node(item).span;
        let Some(text) = document.text(item) else {
            if field == "base_model" && matches!(document.node(item).kind, yaml::Kind::Map(_)) {
                sink.add(rule, span, format!("`{field}` holds a mapping, where Hub model ids are accepted"), |f| {
                    f.help("Write the id, and the relation into `base_model_relation`").anchor(anchor)
                });
            }
            continue;
        };
        if text.trim().is_empty() {
            continue;
        }
        let Some(why) = fault(text) else { continue };
        let message = format!("{} is not a Hub {kind} id: {why}", safe::quoted(text));
        let meant = id_in_url(text, kind);
        sink.add(rule, span, message, |f| {
            let f = f.anchor(anchor);
            match meant {
                Some(id) => {
                    let fix = requote(document, item, &id).map(|(span, new)| Fix::unsafe_(format!("write `{id}`"), span, new));
                    f.help(format!("Write `{id}`")).maybe_fix(fix)
                }
                None if kind == "model" => f.help("Write the id as in the address of its page, such as `google/gemma-2-9b`, or remove the line"),
                None => f.help("Write the id as in the address of its page, such as `allenai/c4`; describe data that is not on the Hub in the text"),
            }
        });
    }
}

fn relation(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (Some((document, _)), Some((_, relation))) = (ctx.card.mapping(), ctx.card.field("base_model_relation")) else {
        return;
    };
    let span = document.node(relation).span;
    match ctx.card.field("base_model") {
        None => sink.add(
            "base-model-relation-alone",
            span,
            "`base_model_relation` says nothing without `base_model`",
            |f| f.help("Add `base_model:` with the id of the model it derives from").anchor("/base_model_relation"),
        ),
        Some((_, base)) => {
            let count = document.items(base).map_or(1, <[_]>::len);
            if document.text(relation) == Some("merge") && count == 1 {
                sink.add(
                    "base-model-relation-alone",
                    span,
                    "The relation is `merge`, but only one base model is named",
                    |f| {
                        f.help("List all models that were merged in `base_model`")
                            .at_most(Severity::Note)
                            .readers(&[] as &[Effect])
                            .anchor("/base_model_relation")
                    },
                );
            }
        }
    }
}
