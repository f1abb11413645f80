//! Rules on tasks and libraries that need more than a list.

use super::requote;
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::integration::{self, Told, Witness};
use crate::facts::placeholders::is_placeholder;
use crate::facts::{descent, place};
use crate::rule::{Fix, Severity};
use crate::text::{Span, safe};
use crate::vocab;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if ctx.card.kind != Kind::Model {
        return;
    }
    pipeline_tag(ctx, sink);
    library(ctx, sink);
    missing(ctx, sink);
}

/// Task and library that are given by nothing from which the Hub takes them.
fn missing(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, repository) = (ctx.card, ctx.repository);
    if card.mapping().is_none() {
        return;
    }
    let library =
        sink.wants("library-missing") && absent(ctx, "library_name") && integration::tagged_libraries(card).is_empty();
    // The Hub knows files of GGUF by themselves, and a card alone shows none.
    let gguf = || descent::names(card, place(card).1).iter().any(|name| name.to_lowercase().contains("gguf"));
    let library = library && (card.has_model_files() || !gguf());
    if sink.wants("pipeline-tag-missing") && untold(ctx) {
        absence(ctx, sink, "pipeline-tag-missing", "pipeline_tag", told(ctx));
    }
    if library {
        let told = integration::library_of_files(repository).or_else(|| integration::library_of_card(card));
        absence(ctx, sink, "library-missing", "library_name", told);
    }
}

fn absent(ctx: &Context<'_>, field: &str) -> bool {
    ctx.card.field(field).is_none() && !super::schema::meant(ctx).contains(&field)
}

/// Whether nothing tells the Hub the task.
fn untold(ctx: &Context<'_>) -> bool {
    let card = ctx.card;
    let known = || {
        let transformers = card.field_text("library_name").is_none_or(|name| name == "transformers");
        transformers && integration::configured_task(ctx.repository).is_some()
    };
    absent(ctx, "pipeline_tag") && integration::tagged_tasks(card).is_empty() && !known()
}

fn told(ctx: &Context<'_>) -> Option<Told> {
    integration::task_of_files(ctx.repository).or_else(|| integration::task_of_card(ctx.card))
}

/// The task that files or text tell, where nothing tells the Hub.
pub(super) fn derived(ctx: &Context<'_>) -> Option<&'static str> {
    if untold(ctx) { told(ctx).map(|told| told.id) } else { None }
}

fn absence(ctx: &Context<'_>, sink: &mut Sink<'_>, rule: &'static str, field: &str, told: Option<Told>) {
    let place = ctx.card.front.end();
    let Some(told) = told else {
        let help = crate::rule::find(rule).and_then(|rule| rule.section("How to fix")).unwrap_or_default();
        let help = help.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().trim_end_matches('.');
        sink.add(rule, place, format!("`{field}` is missing"), |f| {
            // Without a sign of one, there may be none that the Hub knows.
            f.at_most(Severity::Note).help(help).anchor(format!("/{field}"))
        });
        return;
    };
    let line = format!("{field}: {}", told.id);
    let (by, place_of) = witness(&told.by);
    sink.add(rule, place, format!("`{field}` is missing; {by} it is `{}`", told.id), |f| {
        let f = f.help(format!("Add `{line}`")).anchor(format!("/{field}")).maybe_fix(super::add_line(ctx, &line));
        match place_of {
            Some(span) => f.related(span, "the sign of it"),
            None => f,
        }
    });
}

/// What tells a task or a library, in words, and where it stands in the card.
fn witness(by: &Witness) -> (String, Option<Span>) {
    match by {
        Witness::File(name) => (format!("according to {name}"), None),
        Witness::Index(span) => ("according to the model-index".to_owned(), Some(*span)),
        Witness::Code(span) => ("according to the card's code".to_owned(), Some(*span)),
        Witness::Versions(span) => ("according to the versions that the card lists".to_owned(), Some(*span)),
    }
}

fn pipeline_tag(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (Some((document, _)), Some((_, value))) = (ctx.card.mapping(), ctx.card.field("pipeline_tag")) else { return };
    let Some(retired) = document.text(value).and_then(|tag| vocab::tasks().retired(tag)) else { return };
    let successors = super::listed(&retired.now);
    let message = format!(
        "The task `{}` was removed from the Hub on {}; today it is {successors}",
        retired.value, retired.removed
    );
    let shown = told(ctx);
    sink.add("pipeline-tag-retired", document.node(value).span, message, |f| {
        // What files or code tell is nearer than the first of the successors.
        let new = shown.as_ref().map(|told| told.id).or_else(|| retired.now.first().map(String::as_str));
        let fix = new.and_then(|new| {
            let (span, text) = requote(document, value, new)?;
            Some(Fix::unsafe_(format!("write `{new}`"), span, text))
        });
        let help = match &shown {
            Some(told) => format!("Write `{}`, which it is {}", told.id, witness(&told.by).0),
            None => format!("Choose {} by what the model does", successors.replace(" and ", " or ")),
        };
        f.help(help).anchor("/pipeline_tag").maybe_fix(fix)
    });
}

fn library(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (Some((document, _)), Some((_, value))) = (ctx.card.mapping(), ctx.card.field("library_name")) else { return };
    let Some(name) = document.text(value).filter(|name| !name.trim().is_empty()) else { return };
    let libraries = vocab::libraries();
    if document.is_null(value) || libraries.is_known(name) || is_placeholder(name) {
        return;
    }
    let span = document.node(value).span;
    if let Some(meant) = libraries.intended(name) {
        let message = format!("{} is not how the Hub spells this library: it is `{meant}`", safe::quoted(name));
        sink.add("library-unknown", span, message, |f| {
            let fix =
                requote(document, value, meant).map(|(span, text)| Fix::safe(format!("write `{meant}`"), span, text));
            f.help(format!("Write `{meant}`, so that the Hub shows a code snippet and counts downloads"))
                .anchor("/library_name")
                .maybe_fix(fix)
        });
    } else if let Some(near) = libraries.near(name) {
        let message = format!("The Hub has no library {}; did you mean `{near}`?", safe::quoted(name));
        sink.add("library-unknown", span, message, |f| {
            let fix =
                requote(document, value, near).map(|(span, text)| Fix::unsafe_(format!("write `{near}`"), span, text));
            f.help(format!("Write `{near}`, if that is the library")).anchor("/library_name").maybe_fix(fix)
        });
    } else {
        let message = format!(
            "The Hub has no library {}: it shows no code snippet and counts no downloads by it",
            safe::quoted(name)
        );
        sink.add("library-unknown", span, message, |f| {
            f.help("Nothing to do if the library is new or private; else name the library that loads the weights")
                .anchor("/library_name")
        });
    }
}
