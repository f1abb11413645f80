//! The text in the repository against the declared licence.

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::declared;
use crate::license::License;
use crate::license::text::{Identified, Likeness};
use crate::rule::{Confidence, Severity};
use crate::text::safe;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let rules = ["license-text-differs", "license-text-modified", "license-text-undeclared", "license-other-listed"];
    if ctx.files.is_empty() || card.kind == Kind::Other || !rules.iter().any(|id| sink.wants(id)) {
        return;
    }
    let Some((document, _)) = card.mapping() else { return };
    let texts = ctx.license_texts().iter();
    let found: Vec<(&str, Identified)> = texts.filter_map(|text| Some((text.name, text.found?))).collect();
    let Some(&(name, first)) = found.first() else { return };
    let shown = safe::quoted(name);
    let terms = declared(card);
    let Some((_, value)) = card.field("license") else {
        if first.likeness == Likeness::Same {
            let message = format!("{shown} is the text of {}, but the card declares no licence", label(first.license));
            sink.add("license-text-undeclared", card.front.end(), message, |f| {
                f.help(format!("Add `{}`", first.license.declaration())).anchor("/license")
            });
        }
        return;
    };
    let span = document.node(value).span;
    // A repository may hold the licences of code and weights side by side: one that fits is enough.
    let fits = |license: &License| terms.licenses().any(|declared| declared.id == license.id);
    if found.iter().any(|(_, text)| text.likeness == Likeness::Same && fits(text.license)) {
        return;
    }
    if !terms.is_known() {
        let nameless = card.field_text("license") == Some("other");
        if nameless
            && first.likeness == Likeness::Same
            && let Some(hub) = &first.license.hub
        {
            let message = format!("{shown} is the text of {}, which the Hub lists as `{hub}`", label(first.license));
            sink.add("license-other-listed", span, message, |f| {
                f.help(format!("Write `license: {hub}`")).anchor("/license")
            });
        }
        return;
    }
    let declared = terms.licenses().next().map_or("", |license| license.id.as_str());
    let per_cent = (first.score * 100.0).round();
    match first.likeness {
        Likeness::Same => {
            let message = format!(
                "The card declares `{declared}`, but {shown} is the text of {} ({per_cent} % alike)",
                label(first.license)
            );
            sink.add("license-text-differs", span, message, |f| {
                let says = first.license.declaration();
                // What base models ask for is judged by what is declared.
                let help = if ctx.card.field("base_model").is_some() {
                    format!("Put the text of `{declared}` there; or, if the base models allow it, declare `{says}`")
                } else {
                    format!("Declare what the text says (`{says}`), or replace the text")
                };
                f.help(help).anchor("/license")
            });
        }
        Likeness::Modified => {
            let message = format!(
                "{shown} is a changed text of {} ({per_cent} % alike), so `{declared}` does not say what it asks for",
                label(first.license)
            );
            sink.add("license-text-modified", span, message, |f| {
                f.help("Read what was changed; if terms were, declare `license: other` with `license_name` and `license_link`")
                    .anchor("/license")
            });
        }
        Likeness::Variant => {
            let message = format!("{shown} is an unknown variant of {} ({per_cent} % alike)", label(first.license));
            sink.add("license-text-modified", span, message, |f| {
                f.help("Compare the text with the licence that the card declares")
                    .anchor("/license")
                    .at_most(Severity::Note)
                    .confidence(Confidence::Low)
            });
        }
    }
}

fn label(license: &License) -> String {
    format!("{} (`{}`)", license.name, license.id)
}
