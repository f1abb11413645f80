//! Numbers of a card against each other: the text against the metadata, languages against results, hours
//! and hardware against emissions.

mod carbon;
mod languages;
pub(in crate::checks) mod values;

use crate::card::Kind;
use crate::checks::{Context, Sink};

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if ctx.card.kind != Kind::Model {
        return;
    }
    if sink.wants("results-differ") {
        values::check(ctx, sink);
    }
    if sink.wants("languages-unevaluated") {
        languages::check(ctx, sink);
    }
    if sink.wants("carbon-without-unit") || sink.wants("carbon-implausible") {
        carbon::check(ctx.card, sink);
    }
}
