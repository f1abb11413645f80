//! The published licence against those of the base models.

use std::collections::{BTreeMap, BTreeSet};

use super::declared;
use crate::card::{Card, Kind};
use crate::checks::metadata::lineage::fault;
use crate::checks::{Context, Sink};
use crate::license::judge::{Duty, Reason, ways_out};
use crate::license::lineage::{Source, inputs};
use crate::license::{Atom, Declared, Input, Judgement, Published, Relation, Role, Verdict, judge};
use crate::rule::{Confidence, Severity};
use crate::text::{SourceFile, Span, safe};
use crate::yaml::{self, NodeId};

/// Words in a repository's name or files that mark weights in another number format.
const QUANTIZED: &[&str] = &["gguf", "gptq", "awq", "exl2", "exl3", "bnb-4bit", "8bit", "4bit", "fp8", "mlx"];
/// Words that mark an adapter.
const ADAPTER: &[&str] = &["lora", "adapter", "qlora"];

/// What names a base model.
#[derive(Clone, Debug)]
enum Origin {
    /// A value of `base_model`.
    Card(NodeId),
    /// A file of the repository.
    File(String),
}

/// What a model derives from, and how the terms stand to each other.
pub struct Assessment {
    /// What it derives from.
    pub inputs: Vec<Input>,
    /// What names each input; hidden ancestors stand for the base that they are behind.
    origins: Vec<Origin>,
    /// How the model derives from them.
    pub relation: Relation,
    /// What the model may be called.
    names: Vec<String>,
    /// What is published.
    pub published: Published,
    /// What was found.
    pub judgement: Judgement,
}

/// Judges the card of a model against the base models that it names; `None` when it names none.
#[must_use]
pub fn assess(card: &Card<'_>, files: &[SourceFile]) -> Option<Assessment> {
    if card.kind != Kind::Model {
        return None;
    }
    let mut bases: Vec<(Origin, String)> =
        bases(card).into_iter().map(|(node, repo)| (Origin::Card(node), repo.to_owned())).collect();
    for file in files {
        for repo in configured(file) {
            if !bases.iter().any(|(_, known)| known.eq_ignore_ascii_case(&repo)) {
                bases.push((Origin::File(file.name().to_owned()), repo));
            }
        }
    }
    if bases.is_empty() {
        return None;
    }
    let (owner, folder) = place(card);
    let (mut found, mut origins): (Vec<Input>, Vec<Origin>) = (Vec::new(), Vec::new());
    for (origin, repo) in &bases {
        let source = Source { role: Role::Base, name: repo.as_str(), declared: Declared::default(), same_owner: false };
        for input in inputs(source, owner) {
            if !found.iter().any(|known| known.name.eq_ignore_ascii_case(&input.name)) {
                found.push(input);
                origins.push(origin.clone());
            }
        }
    }
    let relation = relation(card, bases.len(), folder);
    let names = names(card, folder);
    let published = Published { name: names.first().cloned().unwrap_or_default(), terms: declared(card) };
    let judgement = judge(relation, &found, &published);
    Some(Assessment { inputs: found, origins, relation, names, published, judgement })
}

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(assessment) = ctx.assessment else { return };
    let case = Case { ctx, assessment };
    case.conflicts(sink);
    case.losses(sink);
    case.names(sink);
    case.displays(sink);
    case.unknown(sink);
}

/// Hub ids under `base_model`.
pub(super) fn bases<'c>(card: &'c Card<'_>) -> Vec<(NodeId, &'c str)> {
    let Some((document, _)) = card.mapping() else { return Vec::new() };
    let ids = card.field_items("base_model").into_iter();
    ids.filter(|&id| !document.is_null(id))
        .filter_map(|id| Some((id, document.text(id)?.trim())))
        .filter(|(_, text)| text.contains('/') && fault(text).is_none())
        .collect()
}

/// True for configurations that name base models.
#[must_use]
pub fn names_bases(name: &str) -> bool {
    matches!(name, "adapter_config.json" | "mergekit_config.yml" | "mergekit_config.yaml")
}

/// Hub ids of base models in a configuration: PEFT's `base_model_name_or_path`, and every `model` and
/// `base_model` of mergekit.
fn configured(file: &SourceFile) -> Vec<String> {
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

/// Owner and name as the folders say that hold the card.
pub(super) fn place<'c>(card: &'c Card<'_>) -> (Option<&'c str>, Option<&'c str>) {
    let mut parts = card.source.name().rsplit('/').skip(1);
    let name = parts.next().filter(|name| !name.is_empty() && *name != ".");
    (parts.next().filter(|owner| !owner.is_empty()), name)
}

/// What the model may be called: its folder, its title, the name in its model-index.
fn names(card: &Card<'_>, folder: Option<&str>) -> Vec<String> {
    let mut names: Vec<String> = folder.map(str::to_owned).into_iter().collect();
    if let Some(title) = card.outline.title() {
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

fn relation(card: &Card<'_>, bases: usize, folder: Option<&str>) -> Relation {
    if let Some(relation) = card.field_text("base_model_relation").and_then(|word| word.parse().ok()) {
        return relation;
    }
    let files = card.siblings.names();
    let name = folder.unwrap_or_default().to_lowercase();
    let library = card.field_text("library_name").unwrap_or_default();
    let named = |words: &[&str]| {
        words
            .iter()
            .any(|word| name.split(['-', '_', '.']).any(|part| part == *word) || name.contains(&format!("-{word}")))
    };
    if files.iter().any(|file| file == "adapter_config.json") || library == "peft" || named(ADAPTER) {
        Relation::Adapter
    } else if files.iter().any(|file| file.strip_suffix(".gguf").is_some()) || named(QUANTIZED) {
        Relation::Quantized
    } else if bases > 1 {
        Relation::Merge
    } else {
        Relation::Finetune
    }
}

struct Case<'a, 'c> {
    ctx: &'a Context<'c>,
    assessment: &'a Assessment,
}

impl Case<'_, '_> {
    /// The declared licence, else the base model that is the cause.
    fn span(&self, input: usize) -> Span {
        let card = self.ctx.card;
        match (card.field("license"), card.mapping()) {
            (Some((_, value)), Some((document, _))) => document.node(value).span,
            _ => self.base_span(input),
        }
    }

    /// What names the base model, else the end of the front matter.
    fn base_span(&self, input: usize) -> Span {
        let card = self.ctx.card;
        match (self.assessment.origins.get(input), card.mapping()) {
            (Some(Origin::Card(node)), Some((document, _))) => document.node(*node).span,
            _ => card.front.end(),
        }
    }

    fn label(&self) -> String {
        let ids: Vec<&str> = self.assessment.published.terms.licenses().map(|license| license.id.as_str()).collect();
        if ids.is_empty() { "no licence".to_owned() } else { format!("`{}`", ids.join("`, `")) }
    }

    /// "Publish it under …", when there is a licence that would do.
    fn way_out(&self) -> String {
        let ways = ways_out(self.assessment.relation, &self.assessment.inputs, &self.assessment.published);
        let words: Vec<String> = ways
            .iter()
            .take(3)
            .map(|license| match &license.hub {
                Some(hub) => format!("`license: {hub}`"),
                None => format!("`license: other` with `license_name: {}`", license.id),
            })
            .collect();
        if words.is_empty() {
            "No licence of the base models satisfies all of them: ask their publishers, or choose other base models"
                .to_owned()
        } else {
            format!("Publish it under {}", words.join(" or "))
        }
    }

    fn conflicts(&self, sink: &mut Sink<'_>) {
        for reason in self.assessment.judgement.reasons.iter().filter(|reason| reason.verdict == Verdict::Conflict) {
            let (Some(license), Some(input)) = (reason.license, reason.input) else { continue };
            let message = format!(
                "{} under `{}` cannot be published like this: {}{}",
                self.whose(input),
                license.id.as_str(),
                reason.message,
                section(reason)
            );
            sink.add("license-conflict", self.span(input), message, |f| {
                let f = f
                    .help(self.way_out())
                    .related(self.base_span(input), "derives from this model")
                    .anchor(format!("/license/{}/{}", self.assessment.inputs[input].name, license.id));
                if reason.certain { f } else { f.at_most(Severity::Warning).confidence(Confidence::Medium) }
            });
        }
    }

    fn losses(&self, sink: &mut Sink<'_>) {
        let mut lost: BTreeMap<usize, Vec<&Reason>> = BTreeMap::new();
        for reason in
            self.assessment.judgement.reasons.iter().filter(|reason| reason.verdict == Verdict::ObligationLost)
        {
            if let Some(input) = reason.input {
                lost.entry(input).or_default().push(reason);
            }
        }
        for (input, reasons) in lost {
            let Some(license) = reasons.first().and_then(|reason| reason.license) else { continue };
            let words: BTreeSet<String> =
                reasons.iter().map(|reason| format!("{}{}", reason.message, section(reason))).collect();
            let message = format!(
                "{} does not carry what `{}` of {} asks for: {}",
                self.label(),
                license.id.as_str(),
                self.whose(input),
                words.into_iter().collect::<Vec<_>>().join("; ")
            );
            let certain = reasons.iter().all(|reason| reason.certain);
            sink.add("license-restriction-lost", self.span(input), message, |f| {
                let f = f
                    .help(self.way_out())
                    .related(self.base_span(input), "derives from this model")
                    .anchor(format!("/license/{}", self.assessment.inputs[input].name));
                if certain { f } else { f.at_most(Severity::Warning).confidence(Confidence::Medium) }
            });
        }
    }

    /// "the base model `x`", or the ancestor behind it.
    fn whose(&self, input: usize) -> String {
        let Assessment { inputs, origins, .. } = self.assessment;
        let (Some(input), Some(origin)) = (inputs.get(input), origins.get(input)) else {
            return "an input".to_owned();
        };
        let shown = safe::quoted(&input.name);
        match origin {
            Origin::File(name) => format!("the base model {shown} of {name}"),
            Origin::Card(node) => {
                let named = self.ctx.card.mapping().and_then(|(document, _)| document.text(*node));
                if named.is_some_and(|named| named.trim().eq_ignore_ascii_case(&input.name)) {
                    format!("the base model {shown}")
                } else {
                    format!("{shown}, which is behind the base model,")
                }
            }
        }
    }

    fn names(&self, sink: &mut Sink<'_>) {
        if self.assessment.names.is_empty() {
            return;
        }
        let mut told = BTreeSet::new();
        for duty in self.assessment.judgement.unmet.iter().filter(|duty| duty.term.atom == Atom::NamePrefix) {
            let Some(prefix) = duty.term.text() else { continue };
            let begins = |name: &String| fold(name).starts_with(&fold(prefix));
            // The folder of a checkout need not be called like the repository: any name will do.
            if self.assessment.names.iter().any(begins) || !told.insert(prefix) {
                continue;
            }
            let message = format!(
                "`{}` of {} asks that the name of the model begin with \"{prefix}\"{}; it is called {}",
                duty.license.id.as_str(),
                self.whose(duty.input),
                of_section(duty),
                safe::quoted(&self.assessment.names[0])
            );
            sink.add("license-name-prefix", self.base_span(duty.input), message, |f| {
                f.help(format!("Let the name of the repository begin with \"{prefix}\""))
                    .anchor(format!("/name/{prefix}"))
            });
        }
    }

    fn displays(&self, sink: &mut Sink<'_>) {
        let card = self.ctx.card;
        let body = &card.source.text()[card.front.body_start()..];
        let mut told = BTreeSet::new();
        let mut folded = None;
        for duty in self.assessment.judgement.duties.iter().filter(|duty| duty.term.atom == Atom::DisplayText) {
            let texts: Vec<&str> = duty.term.texts().collect();
            let body = folded.get_or_insert_with(|| fold(body));
            if texts.iter().any(|text| body.contains(&fold(text))) || !told.insert(texts.clone()) {
                continue;
            }
            let shown = texts.join("\" or \"");
            let message = format!(
                "`{}` of {} asks to show \"{shown}\"{}, and the card does not",
                duty.license.id.as_str(),
                self.whose(duty.input),
                of_section(duty)
            );
            sink.add("license-display-text", self.base_span(duty.input), message, |f| {
                f.help(format!("Write \"{shown}\" where readers of the card see it"))
                    .anchor(format!("/display/{shown}"))
            });
        }
    }

    fn unknown(&self, sink: &mut Sink<'_>) {
        let unknown: Vec<usize> = self
            .assessment
            .judgement
            .reasons
            .iter()
            .filter(|reason| reason.verdict == Verdict::Unknown)
            .filter_map(|reason| reason.input)
            .collect();
        let Some(&first) = unknown.first() else { return };
        let more = if unknown.len() > 1 { format!(" and {} more", unknown.len() - 1) } else { String::new() };
        let message = format!(
            "cardlint does not know the licence of {}{more}, so it cannot tell what must be carried on",
            self.whose(first)
        );
        sink.add("license-base-unknown", self.base_span(first), message, |f| {
            f.help("Read the licence on the page of the base model, and keep what it asks for").anchor("/base_model")
        });
    }
}

fn section(reason: &Reason) -> String {
    let section = reason.term.and_then(|term| term.section.as_ref());
    section.map(|section| format!(" (section {section})")).unwrap_or_default()
}

fn of_section(duty: &Duty) -> String {
    duty.term.section.as_ref().map(|section| format!(" (section {section})")).unwrap_or_default()
}

/// Lower case, hyphens and underscores as blanks, blanks folded.
fn fold(text: &str) -> String {
    let lower = text.to_lowercase().replace(['-', '_'], " ");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
