//! Numbers of a card against each other: the text against the metadata, languages against results, hours
//! and hardware against emissions.

mod carbon;
mod languages;
pub(in crate::checks) mod values;

use std::sync::LazyLock;

use serde::Deserialize;

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::embedded::table;

/// `rules/results.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Words {
    measures: Vec<String>,
    many: Vec<String>,
    codes: Vec<String>,
    untried: Vec<String>,
    of_test: Vec<String>,
    of_others: Vec<String>,
    kinds: Vec<String>,
    other_splits: Vec<String>,
    test_splits: Vec<String>,
    /// Names of one metric, folded.
    same: Vec<Vec<String>>,
}

fn wording() -> &'static Words {
    static TABLE: LazyLock<Words> = LazyLock::new(|| table("rules/results.yaml"));
    &TABLE
}

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
