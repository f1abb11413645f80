//! The text in the repository against the declared licence.

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::restrictions::{added_to, reserved, unfilled};
use crate::facts::{declared, license_span};
use crate::license::names::{at_start, of_url, pointed_at};
use crate::license::text::{
    Identified, Likeness, covers_model, covers_other, is_license_file, known, part_of, without_others,
};
use crate::license::{Atom, Class, License, Verdict};
use crate::rule::{Confidence, Severity};
use crate::text::{SourceFile, safe};
use crate::vocab;

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let rules = ["license-text-differs", "license-text-modified", "license-text-undeclared", "license-other-listed"];
    if card.kind == Kind::Other || !rules.iter().any(|id| sink.wants(id)) {
        return;
    }
    let Some((document, _)) = card.mapping() else { return };
    let texts = ctx.license_texts().iter().filter(|text| card.kind != Kind::Model || !covers_other(text.name));
    let mut found: Vec<(&str, Identified)> = texts.filter_map(|text| Some((text.name, text.found?))).collect();
    // What is named after the model says more of it than what is there for the repository.
    if card.kind == Kind::Model && own_texts(ctx).any(|file| covers_model(file.name())) {
        found.retain(|(name, _)| covers_model(name));
    }
    if empty(ctx, !found.is_empty(), sink) {
        return;
    }
    let Some(&(name, first)) = found.first() else {
        if !pointer(ctx, sink) {
            unknown(ctx, sink);
        }
        return;
    };
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
    let lesser = |declared: &License, license: &License| {
        // The LGPL adds to the text of the GPL, which lies beside it.
        declared.id.strip_prefix('l').is_some_and(|id| id == license.id)
    };
    // Terms behind the text are no part of it, whatever it is called.
    let added = found.iter().find_map(|(name, text)| {
        let file = ctx.files.iter().find(|file| file.name() == *name)?;
        if text.likeness != Likeness::Same || text.license.terms.iter().any(|term| LIMITED.contains(&term.atom)) {
            return None;
        }
        let words = added_to(without_others(file.text()), text.license.class == Class::Permissive)?;
        Some((*name, *text, words))
    });
    if let Some((name, text, words)) = added {
        let message = format!(
            "{} is the text of {} with terms of its own (\"{words}\"), which that name does not say",
            safe::quoted(name),
            label(text.license),
            words = safe::excerpt(&words, QUOTED)
        );
        sink.add("license-text-modified", span, message, |f| {
            f.help("Declare `license: other` with `license_name` and `license_link`, if the terms apply; otherwise remove them")
                .anchor("/license")
        });
        return;
    }
    let fits =
        |license: &License| terms.licenses().any(|declared| declared.id == license.id || lesser(declared, license));
    if let Some((name, _)) = found.iter().find(|(_, text)| text.likeness == Likeness::Same && fits(text.license)) {
        let file = ctx.files.iter().find(|file| file.name() == *name);
        if let Some(words) = file.and_then(|file| unfilled(file.text())) {
            let message = format!(
                "{} still has {} in the place of whoever grants the licence",
                safe::quoted(name),
                safe::quoted(words)
            );
            sink.add("license-text-modified", span, message, |f| {
                f.help("Write the year and the holder of the rights there").anchor("/license").at_most(Severity::Note)
            });
        }
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
                f.help(format!("Write `license: {hub}`, if that is the licence; otherwise put its text there"))
                    .anchor("/license")
            });
        }
        return;
    }
    let declared = terms.licenses().next().map_or("", |license| license.id.as_str());
    let per_cent = (first.score * 100.0).round();
    match first.likeness {
        Likeness::Same => {
            let message =
                format!("The card declares `{declared}`, but {shown} is the text of {}", label(first.license));
            sink.add("license-text-differs", span, message, |f| {
                let says = first.license.declaration();
                // What base models ask for is judged by what is declared.
                let lost = ctx.assessment.is_some_and(|known| known.judgement.verdict() >= Verdict::ObligationLost);
                let help = if lost {
                    "Settle first which licence the base models allow, then declare it and put its text there"
                        .to_owned()
                } else if ctx.card.field("base_model").is_some() {
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

/// The licence files that cover what the card is of.
fn own_texts<'c>(ctx: &'c Context<'_>) -> impl Iterator<Item = &'c SourceFile> + Clone {
    let covers = |name: &str| ctx.card.kind != Kind::Model || !covers_other(name);
    ctx.files.iter().filter(move |file| is_license_file(file.name()) && covers(file.name()))
}

/// Bytes of a file that holds line ends and no more.
const BLANK: u64 = 16;

/// A licence file with nothing in it, where no other one holds a licence, or that is named after the model; true where there
/// is one.
fn empty(ctx: &Context<'_>, found: bool, sink: &mut Sink<'_>) -> bool {
    // What cannot be read as text is not empty.
    let blank = |name: &str| ctx.source.is_none_or(|source| source.size(name).is_some_and(|size| size <= BLANK));
    let mut texts = own_texts(ctx).filter(|file| !found || covers_model(file.name()));
    let Some(file) = texts.find(|file| file.text().trim().is_empty() && blank(file.name())) else { return false };
    let message = format!("{} is empty, and grants nobody what the card declares", safe::quoted(file.name()));
    sink.add("license-text-differs", license_span(ctx.card), message, |f| {
        f.help("Put the text of the declared licence there, with the holder and the year")
            .anchor("/license")
            .at_most(Severity::Warning)
    });
    true
}

/// A short file that names a licence and does not hold it, or an address of one, against the declared licence; true where
/// it is another one.
fn pointer(ctx: &Context<'_>, sink: &mut Sink<'_>) -> bool {
    let card = ctx.card;
    let terms = declared(card);
    let (Some((document, _)), Some((_, value)), true) = (card.mapping(), card.field("license"), terms.is_known())
    else {
        return false;
    };
    let texts = own_texts(ctx);
    let texts = texts.filter_map(|file| Some((safe::quoted(file.name()), pointed_at(file.text())?)));
    let link = card.field_text("license_link").and_then(|link| of_url(link.trim()));
    let mut found = texts.chain(link.map(|license| ("`license_link`".to_owned(), license)));
    let fits = |license: &License| {
        let family =
            |id: &str| vocab::licenses().find(id).is_some_and(|listed| listed.family && license.id.contains(id));
        terms.licenses().any(|declared| declared.id == license.id || family(&declared.id))
    };
    let Some((shown, license)) = found.find(|(_, license)| !fits(license)) else { return false };
    let declared = terms.licenses().next().map_or("", |license| license.id.as_str());
    let message = format!("The card declares `{declared}`, but {shown} leads to {}", label(license));
    sink.add("license-text-differs", document.node(value).span, message, |f| {
        f.help(format!("Declare what it leads to (`{}`), or correct it", license.declaration()))
            .anchor("/license")
            .at_most(Severity::Warning)
            .confidence(Confidence::Medium)
    });
    true
}

/// Terms of licences that forbid commercial use themselves.
const LIMITED: [Atom; 2] = [Atom::NonCommercial, Atom::ResearchOnly];

/// Letters of added terms that are shown.
const QUOTED: usize = 80;

/// Bytes of the shortest text that must be known if it is one that the card declares.
const TEXT: usize = 300;
/// Lines at the beginning of a text that hold its title.
const TITLE: usize = 3;

/// A text that is none of those known, in the place of one that is: no text of the declared licence has that title.
fn unknown(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let terms = declared(card);
    let Some((_, value)) = card.field("license").filter(|_| terms.is_known()) else { return };
    let has_text = |license: &&License| known().any(|one| one.id == license.id);
    let Some(declared) = terms.licenses().find(has_text).filter(|_| terms.licenses().count() == 1) else { return };
    let Some((document, _)) = card.mapping() else { return };
    let texts = own_texts(ctx);
    let one = texts.clone().next().filter(|_| texts.clone().count() == 1);
    let span = document.node(value).span;
    if let Some((file, share)) = one.and_then(|file| Some((file, part_of(file.text(), declared)?))) {
        let message = format!(
            "{} holds only a part of the text of {} (about {} %)",
            safe::quoted(file.name()),
            label(declared),
            (share * 100.0).round()
        );
        sink.add("license-text-modified", span, message, |f| {
            f.help("Put the whole text of the licence there")
                .anchor("/license")
                .at_most(Severity::Warning)
                .confidence(Confidence::Medium)
        });
        return;
    }
    if let Some((file, words)) = one.and_then(|file| Some((file, contrary(file.text(), declared)?))) {
        let message = format!(
            "The card declares `{}`, but {} is no text of it, and says \"{}\"",
            declared.id,
            safe::quoted(file.name()),
            safe::excerpt(&words, QUOTED)
        );
        sink.add("license-text-differs", span, message, |f| {
            f.help("Declare `license: other` with `license_name` and `license_link`, or put the text of the declared licence there")
                .anchor("/license")
                .at_most(Severity::Warning)
                .confidence(Confidence::Medium)
        });
        return;
    }
    let title = |text: &str| {
        let mut lines = text.lines().map(str::trim).filter(|line| line.contains(char::is_alphabetic)).take(TITLE);
        lines.find(|line| is_title(line)).filter(|_| text.len() >= TEXT).map(str::to_owned)
    };
    let found = texts.clone().find_map(|file| Some((file.name(), title(file.text())?)));
    let Some((name, title)) = found.filter(|_| texts.count() == 1) else { return };
    if names_license(&title, declared) {
        return;
    }
    let message = format!(
        "The card declares `{}`, but {} holds another text, \"{}\", which cardlint does not know",
        declared.id,
        safe::quoted(name),
        safe::excerpt(&title, TITLE_LENGTH)
    );
    sink.add("license-text-differs", document.node(value).span, message, |f| {
        f.help("Declare `license: other` with `license_name` and `license_link`, or put the text of the declared licence there")
            .anchor("/license")
            .at_most(Severity::Warning)
            .confidence(Confidence::Medium)
    });
}

/// What a text that is none of those known has against a declared licence: it forbids commercial use where that allows it,
/// or keeps all rights.
fn contrary(text: &str, declared: &License) -> Option<String> {
    let text = without_others(text);
    let free = !declared.terms.iter().any(|term| LIMITED.contains(&term.atom));
    added_to(text, false).filter(|_| free).or_else(|| reserved(text))
}

/// Letters of the longest title that is shown.
const TITLE_LENGTH: usize = 60;

/// Whether a line may be the title of a licence.
fn is_title(line: &str) -> bool {
    let lower = line.to_lowercase();
    line.len() <= 2 * TITLE_LENGTH && ["license", "licence", "agreement"].iter().any(|word| lower.contains(word))
}

/// Whether a title may be one of this licence: it has its name, or the first word of that.
fn names_license(title: &str, license: &License) -> bool {
    let lower = title.to_lowercase();
    let starts = |text: &str| {
        let word = text.split(|c: char| !c.is_alphabetic()).find(|word| word.len() > 1).unwrap_or_default();
        !word.is_empty() && lower.contains(&word.to_lowercase())
    };
    let named = lower.char_indices().any(|(at, c)| {
        let begins = c.is_alphanumeric() && !lower[..at].ends_with(char::is_alphanumeric);
        begins && at_start(&lower[at..]).is_some_and(|(found, _)| found.id == license.id)
    });
    named || starts(&license.name) || starts(&license.id)
}

fn label(license: &License) -> String {
    format!("{} (`{}`)", license.name, license.id)
}
