//! `cardlint coverage` and `cardlint framework`.

use std::path::Path;

use anyhow::bail;
use serde_json::{Value, json};

use super::args::{Coverage, CoverageFormat, Global, PageFormat};
use super::audit::read_bytes;
use super::config::Files;
use super::discover::{self, Globs};
use super::{EXIT_CLEAN, EXIT_FAILED, print, stdout_style, talk};
use crate::card::{self, Card, Kind, Siblings};
use crate::disclosure::framework::{Framework, answers, frameworks};
use crate::disclosure::{self, Traits};
use crate::report::coverage::{self, Sheet};
use crate::text::{SourceFile, Unit, safe, suggest};

/// The frameworks that are shown when none is named: the card's own, and the questions on bias.
const USUAL: &[&str] = &["hf-template", "bias-profile"];

fn chosen(ids: &[String]) -> anyhow::Result<Vec<&'static Framework>> {
    let mut found = Vec::new();
    let usual = || USUAL.iter().map(|id| (*id).to_owned()).collect();
    let ids: Vec<String> = if ids.is_empty() { usual() } else { ids.to_vec() };
    for id in &ids {
        if id == "all" {
            found.extend(frameworks());
        } else if let Some(framework) = frameworks().iter().find(|framework| framework.id == *id) {
            found.push(framework);
        } else {
            let near = suggest::nearest(id, frameworks().iter().map(|framework| framework.id.as_str()));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            bail!("there is no framework `{id}`{hint} `cardlint framework` lists them");
        }
    }
    Ok(found)
}

/// Runs `coverage`; gives the exit code.
///
/// # Errors
/// When a framework is unknown, or standard output fails.
pub fn run(options: &Coverage, global: &Global) -> anyhow::Result<u8> {
    let chosen = chosen(&options.framework)?;
    let globs = Globs::new(&Files::default(), Path::new("."))?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found = discover::find(&options.paths, "README.md", &globs, threads);
    let (mut sheets, mut errors) = (Vec::new(), found.errors);
    for target in &found.targets {
        let bytes = match read_bytes(target) {
            Ok(bytes) => bytes,
            Err(reason) => {
                errors.push((target.name.clone(), reason));
                continue;
            }
        };
        let (text, faults) = card::decode(bytes);
        let source = SourceFile::new(target.name.clone(), text);
        let card = Card::read(&source, faults, Siblings::none(), None);
        if card.kind != Kind::Model || !(target.explicit || card.is_card()) {
            continue;
        }
        let disclosures = disclosure::read_page(&card).disclosures;
        let traits = Traits::read(&card);
        for framework in &chosen {
            let answers = answers(framework, &disclosures, &traits).into_iter().map(|answer| {
                let line = answer.evidence.map(|span| source.location(span, Unit::CodePoint).0.line);
                (answer, line)
            });
            sheets.push(Sheet { card: target.name.clone(), framework, answers: answers.collect() });
        }
    }
    let text = match options.format {
        CoverageFormat::Table => coverage::table(&sheets, &stdout_style(global.color)),
        CoverageFormat::Csv => coverage::csv(&sheets),
        CoverageFormat::Markdown => coverage::markdown(&sheets),
        CoverageFormat::Html => coverage::html(&sheets),
        CoverageFormat::Json => {
            safe::json(&(serde_json::to_string_pretty(&coverage::json(&sheets))? + "\n")).into_owned()
        }
    };
    let shown = if matches!(options.format, CoverageFormat::Json) { text.into() } else { safe::workflow_log(&text) };
    print(&shown)?;
    for (path, reason) in &errors {
        talk("error", &format!("{path}: {reason}"));
    }
    if sheets.is_empty() && errors.is_empty() {
        bail!("no model card found; name a file to read it whatever it looks like");
    }
    Ok(if errors.is_empty() { EXIT_CLEAN } else { EXIT_FAILED })
}

/// Runs `framework`; gives the exit code.
///
/// # Errors
/// When the id is unknown, or standard output fails.
pub fn show(id: Option<&str>, format: PageFormat) -> anyhow::Result<u8> {
    let chosen: Vec<&Framework> = match id {
        Some(id) => chosen(&[id.to_owned()])?,
        None => frameworks().iter().collect(),
    };
    let sure = |framework: &Framework| framework.requirements.iter().filter(|requirement| requirement.verified).count();
    match format {
        PageFormat::Json => {
            let list: Vec<Value> = chosen
                .iter()
                .map(|framework| {
                    let requirements: Vec<Value> = (framework.requirements.iter())
                        .map(|requirement| {
                            json!({
                                "id": requirement.id, "title": requirement.title, "level": requirement.level,
                                "topics": requirement.topics, "verified": requirement.verified,
                                "checkable": requirement.checkable, "note": requirement.note,
                            })
                        })
                        .collect();
                    json!({
                        "id": framework.id, "name": framework.name, "version": framework.version,
                        "source": framework.source, "applies": framework.applies, "requirements": requirements,
                    })
                })
                .collect();
            print(&(serde_json::to_string_pretty(&list)? + "\n"))?;
        }
        PageFormat::Table => {
            let mut out = String::new();
            for framework in &chosen {
                let (count, sure) = (framework.requirements.len(), sure(framework));
                out.push_str(&format!("{:22} {sure:3} of {count:3} verified  {}\n", framework.id, framework.name));
                if id.is_some() {
                    out.push_str(&format!(
                        "  version {}\n  source  {}\n  applies to {}\n",
                        framework.version, framework.source, framework.applies
                    ));
                    for requirement in &framework.requirements {
                        let mark = if requirement.verified { "" } else { " (not verified)" };
                        out.push_str(&format!(
                            "  {:24} {:6} {}{mark}\n",
                            requirement.id, requirement.level, requirement.title
                        ));
                    }
                }
            }
            print(&out)?;
        }
    }
    Ok(EXIT_CLEAN)
}
