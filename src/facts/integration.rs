//! Which task a model serves and which library loads it, as far as something beside `pipeline_tag` and
//! `library_name` tells.

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::card::Card;
use crate::repository::Repository;
use crate::text::any::AnyOf;
use crate::text::{Span, head, tail};
use crate::vocab;

/// A call of transformers whose first argument may be a task.
static CALL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("pipeline("));
/// What follows a class that loads a model.
static LOAD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(".from_pretrained("));
/// Words of code that reads more than text.
const SENSES: &[&str] = &["image", "Image", "audio", "video", "pixel_values", "AutoProcessor"];

/// Words of cards of models whose class is that of classifiers and which give a score.
const RANKS: &[&str] =
    &["rerank", "Rerank", "re-rank", "cross-encoder", "Cross-Encoder", "reward model", "Reward Model"];

/// Words of code that gives a language model a head for rewards.
const REWARDS: &[&str] = &["RewardModel", ".v_head"];

/// Words of cards of models that fill masks, and are there to be trained for something else.
const BEFORE_TRAINING: &[&str] =
    &["<mask>", "[MASK]", "fine-tune it", "finetune it", "fine-tune this model", "finetune this model"];

/// Something that tells a task or a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Tag of the task, or id of the library.
    pub id: &'static str,
    /// What tells it.
    pub by: Witness,
}

/// What tells a task or a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Witness {
    /// A file of the repository.
    File(&'static str),
    /// A value of the card's model-index.
    Index(Span),
    /// A place in the card's code.
    Code(Span),
    /// A line of the card with the version of a library that it was trained with.
    Versions(Span),
}

/// Tags of the card that are tasks of the Hub, each once. The Hub takes the task from them (Hub documentation,
/// "Widgets").
#[must_use]
pub fn tagged_tasks<'c>(card: &'c Card<'_>) -> Vec<&'c str> {
    tagged(card, |tag| vocab::tasks().find(tag).is_some())
}

/// The task that the other tags of the card mean (`ner`, `speaker-verification`), where those that mean one agree.
#[must_use]
pub fn meant_task(card: &Card<'_>) -> Option<&'static str> {
    let (document, _) = card.mapping()?;
    let tags = card.field_items("tags").into_iter().filter_map(|tag| document.text(tag));
    let mut meant = tags.filter_map(|tag| vocab::tasks().exactly(tag.trim()));
    let first = meant.next()?;
    meant.all(|task| task == first).then_some(first)
}

/// Tags of the card that are libraries of the Hub, each once. The Hub takes the library from them (Hub documentation,
/// "Model Cards").
#[must_use]
pub fn tagged_libraries<'c>(card: &'c Card<'_>) -> Vec<&'c str> {
    tagged(card, |tag| vocab::libraries().has(tag))
}

fn tagged<'c>(card: &'c Card<'_>, known: impl Fn(&str) -> bool) -> Vec<&'c str> {
    let Some((document, _)) = card.mapping() else { return Vec::new() };
    let tags = card.field_items("tags").into_iter().filter_map(|tag| document.text(tag)).map(str::trim);
    let mut found: Vec<&str> = Vec::new();
    for tag in tags.filter(|tag| known(tag)) {
        if !found.contains(&tag) {
            found.push(tag);
        }
    }
    found
}

/// The task that the class in `config.json` stands for. For models of transformers, the Hub takes the task from there
/// (Hub documentation, "Model Cards").
#[must_use]
pub fn configured_task(repository: &Repository) -> Option<&'static str> {
    let classes = repository.architectures();
    let [class] = classes.as_slice() else { return None };
    vocab::tasks().of_class(class)
}

/// The task that the files of a repository tell.
#[must_use]
pub fn task_of_files(repository: &Repository) -> Option<Told> {
    let told = |id, file| Some(Told { id, by: Witness::File(file) });
    if repository.names.contains("config_sentence_transformers.json") {
        return told("sentence-similarity", "config_sentence_transformers.json");
    }
    let adapted = repository.adapter.as_ref().and_then(|adapter| match adapter["task_type"].as_str()? {
        "CAUSAL_LM" => Some("text-generation"),
        "SEQ_CLS" => Some("text-classification"),
        "TOKEN_CLS" => Some("token-classification"),
        "QUESTION_ANS" => Some("question-answering"),
        _ => None,
    });
    if let Some(task) = adapted {
        return told(task, "adapter_config.json");
    }
    told(configured_task(repository)?, "config.json")
}

/// The library that the files of a repository tell.
#[must_use]
pub fn library_of_files(repository: &Repository) -> Option<Told> {
    let there = |file: &str| repository.names.contains(file);
    let of = |file: &&vocab::LibraryFile| there(&file.file) && !file.unless.iter().any(|other| there(other));
    if let Some(file) = vocab::libraries().files.iter().find(of) {
        return Some(Told { id: &file.loads, by: Witness::File(&file.file) });
    }
    // Other libraries have files of this name, without what transformers writes.
    let own = |key: &str| repository.config.as_ref().is_some_and(|config| config.get(key).is_some());
    if own("model_type") || own("transformers_version") || own("architectures") {
        return Some(Told { id: "transformers", by: Witness::File("config.json") });
    }
    None
}

/// The task that the card's model-index or its code tells, where all that do agree.
#[must_use]
pub fn task_of_card(card: &Card<'_>) -> Option<Told> {
    let mut found: Vec<Told> = Vec::new();
    // A benchmark of many tasks, of which the Hub may know one, is no sign of the model's own.
    let mut others = false;
    if let (Some((document, _)), Some((_, index))) = (card.mapping(), card.field("model-index")) {
        for &entry in document.items(index).unwrap_or_default() {
            let results = document.get(entry, "results").and_then(|(_, results)| document.items(results));
            for &result in results.unwrap_or_default() {
                let named = document.get(result, "task").and_then(|(_, task)| document.get(task, "type"));
                let Some((_, named)) = named else { continue };
                match document.text(named).map(|name| vocab::tasks().exactly(name)) {
                    Some(Some(id)) => found.push(Told { id, by: Witness::Index(document.node(named).span) }),
                    Some(None) => others = true,
                    None => {}
                }
            }
        }
    }
    if others {
        found.clear();
    }
    let text = card.source.text();
    // Most cards call no pipeline.
    let loaded: LazyCell<BTreeSet<&str>, _> = LazyCell::new(|| {
        card.outline.code.iter().flat_map(|block| models_loaded(card.source.slice(block.span))).collect()
    });
    let mut trains = false;
    for block in &card.outline.code {
        let code = card.source.slice(block.span);
        let mut tell = |id, range: Range<usize>| {
            let start = block.span.start as usize;
            found.push(Told { id, by: Witness::Code(Span::new(start + range.start, start + range.end)) });
        };
        for at in CALL.find_iter(code.as_bytes()).map(|at| at + CALL.needle().len()) {
            let at = at + code[at..].len() - code[at..].trim_start().len();
            let at = at + if code[at..].starts_with("task=") { "task=".len() } else { 0 };
            let Some(quote) = code[at..].chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
            let Some(task) = head(&code[at + 1..], CALL_BYTES).split([quote, '\n']).next() else { continue };
            let before = tail(&code[..at], CALL_BYTES);
            let line = before.rfind('\n').map_or(0, |end| end + 1);
            if before[line..].trim_start().starts_with('#') {
                continue;
            }
            // A descendant that is shown beside the model: `bert-base-ner`, where `bert-base` is loaded, too.
            let descends = |model: &str| {
                let parts = model.char_indices().filter(|(_, c)| matches!(c, '-' | '_'));
                parts.take(MOST).any(|(end, _)| loaded.contains(&model[..end]))
            };
            if quoted(&code[at..]).any(descends) {
                continue;
            }
            if let Some(id) = vocab::tasks().exactly(task) {
                tell(id, at + 1..at + 1 + task.len());
            }
        }
        for end in LOAD.find_iter(code.as_bytes()) {
            let name = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
            let Some(class) = code[..end].rsplit(name).next() else { continue };
            // Whoever says how many labels there shall be begins to train.
            if head(&code[end..], CALL_BYTES).split(')').next().is_some_and(|call| call.contains("num_labels")) {
                trains = true;
                continue;
            }
            if let Some(id) = vocab::tasks().of_class(class) {
                tell(id, end - class.len()..end);
            }
        }
    }
    // A class of language models may also be given pictures or sound to read.
    agreed(found).filter(|told| {
        // Where some heads are there to be trained, the others are examples, too.
        if trains && matches!(told.by, Witness::Code(_)) {
            return false;
        }
        let reads_more =
            || card.outline.code.iter().any(|block| SENSES.iter().any(|word| text[block.span.range()].contains(word)));
        let ranks = || RANKS.iter().any(|word| text.contains(word));
        match told.id {
            "text-generation" => !reads_more() && !REWARDS.iter().any(|word| text.contains(word)),
            "text-classification" | "token-classification" | "question-answering" => {
                !ranks() && !BEFORE_TRAINING.iter().any(|word| text.contains(word))
            }
            _ => true,
        }
    })
}

/// Bytes of a call that are read, and separators of a name.
const CALL_BYTES: usize = 400;
const MOST: usize = 40;

/// The names of repositories among the quoted arguments of a call.
fn quoted(call: &str) -> impl Iterator<Item = &str> {
    let arguments = head(call, CALL_BYTES).split(')').next().unwrap_or_default();
    arguments.split(['"', '\'']).skip(1).step_by(2).filter(|text| text.contains('/'))
}

/// The repositories that code loads models from; what reads their inputs may be another one's.
fn models_loaded(code: &str) -> impl Iterator<Item = &str> {
    let model = |end: &usize| {
        let class = code[..*end].rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
        !["Tokenizer", "TokenizerFast", "Processor", "Extractor", "Config"].iter().any(|kind| class.ends_with(kind))
    };
    LOAD.find_iter(code.as_bytes()).filter(model).filter_map(|end| quoted(&code[end..]).next())
}

/// The library that the card's code imports to load the model.
#[must_use]
pub fn library_of_card(card: &Card<'_>) -> Option<Told> {
    let mut found: Vec<(bool, Told)> = Vec::new();
    let mut loads = false;
    for (line, start) in imports(card) {
        let Some(rest) = line.strip_prefix("from ").or_else(|| line.strip_prefix("import ")) else { continue };
        let module = rest.trim_start().split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next();
        let known = vocab::libraries().imports.iter().find(|import| {
            module == Some(&import.module) && import.with.as_ref().is_none_or(|word| rest.contains(word.as_str()))
        });
        if let Some(import) = known {
            let by = Witness::Code(Span::new(start, start + line.len()));
            loads |= import.library != "transformers" || !imports_helpers(rest);
            found.push((import.above, Told { id: &import.library, by }));
        }
    }
    if found.iter().any(|(above, _)| *above) {
        found.retain(|(above, told)| *above || told.id != "transformers");
    }
    let of_code = agreed(found.into_iter().map(|(_, told)| told).collect()).filter(|_| loads);
    of_code.or_else(|| library_of_versions(card))
}

/// The library in the list of versions that trainers write: what adapts models stands above the one whose models it
/// adapts.
fn library_of_versions(card: &Card<'_>) -> Option<Told> {
    /// As they are written there, the one that loads the model first.
    const LISTED: &[(&str, &str)] =
        &[("PEFT ", "peft"), ("Sentence Transformers: ", "sentence-transformers"), ("Transformers ", "transformers")];
    static NAMES: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(LISTED.iter().map(|(name, _)| name)));
    let body = card.front.body_start();
    let text = card.source.text();
    let mut found: Vec<(usize, Told)> = Vec::new();
    for hit in NAMES.find_iter(&text.as_bytes()[body..]) {
        let (at, (_, id)) = (body + hit.start(), LISTED[hit.pattern().as_usize()]);
        let versioned = text[body + hit.end()..].starts_with(|c: char| c.is_ascii_digit());
        let bullet = text[body..at].strip_suffix("- ").filter(|before| before.is_empty() || before.ends_with('\n'));
        if let Some(before) = bullet.filter(|_| versioned) {
            let start = body + before.len();
            let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
            let span = Span::new(start, start + text[start..end].trim_end().len());
            found.push((hit.pattern().as_usize(), Told { id, by: Witness::Versions(span) }));
        }
    }
    found.into_iter().min_by_key(|(rank, _)| *rank).map(|(_, told)| told)
}

/// True where a line imports nothing but what prepares the input of a model: the model comes from elsewhere.
fn imports_helpers(line: &str) -> bool {
    /// Parts of the names of classes of transformers that are no models.
    const HELPERS: &[&str] = &["Tokenizer", "Processor", "FeatureExtractor"];
    let Some((_, names)) = line.split_once(" import ") else { return false };
    let mut names =
        names.split(',').map(|name| name.trim_matches([' ', '(', ')', '\\'])).filter(|name| !name.is_empty());
    let helper = |name: &str| HELPERS.iter().any(|part| name.contains(part));
    names.next().is_some_and(helper) && names.all(helper)
}

/// The first, where all name the same.
fn agreed(found: Vec<Told>) -> Option<Told> {
    let mut found = found.into_iter();
    let first = found.next()?;
    found.all(|other| other.id == first.id).then_some(first)
}

/// Lines of the card's code that import something, without blanks and prompts around them, each with its place in the
/// file.
fn imports<'c>(card: &'c Card<'_>) -> impl Iterator<Item = (&'c str, usize)> {
    static IMPORT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("import "));
    let text = card.source.text();
    card.outline.code.iter().flat_map(move |block| {
        let code = card.source.slice(block.span);
        let mut read = 0;
        IMPORT.find_iter(code.as_bytes()).filter_map(move |at| {
            // A line that imports several things is one.
            if at < read {
                return None;
            }
            let start = code[read..at].rfind('\n').map_or(read, |end| read + end + 1);
            let end = code[at..].find('\n').map_or(code.len(), |length| at + length);
            read = end;
            let own = code[start..end].trim_start_matches([' ', '\t', '>', '.']);
            let start = block.span.start as usize + end - own.len();
            Some((text[start..block.span.start as usize + end].trim_end(), start))
        })
    })
}
