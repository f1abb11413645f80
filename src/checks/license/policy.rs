//! The licences of a card and of its base models against the user's policy.

use super::derivation::claim_span;
use crate::card::{Card, Kind};
use crate::checks::{Context, Sink};
use crate::facts::{declared, descent, license_span, place};
use crate::license::policy::{Decision, Policy, Side};
use crate::license::{Role, Terms};
use crate::rule::Severity;
use crate::text::{Span, safe};
use crate::vocab::repo_id;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (Some(policy), card) = (ctx.policy, ctx.card) else { return };
    let side = match card.kind {
        Kind::Model => Side::Model,
        Kind::Dataset => Side::Dataset,
        Kind::Other => return,
    };
    let own = place(card);
    if policy.concerns(side) {
        let decision = policy.judge(&declared(card), &[own]);
        report(decision, (true, true), "the card", license_span(card), "/license", card, sink);
    }
    if card.kind == Kind::Model && policy.concerns(Side::Dataset) {
        datasets(ctx, policy, sink);
    }
    let Some(assessment) = ctx.assessment else { return };
    for (at, input) in assessment.inputs.iter().enumerate() {
        let (side, role) = match input.role {
            Role::Dataset => (Side::Dataset, "dataset"),
            Role::Base | Role::Teacher => (Side::Base, "base model"),
        };
        if !policy.concerns(side) {
            continue;
        }
        let (owner, name) = repo_id::split(&input.name);
        let not_known = not_known();
        let terms = if input.terms.is_absent() { &not_known } else { &input.terms };
        let decision = policy.judge(terms, &[(owner, Some(name)), own]);
        let whose = format!("the {role} {}", safe::quoted(&input.name));
        let anchor = if side == Side::Dataset { "datasets" } else { "base_model" };
        let (span, anchor) = (claim_span(card, assessment, at), format!("/{anchor}/{}", input.name));
        report(decision, (false, terms.is_known()), &whose, span, &anchor, card, sink);
    }
}

/// Datasets whose licence nothing tells: those that are known stand among the inputs.
fn datasets(ctx: &Context<'_>, policy: &Policy, sink: &mut Sink<'_>) {
    let Some((document, _)) = ctx.card.mapping() else { return };
    let known = |repo: &str| {
        let inputs = ctx.assessment.iter().flat_map(|assessment| &assessment.inputs);
        inputs.filter(|input| input.role == Role::Dataset).any(|input| input.name.eq_ignore_ascii_case(repo))
    };
    for (node, repo) in descent::named(ctx.card, "datasets") {
        if known(repo) {
            continue;
        }
        let (owner, name) = repo_id::split(repo);
        let decision = policy.judge(&not_known(), &[(owner, Some(name)), place(ctx.card)]);
        let whose = format!("the dataset {}", safe::quoted(repo));
        report(
            decision,
            (false, false),
            &whose,
            document.node(node).span,
            &format!("/datasets/{repo}"),
            ctx.card,
            sink,
        );
    }
}

/// The terms of something of which no card says them.
fn not_known() -> Terms {
    Terms { unknown: Some("it is not known; `[license.known]` can give it".to_owned()), ..Terms::default() }
}

/// The name that an exception for a card goes by, in backquotes.
fn called(card: &Card<'_>) -> Option<String> {
    let (owner, name) = place(card);
    let name = name?;
    Some(safe::quoted(&owner.map_or_else(|| name.to_owned(), |owner| format!("{owner}/{name}"))))
}

fn report(
    decision: Decision,
    (own, known): (bool, bool),
    whose: &str,
    span: Span,
    anchor: &str,
    card: &Card<'_>,
    sink: &mut Sink<'_>,
) {
    let (why, review) = match decision {
        Decision::Allowed => return,
        Decision::Review(why) => (why, true),
        Decision::Denied(why) => (why, false),
    };
    let verb = if review { "requires a review of" } else { "does not allow" };
    sink.add("license-policy", span, format!("The policy {verb} the licence of {whose}: {why}"), |f| {
        let other = match (own, known) {
            (true, _) => "Declare a licence that the policy allows",
            (false, true) => "Build on something whose licence it allows",
            (false, false) => "Look the licence up and give it in `[license.known]`",
        };
        let of = called(card).map(|name| format!(" for {name}")).unwrap_or_default();
        let help = format!("{other}, or add an exception{of} with a reason to `[license]` in the configuration");
        let f = f.anchor(anchor).help(help);
        if review { f.at_most(Severity::Warning) } else { f }
    });
}
