//! Rule packs: folders of rule files that the user adds.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use super::{EXIT_CLEAN, EXIT_FINDINGS, print};
use crate::card::Kind;
use crate::engine::{self, Input, Rules, Settings};
use crate::rule::{self, Rule};
use crate::text::safe;

/// Reads the rule files of packs and adds their rules.
///
/// # Errors
/// Every mistake of every file, with its place.
pub(super) fn install(folders: &[PathBuf]) -> anyhow::Result<()> {
    if folders.is_empty() {
        return Ok(());
    }
    let mut rules = Vec::new();
    let mut mistakes = Vec::new();
    for folder in folders {
        for path in files(folder)? {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let name = super::discover::display(&path);
            // Rules live as long as the program.
            match rule::load(&name, Box::leak(text.into_boxed_str())) {
                Ok(rule) => rules.push(rule),
                Err(error) => mistakes.push(error.to_string()),
            }
        }
    }
    if !mistakes.is_empty() {
        bail!("{}", mistakes.join("\n"));
    }
    rule::install(rules).map_err(|error| anyhow!("rule packs: {error}"))
}

/// The rule files of a folder, in order of their names.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read the rule pack {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .filter(|path| path.file_name().is_some_and(|name| name != "README.md"))
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("the rule pack {} contains no rule file", folder.display());
    }
    Ok(files)
}

/// An example of a rule page.
struct Example {
    /// The rule must fire.
    invalid: bool,
    /// The card.
    text: String,
    /// Line of its fence, from 1.
    line: usize,
}

/// Examples of a rule page.
fn examples(docs: &str) -> Vec<Example> {
    let mut out = Vec::new();
    let mut lines = docs.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        let word = line[ticks..].trim();
        if ticks < 3 || !(word == "invalid" || word == "valid") {
            continue;
        }
        let fence = &line[..ticks];
        let body: Vec<&str> =
            lines.by_ref().map(|(line, _)| line).take_while(|line| line.trim_end() != fence).collect();
        out.push(Example { invalid: word == "invalid", text: body.join("\n") + "\n", line: number });
    }
    out
}

/// Runs the examples in the rule files of a pack; gives the exit code.
///
/// # Errors
/// When the pack is broken, or standard output fails.
pub(super) fn test(folders: &[String]) -> anyhow::Result<u8> {
    if folders.is_empty() {
        bail!("`rule test` needs the folder of a rule pack");
    }
    install(&folders.iter().map(PathBuf::from).collect::<Vec<_>>())?;
    let (mut out, mut failed, mut ran) = (String::new(), 0, 0);
    for rule in rule::declared() {
        let settings = Settings {
            rules: Rules::new(Default::default(), std::slice::from_ref(&rule.id), &[])?,
            kind: Some(rule.kinds.first().copied().unwrap_or(Kind::Model)),
            ..Settings::default()
        };
        let found = examples(rule.docs);
        if !found.iter().any(|example| example.invalid) || found.iter().all(|example| example.invalid) {
            failed += 1;
            out.push_str(&format!("{}: needs an `invalid` and a `valid` example\n", rule.id));
        }
        for (at, Example { invalid, text, line }) in found.into_iter().enumerate() {
            ran += 1;
            if let Some(fault) = fault(rule, invalid, text, &settings) {
                failed += 1;
                // From the first line of the documentation, which follows the front matter.
                out.push_str(&format!(
                    "{}: example {}, line {line} below the front matter: {fault}\n",
                    rule.id,
                    at + 1
                ));
            }
        }
    }
    out.push_str(&format!("{ran} examples, {failed} faults\n"));
    print(&safe::workflow_log(&out))?;
    Ok(if failed == 0 { EXIT_CLEAN } else { EXIT_FINDINGS })
}

/// What is wrong with an example, if anything is.
fn fault(rule: &Rule, invalid: bool, text: String, settings: &Settings) -> Option<String> {
    let input = Input { name: "README.md".to_owned(), bytes: text.into_bytes(), kind: None, home: None, files: None };
    let audit = engine::audit(input, settings, false)?;
    let found: Vec<&str> =
        audit.findings.iter().filter(|finding| finding.rule.id == rule.id).map(|f| f.message.as_str()).collect();
    match (invalid, found.as_slice()) {
        (true, []) => Some("nothing is found in an `invalid` example".to_owned()),
        (false, [first, ..]) => Some(format!("a `valid` example has: {}", safe::line(first))),
        _ => None,
    }
}
