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

/// What to do where the terms of something else are not known.
const GIVE_IT: &str = "Look the licence up and give it in `[license.known]`";

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
        let subject = Subject {
            whose: "the card",
            advice: "Declare a licence that the policy allows",
            span: license_span(card),
            anchor: "/license",
        };
        report(ctx, decision, &subject, sink);
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
        let advice = if terms.is_known() { "Build on something whose licence it allows" } else { GIVE_IT };
        report(ctx, decision, &Subject { whose: &whose, advice, span, anchor: &anchor }, sink);
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
        let (span, anchor) = (document.node(node).span, format!("/datasets/{repo}"));
        report(ctx, decision, &Subject { whose: &whose, advice: GIVE_IT, span, anchor: &anchor }, sink);
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

/// What is judged, and where it is told.
struct Subject<'a> {
    /// "the card", "the base model `x/y`".
    whose: &'a str,
    /// What to do about it, beside an exception.
    advice: &'static str,
    span: Span,
    anchor: &'a str,
}

fn report(ctx: &Context<'_>, decision: Decision, subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (why, review, exception) = match decision {
        Decision::Allowed => return,
        Decision::Review(why) => (why, true, None),
        Decision::Denied(why) => (why, false, None),
        Decision::Excepted { review, why, exception } => (why, review, Some(exception)),
    };
    let verb = if review { "requires a review of" } else { "does not allow" };
    let message = format!("The policy {verb} the licence of {}: {why}", subject.whose);
    sink.add("license-policy", subject.span, message, |f| {
        let of = called(ctx.card).map(|name| format!(" for {name}")).unwrap_or_default();
        let help =
            format!("{}, or add an exception{of} with a reason to `[license]` in the configuration", subject.advice);
        let mut f = f.anchor(subject.anchor).help(help);
        f.excepted = exception.and_then(|at| Some(ctx.policy?.exceptions.get(at)?.reason.clone()));
        if review { f.at_most(Severity::Warning) } else { f }
    });
}
