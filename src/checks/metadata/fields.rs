//! Rules that hold for any field: empty values, placeholders, repeated items.

use super::{items, own_lines, remove_item, shown};
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::placeholders::placeholder_text;
use crate::rule::{Effect, Fix, Severity};
use crate::text::{Span, safe};
use crate::vocab::{self, repo_id};
use crate::yaml::{Document, NodeId};

/// Fields that the Hub refuses when their value is null (`huggingface_hub`'s issues and espnet
/// #102, hub-cards reference section 3).
const NULL_REFUSED: &[&str] = &["language", "license", "datasets", "base_model"];
/// Fields whose published type allows null.
const NULL_ALLOWED: &[&str] = &["thumbnail", "instance_prompt", "description", "paperswithcode_id"];
/// Fields of free text or sample input, where any text is content.
const FREE_TEXT: &[&str] = &[
    "widget",
    "inference",
    "mask_token",
    "instance_prompt",
    "description",
    "thumbnail",
    "extra_gated_prompt",
    "extra_gated_fields",
    "extra_gated_heading",
    "extra_gated_description",
    "extra_gated_button_content",
    "prompt_template",
    "model-index",
    "dataset_info",
    "configs",
    "train-eval-index",
    "co2_eq_emissions",
];

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some((document, root)) = ctx.card.mapping() else { return };
    if ctx.card.kind == Kind::Other {
        return;
    }
    let fields = vocab::fields();
    for &(key, value) in document.pairs(root) {
        let Some(name) = document.text(key) else { continue };
        if !fields.is_known(name) {
            continue;
        }
        empty(ctx, document, name, key, value, sink);
        if !FREE_TEXT.contains(&name) {
            placeholders(ctx, document, name, value, sink);
        }
        repeated(ctx, document, name, value, sink);
    }
}

fn empty(ctx: &Context<'_>, document: &Document<'_>, name: &str, key: NodeId, value: NodeId, sink: &mut Sink<'_>) {
    let blank = |id: NodeId| document.is_null(id) || document.text(id).is_some_and(|text| text.trim().is_empty());
    if blank(value) && document.node(value).tag.is_none() {
        if NULL_ALLOWED.contains(&name) {
            return;
        }
        let null = document.is_null(value);
        let refused = NULL_REFUSED.contains(&name);
        let what = if null { "has no value" } else { "is empty text" };
        let consequence = match (null, refused) {
            (true, true) => "the Hub refuses the card, and huggingface_hub drops the key without a word",
            (true, false) => "huggingface_hub drops the key without a word",
            (false, true) => "the Hub refuses it",
            (false, false) => "it says nothing",
        };
        sink.add("field-empty", shown(document, key, value), format!("`{name}` {what}: {consequence}"), |f| {
            let f = f
                .help("Give it a value or remove the line")
                .anchor(format!("/{name}"))
                // The entries of an empty index may stand below it without their indentation.
                .maybe_fix(remove_pair(ctx, document, key, value).filter(|_| name != "model-index"));
            let f = if null { f } else { f.readers(if refused { &[Effect::HubRefuses] } else { &[] }) };
            match (null, refused) {
                (_, true) => f,
                (true, false) => f.at_most(Severity::Warning).readers(&[Effect::ClientLoses]),
                (false, false) => f.at_most(Severity::Warning),
            }
        });
        return;
    }
    let Some(items) = document.items(value) else { return };
    let listed = [
        "language",
        "license",
        "tags",
        "datasets",
        "metrics",
        "base_model",
        "task_categories",
        "task_ids",
        "size_categories",
        "source_datasets",
        "multilinguality",
        "annotations_creators",
        "language_creators",
    ];
    if !listed.contains(&name) {
        return;
    }
    for (at, &item) in items.iter().enumerate() {
        // A tag that nobody knows is a value that somebody wrote.
        if blank(item) && document.node(item).tag.is_none() {
            let span = document.node(item).span;
            if sink.is_full("field-empty") {
                sink.add("field-empty", span, "", |f| f);
                continue;
            }
            // A field of which nothing is left would have no value either.
            let only = items.len() == 1;
            let fix = if only {
                remove_pair(ctx, document, key, value)
            } else {
                remove_item(ctx.card.source.text(), document, items, at, "remove the item")
            };
            // A dash without a value has no bytes of its own: show the end of the line before it.
            let span = if span.is_empty() { dash_before(ctx, span) } else { span };
            let refused = NULL_REFUSED.contains(&name);
            // What was meant for its value may stand behind a `#`.
            let text = ctx.card.source.text();
            let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
            let line = text[start..].lines().next().unwrap_or_default().trim_start();
            let comment = line.strip_prefix('-').is_some_and(|rest| rest.trim_start().starts_with('#'));
            sink.add("field-empty", span, format!("`{name}[{at}]` has no value"), |f| {
                let f = f.anchor(format!("/{name}/item"));
                let f = if comment {
                    f.help("Put it in quotes: after a space, `#` begins a comment")
                } else {
                    let help = if only { "Name one, or remove the whole field" } else { "Remove the item" };
                    f.help(help).maybe_fix(fix)
                };
                if refused { f } else { f.at_most(Severity::Warning).readers(&[]) }
            });
        }
    }
}

/// The `-` that stands before an absent item.
fn dash_before(ctx: &Context<'_>, at: Span) -> Span {
    let before = &ctx.card.source.text()[..at.start as usize];
    match before.rfind('-') {
        Some(dash) if before[dash + 1..].trim().is_empty() => Span::new(dash, dash + 1),
        _ => at,
    }
}

/// Removes the line of a key that has no value and shares its line with nothing.
fn remove_pair(ctx: &Context<'_>, document: &Document<'_>, key: NodeId, value: NodeId) -> Option<Fix> {
    let span = document.node(key).span.to(document.node(value).span);
    let lines = own_lines(ctx.card.source.text(), span, "", ":").filter(|_| !document.node(value).anchored)?;
    Some(Fix::safe("remove the field", lines, ""))
}

fn placeholders(ctx: &Context<'_>, document: &Document<'_>, name: &str, value: NodeId, sink: &mut Sink<'_>) {
    for item in items(document, value) {
        // What is no UTF-8 is read as question marks.
        let unread = |text: &&str| text.bytes().all(|byte| byte == b'?') && !ctx.card.faults.is_empty();
        let none = || {
            let text = document.text(item).filter(|_| matches!(name, "base_model" | "datasets" | "new_version"))?;
            matches!(text.trim(), "None" | "none" | "N/A" | "n/a" | "NA").then_some(text)
        };
        if let Some(text) = placeholder_text(document, item).filter(|text| !unread(text)).or_else(none) {
            let message = format!("`{name}` still contains the placeholder {}", safe::quoted(text));
            // No licence is called so, and no repository if it is no id.
            let refused = match name {
                "license" => true,
                "base_model" | "datasets" => repo_id::fault(text).is_some(),
                _ => false,
            };
            sink.add("field-placeholder", document.node(item).span, message, |f| {
                let f = f.help("Write the real value, or remove the line until you know it").anchor(format!("/{name}"));
                if refused { f.readers(&[Effect::HubRefuses]) } else { f.at_most(Severity::Warning) }
            });
        }
    }
}

fn repeated(ctx: &Context<'_>, document: &Document<'_>, name: &str, value: NodeId, sink: &mut Sink<'_>) {
    let Some(items) = document.items(value) else { return };
    let mut seen = std::collections::HashMap::with_capacity(items.len());
    for (at, &item) in items.iter().enumerate() {
        let Some(text) = document.text(item).filter(|text| !text.is_empty()) else { continue };
        let Some(first) = seen.insert(text, item) else { continue };
        let message = format!("`{name}` lists {} twice", safe::quoted(text));
        sink.add("list-duplicate", document.node(item).span, message, |f| {
            let fix = remove_item(ctx.card.source.text(), document, items, at, "remove the repetition");
            f.help("Remove the repetition")
                .related(document.node(first).span, "first listed here")
                .anchor(format!("/{name}/repeated"))
                .maybe_fix(fix)
        });
    }
}
