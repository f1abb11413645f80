//! `model-index-lossy`: what `huggingface_hub` loses of a model-index when it saves the card.
//!
//! Saving goes through `EvalResult` objects (`repocard_data.py` of 2.4.0): one model name, results
//! grouped by (task type, dataset type, config, split, revision), known members only, no nulls.

use std::collections::HashMap;

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::text::{Span, safe, suggest};
use crate::yaml::{Document, NodeId};

const RESULT: &[&str] = &["task", "dataset", "metrics", "source"];
const TASK: &[&str] = &["type", "name"];
const DATASET: &[&str] = &["type", "name", "config", "split", "revision", "args"];
const METRIC: &[&str] = &["type", "value", "name", "config", "args", "verified", "verifyToken"];
const SOURCE: &[&str] = &["name", "url"];

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if ctx.card.kind != Kind::Model || !sink.wants("model-index-lossy") {
        return;
    }
    let (Some((document, _)), Some((_, index))) = (ctx.card.mapping(), ctx.card.field("model-index")) else { return };
    let Some(entries) = document.items(index) else { return };
    if let [first, second, ..] = entries {
        let span = first_line(ctx, document.node(*second).span);
        let message = format!(
            "`model-index` has {} entries; huggingface_hub merges them under the last name when it saves the card",
            entries.len()
        );
        sink.add("model-index-lossy", span, message, |f| {
            f.help("Keep one entry, and put the results of other models into their own cards")
                .related(first_line(ctx, document.node(*first).span), "the first entry")
                .anchor("/model-index")
        });
    }
    let mut losses = Losses { document, unknown: HashMap::new(), nulls: HashMap::new(), order: Vec::new() };
    for &entry in entries {
        losses.members(entry, "an entry", &["name", "results"]);
        let Some((_, results)) = document.get(entry, "results") else { continue };
        let items = document.items(results).unwrap_or_default();
        for &result in items {
            losses.members(result, "a result", RESULT);
            for (member, what, known) in
                [("task", "task", TASK), ("dataset", "dataset", DATASET), ("source", "source", SOURCE)]
            {
                if let Some((_, value)) = document.get(result, member) {
                    losses.members(value, what, known);
                }
            }
            if let Some((_, metrics)) = document.get(result, "metrics") {
                for &metric in document.items(metrics).unwrap_or_default() {
                    losses.members(metric, "a metric", METRIC);
                }
            }
        }
        merged(document, items, sink);
    }
    losses.report(sink);
}

fn first_line(ctx: &Context<'_>, span: Span) -> Span {
    let text = ctx.card.source.slice(span);
    Span::new(span.start as usize, span.start as usize + text.find('\n').unwrap_or(text.len()))
}

/// The text at a path below a result, with null as absent.
fn text_at<'d>(document: &'d Document<'_>, result: NodeId, path: [&str; 2]) -> Option<&'d str> {
    let (_, outer) = document.get(result, path[0])?;
    let (_, inner) = document.get(outer, path[1])?;
    if document.is_null(inner) { None } else { document.text(inner) }
}

/// Results that are grouped into one although they differ in what only the first one keeps: told
/// once for each member that is lost.
fn merged(document: &Document<'_>, results: &[NodeId], sink: &mut Sink<'_>) {
    let mut seen: HashMap<[Option<&str>; 5], NodeId> = HashMap::with_capacity(results.len());
    // Member to its first loss: the value, the result that is kept, and the number of losses.
    let mut lost: Vec<((&str, &str), NodeId, NodeId, usize)> = Vec::new();
    for &result in results {
        // Without them, huggingface_hub refuses or drops the whole index.
        if document.get(result, "task").is_none() || document.get(result, "dataset").is_none() {
            continue;
        }
        let at = |outer, inner| text_at(document, result, [outer, inner]);
        let identity = [
            at("task", "type"),
            at("dataset", "type"),
            at("dataset", "config"),
            at("dataset", "split"),
            at("dataset", "revision"),
        ];
        let Some(&first) = seen.get(&identity) else {
            seen.insert(identity, result);
            continue;
        };
        for member in [("task", "name"), ("dataset", "name"), ("source", "url"), ("source", "name")] {
            let (outer, inner) = member;
            let (kept, dropped) = (text_at(document, first, [outer, inner]), at(outer, inner));
            let Some((_, parent)) = document.get(result, outer) else { continue };
            let Some((_, value)) = document.get(parent, inner) else { continue };
            if kept == dropped || dropped.is_none() {
                continue;
            }
            match lost.iter_mut().find(|(known, ..)| *known == member) {
                Some((_, _, _, count)) => *count += 1,
                None => lost.push((member, value, first, 1)),
            }
            break;
        }
    }
    for ((outer, inner), value, first, count) in lost {
        let text = document.text(value).unwrap_or_default();
        let more = if count > 1 { format!(", and {} more of the kind", count - 1) } else { String::new() };
        let message = format!(
            "This result has the same task type, dataset type, config, split and revision as another one: huggingface_hub merges the two when it saves the card and loses the {outer} {inner} {}{more}",
            safe::quoted(text)
        );
        let kept = document.pairs(first).first().map_or(document.node(first).span, |&(key, _)| document.node(key).span);
        sink.add("model-index-lossy", document.node(value).span, message, |f| {
            f.help("Give the results different `config`, `split` or `revision` values")
                .related(kept, "the result that it is merged into")
                .anchor(format!("/model-index/{outer}/{inner}"))
        });
    }
}

/// Kinds of members that mean nothing or are null, of which each is told once.
const MAX_LOSSES: usize = 1_000;

/// Members that are dropped, each name told once a card with the number of its places.
struct Losses<'c, 'd> {
    document: &'c Document<'d>,
    unknown: HashMap<(String, &'static str), Loss>,
    nulls: HashMap<(String, &'static str), Loss>,
    order: Vec<(bool, (String, &'static str))>,
}

/// One name that is dropped.
struct Loss {
    /// The first of its places.
    span: Span,
    count: usize,
    /// The member that it may be a slip of.
    meant: Option<&'static str>,
}

impl Losses<'_, '_> {
    fn members(&mut self, map: NodeId, what: &'static str, known: &'static [&'static str]) {
        for &(key, value) in self.document.pairs(map) {
            let Some(name) = self.document.text(key) else { continue };
            let null = self.document.is_null(value);
            // Required members that are null are errors of the structure.
            let required = matches!(
                (what, name),
                ("task", "type")
                    | ("dataset", "type" | "name" | "config" | "revision")
                    | ("a metric", "type" | "value" | "config")
                    | ("an entry" | "a result", _)
                    | ("source", "url")
            );
            let (table, lost_null) = match (known.contains(&name), null) {
                (false, _) => (&mut self.unknown, false),
                (true, true) if !required => (&mut self.nulls, true),
                _ => continue,
            };
            let id = (name.to_owned(), what);
            if let Some(loss) = table.get_mut(&id) {
                loss.count += 1;
                continue;
            }
            // More kinds of slips than are told say nothing new.
            if table.len() >= MAX_LOSSES {
                continue;
            }
            // A slip of what is missing is told as that.
            let lacks =
                |other: &&&str| self.document.get(map, other).is_none() && suggest::nearest(name, [**other]).is_some();
            if what == "a result" && !lost_null && ["task", "dataset", "metrics"].iter().any(|other| lacks(&other)) {
                continue;
            }
            let span = self.document.node(key).span;
            let free = |other: &&str| self.document.get(map, other).is_none();
            // A list is not what a mapping is, whatever it is called.
            let list = self.document.items(value).is_some_and(|items| items.len() > 1);
            let meant = suggest::nearest(name, known.iter().copied().filter(free)).filter(|_| !list);
            table.insert(id.clone(), Loss { span, count: 1, meant });
            self.order.push((lost_null, id));
        }
    }

    fn report(self, sink: &mut Sink<'_>) {
        for (lost_null, id) in &self.order {
            let table = if *lost_null { &self.nulls } else { &self.unknown };
            let Some(&Loss { span, count, meant }) = table.get(id) else { continue };
            let (name, what) = id;
            let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
            let message = if *lost_null {
                format!(
                    "The member {} of {what} is null{times}; huggingface_hub drops it when it saves the card",
                    safe::quoted(name)
                )
            } else {
                format!(
                    "{} is not a member of {what} in a model-index{times}; huggingface_hub drops it when it saves the card",
                    safe::quoted(name)
                )
            };
            sink.add("model-index-lossy", span, message, |f| {
                let help = match (lost_null, meant) {
                    (true, _) => "Give it a value or remove it".to_owned(),
                    (false, Some(meant)) => format!("Rename it to `{meant}`"),
                    (false, None) => {
                        let args = if matches!(*what, "dataset" | "a metric") { "`args`" } else { "`dataset.args`" };
                        format!("Move it into {args}, or into the text of the card")
                    }
                };
                f.help(help).anchor(format!("/model-index/{what}/{name}"))
            });
        }
    }
}
