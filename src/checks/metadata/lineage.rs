//! Rules on repository ids: base models, datasets, newer versions.

use super::{items, requote};
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::placeholders::placeholder_text;
use crate::license::{base_model, base_model_called};
use crate::rule::{Effect, Fix, Severity};
use crate::text::safe;
use crate::vocab::repo_id::{fault, in_url};
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

fn ids(ctx: &Context<'_>, field: &str, rule: &str, kind: &str, sink: &mut Sink<'_>) {
    let (Some((document, _)), Some((_, value))) = (ctx.card.mapping(), ctx.card.field(field)) else { return };
    for item in items(document, value) {
        if document.is_null(item) || placeholder_text(document, item).is_some() {
            continue;
        }
        let span = document.node(item).span;
        let Some(text) = document.text(item) else {
            if field == "base_model" && matches!(document.node(item).kind, yaml::Kind::Map(_)) {
                sink.add(rule, span, format!("`{field}` is a mapping, but only Hub model ids are accepted"), |f| {
                    f.help("Write the id, and the relation into `base_model_relation`").anchor(format!("/{field}"))
                });
            }
            continue;
        };
        if text.trim().is_empty() {
            continue;
        }
        let Some(why) = fault(text) else {
            if field == "base_model" && base_model(text).is_none() {
                without_owner(document, item, text, sink);
            }
            continue;
        };
        let message = format!("{} is not a Hub {kind} id: {why}", safe::quoted(text));
        let meant = in_url(text, kind);
        // Several in one value.
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        if parts.len() > 1 && parts.iter().all(|part| fault(part).is_none()) {
            let list = format!("[{}]", parts.join(", "));
            let whole = item == value
                && matches!(document.node(item).kind, yaml::Kind::Scalar { style: yaml::Style::Plain, .. });
            sink.add(rule, span, message, |f| {
                let fix = whole.then(|| Fix::unsafe_("make it a list", span, list.clone()));
                f.anchor(format!("/{field}")).help(format!("Write a list: {}", safe::quoted(&list))).maybe_fix(fix)
            });
            continue;
        }
        sink.add(rule, span, message, |f| {
            let f = f.anchor(format!("/{field}"));
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

/// The name of a known model without its owner, by which nothing is found. The ids of the oldest models have none.
fn without_owner(document: &yaml::Document<'_>, item: yaml::NodeId, text: &str, sink: &mut Sink<'_>) {
    let Some(model) = base_model_called(text) else { return };
    let message = format!("{} names no owner; did you mean `{}`?", safe::quoted(text), model.repo);
    sink.add("base-model-invalid", document.node(item).span, message, |f| {
        let fix = requote(document, item, &model.repo);
        let fix = fix.map(|(span, new)| Fix::unsafe_(format!("write `{}`", model.repo), span, new));
        f.help(format!("Write `{}`, if that is the model", model.repo))
            .anchor("/base_model")
            .at_most(Severity::Warning)
            .readers(&[])
            .maybe_fix(fix)
    });
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
