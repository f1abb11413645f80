//! Gaps of a card: questions that nothing in it speaks to, templates that were never filled in, claims with
//! nothing behind them, and what a sensitive use asks for.
//!
//! Which topics answer a rule is data (`rules/gaps.yaml`). A card that is an unfilled template gets one
//! finding, not one a question.

mod followups;
mod gaps;
mod sensitive;
mod table;
mod template;

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::disclosure::{self, Disclosure, Level, Near, Reading};
use crate::rule::Finding;
use crate::text::{Span, Unit};

/// Rules on what a template leaves in a card.
const LEFT: [&str; 3] = ["template-unedited", "section-unfilled", "bias-copied"];

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    // Where there is no card at all, that says it.
    if card.source.text().trim().is_empty() {
        return;
    }
    if card.kind == Kind::Dataset && sink.wants("section-unfilled") {
        // What a card of data discloses is not judged, but what a template left in it shows.
        return template::unfilled(card, &disclosure::leftovers(card).placeholders, &[], sink);
    }
    let answers = wanted(sink);
    if card.kind != Kind::Model || !(answers || LEFT.iter().any(|rule| sink.wants(rule))) {
        return;
    }
    if !answers {
        // Where nothing else asks what a card discloses, it is read of those alone that may be a template, or that have the
        // paragraph that many share: reading costs more than all other checks together.
        let left = disclosure::leftovers(card);
        if !left.copied_bias && template::is_written(left.placeholders.len(), left.own) {
            return template::unfilled(card, &left.placeholders, &[], sink);
        }
    }
    let reading = ctx.reading();
    if template::untouched(reading, sink) {
        return;
    }
    if !answers && reading.copied_bias.is_none() {
        return template::unfilled(card, &reading.placeholders, &[], sink);
    }
    let told = gaps::report(ctx, reading, sink);
    template::unfilled(card, &reading.placeholders, &told, sink);
    // Of a card in another language half of what is answered is known: what follows from one answer may stand beside it.
    if !reading.is_foreign() {
        followups::report(ctx, reading, sink);
        followups::partial(ctx, reading, sink);
        sensitive::report(card, reading, sink);
    }
}

/// Whether a rule asks for what a card discloses, beside those on what a template leaves.
fn wanted(sink: &Sink<'_>) -> bool {
    let rules = table::rules();
    let named = [&rules.partial.rule, &rules.sensitive.rule];
    let gaps = rules.gaps.iter().map(|gap| &gap.rule);
    let followups = rules.followups.iter().map(|followup| &followup.rule);
    gaps.chain(followups).chain(named).any(|rule| sink.wants(rule))
}

/// What was read for a topic.
fn answer<'r>(reading: &'r Reading, id: &str) -> Option<&'r Disclosure> {
    disclosure::topic(id).map(|topic| &reading.disclosures[topic])
}

fn answered(reading: &Reading, id: &str) -> bool {
    answer(reading, id).is_some_and(|found| found.level.is_disclosed())
}

/// Whether the test of a topic is met.
fn met(reading: &Reading, id: &str) -> bool {
    answer(reading, id).is_some_and(|found| found.level == Level::Substantive)
}

/// Whether a topic is answered or a claim is made.
fn held(reading: &Reading, id: &str) -> bool {
    answered(reading, id) || claim(reading, id).is_some()
}

/// Whether it can be said that nothing answers a topic: nothing comes so near to it.
fn lacking(reading: &Reading, id: &str, near: Near) -> bool {
    !answer(reading, id).is_some_and(|found| found.level.is_disclosed() || found.near >= near)
}

/// With `--explain`: the level of each topic that was weighed, and the places that speak to it.
fn explained<'t>(
    ctx: &Context<'_>,
    reading: &Reading,
    topics: impl Iterator<Item = &'t String>,
    mut finding: Finding,
) -> Finding {
    if !ctx.explain {
        return finding;
    }
    let mut weighed = Vec::new();
    for id in topics {
        let Some(found) = answer(reading, id) else { continue };
        let place = found.evidence.first().map(|span| {
            let line = ctx.card.source.location(*span, Unit::CodePoint).0.line;
            format!(" in line {line}")
        });
        weighed.push(format!("{id} {}{}", found.level.as_str(), place.unwrap_or_default()));
        for span in &found.evidence {
            finding = finding.related(*span, format!("{id}: {}", found.level.as_str()));
        }
    }
    let help = finding.help.take().unwrap_or_default();
    finding.help(format!("{help} (weighed: {})", weighed.join(", ")))
}

fn questions(rule: &str) -> String {
    format!("Run `cardlint rule {rule}` for the questions that a good section answers")
}

/// Where the card claims something.
fn claim(reading: &Reading, id: &str) -> Option<Span> {
    reading.claims.iter().find(|(claim, _)| *claim == id).map(|(_, span)| *span)
}
