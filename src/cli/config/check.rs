//! Words of a configuration that mean nothing, each at its place.

use std::ops::Range;

use anyhow::bail;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::args::fail_on;
use super::super::{coverage, discover};
use super::{Config, tables};
use crate::engine::Rules;
use crate::report::{self, Format};
use crate::rule::{Profile, Severity};
use crate::text::Span;

impl Config {
    /// Checks the words that name rules, severities, profiles, formats and frameworks, in every file that was read.
    /// Rule packs must be installed by then.
    ///
    /// # Errors
    /// All words that mean nothing, with their places.
    pub fn check(&self) -> anyhow::Result<()> {
        let mut faults = Vec::new();
        for source in &self.chain {
            tables(source, |table| {
                words(table, &mut |at, message| {
                    faults.push(report::fault(source, Span::new(at.start, at.end), &message));
                });
            });
        }
        if faults.is_empty() { Ok(()) } else { bail!(faults.join("\n\nerror: ")) }
    }
}

type Fault<'f> = &'f mut dyn FnMut(Range<usize>, String);

fn words(table: &DeTable<'_>, fault: Fault<'_>) {
    rules(table, fault);
    one(table, "fail-on", |word| fail_on(word).map(|_| ()), fault);
    let format = |word: &str| Format::from_name(word).map(|_| ()).ok_or_else(|| format!("there is no format `{word}`"));
    one(table, "format", format, fault);
    if let Some(DeValue::Table(files)) = table.get("files").map(Spanned::get_ref) {
        for key in ["include", "exclude"] {
            list(files, key, discover::glob, fault);
        }
    }
    list(table, "frameworks", |word| coverage::known(word).map(|_| ()), fault);
    if let Some(DeValue::Array(overrides)) = table.get("overrides").map(Spanned::get_ref) {
        for entry in overrides {
            if let DeValue::Table(table) = entry.get_ref() {
                list(table, "paths", discover::glob, fault);
                rules(table, fault);
            }
        }
    }
}

/// What both the configuration and its overrides may say of rules.
fn rules(table: &DeTable<'_>, fault: Fault<'_>) {
    let rule = |word: &str| {
        Rules::new(Default::default(), &[word.to_owned()], &[]).map(|_| ()).map_err(|error| error.to_string())
    };
    one(table, "profile", |word| Profile::named(word).map(|_| ()), fault);
    list(table, "select", rule, fault);
    list(table, "ignore", rule, fault);
    list(table, "binding", rule, fault);
    if let Some(DeValue::Table(severities)) = table.get("severity").map(Spanned::get_ref) {
        for (key, value) in severities {
            if let Err(error) = rule(key.get_ref()) {
                fault(key.span(), error);
            }
            if let DeValue::String(word) = value.get_ref()
                && word != "off"
                && let Err(error) = word.parse::<Severity>()
            {
                fault(value.span(), format!("{error}, off"));
            }
        }
    }
}

fn one(table: &DeTable<'_>, key: &str, check: impl Fn(&str) -> Result<(), String>, fault: Fault<'_>) {
    if let Some(value) = table.get(key) {
        word(value, &check, fault);
    }
}

fn list(table: &DeTable<'_>, key: &str, check: impl Fn(&str) -> Result<(), String>, fault: Fault<'_>) {
    if let Some(DeValue::Array(items)) = table.get(key).map(Spanned::get_ref) {
        for item in items {
            word(item, &check, fault);
        }
    }
}

fn word(value: &Spanned<DeValue<'_>>, check: &impl Fn(&str) -> Result<(), String>, fault: Fault<'_>) {
    if let DeValue::String(word) = value.get_ref()
        && let Err(error) = check(word)
    {
        fault(value.span(), error);
    }
}
