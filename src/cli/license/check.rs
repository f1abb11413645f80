//! `cardlint license check`: whether a published licence keeps what those of its inputs ask for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::DISCLAIMER;
use crate::cli::args::{LicenseCheck, PageFormat};
use crate::cli::{EXIT_CLEAN, EXIT_FINDINGS, print};
use crate::license::judge::Reason;
use crate::license::knowledge::Term;
use crate::license::lineage::{Source, inputs};
use crate::license::{self, Declared, Input, Judgement, Nothing, Published, Relation, Role, Verdict};
use crate::text::{safe, suggest};
use crate::vocab::repo_id;

/// `cases.json`: see `fixtures/license/cases.json`.
#[derive(Deserialize)]
struct Cases {
    cases: Vec<CaseFile>,
}

#[derive(Deserialize)]
struct CaseFile {
    id: String,
    relation: String,
    inputs: Vec<InputFile>,
    published: PublishedFile,
}

#[derive(Deserialize)]
struct InputFile {
    role: String,
    #[serde(default)]
    repo: Option<String>,
    #[serde(default)]
    license: Option<OneOrMany>,
    #[serde(default)]
    license_name: Option<String>,
}

#[derive(Deserialize)]
struct PublishedFile {
    #[serde(default)]
    repo: Option<String>,
    #[serde(default)]
    license: Option<OneOrMany>,
    #[serde(default)]
    license_name: Option<String>,
    #[serde(default)]
    same_owner_as_base: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn words(license: Option<&OneOrMany>) -> Vec<&str> {
    match license {
        None => Vec::new(),
        Some(OneOrMany::One(one)) => vec![one],
        Some(OneOrMany::Many(many)) => many.iter().map(String::as_str).collect(),
    }
}

/// What is judged.
struct Question {
    relation: Relation,
    inputs: Vec<Input>,
    published: Published,
}

impl Question {
    fn judge(&self) -> Judgement {
        license::judge(self.relation, &self.inputs, &self.published)
    }
}

impl CaseFile {
    fn question(&self) -> anyhow::Result<Question> {
        let fail = |error: String| anyhow::anyhow!("case {}: {error}", safe::line(&self.id));
        let relation: Relation = self.relation.parse().map_err(fail)?;
        let repo = self.published.repo.as_deref().unwrap_or_default();
        let (owner, name) = repo_id::split(repo);
        let mut found = Vec::new();
        for input in &self.inputs {
            let role = match input.role.as_str() {
                "base" => Role::Base,
                "teacher" => Role::Teacher,
                "dataset" => Role::Dataset,
                other => return Err(fail(format!("`{other}` is not a role; choose from base, teacher and dataset"))),
            };
            let license = words(input.license.as_ref());
            let source = Source {
                role,
                name: input.repo.as_deref().unwrap_or("(unnamed)"),
                declared: Declared { license: &license, name: input.license_name.as_deref(), link: None },
                same_owner: role == Role::Base && self.published.same_owner_as_base,
            };
            found.extend(inputs(source, owner, &Nothing).inputs);
        }
        let license = words(self.published.license.as_ref());
        let declared = Declared { license: &license, name: self.published.license_name.as_deref(), link: None };
        let published = Published { name: name.to_owned(), terms: license::resolve(declared) };
        Ok(Question { relation, inputs: found, published })
    }
}

fn cases(path: &Path, format: PageFormat) -> anyhow::Result<u8> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: Cases =
        serde_json::from_str(&text).with_context(|| format!("{} is not a file of cases", path.display()))?;
    let mut answers = Vec::with_capacity(file.cases.len());
    for case in &file.cases {
        let judgement = case.question()?.judge();
        answers.push((case.id.as_str(), judgement));
    }
    match format {
        PageFormat::Json => {
            let list: Vec<Value> = answers
                .iter()
                .map(|(id, judgement)| {
                    json!({
                        "id": id,
                        "verdict": judgement.verdict().as_str(),
                        "lost": judgement.lost().iter().map(|atom| atom.as_str()).collect::<Vec<_>>(),
                        "duties": Judgement::duty_words(&judgement.duties),
                        "unmet": Judgement::duty_words(&judgement.unmet),
                    })
                })
                .collect();
            print(&(serde_json::to_string_pretty(&json!({ "cases": list }))? + "\n"))?;
        }
        PageFormat::Table => {
            let mut out = String::new();
            for (id, judgement) in &answers {
                let lost: Vec<&str> = judgement.lost().iter().map(|atom| atom.as_str()).collect();
                out.push_str(&format!(
                    "{:12} {:16} {}\n",
                    safe::line(id),
                    judgement.verdict().as_str(),
                    lost.join(", ")
                ));
            }
            print(&out)?;
        }
    }
    Ok(EXIT_CLEAN)
}

/// `REPO_OR_LICENCE[=LICENCE][:RELATION]` of the command line.
fn parse_input(text: &str) -> anyhow::Result<(&str, Option<&str>, Option<Relation>)> {
    let (rest, relation) = match text.rsplit_once(':') {
        Some((rest, word)) => {
            (rest, Some(word.parse::<Relation>().map_err(|error| anyhow::anyhow!("--base {text}: {error}"))?))
        }
        None => (text, None),
    };
    Ok(match rest.split_once('=') {
        Some((repo, license)) => (repo, Some(license), relation),
        // What is no repository is a licence; the oldest models have no owner.
        None if !rest.contains('/') && license::base_model(rest).is_none() => (rest, Some(rest), relation),
        None => (rest, None, relation),
    })
}

/// Refuses a licence of the command line that nobody knows: a slip would pass as a question that was answered.
fn known(written: &str) -> anyhow::Result<()> {
    let terms = license::resolve(Declared { license: &[written], name: None, link: None });
    let Some(why) = terms.unknown else { return Ok(()) };
    match suggest::nearest(written, license::ids()) {
        Some(near) => bail!("{why}; did you mean `{near}`?"),
        None => bail!("{why}"),
    }
}

fn question(options: &LicenseCheck) -> anyhow::Result<Question> {
    let repo = options.name.as_deref().unwrap_or_default();
    let (owner, name) = repo_id::split(repo);
    let mut found = Vec::new();
    let mut relation = options.relation;
    for (role, texts) in
        [(Role::Base, &options.base), (Role::Teacher, &options.teacher), (Role::Dataset, &options.dataset)]
    {
        for text in texts {
            let (name, license, own) = parse_input(text)?;
            if name.trim().is_empty() {
                bail!("a --base, --teacher or --dataset is named without a name");
            }
            if let (Some(own), Role::Base) = (own, role) {
                if relation.is_some_and(|relation| relation != own) {
                    bail!("one model has one relation to its bases; --base {text} names another one");
                }
                relation = Some(own);
            }
            let license: Vec<&str> = license.into_iter().collect();
            license.iter().try_for_each(|written| known(written))?;
            let source = Source {
                role,
                name,
                declared: Declared { license: &license, name: None, link: None },
                same_owner: false,
            };
            found.extend(inputs(source, owner, &Nothing).inputs);
        }
    }
    let usual = match (options.teacher.is_empty(), options.base.len()) {
        (false, _) => Relation::Distilled,
        (true, 0 | 1) => Relation::Finetune,
        (true, _) => Relation::Merge,
    };
    let declared: Vec<&str> = options.declared.iter().map(String::as_str).collect();
    // What `other` stands for, its name says.
    for written in declared.iter().filter(|written| **written != "other") {
        known(written)?;
    }
    let declared = Declared { license: &declared, name: options.license_name.as_deref(), link: None };
    let published = Published { name: name.to_owned(), terms: license::resolve(declared) };
    Ok(Question { relation: relation.unwrap_or(usual), inputs: found, published })
}

pub(super) fn check(options: &LicenseCheck) -> anyhow::Result<u8> {
    if let Some(path) = &options.cases {
        return cases(path, options.format);
    }
    if options.base.is_empty() && options.teacher.is_empty() && options.dataset.is_empty() {
        bail!("name at least one --base, --teacher or --dataset, or a file of --cases");
    }
    let question = question(options)?;
    let judgement = question.judge();
    match options.format {
        PageFormat::Json => print(&(serde_json::to_string_pretty(&answer_json(&question, &judgement))? + "\n"))?,
        PageFormat::Table => print(&answer(options, &question, &judgement))?,
    }
    let broken = judgement.verdict() >= Verdict::ObligationLost || !judgement.unmet.is_empty();
    Ok(if broken { EXIT_FINDINGS } else { EXIT_CLEAN })
}

fn label(terms: &license::Terms) -> String {
    let ids: Vec<String> = terms
        .alternatives
        .iter()
        .map(|set| set.iter().map(|license| license.id.as_str()).collect::<Vec<_>>().join(" AND "))
        .collect();
    if ids.is_empty() { "licence unknown".to_owned() } else { ids.join(" OR ") }
}

fn reason_json(question: &Question, reason: &Reason) -> Value {
    json!({
        "verdict": reason.verdict.as_str(),
        "input": reason.input.and_then(|at| question.inputs.get(at)).map(|input| &input.name),
        "license": reason.license.map(|license| &license.id),
        "atom": reason.term.map(|term| term.atom.as_str()),
        "section": reason.term.and_then(|term| term.section.as_deref()),
        "message": reason.message,
        "certain": reason.certain,
    })
}

fn answer_json(question: &Question, judgement: &Judgement) -> Value {
    let inputs: Vec<Value> = question
        .inputs
        .iter()
        .map(|input| json!({"name": input.name, "license": label(&input.terms), "expression": input.terms.expression(), "certain": input.certain, "same_owner": input.same_owner}))
        .collect();
    json!({
        "verdict": judgement.verdict().as_str(),
        "relation": question.relation.as_str(),
        "declared": question.published.terms.expression(),
        "inputs": inputs,
        "reasons": judgement.reasons.iter().map(|reason| reason_json(question, reason)).collect::<Vec<_>>(),
        "lost": judgement.lost().iter().map(|atom| atom.as_str()).collect::<Vec<_>>(),
        "duties": Judgement::duty_words(&judgement.duties),
        "unmet": Judgement::duty_words(&judgement.unmet),
        "ways_out": license::advice::ways_out(question.relation, &question.inputs, &question.published).iter().map(|license| &license.id).collect::<Vec<_>>(),
    })
}

fn answer(options: &LicenseCheck, question: &Question, judgement: &Judgement) -> String {
    let name = options.name.as_deref().unwrap_or("your model");
    let declared = if question.published.terms.is_absent() {
        "no licence declared".to_owned()
    } else {
        label(&question.published.terms)
    };
    let unmet = if judgement.unmet.is_empty() { "" } else { ", with a duty that is not met" };
    let mut out = format!("{} ({declared}): {}{unmet}\n", safe::line(name), judgement.verdict().as_str());
    for input in &question.inputs {
        let owner = if input.same_owner { ", same owner" } else { "" };
        let doubt =
            if input.certain || !input.terms.is_known() { "" } else { ", not seen at its publisher by cardlint" };
        out.push_str(&format!("  ← {} ({}{owner}{doubt})\n", safe::line(&input.name), label(&input.terms)));
    }
    let terms = question.inputs.iter().map(|input| &input.terms).chain([&question.published.terms]);
    let assumed: BTreeSet<&String> = terms.filter_map(|terms| terms.assumed.as_ref()).collect();
    for assumed in assumed {
        out.push_str(&format!("  assumed: {assumed}\n"));
    }
    for reason in &judgement.reasons {
        let whose = match (reason.license, reason.input.and_then(|at| question.inputs.get(at))) {
            (Some(license), _) => license.id.as_str().to_owned(),
            (None, Some(input)) => safe::line(&input.name).into_owned(),
            (None, None) => "the published licence".to_owned(),
        };
        let section = reason.term.map(Term::place).unwrap_or_default();
        let atom = reason.term.map(|term| format!("{} ", term.atom.as_str())).unwrap_or_default();
        // Of what is not known, nothing was to be verified.
        let doubt = if reason.certain || reason.license.is_none() { "" } else { " [not every fact is verified]" };
        out.push_str(&format!("  {}: {atom}of {whose}: {}{section}{doubt}\n", reason.verdict.as_str(), reason.message));
    }
    if judgement.verdict() >= Verdict::ObligationLost {
        let ways = license::advice::ways_out(question.relation, &question.inputs, &question.published);
        let ways: Vec<String> =
            ways.iter().map(|license| license::advice::declaration(license, &question.inputs)).collect();
        let teacher = |reason: &&Reason| {
            let role = reason.input.and_then(|at| question.inputs.get(at)).map(|input| input.role);
            reason.verdict == Verdict::Conflict && role == Some(Role::Teacher)
        };
        match ways.as_slice() {
            [] if judgement.reasons.iter().any(|reason| teacher(&reason)) => out.push_str(
                "  suggestion: no licence of the model cures what a teacher's licence forbids; train without its answers, begin \
                 from a model of its own generation, or ask its publisher\n",
            ),
            [] => out.push_str(
                "  suggestion: no single licence of the inputs keeps the terms of all; where they do not contradict each \
                 other, `license: other` with all of their texts may; else ask their publishers, or choose other inputs\n",
            ),
            some => out.push_str(&format!("  suggestion: publish it under {}\n", some.join(" or "))),
        }
    }
    if !judgement.duties.is_empty() {
        out.push_str("  owed:\n");
        let mut told = BTreeSet::new();
        for duty in &judgement.duties {
            let text = duty.term.text().map(|text| format!(": {text}")).unwrap_or_default();
            let section = duty.term.section.as_ref().map(|section| format!(", section {section}")).unwrap_or_default();
            let line = format!("    - {}{text} ({}{section})\n", duty.term.atom.words(), duty.license.id.as_str());
            if told.insert(line.clone()) {
                out.push_str(&line);
            }
        }
    }
    for duty in &judgement.unmet {
        let text = duty.term.text().unwrap_or_default();
        out.push_str(&format!("  not met: {}: {text} ({})\n", duty.term.atom.words(), duty.license.id.as_str()));
    }
    out.push_str(&format!("{DISCLAIMER}\n"));
    out
}
