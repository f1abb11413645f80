//! What a model derives from, as its card and configurations say.

mod families;
mod ids;
mod lines;
mod sentences;
mod words;

use std::collections::HashSet;
use std::sync::LazyLock;

use self::sentences::Sentence;
use self::words::{contains, words};
use crate::card::{Card, Kind};
use crate::license::{Relation, Role, base_model, base_model_called};
use crate::repository::Repository;
use crate::text::any::AnyOf;
use crate::text::{SourceFile, Span, head, tail};
use crate::vocab::repo_id::{fault, in_url};
use crate::yaml::{self, NodeId};

pub use ids::is_local;
pub(crate) use sentences::{is_named, of_the_model};

/// What names something that the model derives from.
#[derive(Clone, Debug)]
pub enum Claim {
    /// A value of the front matter.
    Field(NodeId),
    /// A file of the repository.
    File(String),
    /// A sentence of the body.
    Sentence(Span),
}

/// Something that the model derives from.
#[derive(Clone, Debug)]
pub struct Parent {
    /// What names it.
    pub claim: Claim,
    /// What it gives.
    pub role: Role,
    /// Its Hub id, or the name of a family of models ([`crate::license::families`]).
    pub repo: String,
}

/// Hub ids under a field.
#[must_use]
pub fn named<'c>(card: &'c Card<'_>, field: &str) -> Vec<(NodeId, &'c str)> {
    let Some((document, _)) = card.mapping() else { return Vec::new() };
    let ids = card.field_items(field).into_iter();
    ids.filter(|&id| !document.is_null(id))
        .filter_map(|id| Some((id, document.text(id)?.trim())))
        .filter(|(_, text)| fault(text).is_none())
        .collect()
}

/// The base models of a field: also those that are named by their address, or without their owner.
fn declared(card: &Card<'_>, field: &str) -> Vec<(NodeId, String)> {
    let Some((document, _)) = card.mapping() else { return Vec::new() };
    let ids = card.field_items(field).into_iter().filter(|&id| !document.is_null(id));
    ids.filter_map(|id| Some((id, document.text(id)?.trim())))
        .filter_map(|(id, text)| {
            if fault(text).is_some() {
                return in_url(text, "model").filter(|repo| repo.contains('/')).map(|repo| (id, repo));
            }
            let owned = base_model_called(text).filter(|_| base_model(text).is_none());
            (!is_local(text)).then(|| (id, owned.map_or_else(|| text.to_owned(), |model| model.repo.clone())))
        })
        .collect()
}

/// All that a model derives from, each once: base models of the front matter, then those of
/// configurations and of the header of a GGUF file, then, when nothing else names one, those of a sentence; then its
/// datasets.
#[must_use]
pub fn parents(card: &Card<'_>, files: &[SourceFile], repository: &Repository) -> Vec<Parent> {
    if card.kind != Kind::Model {
        return Vec::new();
    }
    let (mut found, mut known): (Vec<Parent>, HashSet<(Role, String)>) = Default::default();
    let mut add = |claim: Claim, role: Role, repo: &str| {
        // One model has several names where it was moved or copied.
        let name = base_model(repo).map_or(repo, |model| model.repo.as_str()).to_lowercase();
        if known.insert((role, name)) {
            found.push(Parent { claim, role, repo: repo.to_owned() });
        }
    };
    let mut bases = 0;
    for field in ["base_model", "finetuned_from"] {
        for (node, repo) in declared(card, field) {
            add(Claim::Field(node), Role::Base, &repo);
            bases += 1;
        }
    }
    for file in files {
        for repo in configured(file) {
            add(Claim::File(file.name().to_owned()), Role::Base, &repo);
            bases += 1;
        }
    }
    if let Some(gguf) = &repository.gguf {
        for repo in gguf.base_models.iter().filter_map(|url| in_url(url, "model")).filter(|repo| repo.contains('/')) {
            add(Claim::File(gguf.file.clone()), Role::Base, &repo);
            bases += 1;
        }
    }
    if bases == 0
        && let Some((span, repo)) = sentence(card)
    {
        add(Claim::Sentence(*span), Role::Base, repo);
    }
    for (node, repo) in named(card, "datasets") {
        add(Claim::Field(node), Role::Dataset, repo);
    }
    found
}

/// True for configurations that name base models.
#[must_use]
pub fn names_bases(name: &str) -> bool {
    matches!(name, "adapter_config.json" | "mergekit_config.yml" | "mergekit_config.yaml")
}

/// Hub ids of base models in a configuration: PEFT's `base_model_name_or_path`, and every `model` and
/// `base_model` of mergekit.
#[must_use]
pub fn configured(file: &SourceFile) -> Vec<String> {
    let keys: &[&str] = match file.name() {
        "adapter_config.json" => &["base_model_name_or_path"],
        name if names_bases(name) => &["model", "base_model"],
        _ => return Vec::new(),
    };
    // JSON is YAML, as far as configurations go; what is broken names nothing.
    let Ok(document) = yaml::parse(file.text(), 0) else { return Vec::new() };
    let mut found: Vec<String> = Vec::new();
    for id in document.ids() {
        let yaml::Kind::Map(pairs) = &document.node(id).kind else { continue };
        for &(key, value) in pairs {
            let named = document.text(key).is_some_and(|key| keys.contains(&key));
            let Some(repo) = document.text(value).filter(|_| named) else { continue };
            if repo.contains('/') && fault(repo).is_none() && !found.iter().any(|known| known == repo) {
                found.push(repo.to_owned());
            }
        }
    }
    found
}

/// "This model is a fine-tuned version of [x/y](…)", or a field with such a label: the id, or the name of a family of
/// models ([`crate::license::families`]), and its place.
pub(crate) fn sentence<'c>(card: &'c Card<'_>) -> Option<&'c (Span, String)> {
    card.told_base.get_or_init(|| told(card)).as_ref()
}

fn told(card: &Card<'_>) -> Option<(Span, String)> {
    let said = sentences::mention(card).or_else(|| sentences::phrase(card));
    // Whoever fills in a field for it means it; a sentence may speak of something else.
    let said = said.filter(|_| !is_of_scratch(card));
    let found = said
        .or_else(|| lines::at_line(card))
        .or_else(|| lines::headed(card))
        .or_else(|| lines::merged(card))
        .or_else(|| lines::linked_as_base(card))
        .or_else(|| lines::listed(card))
        .or_else(|| families::named(card))?;
    let (span, repo) = &found;
    // A copy may be called like the original, of another owner: the text says so then.
    let around = || {
        let text = card.source.text();
        let before = tail(&text[card.front.body_start()..span.start as usize], NEAR);
        format!("{before} {}", head(&text[span.end as usize..], NEAR)).to_lowercase()
    };
    let itself = is_itself(card, repo) || is_called(card, repo) && !contains(&around(), &words().formats.copying);
    (!itself).then_some(found)
}

/// Bytes around a name that say how it was come by.
const NEAR: usize = 150;

/// Whether the body says of the model itself that it was trained from nothing.
fn is_of_scratch(card: &Card<'_>) -> bool {
    static SCRATCH: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(&words().scratch.said));
    let body = card.front.body_start();
    SCRATCH.find_iter(&card.source.text().as_bytes()[body..]).any(|hit| {
        let at = body + hit.start();
        !card.outline.hides(at) && Sentence::around(card, at).begins_with_model(card, at, &[])
    })
}

/// Whether the last part of an id is one of the model's own names.
fn is_called(card: &Card<'_>, repo: &str) -> bool {
    let name = repo.rsplit('/').next().unwrap_or(repo);
    let own = names(card, super::place(card).1);
    own.iter().any(|own| own.rsplit('/').next().is_some_and(|own| own.eq_ignore_ascii_case(name)))
}

/// Whether an id is that of the card's own model: its folder, its title, or the name in its model-index.
fn is_itself(card: &Card<'_>, repo: &str) -> bool {
    let (owner, folder) = super::place(card);
    let name = repo.rsplit('/').next().unwrap_or(repo);
    let foreign =
        repo.split_once('/').is_some_and(|(of, _)| owner.is_some_and(|owner| !owner.eq_ignore_ascii_case(of)));
    !foreign
        && names(card, folder)
            .iter()
            .any(|own| own.rsplit('/').next().is_some_and(|own| own.eq_ignore_ascii_case(name)))
}

/// How the model derives from `bases` base models: as declared, else as its files, name and tags tell.
#[must_use]
pub fn relation(card: &Card<'_>, bases: usize, folder: Option<&str>) -> Relation {
    if let Some(relation) = card.field_text("base_model_relation").and_then(|word| word.parse().ok()) {
        return relation;
    }
    let files = card.siblings.names();
    let name = folder.unwrap_or_default().to_lowercase();
    let library = card.field_text("library_name").unwrap_or_default();
    let named = |words: &[String]| {
        let held = |word: &String| name.split(['-', '_', '.']).any(|part| part == word);
        words.iter().any(|word| held(word) || name.contains(&format!("-{word}")))
    };
    let tagged = |words: &[String]| {
        card.mapping().is_some_and(|(document, _)| {
            let known = |text: &str| words.iter().any(|word| word.eq_ignore_ascii_case(text));
            card.field_items("tags").into_iter().any(|tag| document.text(tag).is_some_and(known))
        })
    };
    // An original may be tagged for a file that it has beside its own weights.
    let copied = || {
        let text = card.shown().to_lowercase();
        bases > 0 || contains(&text, &words().formats.converted)
    };
    // A model that an adapter was merged into has weights of its own, and keeps the tag.
    let whole = || files.iter().any(|file| file == "config.json");
    if files.iter().any(|file| file == "adapter_config.json")
        || library == "peft"
        || named(&words().formats.adapter)
        || bases > 0 && tagged(&words().formats.adapter) && !whole()
    {
        Relation::Adapter
    } else if files.iter().any(|file| file.strip_suffix(".gguf").is_some())
        || named(&words().formats.quantized)
        || tagged(&words().formats.quantized) && copied()
    {
        Relation::Quantized
    } else if bases > 1 {
        Relation::Merge
    } else {
        Relation::Finetune
    }
}

/// Bytes of a title that are a name.
const TITLE: usize = 200;

/// What the model may be called: its folder, its title, the name in its model-index.
#[must_use]
pub fn names(card: &Card<'_>, folder: Option<&str>) -> Vec<String> {
    let mut names: Vec<String> = folder.map(str::to_owned).into_iter().collect();
    if let Some(title) = card.outline.title().map(|title| head(title, TITLE)) {
        let lower = title.to_lowercase();
        let bare = lower.strip_prefix("model card for ").or_else(|| lower.strip_prefix("model card: "));
        names.push(bare.map_or_else(|| title.to_owned(), str::to_owned));
    }
    if let Some((document, _)) = card.mapping()
        && let Some((_, index)) = card.field("model-index")
        && let Some(&first) = document.items(index).and_then(<[NodeId]>::first)
        && let Some(name) = document.get(first, "name").and_then(|(_, name)| document.text(name))
    {
        names.push(name.to_owned());
    }
    names
}
