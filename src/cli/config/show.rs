//! `cardlint config`: what is in force, and where it is from.

use std::path::Path;

use super::super::{EXIT_CLEAN, packs, print};
use super::{load, tables};
use crate::text::{Span, Unit, safe};

/// Prints the configuration in force for a path, each value with where it is from.
///
/// # Errors
/// When a file has a mistake, or standard output fails.
pub fn show(path: &Path, named: Option<&Path>) -> anyhow::Result<u8> {
    let config = load(named, path)?;
    packs::install(&config.packs())?;
    config.check()?;
    let mut out = String::new();
    let mut known: Vec<String> = Vec::new();
    for source in &config.chain {
        let mut values = Vec::new();
        tables(source, |table| flatten(table, "", &mut values));
        for (key, value, at) in values {
            // Lists add up; of anything else the first one counts.
            let adds = ["ignore", "files.include", "files.exclude", "schemas.extra", "overrides", "rule-packs"]
                .contains(&key.as_str());
            if key == "extends" || (known.contains(&key) && !adds) {
                continue;
            }
            let line = source.location(Span::at(at), Unit::CodePoint).0.line;
            let shown = format!("{key} = {value}");
            out.push_str(&format!("{shown:48}  # {}:{line}\n", source.name()));
            known.push(key);
        }
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
