//! `cardlint config`: what is in force, and where it is from.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::super::discover::Globs;
use super::super::{EXIT_CLEAN, packs, print, settings};
use super::{Files, load, tables};
use crate::text::{SourceFile, Span, Unit, safe};

/// Lists that add up where one configuration extends another.
const ADDED: &[&str] = &[
    "ignore",
    "binding",
    "files.include",
    "files.exclude",
    "schemas.extra",
    "rule-packs",
    "frameworks",
    "license.allow",
    "license.deny",
    "license.review",
    "license.require",
    "license.apply-to",
    "license.exceptions",
];

/// Prints the configuration in force for a path, each value with where it is from.
///
/// # Errors
/// When a file has a mistake, or standard output fails.
pub fn show(path: &Path, named: Option<&Path>) -> anyhow::Result<u8> {
    let full = fs::canonicalize(path).with_context(|| format!("cannot read {}", path.display()))?;
    let config = load(named, path)?;
    packs::install(&config.packs())?;
    config.check()?;
    config.policy(settings::today())?;
    config.known_licenses()?;
    // Overrides are for files: of a folder, its card is meant.
    let card = if full.is_dir() { full.join("README.md") } else { full };
    let mut out = String::new();
    let mut known: Vec<String> = Vec::new();
    let mut values: Vec<(String, String, String)> = Vec::new();
    // What overrides say wins, the last one first.
    for source in &config.chain {
        let mut met = Vec::new();
        tables(source, |table| met = overrides(table, &card, Path::new(source.name())));
        for (key, value, at) in met.into_iter().rev().flatten() {
            values.push((key, value, place(source, at) + " (overrides)"));
        }
    }
    for source in &config.chain {
        let mut found = Vec::new();
        tables(source, |table| flatten(table, "", &mut found));
        values.extend(found.into_iter().map(|(key, value, at)| (key, value, place(source, at))));
    }
    for (key, value, place) in values {
        // Lists add up; of anything else the first one counts.
        let adds = ADDED.contains(&key.as_str());
        if key == "extends" || key == "overrides" || (known.contains(&key) && !adds) {
            continue;
        }
        let shown = format!("{key} = {value}");
        out.push_str(&format!("{shown:48}  # {place}\n"));
        known.push(key);
    }
    for (key, value) in [("profile", "\"recommended\""), ("fail-on", "\"error\""), ("format", "\"table\"")] {
        if !known.iter().any(|known| known == key) {
            let shown = format!("{key} = {value}");
            out.push_str(&format!("{shown:48}  # default\n"));
        }
    }
    let lines: String = out.lines().map(|line| safe::line(line).into_owned() + "\n").collect();
    print(&safe::workflow_log(&lines))?;
    Ok(EXIT_CLEAN)
}

/// File and line.
fn place(source: &SourceFile, at: usize) -> String {
    format!("{}:{}", source.name(), source.location(Span::at(at), Unit::CodePoint).0.line)
}

/// The values of each override that is for a file.
fn overrides(table: &toml::de::DeTable<'_>, card: &Path, source: &Path) -> Vec<Vec<(String, String, usize)>> {
    use toml::de::DeValue;
    let folder = source.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(DeValue::Array(entries)) = table.get("overrides").map(toml::Spanned::get_ref) else { return Vec::new() };
    let entries = entries.iter().filter_map(|entry| match entry.get_ref() {
        DeValue::Table(entry) => Some(entry),
        _ => None,
    });
    let met = entries.filter(|entry| {
        let Some(DeValue::Array(paths)) = entry.get("paths").map(toml::Spanned::get_ref) else { return false };
        let paths = paths.iter().filter_map(|path| path.get_ref().as_str().map(str::to_owned)).collect();
        Globs::new(&Files { include: paths, exclude: Vec::new() }, folder).is_ok_and(|globs| globs.includes(card))
    });
    met.map(|entry| {
        let mut values = Vec::new();
        flatten(entry, "", &mut values);
        values.retain(|(key, ..)| key != "paths");
        values
    })
    .collect()
}

/// Keys with their tables, values as TOML, and the bytes where they stand.
fn flatten(table: &toml::de::DeTable<'_>, before: &str, into: &mut Vec<(String, String, usize)>) {
    for (key, value) in table {
        let name = if before.is_empty() { key.get_ref().to_string() } else { format!("{before}.{}", key.get_ref()) };
        match value.get_ref() {
            toml::de::DeValue::Table(inner) => flatten(inner, &name, into),
            other => into.push((name, written(other), value.span().start)),
        }
    }
}

/// A value as TOML on one line.
fn written(value: &toml::de::DeValue<'_>) -> String {
    use toml::de::DeValue;
    match value {
        DeValue::String(text) => toml::Value::String(text.to_string()).to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let pairs = table.iter().map(|(key, value)| format!("{} = {}", key.get_ref(), written(value.get_ref())));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(time) => time.to_string(),
    }
}
