//! The licence files of a repository: is there one, do several agree, does `license_link` lead to one?

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::{Linked, declared, license_link, license_span};
use crate::license::text::{Identified, Likeness, is_license_file};
use crate::license::{Atom, Role, Scope};
use crate::rule::Severity;
use crate::text::safe;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if ctx.card.kind == Kind::Other {
        return;
    }
    link(ctx, sink);
    disagree(ctx, sink);
    missing(ctx, sink);
}

/// `license_link` to a file that is not there, or out of the repository.
fn link(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let (Some((document, _)), Some((_, value)), Some(linked)) =
        (card.mapping(), card.field("license_link"), license_link(card))
    else {
        return;
    };
    let span = document.node(value).span;
    let written = safe::quoted(document.text(value).unwrap_or_default());
    match linked {
        Linked::Address => {}
        Linked::Outside => {
            sink.add(
                "license-link-broken",
                span,
                format!("`license_link` is {written}, which is not a place in the repository"),
                |f| {
                    f.help("Write an address, or the path of a file in the repository, such as `LICENSE`")
                        .anchor("/license_link")
                },
            );
        }
        Linked::File(path) => {
            let first = path.split('/').next().unwrap_or_default();
            let names = card.siblings.names();
            if !card.siblings.known() || names.iter().any(|name| name == first) {
                return;
            }
            let other = names.iter().find(|name| name.eq_ignore_ascii_case(first) || is_license_file(name));
            // A checkout of the card alone holds no file at all.
            if other.is_none() && !card.has_model_files() {
                return;
            }
            let message = format!("`license_link` names the file {written}, which is not in the repository");
            sink.add("license-link-broken", span, message, |f| {
                let help = match other {
                    Some(name) => format!("Write {}, or add the file", safe::quoted(name)),
                    None => "Add the file, or link to the text".to_owned(),
                };
                f.help(help).anchor("/license_link")
            });
        }
    }
}

/// Two texts under names that both stand for the licence of the whole repository.
fn disagree(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if !sink.wants("license-texts-disagree") {
        return;
    }
    let plain = |name: &str| {
        let upper = name.to_uppercase();
        matches!(upper.split('.').next(), Some("LICENSE" | "LICENCE" | "COPYING"))
    };
    let texts = ctx.license_texts().iter().filter(|text| plain(text.name));
    let found: Vec<(&str, Identified)> = texts
        .filter_map(|text| Some((text.name, text.found?)))
        .filter(|(_, text)| text.likeness == Likeness::Same)
        .collect();
    let Some(&(name, first)) = found.first() else { return };
    let Some((other, second)) = found.iter().find(|(_, text)| text.license.id != first.license.id) else { return };
    let terms = declared(ctx.card);
    let both = |id: &str| terms.licenses().any(|license| license.id == id);
    let lesser = |one: &str, other: &str| one.strip_prefix('l').is_some_and(|id| id == other);
    // The LGPL adds to the text of the GPL, which lies beside it.
    if lesser(&first.license.id, &second.license.id) || lesser(&second.license.id, &first.license.id) {
        return;
    }
    if both(&first.license.id) && both(&second.license.id) {
        return;
    }
    let message = format!(
        "Two files say different licences: {} is the text of `{}`, {} that of `{}`",
        safe::quoted(name),
        first.license.id,
        safe::quoted(other),
        second.license.id
    );
    sink.add("license-texts-disagree", license_span(ctx.card), message, |f| {
        f.help("Keep the text of the licence that the card declares; name another one for what it covers, such as LICENSE-CODE")
            .anchor("/license/files")
    });
}

/// A licence that asks to be shipped with every copy, and no text of it.
fn missing(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    if !sink.wants("license-text-missing") || card.kind != Kind::Model || !card.has_model_files() {
        return;
    }
    let lower: Vec<String> = card.siblings.names().iter().map(|name| name.to_lowercase()).collect();
    if lower.iter().any(|name| {
        ["licen", "copying", "unlicense"].iter().any(|word| name.contains(word)) || name.starts_with("terms")
    }) {
        return;
    }
    // What the licence of a base model asks for is told by `license-copy-missing`.
    let derived = ctx.assessment.is_some_and(|known| known.inputs.iter().any(|input| input.role == Role::Base));
    let terms = declared(card);
    let asks = terms.licenses().find_map(|license| {
        let asks = |term: &&crate::license::Term| {
            matches!(term.atom, Atom::IncludeLicense | Atom::KeepNotices) && term.applies(Scope::Copy)
        };
        Some((license, license.terms.iter().find(asks)?))
    });
    let (Some((license, term)), false, Some((_, value)), Some((document, _))) =
        (asks, derived, card.field("license"), card.mapping())
    else {
        return;
    };
    let section = term.place();
    let message = format!(
        "`{}` requires its text to go with every copy{section}, and there is no licence file next to the card",
        license.id
    );
    sink.add("license-text-missing", document.node(value).span, message, |f| {
        f.help("Add the text as LICENSE, with the holder and the year").anchor("/license/file").at_most(Severity::Note)
    });
}
