//! Rules on tasks and libraries that need more than a list.

use super::requote;
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::rule::Fix;
use crate::text::safe;
use crate::vocab;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if ctx.card.kind != Kind::Model {
        return;
    }
    pipeline_tag(ctx, sink);
    library(ctx, sink);
}

fn pipeline_tag(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (Some((document, _)), Some((_, value))) = (ctx.card.mapping(), ctx.card.field("pipeline_tag")) else { return };
    let Some(retired) = document.text(value).and_then(|tag| vocab::tasks().retired(tag)) else { return };
    let successors = super::listed(&retired.now);
    let message = format!(
        "The task `{}` was removed from the Hub on {}; today it is {successors}",
        retired.value, retired.removed
    );
    sink.add("pipeline-tag-retired", document.node(value).span, message, |f| {
        let fix = retired.now.first().and_then(|new| {
            let (span, text) = requote(document, value, new)?;
            Some(Fix::unsafe_(format!("write `{new}`"), span, text))
        });
        f.help(format!("Choose {} by what the model does", successors.replace(" and ", " or ")))
            .anchor("/pipeline_tag")
            .maybe_fix(fix)
    });
}

fn library(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (Some((document, _)), Some((_, value))) = (ctx.card.mapping(), ctx.card.field("library_name")) else { return };
    let Some(name) = document.text(value).filter(|name| !name.trim().is_empty()) else { return };
    let libraries = vocab::libraries();
    if document.is_null(value) || libraries.is_known(name) || super::fields::is_placeholder(name) {
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
