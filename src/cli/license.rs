//! `cardlint license`: what licences ask for, and whether terms hold together.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::{Global, LicenseCheck, LicenseCommand, LicenseList, LicenseReport, PageFormat, ReportFormat};
use super::config;
use super::discover::{self, Globs};
use super::hub::Online;
use super::repositories::Repositories;
use super::{EXIT_CLEAN, EXIT_FAILED, EXIT_FINDINGS, audit, deliver, packs, page_style, print, settings, talk};
use crate::engine::{Audit, Settings};
use crate::license::judge::Reason;
use crate::license::knowledge::source;
use crate::license::lineage::{Source, inputs};
use crate::license::{self, Declared, Input, Judgement, License, Nothing, Published, Relation, Role, Verdict};
use crate::report::{licenses, plural};
use crate::rule::Severity;
use crate::text::{safe, suggest};
use crate::vocab::repo_id;

/// What every page ends with, once and quietly.
const DISCLAIMER: &str = "This compares declarations with what licence texts ask for; it is not legal advice.";

/// Runs the command; gives the exit code.
///
/// # Errors
/// When an id is unknown, a file cannot be read, or standard output fails.
pub fn run(command: &LicenseCommand, global: &Global) -> anyhow::Result<u8> {
    match command {
        LicenseCommand::Show { id, format } => show(id, *format),
        LicenseCommand::List(options) => list(options),
        LicenseCommand::Check(options) => check(options),
        LicenseCommand::Report(options) => report(options, global),
    }
}

fn lookup(id: &str) -> anyhow::Result<&'static License> {
    if let Some(license) = license::find(&id.to_lowercase()) {
        return Ok(license);
    }
    let terms = license::resolve(Declared { license: &[id], name: None, link: None });
    if let Some(license) = terms.licenses().next() {
        return Ok(license);
    }
    match suggest::nearest(id, license::ids()) {
        Some(near) => bail!("cardlint has no facts about the licence `{id}`; did you mean `{near}`?"),
        None => bail!("cardlint has no facts about the licence `{id}`; `cardlint license list` shows all"),
    }
}

fn show(id: &str, format: PageFormat) -> anyhow::Result<u8> {
    let license = lookup(id)?;
    match format {
        PageFormat::Json => print(&(serde_json::to_string_pretty(&page_json(license))? + "\n"))?,
        PageFormat::Table => print(&page(license))?,
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
    let metric = match text("metric").as_deref() {
        Some("mau") => "monthly active users".to_owned(),
        Some(other) => other.replace('_', " ").replace("usd", "in USD"),
        None => String::new(),
    };
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

/// 700,000,000
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
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
    line("OSI", if license.osi { "approved" } else { "not approved" });
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

fn list(options: &LicenseList) -> anyhow::Result<u8> {
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
                other => return Err(fail(format!("`{other}` is no role; there are base, teacher and dataset"))),
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
    let file: Cases = serde_json::from_str(&text).with_context(|| format!("{} is no file of cases", path.display()))?;
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
        // What is no repository is a licence.
        None if !rest.contains('/') => (rest, Some(rest), relation),
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

fn check(options: &LicenseCheck) -> anyhow::Result<u8> {
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
        "ways_out": license::judge::ways_out(question.relation, &question.inputs, &question.published).iter().map(|license| &license.id).collect::<Vec<_>>(),
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
        let section = reason.term.and_then(|term| term.section.as_ref());
        let section = section.map(|section| format!(" (section {section})")).unwrap_or_default();
        let atom = reason.term.map(|term| format!("{} ", term.atom.as_str())).unwrap_or_default();
        // Of what is not known, nothing was to be verified.
        let doubt = if reason.certain || reason.license.is_none() { "" } else { " [not every fact is verified]" };
        out.push_str(&format!("  {}: {atom}of {whose}: {}{section}{doubt}\n", reason.verdict.as_str(), reason.message));
    }
    if judgement.verdict() >= Verdict::ObligationLost {
        let ways = license::judge::ways_out(question.relation, &question.inputs, &question.published);
        let ways: Vec<String> =
            ways.iter().map(|license| license::judge::declaration(license, &question.inputs)).collect();
        match ways.as_slice() {
            [] => out.push_str(
                "  way out: none of the licences of the inputs satisfies all of them: ask their publishers, or choose \
                 other inputs\n",
            ),
            some => out.push_str(&format!("  way out: publish it under {}\n", some.join(" or "))),
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

fn report(options: &LicenseReport, global: &Global) -> anyhow::Result<u8> {
    let config = config::of(&options.configured, &options.paths, false)?;
    packs::install(&config.packs())?;
    config.check()?;
    let globs = Globs::new(&config.files, &config.folder)?;
    let online = Online::new(options.online)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let found = discover::find(&options.paths, "README.md", &globs, threads, false, &online);
    options.output.as_deref().map_or(Ok(()), |path| audit::spare(path, &found.targets))?;
    let known = Repositories::of(&config, &options.license_of, options.no_hub_cache, &found.targets, online.clone())?;
    let policy = config.policy(settings::today())?;
    let has_policy = policy.is_some();
    let settings = Settings { lookup: Some(Box::new(known)), policy, ..Settings::default() };
    let (mut audits, mut passed) = (Vec::new(), 0);
    let mut errors = found.errors;
    for target in &found.targets {
        match audit::read_and_audit(target, &settings) {
            Ok(Some(audit)) => audits.push(audit),
            Ok(None) => passed += 1,
            Err(reason) => errors.push((target.name.clone(), reason)),
        }
    }
    // A table about nothing looks like a result.
    if audits.is_empty() && errors.is_empty() {
        bail!("no card found; name a file to read it whatever it looks like");
    }
    let text = match options.format {
        ReportFormat::Json => {
            let list: Vec<Value> = audits.iter().map(report_json).collect();
            serde_json::to_string_pretty(&json!({ "repositories": list }))? + "\n"
        }
        ReportFormat::Csv => {
            let rows: String = audits.iter().map(|audit| safe::csv(&licenses::row(audit))).collect();
            licenses::csv_head() + &rows
        }
        ReportFormat::Markdown => {
            let rows: String = audits.iter().map(|audit| licenses::markdown(&licenses::row(audit))).collect();
            format!("{}{rows}\n{DISCLAIMER}\n", licenses::markdown_head())
        }
        ReportFormat::Table => {
            let cell = |cell: &String| safe::line(cell).into_owned();
            // The addresses of the texts do not fit beside the rest, and without a policy it says nothing.
            let shown = licenses::COLUMNS.len() - if has_policy { 1 } else { 2 };
            let cells: Vec<Vec<String>> =
                audits.iter().map(|audit| licenses::row(audit)[..shown].iter().map(cell).collect()).collect();
            let style = page_style(global.color, options.output.as_deref());
            let table = crate::report::plain_table(&licenses::COLUMNS[..shown], &cells, &style);
            format!("{table}{}\n{DISCLAIMER}\n", counts(&audits))
        }
    };
    // JSON keeps its meaning with the unsafe characters escaped; the other forms have none left.
    let shown =
        if matches!(options.format, ReportFormat::Json) { safe::json(&text) } else { safe::workflow_log(&text) };
    if !audits.is_empty() {
        deliver(&shown, options.output.as_deref())?;
    }
    for (path, reason) in &errors {
        talk("error", &format!("{path}: {reason}"));
    }
    if passed > 0 {
        talk("passed over", &format!("{}: no metadata or wording of a card", plural(passed, "file")));
    }
    let fails = |audit: &Audit, least: Verdict| {
        let denied = audit.findings.iter().any(|f| f.rule.id == "license-policy" && f.severity == Severity::Error);
        licenses::verdict(audit) >= Some(least) || !licenses::unmet(audit).is_empty() || denied
    };
    let failed = options.fail_on.0.is_some_and(|least| audits.iter().any(|audit| fails(audit, least)));
    Ok(match (errors.is_empty(), failed) {
        (false, _) => EXIT_FAILED,
        (true, true) => EXIT_FINDINGS,
        (true, false) => EXIT_CLEAN,
    })
}

/// "62 ok, 35 unknown, 193 that derive from nothing that is named".
fn counts(audits: &[Audit]) -> String {
    let mut counted: Vec<(Option<Verdict>, usize)> = Vec::new();
    for verdict in audits.iter().map(licenses::verdict) {
        match counted.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, count)) => *count += 1,
            None => counted.push((verdict, 1)),
        }
    }
    counted.sort_by(|(one, _), (other, _)| other.cmp(one));
    let words = |(verdict, count): &(Option<Verdict>, usize)| match verdict {
        Some(verdict) => format!("{count} {}", verdict.as_str()),
        None => format!("{count} that derive from nothing that is named"),
    };
    format!("{}: {}", plural(audits.len(), "card"), counted.iter().map(words).collect::<Vec<_>>().join(", "))
}

fn report_json(audit: &Audit) -> Value {
    let license = audit.license.as_ref();
    json!({
        "path": audit.name(),
        "kind": audit.kind.as_str(),
        "declared": license.map(|license| &license.declared),
        "expression": license.and_then(|license| license.expression.as_ref()),
        "classes": license.iter().flat_map(|license| &license.classes).map(|class| class.as_str()).collect::<Vec<_>>(),
        "verdict": licenses::verdict(audit).map(Verdict::as_str),
        "unmet": licenses::unmet(audit),
        "policy": licenses::policy(audit),
        "lineage": audit.lineage.iter().map(|base| json!({
            "name": base.name, "role": base.role.as_str(), "relation": base.relation.as_str(), "license": base.license,
            "origin": base.origin, "certain": base.certain, "behind": base.behind, "reason": base.reason,
        })).collect::<Vec<_>>(),
    })
}
