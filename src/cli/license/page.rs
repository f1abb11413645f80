//! `cardlint license show` and `list`: what licences allow, restrict and demand.

use anyhow::bail;
use serde_json::{Value, json};

use super::DISCLAIMER;
use crate::cli::args::{LicenseList, PageFormat};
use crate::cli::{EXIT_CLEAN, print};
use crate::license::knowledge::{metric_words, source};
use crate::license::{self, Declared, License};
use crate::text::prose::grouped;
use crate::text::suggest;
use crate::vocab;

/// The licences that a word or an expression names, and what was assumed to find them.
fn lookup(id: &str) -> anyhow::Result<(Vec<&'static License>, Option<String>)> {
    if let Some(license) = license::find(&id.to_lowercase()) {
        return Ok((vec![license], None));
    }
    let terms = license::resolve(Declared { license: &[id], name: None, link: None });
    let mut found: Vec<&License> = Vec::new();
    for license in terms.licenses() {
        if found.iter().all(|known| known.id != license.id) {
            found.push(license);
        }
    }
    if !found.is_empty() {
        return Ok((found, terms.assumed));
    }
    match suggest::nearest(id, license::ids()) {
        Some(near) => bail!("cardlint has no facts about the licence `{id}`; did you mean `{near}`?"),
        None => bail!("cardlint has no facts about the licence `{id}`; `cardlint license list` shows all"),
    }
}

pub(super) fn show(id: &str, format: PageFormat) -> anyhow::Result<u8> {
    let (licenses, assumed) = lookup(id)?;
    match format {
        PageFormat::Json => {
            let mut pages: Vec<Value> = licenses.into_iter().map(page_json).collect();
            let shown = if pages.len() == 1 { pages.remove(0) } else { Value::Array(pages) };
            print(&(serde_json::to_string_pretty(&shown)? + "\n"))?;
        }
        PageFormat::Table => {
            let pages: Vec<String> = licenses.into_iter().map(page).collect();
            let assumed = assumed.map(|assumed| format!("assumed: {assumed}\n\n")).unwrap_or_default();
            print(&(assumed + &pages.join("\n")))?;
        }
    }
    Ok(EXIT_CLEAN)
}

fn page_json(license: &License) -> Value {
    let terms: Vec<Value> = license
        .terms
        .iter()
        .map(|term| {
            json!({
                "atom": term.atom.as_str(), "kind": if term.atom.is_restriction() { "restriction" } else { "duty" },
                "scope": term.scope, "value": term.value, "section": term.section, "verified": term.verified,
            })
        })
        .collect();
    json!({
        "id": license.id, "name": license.name, "publisher": license.publisher, "date": license.date,
        "hub_id": license.hub, "spdx": license.spdx, "reference": license.reference, "url": license.url,
        "about": license.about,
        "class": license.class.as_str(), "osi_approved": license.osi, "osaid_terms": license.osaid,
        "grants": license.grants, "terms": terms, "sources": license.sources,
    })
}

/// Where a term applies, in words.
fn scope_words(scope: &str) -> String {
    let words: Vec<&str> = [
        ('u', "any use"),
        ('c', "copies"),
        ('d', "models derived from it"),
        ('o', "models trained on its outputs"),
        ('g', "what it generates"),
        ('h', "hosted services"),
        ('D', "copies of the data"),
        ('M', "models trained on the data"),
    ]
    .into_iter()
    .filter(|&(letter, _)| scope.contains(letter))
    .map(|(_, words)| words)
    .collect();
    words.join(", ")
}

fn value_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(value_words).collect::<Vec<_>>().join(", "),
        Value::Object(members) if members.contains_key("metric") => threshold_words(value),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| format!("{} {}", key.replace('_', " "), value_words(value)))
            .collect::<Vec<_>>()
            .join("; "),
        other => other.to_string(),
    }
}

/// "above 700,000,000 monthly active users, counted at the model release date: request a licence".
fn threshold_words(value: &Value) -> String {
    let text = |key: &str| value.get(key).map(value_words);
    let metric = value.get("metric").and_then(Value::as_str).and_then(metric_words).unwrap_or_default();
    let limit = match value.get("value").and_then(Value::as_u64) {
        Some(number) => grouped(number),
        None => "a size that the text names, of".to_owned(),
    };
    let mut out = format!("above {limit} {metric}");
    for (key, words) in [("measured_at", "counted at the"), ("only_if", "only if")] {
        if let Some(text) = text(key) {
            out.push_str(&format!(", {words} {text}"));
        }
    }
    if let Some(over) = text("over") {
        out.push_str(&format!(": {over}"));
    }
    out
}

/// A page for people who decide whether to use a model.
fn page(license: &License) -> String {
    let mut out = format!("{} ({})\n", license.name, license.id);
    let mut line = |title: &str, text: &str| out.push_str(&format!("  {title:<12} {text}\n"));
    line("class", license.class.as_str());
    if let Some(publisher) = &license.publisher {
        line("publisher", publisher);
    }
    if let Some(date) = &license.date {
        line("date", date);
    }
    match &license.hub {
        Some(hub) => line("on the Hub", &format!("license: {hub}")),
        None => line("on the Hub", &format!("license: other, license_name: {}", license.id)),
    }
    line("reference", &license.reference);
    if let Some(url) = &license.url {
        line("text", url);
    }
    if let Some(url) = &license.about {
        line("see", url);
    }
    let family = license.hub.as_ref().and_then(|hub| vocab::licenses().find(hub)).is_some_and(|listed| listed.family);
    line(
        "OSI",
        match (license.osi, family) {
            (true, _) => "approved",
            (false, true) => "depends on the version",
            (false, false) => "not approved",
        },
    );
    out.push_str("\nWhat it allows\n");
    for (right, words) in [
        ("commercial_use", "commercial use"),
        ("modify", "changing it"),
        ("redistribute", "passing it on"),
        ("share_derivatives", "publishing what you make of it"),
        ("relicense_derivatives", "another licence for that"),
        ("train_on_outputs", "training other models on its outputs"),
    ] {
        if let Some(answer) = license.grants.get(right) {
            out.push_str(&format!("  {words:<38} {answer}\n"));
        }
    }
    for (title, restriction) in [("What it restricts", true), ("What it demands", false)] {
        let terms: Vec<_> = license.terms.iter().filter(|term| term.atom.is_restriction() == restriction).collect();
        if terms.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{title}\n"));
        for term in terms {
            out.push_str(&format!("  - {}", term.atom.words()));
            if let Some(value) = &term.value {
                out.push_str(&format!(": {}", value_words(value)));
            }
            out.push_str(&format!("\n    applies to {}", scope_words(&term.scope)));
            if let Some(section) = &term.section {
                out.push_str(&format!("; section {section}"));
            }
            if !term.verified {
                out.push_str("; not checked against the text");
            }
            out.push('\n');
        }
    }
    out.push_str("\nSources\n");
    for key in &license.sources {
        out.push_str(&format!("  - {}\n", source(key).unwrap_or(key)));
    }
    out.push_str(&format!("\n{DISCLAIMER}\n"));
    out
}

pub(super) fn list(options: &LicenseList) -> anyhow::Result<u8> {
    let grants: Vec<String> = options.grant.iter().map(|grant| grant.replace('-', "_")).collect();
    for grant in &grants {
        if !license::licenses().any(|license| license.grants.contains_key(grant)) {
            let mut known: Vec<&str> =
                license::licenses().take(1).flat_map(|license| license.grants.keys()).map(String::as_str).collect();
            known.sort_unstable();
            bail!("there is no grant `{grant}`; there are {}", known.join(", "));
        }
    }
    let mut chosen: Vec<&License> = license::licenses()
        .filter(|license| options.class.is_empty() || options.class.contains(&license.class))
        .filter(|license| grants.iter().all(|grant| license.grants.get(grant).is_some_and(|answer| answer == "yes")))
        .collect();
    chosen.sort_by_key(|license| license.id.as_str());
    match options.format {
        PageFormat::Json => {
            let list: Vec<Value> = chosen.iter().map(|license| page_json(license)).collect();
            print(&(serde_json::to_string_pretty(&list)? + "\n"))?;
        }
        PageFormat::Table => {
            let width = chosen.iter().map(|license| license.id.len()).max().unwrap_or(0);
            let lines: Vec<String> = chosen
                .iter()
                .map(|license| format!("{:width$}  {:26}  {}\n", license.id, license.class.as_str(), license.name))
                .collect();
            print(&lines.concat())?;
        }
    }
    Ok(EXIT_CLEAN)
}
