//! `cardlint new`: the skeleton of a card from what the files of a repository already say.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::Value;

use super::args::NewOptions;
use super::audit::read_file;
use super::folder::Folder;
use super::{EXIT_CLEAN, talk};
use crate::card::{Card, Siblings, decode};
use crate::disclosure::{self, Applies};
use crate::embedded::table;
use crate::facts::{descent, integration};
use crate::license::text::{Likeness, identify, is_license_file};
use crate::markdown::Heading;
use crate::repository::config::Trainer;
use crate::repository::{self, MAX_CONFIG, Repository, Weights};
use crate::rule::{self, Profile, Strictness};
use crate::text::{SourceFile, suggest};

/// `rules/scaffold.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    sections: Vec<Section>,
}

/// A section of a new card.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    id: String,
    heading: String,
    topic: String,
    #[serde(default)]
    rule: Option<String>,
    profile: String,
    #[serde(default)]
    people: bool,
    #[serde(default)]
    questions: Vec<String>,
}

/// Runs `new`; gives the exit code.
///
/// # Errors
/// When there is a card already, nothing to read, or the file cannot be written.
pub(super) fn run(options: &NewOptions) -> anyhow::Result<u8> {
    let table: Table = table("rules/scaffold.yaml");
    let profile = options.profile.unwrap_or_default();
    if let Some(id) = &options.section {
        return insert(&table, id, &options.path);
    }
    if !options.path.is_dir() {
        bail!("{} is not a folder; with --section, name the card", options.path.display());
    }
    let path = options.path.join("README.md");
    let facts = Facts::read(&options.path);
    let text = skeleton(&table, &facts, profile);
    if options.stdout {
        super::print(&text)?;
        return Ok(EXIT_CLEAN);
    }
    // Never over a card that is there, not even one that appears meanwhile.
    let mut file = match File::create_new(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!("{} is there already; `--section` adds a missing section to it", path.display());
        }
        Err(error) => return Err(error).with_context(|| format!("cannot write {}", path.display())),
    };
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    talk("new", &format!("{} written; answer the questions in its comments, then `cardlint audit`", path.display()));
    Ok(EXIT_CLEAN)
}

/// What the files say.
#[derive(Default)]
struct Facts {
    name: String,
    license: Option<String>,
    base_models: Vec<String>,
    /// What it is to its base models, where the files tell.
    relation: Option<&'static str>,
    library: Option<&'static str>,
    task: Option<&'static str>,
    /// Labels and values for the list at the top.
    details: Vec<(&'static str, String)>,
    /// Lines for the section on training.
    training: Vec<String>,
}

impl Facts {
    fn read(folder: &Path) -> Self {
        let mut facts = Self::default();
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        facts.name = real.file_name().map_or_else(|| "Model".to_owned(), |name| plain(&name.to_string_lossy()));
        let files = Folder::new(folder);
        let repository = Repository::read(&files);
        let names = &repository.names;
        if let Some(config) = &repository.config {
            facts.config(config);
        }
        if let Some(adapter) = &repository.adapter {
            facts.adapter(adapter);
        }
        if let Some(tokenizer) = &repository.tokenizer {
            facts.tokenizer(tokenizer);
        }
        if let Some(state) = &repository.trainer {
            facts.trainer(state);
        }
        for name in names.iter().filter(|name| descent::names_bases(name)) {
            let Some(bytes) = repository::whole(&files, name, MAX_CONFIG) else { continue };
            let file = SourceFile::new(name.clone(), decode(bytes).0);
            facts.base_models.extend(descent::configured(&file));
            if name.starts_with("mergekit_config") && !facts.base_models.is_empty() {
                facts.relation = Some("merge");
            }
        }
        facts.task = integration::task_of_files(&repository).map(|told| told.id);
        facts.library = integration::library_of_files(&repository).map(|told| told.id);
        if repository.gguf.is_some() && facts.library.is_none() {
            facts.library = Some("gguf");
        }
        let weights = repository.weights.as_ref().filter(|weights| weights.counts_parameters());
        // What lies there is right, whatever the configuration says.
        if let Some(format) = weights.and_then(Weights::format) {
            facts.details.retain(|(label, _)| *label != "Precision");
            facts.details.push(("Precision", format!("`{format}`")));
        }
        if let Some(parameters) = weights.map(Weights::total) {
            facts.details.push(("Parameters", format!("{parameters}")));
        }
        let texts = names.iter().filter(|name| is_license_file(name));
        let texts = texts.filter_map(|name| repository::whole(&files, name, MAX_CONFIG));
        let mut found: Vec<String> = texts
            .filter_map(|bytes| identify(&decode(bytes).0))
            .filter(|found| found.likeness == Likeness::Same)
            .filter_map(|found| found.license.hub.clone())
            .collect();
        found.dedup();
        // With two texts the choice is not ours.
        facts.license = if found.len() == 1 { found.pop() } else { None };
        facts
    }

    fn config(&mut self, config: &Value) {
        let class = config["architectures"][0].as_str().map(plain).unwrap_or_default();
        let number = |key: &str| config[key].as_u64();
        let mut parts = Vec::new();
        for (key, unit) in [
            ("num_hidden_layers", "layers"),
            ("num_attention_heads", "attention heads"),
            ("vocab_size", "tokens of vocabulary"),
        ] {
            if let Some(value) = number(key) {
                parts.push(format!("{value} {unit}"));
            }
        }
        if let Some(size) = number("hidden_size") {
            parts.push(format!("hidden size {size}"));
        }
        if !class.is_empty() {
            let more = if parts.is_empty() { String::new() } else { format!(", {}", parts.join(", ")) };
            self.details.push(("Architecture", format!("`{class}`{more}")));
        }
        // RoBERTa counts positions from behind its padding token: two of them take no token (transformers,
        // `create_position_ids_from_input_ids`).
        let kind = config["model_type"].as_str().unwrap_or_default();
        let offset = if matches!(kind, "roberta" | "xlm-roberta" | "camembert" | "xlm-roberta-xl") { 2 } else { 0 };
        if let Some(length) = number("max_position_embeddings").map(|length| length.saturating_sub(offset)) {
            self.details.push(("Context length", format!("{length} tokens")));
        }
        if let Some(precision) = config["torch_dtype"].as_str().or_else(|| config["dtype"].as_str()).map(plain) {
            self.details.push(("Precision", format!("`{precision}`")));
        }
        if let Some(labels) = config["id2label"].as_object().filter(|labels| (1..=20).contains(&labels.len())) {
            let names: Vec<String> =
                labels.values().filter_map(Value::as_str).map(|name| format!("`{}`", plain(name))).collect();
            self.details.push(("Labels", names.join(", ")));
        }
    }

    fn adapter(&mut self, adapter: &Value) {
        let kind = adapter["peft_type"].as_str().map(plain).unwrap_or_default();
        let rank = adapter["r"].as_u64().map(|rank| format!(", rank {rank}")).unwrap_or_default();
        let alpha = adapter["lora_alpha"].as_u64().map(|alpha| format!(", alpha {alpha}")).unwrap_or_default();
        if !kind.is_empty() {
            self.details.push(("Adapter", format!("{kind}{rank}{alpha}")));
        }
    }

    fn tokenizer(&mut self, tokenizer: &Value) {
        // Without a limit, transformers writes a number of thirty digits.
        const NO_LIMIT: u64 = 1 << 40;
        let mut parts: Vec<String> = tokenizer["tokenizer_class"].as_str().map(plain).into_iter().collect();
        if let Some(length) = tokenizer["model_max_length"].as_u64().filter(|length| *length < NO_LIMIT) {
            parts.push(format!("at most {length} tokens"));
        }
        if !parts.is_empty() {
            self.details.push(("Tokenizer", parts.join(", ")));
        }
        if tokenizer["chat_template"].is_string() {
            self.details.push(("Prompt format", "the chat template in `tokenizer_config.json`".to_owned()));
        }
    }

    fn trainer(&mut self, state: &Trainer) {
        if let Some(epochs) = state.epoch {
            let steps = state.global_step.map(|steps| format!(", {steps} steps")).unwrap_or_default();
            self.training.push(format!("It was trained for {} epochs{steps}.", (epochs * 100.0).round() / 100.0));
        }
    }
}

/// Text from a file, for Markdown: letters, digits and a few marks.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/')).take(80).collect()
}

/// The card.
fn skeleton(table: &Table, facts: &Facts, profile: &Profile) -> String {
    let mut out = String::from("---\n");
    match &facts.license {
        Some(license) => out.push_str(&format!("license: {license}\n")),
        None => out.push_str("# license: which terms? `cardlint license show ID` says what they ask for\n"),
    }
    match facts.base_models.as_slice() {
        [] => {}
        [base] => out.push_str(&format!("base_model: {base}\n")),
        many => {
            out.push_str("base_model:\n");
            for base in many {
                out.push_str(&format!("- {base}\n"));
            }
        }
    }
    if let Some(relation) = facts.relation {
        out.push_str(&format!("base_model_relation: {relation}\n"));
    }
    match facts.library {
        Some(library) => out.push_str(&format!("library_name: {library}\n")),
        None => out.push_str("# library_name: which library loads it?\n"),
    }
    match facts.task {
        Some(task) => out.push_str(&format!("pipeline_tag: {task}\n")),
        None => out.push_str("# pipeline_tag: which task of the Hub?\n"),
    }
    out.push_str("# language: which languages, as codes?\n# datasets: which data sets of the Hub was it trained on?\n");
    // The Hub refuses front matter without a field.
    if out.lines().all(|line| line.starts_with(['#', '-'])) {
        out.push_str("tags: []\n");
    }
    out.push_str("---\n");
    out.push_str(&format!("# {}\n\n<!-- What is it, in one sentence? Who made it? -->\n", facts.name));
    if !facts.details.is_empty() {
        out.push_str("\n## Model details\n\n");
        for (label, value) in &facts.details {
            out.push_str(&format!("- **{label}:** {value}\n"));
        }
    }
    let people = affects_people(facts);
    for section in table.sections.iter().filter(|section| wanted(section, profile, people)) {
        out.push('\n');
        out.push_str(&body(section, 2));
        if section.id == "training-procedure" {
            for line in &facts.training {
                out.push_str(&format!("\n{line}\n"));
            }
        }
    }
    out
}

fn wanted(section: &Section, profile: &Profile, people: bool) -> bool {
    section.profile.parse::<Strictness>().is_ok_and(|least| least <= profile.strictness.max(Strictness::Recommended))
        && (people || !section.people)
}

/// Whether anybody may be treated unfairly: by the task, which is all that is known.
fn affects_people(facts: &Facts) -> bool {
    let task = facts.task.map(|task| format!("pipeline_tag: {task}\n")).unwrap_or_default();
    let source = SourceFile::new("README.md", format!("---\nlicense: mit\n{task}---\n"));
    let traits = disclosure::read_page(&Card::read(&source, Vec::new(), Siblings::none(), None)).traits;
    [Applies::Generative, Applies::NlpOrSpeech, Applies::DecisionAboutPeople]
        .into_iter()
        .any(|applies| traits.excludes(applies).is_none())
}

/// A heading with its questions as a comment, which is no answer.
fn body(section: &Section, level: u8) -> String {
    let page = section.rule.as_deref().and_then(rule::find).and_then(|rule| rule.section("How to fix"));
    let asked = page.unwrap_or_default().lines().filter_map(|line| line.strip_prefix("- ")).map(str::to_owned);
    let questions: Vec<String> = asked.chain(section.questions.iter().cloned()).collect();
    format!("{} {}\n\n<!-- {} -->\n", "#".repeat(usize::from(level)), section.heading, questions.join("\n     "))
}

/// Inserts a missing section into a card, before the first one that comes after it.
fn insert(table: &Table, id: &str, path: &Path) -> anyhow::Result<u8> {
    let Some(at) = table.sections.iter().position(|section| section.id == id) else {
        let ids: Vec<&str> = table.sections.iter().map(|section| section.id.as_str()).collect();
        let near = suggest::nearest(id, ids.iter().copied())
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        bail!("there is no section `{id}`{near}; there are {}", ids.join(", "));
    };
    let path = if path.is_dir() { path.join("README.md") } else { path.to_owned() };
    let bytes = read_file(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let (text, faults) = decode(bytes.clone());
    if text.as_bytes() != bytes {
        bail!("{} is not UTF-8; fix that first", path.display());
    }
    let source = SourceFile::new(super::discover::display(&path), text);
    let card = Card::read(&source, faults, Siblings::none(), None);
    let place = |section: &Section| {
        let own = |heading: &&Heading| heading.level > 1 || Some(heading.text.as_str()) != card.outline.title();
        let headings = card.outline.headings.iter().filter(own);
        headings.map(|heading| (heading, disclosure::heading_topics(&heading.text))).find_map(|(heading, topics)| {
            topics.contains(&section.topic.as_str()).then_some((heading.span.start as usize, heading.level))
        })
    };
    if let Some((start, _)) = place(&table.sections[at]) {
        let line = source.text()[..start].matches('\n').count() + 1;
        bail!("{} has such a section in line {line}", path.display());
    }
    let before = table.sections[at + 1..].iter().filter_map(place).min();
    let text = source.text();
    let ends = if text.contains("\r\n") { "\r\n" } else { "\n" };
    // As deep as the sections that the card has.
    let level = before.or_else(|| table.sections.iter().filter_map(place).max()).map_or(2, |(_, level)| level);
    let new = body(&table.sections[at], level).replace('\n', ends);
    let after = match before {
        Some((start, _)) => format!("{}{new}{ends}{}", &text[..start], &text[start..]),
        None => format!("{}{ends}{ends}{new}", text.trim_end()),
    };
    super::fix::write(&path, text, &after).map_err(|reason| anyhow::anyhow!("{} {reason}", path.display()))?;
    talk("new", &format!("the section \"{}\" was added to {}", table.sections[at].heading, path.display()));
    Ok(EXIT_CLEAN)
}
