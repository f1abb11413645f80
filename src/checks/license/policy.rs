//! The licences of a card and of its base models against the user's policy.

use super::derivation::claim_span;
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::{declared, license_span, place};
use crate::license::Role;
use crate::license::policy::{Decision, Side};
use crate::rule::Severity;
use crate::text::{Span, safe};

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (Some(policy), card) = (ctx.policy, ctx.card) else { return };
    let side = match card.kind {
        Kind::Model => Side::Model,
        Kind::Dataset => Side::Dataset,
        Kind::Other => return,
    };
    let (owner, name) = place(card);
    if policy.concerns(side) {
        report(policy.judge(&declared(card), owner, name), "the card", license_span(card), "/license", sink);
    }
    let Some(assessment) = ctx.assessment else { return };
    for (at, input) in assessment.inputs.iter().enumerate() {
        let (side, role) = match input.role {
            Role::Dataset => (Side::Dataset, "dataset"),
            Role::Base | Role::Teacher => (Side::Base, "base model"),
        };
        // An unknown licence of a base has a rule of its own.
        if !policy.concerns(side) || !input.terms.is_known() {
            continue;
        }
        let (owner, name) =
            input.name.split_once('/').map_or((None, input.name.as_str()), |(owner, name)| (Some(owner), name));
        let decision = policy.judge(&input.terms, owner, Some(name));
        let whose = format!("the {role} {}", safe::quoted(&input.name));
        let anchor = if side == Side::Dataset { "datasets" } else { "base_model" };
        report(decision, &whose, claim_span(card, assessment, at), &format!("/{anchor}/{}", input.name), sink);
    }
}

fn report(decision: Decision, whose: &str, span: Span, anchor: &str, sink: &mut Sink<'_>) {
    let (why, review) = match decision {
        Decision::Allowed => return,
        Decision::Review(why) => (why, true),
        Decision::Denied(why) => (why, false),
    };
    let verb = if review { "asks to look at" } else { "does not allow" };
    sink.add("license-policy", span, format!("The policy {verb} the licence of {whose}: {why}"), |f| {
        let f = f.anchor(anchor).help(
            "Choose another licence or base model, or add an exception with a reason to `[license]` in the configuration",
        );
        if review { f.at_most(Severity::Warning) } else { f }
    });
}
