//! Checks of the group `repository`: does the card agree with the files beside it?

mod code;
mod data;
mod figures;
mod files;
mod identity;
mod lineage;
mod results;
pub mod secrets;
mod versions;

use crate::card::{Card, Kind};
use crate::checks::{Context, Sink};
use crate::text::Span;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if ctx.card.kind == Kind::Other {
        return;
    }
    secrets::check(ctx, sink);
    files::check(ctx, sink);
    lineage::check(ctx, sink);
    if ctx.card.kind == Kind::Model {
        identity::check(ctx, sink);
        figures::check(ctx, sink);
        results::check(ctx, sink);
        versions::check(ctx, sink);
        code::check(ctx, sink);
    }
}

/// The value of a field, else the end of the front matter, where it would stand.
fn field_span(card: &Card<'_>, field: &str) -> Span {
    match (card.field(field), card.mapping()) {
        (Some((_, value)), Some((document, _))) => document.node(value).span,
        _ => card.front.end(),
    }
}

/// The title, else the end of the front matter: where a word on the whole model would stand.
fn title_span(card: &Card<'_>) -> Span {
    let title = card.outline.title();
    let heading = card.outline.headings.iter().find(|heading| Some(heading.text.as_str()) == title);
    heading.map_or_else(|| card.front.end(), |heading| heading.span)
}
