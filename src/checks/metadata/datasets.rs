//! `dataset-configs` and `dataset-features`, where a schema cannot tell: names that must differ, paths, types of features.
//!
//! What `datasets` refuses was tried with version 5.2.0 (`utils/metadata.py`, `naming.py`, `features/features.py`).

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::embedded;
use crate::rule::Fix;
use crate::text::{safe, suggest};
use crate::yaml::{Document, NodeId, Style};

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (Some((document, _)), Kind::Dataset) = (ctx.card.mapping(), ctx.card.kind) else { return };
    if let Some((_, configs)) = ctx.card.field("configs") {
        self::configs(document, document.items(configs).unwrap_or_default(), sink);
    }
    if let Some((_, info)) = ctx.card.field("dataset_info") {
        let mut left = MAX_FEATURES;
        for &info in document.items(info).unwrap_or(&[info]) {
            if let Some((_, list)) = document.get(info, "features") {
                features(document, document.items(list).unwrap_or_default(), 0, &mut left, sink);
            }
        }
    }
}

/// Members of a configuration that `datasets` itself reads; all others are options of a reader of files.
const MEMBERS: &[&str] = &["config_name", "data_files", "data_dir", "default"];

fn configs(document: &Document<'_>, configs: &[NodeId], sink: &mut Sink<'_>) {
    let mut default = None;
    let mut names: HashMap<&str, NodeId> = HashMap::new();
    for (at, &config) in configs.iter().enumerate() {
        if let Some((key, value)) = document.get(config, "default")
            && document.text(value) == Some("true")
        {
            match default {
                None => default = Some(key),
                Some(first) => sink.add(
                    "dataset-configs",
                    document.node(key).span,
                    "Two configurations are marked as the default",
                    |f| {
                        f.help("Keep `default: true` on one of them")
                            .related(document.node(first).span, "the first default")
                            .anchor(format!("/configs/{at}/default"))
                    },
                ),
            }
        }
        if let Some((_, value)) = document.get(config, "config_name")
            && let Some(name) = document.text(value)
        {
            match names.get(name) {
                Some(first) => {
                    let message =
                        format!("Two configurations are called {}: only the last one is left", safe::quoted(name));
                    sink.add("dataset-configs", document.node(value).span, message, |f| {
                        f.help("Give each its own name, or put their files into one")
                            .related(document.node(*first).span, "the first of that name")
                            .anchor(format!("/configs/{at}/config_name"))
                    });
                }
                None => {
                    names.insert(name, value);
                }
            }
        }
        for &(key, _) in document.pairs(config) {
            let Some(name) = document.text(key).filter(|name| !MEMBERS.contains(name)) else { continue };
            let Some(meant) = suggest::nearest(name, MEMBERS.iter().copied()) else { continue };
            if document.get(config, meant).is_some() {
                continue;
            }
            let message = format!("{} is not a member of a configuration; did you mean `{meant}`?", safe::quoted(name));
            sink.add("dataset-configs", document.node(key).span, message, |f| {
                f.help(format!("Rename it to `{meant}`")).anchor(format!("/configs/{at}/{name}")).fix(Fix::safe(
                    format!("rename it to `{meant}`"),
                    document.node(key).span,
                    meant,
                ))
            });
        }
        let Some((_, files)) = document.get(config, "data_files") else { continue };
        let mut splits: HashSet<&str> = HashSet::new();
        let items = document.items(files).unwrap_or_default();
        let paths_alone = items.iter().filter(|item| document.text(**item).is_some()).count();
        if let Some(&first) = items.iter().find(|item| document.text(**item).is_some())
            && paths_alone < items.len()
        {
            let message = "Bare paths are mixed with items that have a split, which `datasets` refuses";
            sink.add("dataset-configs", document.node(first).span, message, |f| {
                f.help("Give each item `split` and `path`").anchor(format!("/configs/{at}/data_files"))
            });
        }
        for &file in document.items(files).unwrap_or(&[files]) {
            paths(document, at, document.get(file, "path").map_or(file, |(_, path)| path), sink);
            let Some((_, split)) = document.get(file, "split") else { continue };
            let Some(name) = document.text(split) else { continue };
            if !is_split(name) {
                let message = format!(
                    "The split name {} is refused: {}",
                    safe::quoted(name),
                    "words joined by dots are accepted"
                );
                sink.add("dataset-configs", document.node(split).span, message, |f| {
                    f.help("Write letters, digits and underscores").anchor(format!("/configs/{at}/{name}"))
                });
            } else if !splits.insert(name) {
                let message = format!("The split {} is given twice, which `datasets` refuses", safe::quoted(name));
                sink.add("dataset-configs", document.node(split).span, message, |f| {
                    f.help("List all of its files under `path` of one item")
                        .anchor(format!("/configs/{at}/{name}/twice"))
                });
            }
        }
    }
}

/// `^\w+(\.\w+)*$`, `_split_re` of `datasets`.
fn is_split(name: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    name.split('.').all(is_word)
}

/// Paths that lead out of the repository.
fn paths(document: &Document<'_>, at: usize, path: NodeId, sink: &mut Sink<'_>) {
    for &path in document.items(path).unwrap_or(&[path]) {
        let Some(text) = document.text(path) else { continue };
        let drive = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && (text[1..].starts_with(":\\") || text[1..].starts_with(":/"));
        // How far up the path leads at most.
        let up = text.split('/').fold((0, 0), |(depth, least): (i32, i32), part| {
            let depth = match part {
                ".." => depth - 1,
                "" | "." => depth,
                _ => depth + 1,
            };
            (depth, least.min(depth))
        });
        let address = text.contains("://");
        let outside = if text.starts_with(['/', '\\']) || text.starts_with("~/") || drive && !address {
            "is a path on somebody's machine"
        } else if !address && up.1 < 0 {
            "leads out of the repository"
        } else {
            continue;
        };
        let message = format!("{} {outside}: nobody else finds files there", safe::quoted(text));
        sink.add("dataset-configs", document.node(path).span, message, |f| {
            f.help("Write the path from the folder of this card").anchor(format!("/configs/{at}/path"))
        });
    }
}

/// `rules/hub/features.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Types {
    /// Types of values.
    values: Vec<String>,
    /// Beginnings of types of values with parameters.
    parametric: Vec<String>,
    /// Types of features that `dtype` may name.
    features: Vec<String>,
    /// What a feature may be, where it is no plain value.
    members: Vec<String>,
    /// What is written for a type, and what is meant.
    meant: Vec<(String, String)>,
}

fn types() -> &'static Types {
    static TABLE: LazyLock<Types> = LazyLock::new(|| embedded::table("rules/hub/features.yaml"));
    &TABLE
}

/// Features nest; deeper ones than this are no card's.
const MAX_DEPTH: usize = 16;
/// Features that are looked at: aliases to aliases can stand for any number.
const MAX_FEATURES: usize = 20_000;

fn features(document: &Document<'_>, list: &[NodeId], depth: usize, left: &mut usize, sink: &mut Sink<'_>) {
    for &feature in list {
        let Some(rest) = left.checked_sub(1) else { return };
        *left = rest;
        let span = document.node(feature).span;
        let pairs = document.pairs(feature);
        if pairs.is_empty() {
            sink.add("dataset-features", span, "A feature is a mapping with `name` and `dtype`", |f| {
                f.help("Write `- name: …` and below it `dtype: …`").anchor("/dataset_info/features")
            });
            continue;
        }
        let name = document.get(feature, "name").and_then(|(_, name)| document.text(name));
        if name.is_none() {
            sink.add("dataset-features", span, "The feature has no `name`", |f| {
                f.help("Add `name:` with the name of the column").anchor("/dataset_info/features/name")
            });
        }
        one(document, feature, name.unwrap_or_default(), depth, left, sink);
    }
}

/// The type of a feature stands under its first member beside `name`.
fn one(document: &Document<'_>, feature: NodeId, name: &str, depth: usize, left: &mut usize, sink: &mut Sink<'_>) {
    let first = document.pairs(feature).iter().find(|(key, _)| document.text(*key) != Some("name"));
    let Some(&(key, value)) = first.filter(|_| depth < MAX_DEPTH) else { return };
    let anchor = format!("/dataset_info/features/{name}");
    match document.text(key).unwrap_or_default() {
        "dtype" | "list" | "sequence" | "large_list" if document.text(value).is_some() => {
            dtype(document, value, &anchor, sink);
        }
        "dtype" | "struct" | "list" | "sequence" | "large_list" => match document.items(value) {
            Some(items) => features(document, items, depth + 1, left, sink),
            None => one(document, value, name, depth + 1, left, sink),
        },
        member if types().members.iter().any(|known| known == member) => {}
        member => {
            let span = document.node(key).span;
            let message =
                format!("{} is not a feature type: {}", safe::quoted(member), "`datasets` cannot load the data");
            let meant = suggest::nearest(member, ["dtype"]).or((member == "type").then_some("dtype"));
            sink.add("dataset-features", span, message, |f| {
                let f = f.anchor(anchor);
                match meant {
                    Some(meant) => f.help(format!("Rename it to `{meant}`")).fix(Fix::safe(
                        format!("rename it to `{meant}`"),
                        span,
                        meant,
                    )),
                    None => f.help("Write `dtype:` with the type first, then the other members"),
                }
            });
        }
    }
}

fn dtype(document: &Document<'_>, value: NodeId, anchor: &str, sink: &mut Sink<'_>) {
    let Some(text) = document.text(value).filter(|text| !text.is_empty()) else { return };
    let Types { values, parametric, features, meant, .. } = types();
    let known = |list: &[String]| list.iter().any(|known| known == text);
    let has_parameters =
        || parametric.iter().any(|start| text.starts_with(start.as_str())) && text.ends_with([']', ')']);
    if known(values) || known(features) || has_parameters() {
        return;
    }
    let usual = meant.iter().find(|(written, _)| written.eq_ignore_ascii_case(text)).map(|(_, meant)| meant.as_str());
    let near = || suggest::nearest(text, values.iter().chain(features).map(String::as_str));
    let span = document.node(value).span;
    let message = format!("`datasets` does not know the type {}: it cannot load the data", safe::quoted(text));
    sink.add("dataset-features", span, message, |f| {
        let f = f.anchor(anchor);
        match usual.or_else(near) {
            Some(meant) => {
                let plain = matches!(document.node(value).kind, crate::yaml::Kind::Scalar { style: Style::Plain, .. });
                let fix = plain.then(|| Fix::unsafe_(format!("write `{meant}`"), span, meant));
                f.help(format!("Write `{meant}`")).maybe_fix(fix)
            }
            None => f.help(
                "Write a type of Arrow, such as `string`, `int64` or `float32`, or one of `datasets`, such as `image`",
            ),
        }
    });
}
