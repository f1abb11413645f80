//! Completion in front matter: keys, and values of keys that have a list of them.

use lsp_types::{CompletionItem, CompletionItemKind, CompletionResponse, Position};
use serde_json::Value;

use super::Document;
use super::place::{self, Encoding};
use crate::card::Kind;
use crate::schema;
use crate::vocab;

/// What can stand at the cursor.
pub(super) fn at(document: &Document, position: Position, encoding: Encoding) -> CompletionResponse {
    let text = document.source.text();
    let at = place::offset(&document.source, position, encoding);
    let kind = document.audit.as_ref().map_or(Kind::Model, |audit| audit.kind);
    // The block is sought by its fences: while it is being written it need not be YAML.
    if !in_front_matter(&text[..at]) {
        return CompletionResponse::Array(Vec::new());
    }
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    let items = match line.split_once(':') {
        Some((key, _)) if !key.starts_with([' ', '-', '#']) => values(key.trim(), kind),
        _ if line.trim_start().starts_with('-') => {
            list_key(&text[..at]).map(|key| values(key, kind)).unwrap_or_default()
        }
        None if !line.starts_with([' ', '#']) => {
            let there: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once(':')?.0)).collect();
            keys(kind).into_iter().filter(|item| !there.contains(&item.label.as_str())).collect()
        }
        _ => Vec::new(),
    };
    CompletionResponse::Array(items)
}

fn in_front_matter(before: &str) -> bool {
    let mut lines = before.trim_start_matches('\u{feff}').lines();
    lines.next().is_some_and(|line| line.trim_end() == "---")
        && before.contains('\n')
        && !lines.any(|line| line.trim_end() == "---")
}

/// The key whose list the last line is an item of.
fn list_key(before: &str) -> Option<&str> {
    let key = before.lines().rev().skip(1).find(|line| !line.trim_start().starts_with(['-', '#']))?;
    let (key, value) = key.split_once(':')?;
    (!key.starts_with(' ') && value.trim().is_empty()).then_some(key)
}

fn schema_of(kind: Kind) -> &'static Value {
    let name = if kind == Kind::Dataset { "dataset-card" } else { "model-card" };
    schema::embedded(name).json()
}

/// The keys of a kind of card.
fn keys(kind: Kind) -> Vec<CompletionItem> {
    let properties = schema_of(kind)["properties"].as_object();
    let item = |(key, about): (&String, &Value)| CompletionItem {
        label: key.clone(),
        kind: Some(CompletionItemKind::PROPERTY),
        detail: about["title"].as_str().map(str::to_owned),
        documentation: about["description"].as_str().map(|text| lsp_types::Documentation::String(text.to_owned())),
        insert_text: Some(format!("{key}: ")),
        ..CompletionItem::default()
    };
    properties.into_iter().flatten().map(item).collect()
}

/// What a key is for, as Markdown.
pub(super) fn about(key: &str, kind: Kind) -> Option<String> {
    let about = &schema_of(kind)["properties"][key];
    let title = about["title"].as_str()?;
    Some(format!("**{key}**: {title}\n\n{}", about["description"].as_str().unwrap_or_default()))
}

/// The values that a key can have, where there is a list of them.
fn values(key: &str, kind: Kind) -> Vec<CompletionItem> {
    let item = |label: &str, detail: Option<String>| CompletionItem {
        label: label.to_owned(),
        kind: Some(CompletionItemKind::VALUE),
        detail,
        ..CompletionItem::default()
    };
    match key {
        "license" => {
            vocab::licenses().items.iter().map(|license| item(&license.id, Some(license.name.clone()))).collect()
        }
        "pipeline_tag" | "task_categories" => vocab::tasks().items.iter().map(|task| item(&task.tag, None)).collect(),
        "library_name" => vocab::libraries().names().into_iter().map(|name| item(name, None)).collect(),
        "language" => {
            let mut found: Vec<CompletionItem> = Vec::new();
            // Several names of one code are one item.
            for (code, name) in vocab::languages().named() {
                match found.last_mut().filter(|last| last.label == code) {
                    Some(last) => last.detail = last.detail.take().map(|names| format!("{names}, {name}")),
                    None => found.push(item(code, Some(name.to_owned()))),
                }
            }
            found.extend(vocab::languages().unnamed().map(|code| item(code, None)));
            found
        }
        "metrics" => vocab::metrics().ids().map(|id| item(id, None)).collect(),
        _ => {
            let about = &schema_of(kind)["properties"][key];
            let listed = about["enum"].as_array().or_else(|| about["items"]["enum"].as_array());
            listed.into_iter().flatten().filter_map(Value::as_str).map(|word| item(word, None)).collect()
        }
    }
}
