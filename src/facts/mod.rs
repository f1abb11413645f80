//! What a card and the files beside it say of the model's terms and descent: evidence, not yet findings.
//!
//! Checks report on these facts, the engine puts them into reports. Every fact keeps the place that
//! says so.

pub mod assessment;
pub mod descent;
pub mod integration;
pub mod placeholders;
pub mod restrictions;
pub mod statements;

use crate::card::{Card, Kind};
use crate::license::{Declared, Origin, Stated, Terms, resolve};
use crate::text::Span;

pub use assessment::{Assessment, assess};
pub use descent::Claim;

/// What the front matter declares, resolved.
#[must_use]
pub fn declared(card: &Card<'_>) -> Terms {
    let values = license_values(card);
    let field = |name: &str| card.field_text(name).map(str::trim).filter(|text| !text.is_empty());
    let terms = resolve(Declared { license: &values, name: field("license_name"), link: field("license_link") });
    if values.len() > 1 && statements::leaves_choice(card, &values) { terms.as_choice() } else { terms }
}

/// What the front matter declares, or else the licence that the text names, with its place there.
#[must_use]
pub(crate) fn named(card: &Card<'_>) -> (Terms, Option<Span>) {
    let terms = declared(card);
    let statement = if terms.is_absent() { statements::only(card) } else { None };
    match statement {
        Some(statement) => (Terms::of(statement.licenses[0]), Some(statement.span)),
        None => (terms, None),
    }
}

/// Whether the licence that is declared, or else the one that the text names, leaves the four freedoms of the Open Source
/// AI Definition; `None` when that is not known of it, or there is none.
#[must_use]
pub fn is_free(card: &Card<'_>) -> Option<bool> {
    let (terms, _) = named(card);
    let mut known = terms.licenses().peekable();
    known.peek()?;
    known.try_fold(true, |all, license| match license.osaid.as_str() {
        "yes" => Some(all),
        "no" => Some(false),
        _ => None,
    })
}

fn license_values<'c>(card: &'c Card<'_>) -> Vec<&'c str> {
    let Some((document, _)) = card.mapping() else { return Vec::new() };
    let items = card.field_items("license").into_iter().filter(|&id| !document.is_null(id));
    items.filter_map(|id| document.text(id)).collect()
}

/// The declared licence, else the end of the front matter, where it would stand.
#[must_use]
pub fn license_span(card: &Card<'_>) -> Span {
    match (card.field("license"), card.mapping()) {
        (Some((_, value)), Some((document, _))) => document.node(value).span,
        _ => card.front.end(),
    }
}

/// What a card states of its repository, for those who derive from it.
#[must_use]
pub fn stated(card: &Card<'_>) -> Stated {
    let gated = card.mapping().is_some_and(|(document, root)| {
        let keys = document.pairs(root).iter().filter_map(|&(key, _)| document.text(key));
        keys.into_iter().any(|key| key.starts_with("extra_gated_"))
    });
    let field = |name: &str| card.field_text(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let licenses = license_values(card);
    let choice = licenses.len() > 1 && statements::leaves_choice(card, &licenses);
    Stated {
        license: if choice { vec![licenses.join(" OR ")] } else { licenses.into_iter().map(str::to_owned).collect() },
        name: field("license_name"),
        link: field("license_link"),
        bases: if card.kind == Kind::Model {
            descent::named(card, "base_model").into_iter().map(|(_, repo)| repo.to_owned()).collect()
        } else {
            Vec::new()
        },
        gated,
    }
}

/// What `license_link` leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linked {
    /// An address, which is not read.
    Address,
    /// A path inside the repository.
    File(String),
    /// A path that leads out of the repository.
    Outside,
}

/// What `license_link` leads to; `None` without one.
#[must_use]
pub fn license_link(card: &Card<'_>) -> Option<Linked> {
    let text = card.field_text("license_link")?.trim();
    if text.is_empty() {
        return None;
    }
    if text.contains("://") || text.starts_with("mailto:") {
        return Some(Linked::Address);
    }
    let path = text.split(['#', '?']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")).collect();
    let absolute = path.starts_with(['/', '\\', '~']) || path.as_bytes().get(1) == Some(&b':');
    Some(match parts.as_slice() {
        _ if absolute || parts.contains(&"..") => Linked::Outside,
        [] => Linked::Address,
        parts => Linked::File(parts.join("/")),
    })
}

/// Owner and name as the folders say that hold the card.
#[must_use]
pub fn place<'c>(card: &'c Card<'_>) -> (Option<&'c str>, Option<&'c str>) {
    if let Some(home) = &card.home {
        let (owner, name) = home.rsplit_once('/').map_or((None, home.as_str()), |(owner, name)| (Some(owner), name));
        return (owner, Some(name));
    }
    let mut parts = card.source.name().rsplit('/').skip(1);
    // Cards of the Hub may have their revision behind the name.
    let bare = |name: &'c str| name.split_once('@').map_or(name, |(name, _)| name);
    let name = parts.next().map(bare).filter(|name| !name.is_empty() && *name != ".");
    (parts.next().filter(|owner| !owner.is_empty()), name)
}

/// Where a licence is known from, as a clause for messages; `None` where the message needs none.
#[must_use]
pub fn origin_words(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Configuration => Some("as `--license-of` or the configuration says".to_owned()),
        Origin::Neighbour(path) => Some(format!("as {} says", crate::text::safe::quoted(path))),
        Origin::Hub => Some("as its card on the Hub says".to_owned()),
        Origin::HubCache => Some("as its card in the local cache of the Hub says".to_owned()),
        Origin::Unknown | Origin::Given | Origin::Table => None,
    }
}
