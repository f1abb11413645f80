//! Rules on the licence as metadata: is the id one that the Hub knows, is `other` explained.

use super::{items, requote, shown};
use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::placeholders::placeholder_text;
use crate::facts::statements;
use crate::license::resolve::is_expression;
use crate::license::text::is_license_file;
use crate::license::{Declared, resolve};
use crate::rule::{Fix, Severity};
use crate::text::{safe, suggest};
use crate::vocab::{self, LicenseMatch};

/// A sentence as a clause.
fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let (Some((document, _)), false) = (card.mapping(), card.kind == Kind::Other) else { return };
    let Some((key, value)) = card.field("license") else { return };
    for item in items(document, value) {
        let Some(text) = document.text(item) else { continue };
        if text.trim().is_empty() || document.is_null(item) || placeholder_text(document, item).is_some() {
            continue;
        }
        let span = document.node(document.target(item)).span;
        let stated = || statements::only(card).and_then(|statement| statement.licenses[0].hub.as_deref());
        match vocab::licenses().resolve(text) {
            LicenseMatch::Hub(_) => {}
            LicenseMatch::Spelling(license) => {
                let message = format!(
                    "{} is not a Hub licence id (ids must match exactly); the id of this licence is `{}`",
                    safe::quoted(text),
                    license.id
                );
                sink.add("license-unknown", span, message, |f| {
                    let fix = requote(document, document.target(item), &license.id)
                        .map(|(span, new)| Fix::safe(format!("write `{}`", license.id), span, new));
                    f.help(format!("Write `{}`", license.id)).anchor("/license").maybe_fix(fix)
                });
            }
            LicenseMatch::Trap(note) => {
                let message = format!("{} is not a Hub licence id: {note}", safe::quoted(text));
                sink.add("license-unknown", span, message, |f| {
                    if let Some(hub) = stated() {
                        return f.help(format!("Write `{hub}`, which the text names, if that is the licence")).anchor("/license");
                    }
                    f.help("Choose an id of https://huggingface.co/docs/hub/repositories-licenses, or `other` with `license_name` and `license_link`").anchor("/license")
                });
            }
            LicenseMatch::Near(near) => {
                let expression = is_expression(text);
                let several = several(text);
                let near = near.or_else(|| by_terms(text));
                let mut message = format!(
                    "{} is not one of the {} licence ids that the Hub accepts",
                    safe::quoted(text),
                    vocab::licenses().items.len()
                );
                if expression {
                    message.push_str(", and SPDX expressions are refused");
                } else if several.is_some() {
                    message.push_str("; it names several");
                } else if let Some(near) = near {
                    message.push_str(&format!("; did you mean `{}`?", near.id));
                }
                sink.add("license-unknown", span, message, |f| {
                    let help = match (expression, near) {
                        _ if several.is_some() => {
                            let list = several.unwrap_or_default().join(", ");
                            let choice = text.split_whitespace().any(|word| word.eq_ignore_ascii_case("or"))
                                || text.contains('|');
                            let rest = if choice { ", and say in the text that either may be chosen" } else { "" };
                            format!("Write a list: `license: [{list}]`{rest}")
                        }
                        (true, _) => "List the ids, one an item, or use `other` with `license_name` and `license_link`"
                            .to_owned(),
                        (false, Some(near)) => format!(
                            "Write `{}` if that is the licence, else `other` with `license_name` and `license_link`",
                            near.id
                        ),
                        (false, None) => "Use `license: other` with `license_name` and `license_link`".to_owned(),
                    };
                    f.help(help).anchor("/license")
                });
            }
        }
    }
    names(ctx, key, value, sink);
}

/// The ids in a value that holds several: `mit/apache-2.0`, `cc-by-nc-4.0, mit`, `apache-2.0 OR mit`.
fn several(text: &str) -> Option<Vec<&'static str>> {
    let spaced = text.replace([',', '/', ';', '|', '&', '+'], " ");
    let joins = |word: &&str| !["or", "and"].iter().any(|join| join.eq_ignore_ascii_case(word));
    let id = |word: &str| match vocab::licenses().resolve(word) {
        LicenseMatch::Hub(license) | LicenseMatch::Spelling(license) if license.id != "other" => {
            Some(license.id.as_str())
        }
        _ => None,
    };
    let ids: Option<Vec<&str>> = spaced.split_whitespace().filter(joins).map(id).collect();
    ids.filter(|ids| ids.len() > 1)
}

/// The id of the licence that an address of its text, or an id with a version that the Hub's has not, means.
fn by_terms(text: &str) -> Option<&'static vocab::License> {
    let bare = text.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | ' ' | 'v'));
    if let Some(family) =
        Some(bare).filter(|bare| bare.len() < text.len()).and_then(|bare| vocab::licenses().find(bare))
    {
        return Some(family);
    }
    let terms = resolve(Declared { license: &[text], name: None, link: None });
    let mut known = terms.licenses();
    let hub = known.next()?.hub.as_deref()?;
    vocab::licenses().find(hub).filter(|_| known.next().is_none())
}

fn names(ctx: &Context<'_>, key: crate::yaml::NodeId, value: crate::yaml::NodeId, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let Some((document, _)) = card.mapping() else { return };
    let filled = |name: &str| {
        card.field_text(name).is_some_and(|text| {
            !text.trim().is_empty() && !document.is_null(card.field(name).map_or(value, |(_, v)| v))
        })
    };
    let ids: Vec<&str> = card.field_items("license").into_iter().filter_map(|id| document.text(id)).collect();
    if ids.contains(&"other") {
        let license_file = card.siblings.names().iter().any(|name| is_license_file(name));
        let (name, link) = (filled("license_name"), filled("license_link"));
        let (what, where_) = (
            "`license_name:` (short, lower case, no spaces)",
            "`license_link:` (a URL, or `LICENSE` in the repository)",
        );
        let (missing, help) = match (name, link || license_file) {
            (true, true) => return,
            (false, true) => ("`license_name` is missing", format!("Add {what}")),
            (true, false) => {
                ("`license_link` is missing, and there is no LICENSE file next to the card", format!("Add {where_}"))
            }
            (false, false) => (
                "`license_name` and `license_link` are missing, and there is no LICENSE file next to the card",
                format!("Add {what} and {where_}"),
            ),
        };
        let what = if name { "where the licence can be read" } else { "which licence" };
        let message = format!("`license: other` does not say {what}: {missing}");
        let named = statements::only(card).and_then(|statement| statement.licenses[0].hub.as_deref());
        let help = match named {
            Some(hub) => {
                format!("Write `license: {hub}`, which the text names, if that is the licence; else {}", lower(&help))
            }
            None => help,
        };
        sink.add("license-other-unnamed", shown(document, key, value), message, |f| {
            let f = f.help(help).anchor("/license");
            // Without a folder, a LICENSE file may well be there.
            if name && !card.siblings.known() { f.at_most(Severity::Note) } else { f }
        });
        return;
    }
    let [id] = ids.as_slice() else { return };
    let Some(license) = vocab::licenses().find(id) else { return };
    if let (Some((_, name_value)), true) = (card.field("license_name"), filled("license_name")) {
        let name = document.text(name_value).unwrap_or_default();
        // A name that repeats the licence is redundant and harmless.
        let same = suggest::fold(name) == suggest::fold(id)
            || suggest::fold(name).contains(suggest::fold(&license.name).as_ref())
            || suggest::fold(name).contains(suggest::fold(id).as_ref())
            || license.spdx.as_ref().is_some_and(|spdx| suggest::fold(name).contains(suggest::fold(spdx).as_ref()));
        if !same && !license.family && *id != "unknown" {
            let message = format!(
                "`license_name` is {}, but `license` is the listed id `{id}`, which the Hub shows instead",
                safe::quoted(name)
            );
            sink.add("license-name-unused", document.node(name_value).span, message, |f| {
                f.help("Set `license: other` if the name is right, or remove `license_name`").anchor("/license_name")
            });
        }
    }
}
