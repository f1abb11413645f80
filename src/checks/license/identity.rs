//! Which licence is it, when the id alone does not say?

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::facts::declared;
use crate::license::resolve::deprecated;
use crate::license::{Class, find};
use crate::rule::Fix;
use crate::text::safe;
use crate::vocab::{self, LicenseMatch};

/// Ids of the Hub for the versions of a family.
fn versions(id: &str) -> Vec<&'static str> {
    let of_it = |other: &&str| other.strip_prefix(id).is_some_and(|rest| rest.starts_with('-'));
    vocab::licenses().items.iter().map(|license| license.id.as_str()).filter(of_it).collect()
}

/// What to write for the id of a family of licences: ids of its versions that the Hub lists.
fn version_help(id: &str, class: Class) -> String {
    if class == Class::Rail {
        return "Write the id of the text that you mean, such as `creativeml-openrail-m`".to_owned();
    }
    match versions(id).as_slice() {
        [] => "The Hub lists none of its versions: write `license: other`, the version into `license_name` and where \
               its text stands into `license_link`"
            .to_owned(),
        [only] => format!("Write `{only}` if you mean that version"),
        [first, .., last] => format!("Write the id of the version that you mean, such as `{first}` or `{last}`"),
    }
}

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let (Some((document, _)), false) = (card.mapping(), card.kind == Kind::Other) else { return };
    let Some((_, value)) = card.field("license") else { return };
    let several = card.field_items("license").len() > 1;
    for item in card.field_items("license") {
        let Some(id) = document.text(item) else { continue };
        if vocab::licenses().find(id).is_some_and(|listed| listed.family)
            && let Some(license) = find(id)
            && license.spdx.is_none()
            // A list has no `license_name`, and so no place for a version that the Hub has no id for.
            && !(several && license.class != Class::Rail && versions(id).is_empty())
        {
            let message = if license.ambiguous {
                format!("{} is a family of licences with opposite terms: it does not say which one", safe::quoted(id))
            } else {
                format!("{} is a family of licences: it does not say which version", safe::quoted(id))
            };
            sink.add("license-family", document.node(item).span, message, |f| {
                f.help(version_help(id, license.class)).anchor("/license")
            });
        }
    }
    for field in ["license", "license_name"] {
        for item in card.field_items(field) {
            let Some(id) = document.text(item).map(str::trim) else { continue };
            let on_hub = field == "license" && !matches!(vocab::licenses().resolve(id), LicenseMatch::Near(_));
            let Some(instead) = deprecated(id).filter(|_| !on_hub) else { continue };
            let message = format!("{} is an id that the SPDX list has given up", safe::quoted(id));
            sink.add("license-id-deprecated", document.node(item).span, message, |f| {
                f.help(format!("Write {instead}")).anchor(format!("/{field}"))
            });
        }
    }
    if card.field_text("license") != Some("other") {
        return;
    }
    let Some((_, name)) = card.field("license_name") else { return };
    let terms = declared(card);
    let span = document.node(name).span;
    // An exception or later versions would be lost.
    if terms.stated.is_none()
        && let [set] = terms.alternatives.as_slice()
        && let [license] = set.as_slice()
        && let Some(hub) = &license.hub
    {
        let message = format!(
            "{} is a licence that the Hub lists: its id is `{hub}`",
            safe::quoted(document.text(name).unwrap_or_default())
        );
        sink.add("license-other-listed", span, message, |f| {
            let fix = super::super::metadata::requote(document, value, hub)
                .map(|(span, text)| Fix::unsafe_(format!("write `license: {hub}`"), span, text));
            f.help(format!("Write `license: {hub}`; `license_name` and `license_link` are then not needed"))
                .anchor("/license_name")
                .maybe_fix(fix)
        });
    } else if let Some(why) = terms.unknown.filter(|why| why.contains("several texts")) {
        sink.add("license-family", span, why, |f| {
            f.help("Put the text into the repository as LICENSE, and name the version in `license_name`")
                .anchor("/license_name")
        });
    }
}
