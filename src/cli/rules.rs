//! `cardlint rule`: rules for the terminal, as JSON, and as the pages under `docs/rules/`.

use std::path::Path;

use anyhow::bail;

use super::args::{Global, ListFormat};
use super::{EXIT_CLEAN, config, packs, print, stdout_style};
use crate::disclosure::framework::{Framework, Requirement, frameworks};
use crate::report::Style;
use crate::rule::{self, Check, FixCapability, Profile, Rule};
use crate::schema;
use crate::text::{safe, suggest};

/// Columns of running text at most: longer lines are hard to read.
const MOST_COLUMNS: usize = 100;

/// Shows rules.
///
/// # Errors
/// When an id is unknown or standard output fails.
pub(super) fn show(ids: &[String], format: ListFormat, global: &Global) -> anyhow::Result<u8> {
    // Rules of packs are rules too.
    let config = config::load(None, Path::new("."))?;
    packs::install(&config.packs())?;
    let mut chosen: Vec<&Rule> = Vec::new();
    for id in ids {
        let before = chosen.len();
        chosen.extend(rule::all().iter().filter(|rule| rule.is_meant(id)));
        if chosen.len() == before {
            let known = rule::all().iter().map(|rule| rule.id.as_str());
            match suggest::nearest(id, known) {
                Some(near) => bail!("there is no rule `{id}`; did you mean `{near}`?"),
                None => bail!("there is no rule `{id}`; `cardlint rule` lists them"),
            }
        }
    }
    let text = match format {
        ListFormat::Markdown if ids.is_empty() => index(),
        ListFormat::Markdown => chosen.iter().map(|rule| markdown(rule)).collect::<Vec<_>>().join("\n"),
        ListFormat::Json => json(&if ids.is_empty() { rule::all().iter().collect() } else { chosen }),
        ListFormat::Table if ids.is_empty() => {
            let width = rule::all().iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            let groups = rule::all().iter().map(|rule| rule.group.len()).max().unwrap_or(0);
            let line = |rule: &Rule| {
                let severity = rule.severity.as_str();
                format!("{:width$}  {:groups$}  {severity:7}  {}\n", rule.id, rule.group, rule.title)
            };
            rule::all().iter().map(line).collect::<Vec<_>>().concat()
        }
        ListFormat::Table => {
            let style = stdout_style(global.color);
            chosen.iter().map(|rule| page(rule, &style)).collect::<Vec<_>>().join("\n")
        }
    };
    print(&safe::workflow_log(&text))?;
    Ok(EXIT_CLEAN)
}

/// Requirements of frameworks that a rule speaks to.
fn asking(rule: &Rule) -> impl Iterator<Item = (&'static Framework, &'static Requirement)> {
    frameworks()
        .iter()
        .flat_map(|framework| framework.requirements.iter().map(move |requirement| (framework, requirement)))
        .filter(|(_, requirement)| rule.frameworks.contains(&requirement.id))
}

/// Keys of the configuration that change what a rule finds, each with what it does.
fn options(rule: &Rule) -> Vec<(&str, String)> {
    let config: serde_json::Value =
        schema::text("config").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let about = |key: &str| {
        let path = format!("/properties/{}", key.replace('.', "/properties/"));
        config.pointer(&path).and_then(|option| option["description"].as_str()).unwrap_or_default().to_owned()
    };
    rule.options.iter().map(|key| (key.as_str(), about(key))).collect()
}

/// One rule for a terminal.
fn page(rule: &Rule, style: &Style) -> String {
    let width = style.width.min(MOST_COLUMNS);
    let bold = |text: &str| style.paint("1", text);
    let readers: Vec<&str> = rule.readers.iter().map(|effect| effect.sentence()).collect();
    let mut out = format!("{}: {}\n\n", bold(&rule.id), rule.title);
    let from = match rule.check {
        Check::Declared(_) => format!("profile {}, of a rule pack", rule.profile),
        _ => format!("profile {}, {} since {}", rule.profile, rule.status, rule.since),
    };
    out.push_str(&format!(
        "group {}, severity {}, confidence {}, fix {}, {from}\n",
        rule.group, rule.severity, rule.confidence, rule.fix
    ));
    if !readers.is_empty() {
        out.push_str(&format!("readers: {}\n", readers.join("; ")));
    }
    let asking: Vec<String> = asking(rule)
        .map(|(framework, requirement)| format!("  {}: {} ({})", framework.name, requirement.title, requirement.id))
        .collect();
    if !asking.is_empty() {
        out.push_str("asked for by:\n");
        out.extend(asking.iter().map(|line| wrapped(line, width, "    ") + "\n"));
    }
    out.push('\n');
    let mut fenced = false;
    for line in rule.docs.lines() {
        if line.starts_with("````") {
            // The mark of an example becomes a caption; its lines are set in.
            if !fenced {
                out.push_str(&format!("  {}:\n", line.trim_start_matches('`')));
            }
            fenced = !fenced;
        } else if fenced {
            out.push_str(&format!("    {line}\n"));
        } else if let Some(title) = line.strip_prefix("## ") {
            out.push_str(&bold(title));
            out.push('\n');
        } else {
            let set_in = if line.starts_with("- ") { "  " } else { "" };
            out.push_str(&code(&wrapped(line, width, set_in), style));
            out.push('\n');
        }
    }
    out.push_str(&format!("\n{}\n\n", bold("Options")));
    for (key, about) in options(rule) {
        out.push_str(&code(&wrapped(&format!("- `{key}`: {about}"), width, "  "), style));
        out.push('\n');
    }
    let usual = format!(
        "- `ignore = [\"{id}\"]`, or `{id} = \"note\"` below `[severity]`, or a comment `cardlint: ignore[{id}] reason` in the card",
        id = rule.id
    );
    out.push_str(&code(&wrapped(&usual, width, "  "), style));
    out.push('\n');
    out
}

/// A line broken at `width` columns, the lines after the first one set in.
fn wrapped(line: &str, width: usize, set_in: &str) -> String {
    textwrap::fill(line, textwrap::Options::new(width).subsequent_indent(set_in).break_words(false))
}

/// Code spans in colour; without colour they keep their marks.
fn code(text: &str, style: &Style) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if !style.color || parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let part = |(at, part): (usize, &&str)| if at % 2 == 1 { style.paint("36", part) } else { (*part).to_owned() };
    parts.iter().enumerate().map(part).collect()
}

fn json(rules: &[&Rule]) -> String {
    let list: Vec<serde_json::Value> = rules
        .iter()
        .map(|rule| {
            serde_json::json!({
                "id": rule.id,
                "title": rule.title,
                "group": rule.group,
                "severity": rule.severity.as_str(),
                "confidence": rule.confidence.as_str(),
                "profile": rule.profile.as_str(),
                "status": rule.status.as_str(),
                "since": rule.since,
                "kinds": rule.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
                "fix": rule.fix.as_str(),
                "readers": rule.readers.iter().map(|effect| effect.as_str()).collect::<Vec<_>>(),
                "frameworks": rule.frameworks,
                "options": rule.options,
                "url": rule.url(),
                "docs": rule.docs,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(list))
}

/// `docs/rules/README.md`, which `tests/rules.rs` keeps current.
#[must_use]
pub fn index() -> String {
    let mut out = String::from(
        "# Rules\n\nGenerated by `cardlint rule --format markdown`; do not edit.\n\n| Rule | Severity | Profile | Fix | Readers | Defect |\n|---|---|---|---|---|---|\n",
    );
    for rule in rule::all() {
        let readers: Vec<&str> = rule.readers.iter().map(|effect| effect.as_str()).collect();
        out.push_str(&format!(
            "| [{id}]({id}.md) | {} | {} | {} | {} | {} |\n",
            rule.severity,
            rule.profile,
            rule.fix,
            readers.join(", "),
            rule.title,
            id = rule.id,
        ));
    }
    out
}

/// The page of a rule, `docs/rules/ID.md`, which `tests/rules.rs` keeps current.
#[must_use]
pub fn markdown(rule: &Rule) -> String {
    let mut out = format!("# {}\n\n{}.\n\n| | |\n|---|---|\n", rule.id, rule.title);
    let kinds: Vec<&str> = rule.kinds.iter().map(|kind| kind.as_str()).collect();
    let readers: Vec<&str> = rule.readers.iter().map(|effect| effect.sentence()).collect();
    let fix = match rule.fix {
        FixCapability::None => "by hand",
        FixCapability::Safe => "`--fix`, in cases that leave no choice",
        FixCapability::Unsafe => "`--fix --unsafe-fixes`, to be looked at",
    };
    let running = || Profile::all().iter().filter(|profile| profile.strictness >= rule.profile);
    let profiles: Vec<String> = running().map(|profile| format!("`{}`", profile.id)).collect();
    let mut severity = rule.severity.to_string();
    for profile in running() {
        if let Some(other) = profile.severity.get(&rule.id) {
            severity.push_str(&format!("; {other} in `{}`", profile.id));
        }
    }
    let rows = [
        ("Group", rule.group.clone()),
        ("Severity", severity),
        ("Confidence", rule.confidence.to_string()),
        ("Profiles", profiles.join(", ")),
        ("Cards of", format!("{}s", kinds.join("s, "))),
        ("Readers", readers.join("; ")),
        ("Mended", fix.to_owned()),
        ("Status", format!("{}, since {}", rule.status, rule.since)),
    ];
    for (label, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        out.push_str(&format!("| {label} | {value} |\n"));
    }
    let mut fenced = false;
    out.push('\n');
    for line in rule.docs.trim_end().lines() {
        if line.starts_with("````") {
            if fenced {
                out.push_str("````\n");
            } else {
                let wrong = line.trim_start_matches('`').starts_with("invalid");
                out.push_str(if wrong { "Found:\n\n````yaml\n" } else { "Not found:\n\n````yaml\n" });
            }
            fenced = !fenced;
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    let asking: Vec<String> = asking(rule)
        .map(|(framework, requirement)| {
            let unsure = if requirement.verified { "" } else { ", not verified" };
            format!("- {}: {} (`{}`{unsure})\n", framework.name, requirement.title, requirement.id)
        })
        .collect();
    if !asking.is_empty() {
        out.push_str(&format!("\n## Asked for by\n\n{}", asking.concat()));
    }
    out.push_str("\n## Options\n\n");
    for (key, about) in options(rule) {
        out.push_str(&format!("- `{key}`: {about}\n"));
    }
    out.push_str(&format!(
        "- `ignore = [\"{id}\"]` in `cardlint.toml`, or another severity: `{id} = \"note\"` below `[severity]`\n- in a card: `# cardlint: ignore[{id}] reason` in the front matter, `<!-- cardlint: ignore[{id}] reason -->` in the body\n",
        id = rule.id
    ));
    out
}
