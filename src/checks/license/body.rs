//! The licence that the text of a card names against the one that its front matter declares.

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::declared;
use crate::facts::restrictions;
use crate::facts::statements::{self, Statement, Subject};
use crate::license::{Class, License, Role, Verdict};
use crate::rule::Confidence;
use crate::text::{Span, Unit, safe};

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    if card.kind == Kind::Other {
        return;
    }
    if sink.wants("license-body-restricts") {
        restricts(ctx, sink);
    }
    if !(sink.wants("license-body-differs") || sink.wants("license-body-only")) {
        return;
    }
    let statements = statements::find(card);
    let own: Vec<&Statement> = statements.iter().filter(|known| known.subject == Subject::Repository).collect();
    let Some(first) = own.first() else { return };
    let named: Vec<&License> = own.iter().flat_map(|statement| &statement.licenses).copied().collect();
    let agree = named.iter().all(|license| license.id == named[0].id);
    let declares = card.field("license").is_some_and(|(_, value)| {
        card.mapping().is_some_and(|(document, _)| !document.is_null(value) && !card.field_items("license").is_empty())
    });
    if !declares {
        // Several licences for several things: no single value to propose.
        if agree && card.mapping().is_some() {
            let license = named[0];
            let message = format!(
                "The text names the licence `{}`, but the front matter declares none, which is all that the Hub reads",
                license.id
            );
            let lost = ctx.assessment.is_some_and(|known| known.judgement.verdict() >= Verdict::ObligationLost);
            sink.add("license-body-only", first.span, message, |f| {
                let help = if lost {
                    "Settle first which licence the base models allow, then declare that one".to_owned()
                } else {
                    format!("Add `{}`, if that is the licence of the {}", license.declaration(), card.kind.as_str())
                };
                f.help(help).anchor("/license/body")
            });
        }
        return;
    }
    let terms = declared(card);
    if !terms.is_known() {
        return;
    }
    // Any statement that fits is enough, whatever it speaks of, but where another one speaks of the weights by that word:
    // what is declared is the licence of the code then.
    let fits = |license: &License| terms.licenses().any(|declared| same_family(declared, license));
    // "GPL v2 or later" allows the third version.
    let later = own.iter().any(|statement| {
        let rest = card.source.text()[statement.span.end as usize..].trim_start_matches(['+', ',', ' ', ')', ']']);
        let open = ["or later", "or any later"].iter().any(|words| rest.starts_with(words));
        let family = |id: &str| id.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-')).to_owned();
        open && statement
            .licenses
            .iter()
            .any(|license| terms.licenses().any(|known| family(&known.id) == family(&license.id)))
    });
    let fit = |statement: &Statement| statement.licenses.iter().any(|license| fits(license));
    let of_weights = own.iter().any(|statement| statements::is_of_weights(card, statement));
    let fit = statements.iter().any(|one| fit(one) && (one.subject == Subject::Repository || !of_weights));
    if later || fit || !agree {
        return;
    }
    let (Some((_, value)), Some((document, _))) = (card.field("license"), card.mapping()) else { return };
    let shown = card.source.slice(document.node(value).span);
    let trap = if shown.trim() == "bsl-1.0" { " (`bsl-1.0` is the Boost Software License)" } else { "" };
    let message = format!(
        "The text names the licence `{}`, but the front matter declares {}{trap}",
        named[0].id,
        safe::quoted(shown.trim())
    );
    sink.add("license-body-differs", first.span, message, |f| {
        // Where the base model is under the declared licence, the text is the likelier slip.
        let inputs = ctx.assessment.iter().flat_map(|assessment| &assessment.inputs);
        let bases: Vec<&License> =
            inputs.filter(|input| input.role == Role::Base).flat_map(|input| input.terms.licenses()).collect();
        let owed = bases.iter().find(|license| license.id == named[0].id);
        let help = match bases.iter().find(|license| terms.licenses().any(|declared| declared.id == license.id)) {
            Some(base) => format!(
                "Correct the text, if the model is under `{}` like its base model; else declare `{}`",
                base.id,
                named[0].declaration()
            ),
            None if owed.is_some() => {
                format!("Declare `{}`, which is also the licence of the base model", named[0].declaration())
            }
            None => format!("Let both say the same: `{}`, or correct the text", named[0].declaration()),
        };
        f.help(help)
            .related(document.node(value).span, "declared here")
            .confidence(Confidence::Medium)
            .anchor("/license/body")
    });
}

/// A sentence that forbids commercial use, against a declared licence that allows it.
fn restricts(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let terms = declared(card);
    let free = |license: &License| {
        matches!(
            license.class,
            Class::Permissive
                | Class::PublicDomain
                | Class::WeakCopyleft
                | Class::StrongCopyleft
                | Class::NetworkCopyleft
        )
    };
    let (Some((_, value)), Some((document, _))) = (card.field("license"), card.mapping()) else { return };
    if !terms.is_known() || !terms.licenses().all(free) {
        return;
    }
    let Some(span) = restrictions::noncommercial(card) else { return };
    // Where the sentence names a licence, that it differs says as much.
    let line = |span: Span| card.source.location(span, Unit::CodePoint).0.line;
    let named = |statement: &Statement| {
        statement.subject == Subject::Repository
            && statement.licenses.iter().all(|license| !free(license))
            && line(statement.span) == line(span)
    };
    if sink.wants("license-body-differs") && statements::find(card).iter().any(named) {
        return;
    }
    let ids: Vec<&str> = card.field_items("license").into_iter().filter_map(|item| document.text(item)).collect();
    let message = format!(
        "The text says \"{}\", and {} allows commercial use",
        safe::excerpt(card.source.slice(span), 60),
        safe::quoted(&ids.join(", "))
    );
    sink.add("license-body-restricts", span, message, |f| {
        f.help("Declare a licence with these terms, or take the sentence out")
            .related(document.node(value).span, "declared here")
            .anchor("/license/body/commercial")
    });
}

/// The same licence, or a family id beside one of its texts.
fn same_family(declared: &License, named: &License) -> bool {
    declared.id == named.id
        || (crate::vocab::licenses().find(&declared.id).is_some_and(|listed| listed.family)
            && named.id.contains(declared.id.as_str()))
}
