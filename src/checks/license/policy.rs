//! The licences of a card and of its base models against the user's policy.

use super::declared;
use super::derivation::{bases, place};
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::license::lineage::{Source, inputs};
use crate::license::policy::{Decision, Side};
use crate::license::{Declared, Role};
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
        let span = match (card.field("license"), card.mapping()) {
            (Some((_, value)), Some((document, _))) => document.node(value).span,
            _ => card.front.end(),
        };
        report(policy.judge(&declared(card), owner, name), "the card", span, "/license", sink);
    }
    let Some((document, _)) = card.mapping() else { return };
    if card.kind != Kind::Model || !policy.concerns(Side::Base) {
        return;
    }
    for (node, repo) in bases(card) {
        let source = Source { role: Role::Base, name: repo, declared: Declared::default(), same_owner: false };
        for input in inputs(source, None) {
            // An unknown licence of a base has a rule of its own.
            if !input.terms.is_known() {
                continue;
            }
            let (base_owner, base_name) =
                input.name.split_once('/').map_or((None, input.name.as_str()), |(owner, name)| (Some(owner), name));
            let decision = policy.judge(&input.terms, base_owner, Some(base_name));
            let whose = format!("the base model {}", safe::quoted(&input.name));
            report(decision, &whose, document.node(node).span, &format!("/base_model/{}", input.name), sink);
        }
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
