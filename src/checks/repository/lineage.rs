//! Base models, relation, licence and data as the files name them, against the card.

use super::field_span;
use crate::card::{Card, Kind};
use crate::checks::license::derivation::place_of;
use crate::checks::metadata::add_line;
use crate::checks::{Context, Sink};
use crate::facts::{Claim, declared, descent, license_span, place};
use crate::license::families::family;
use crate::license::{Declared, base_model, is_copyist, resolve, unmarked};
use crate::repository;
use crate::rule::{Confidence, Severity};
use crate::text::{Span, safe};
use crate::vocab::repo_id;
use crate::yaml;

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    license(ctx, sink);
    if ctx.card.kind != Kind::Model {
        return;
    }
    circle(ctx, sink);
    bases(ctx, sink);
    relation(ctx, sink);
    datasets(ctx, sink);
}

/// Repositories that derive from each other.
fn circle(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some((claim, circle)) = ctx.assessment.and_then(|known| known.circle.as_ref()) else { return };
    let way: Vec<String> = circle.iter().map(|repo| safe::quoted(repo)).collect();
    let message = match way.as_slice() {
        [one] => format!("The model names itself, {one}, as what it derives from"),
        [first, .., last] => {
            format!("{first} derives from {last}, and {last} from {first}: one of them names the wrong base")
        }
        [] => return,
    };
    sink.add("base-model-circle", place_of(ctx.card, Some(claim)), message, |f| {
        f.help("Name the model whose weights were there first").anchor("/base_model/circle")
    });
}

/// True for what is the id of a repository, and no path of two parts.
fn is_repository(id: &str) -> bool {
    let Some((owner, name)) = id.split_once('/') else { return false };
    let file = ["json", "jsonl", "csv", "parquet", "txt", "gz", "zip"].iter().any(|end| repository::is(name, end));
    repo_id::fault(id).is_none() && !file && !descent::is_local(owner)
}

/// The name of the weights, whoever copied them and in whichever number format.
fn weights(id: &str) -> String {
    let id = base_model(id).and_then(|known| known.mirror_of.as_deref()).unwrap_or(id);
    let name = id.rsplit('/').next().unwrap_or(id).to_lowercase();
    unmarked(&name).replace(['_', '.'], "-").trim_start_matches("meta-").to_owned()
}

/// True when two ids stand for the same weights, as far as their names tell.
fn are_same(one: &str, other: &str) -> bool {
    let (first, second) = (weights(one), weights(other));
    let copyist = |id: &str| is_copyist(&id.split('/').next().unwrap_or_default().to_lowercase());
    let begins = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('-'));
    first == second || (copyist(one) || copyist(other)) && (begins(&first, &second) || begins(&second, &first))
}

/// What a file names as a base model, and whether the card must name the very same.
struct Named<'a> {
    file: &'a str,
    repo: String,
    same: bool,
}

impl Named<'_> {
    fn is_merge(&self) -> bool {
        self.file.starts_with("mergekit_config")
    }
}

fn named<'a>(ctx: &'a Context<'_>) -> Vec<Named<'a>> {
    let repository = ctx.repository;
    let mut found = Vec::new();
    if let Some(repo) = repository.adapter.as_ref().and_then(|adapter| adapter["base_model_name_or_path"].as_str()) {
        found.push(Named { file: "adapter_config.json", repo: repo.trim().to_owned(), same: true });
    }
    for file in ctx.files.iter().filter(|file| file.name().starts_with("mergekit_config")) {
        found.extend(descent::configured(file).into_iter().map(|repo| Named { file: file.name(), repo, same: true }));
    }
    if let Some(gguf) = &repository.gguf {
        // The header names what the model was made from, the card of a copy the model that was copied.
        let urls = gguf.base_models.iter().filter_map(|url| repo_id::in_url(url, "model"));
        found.extend(urls.map(|repo| Named { file: &gguf.file, repo, same: false }));
    }
    found.retain(|named| is_repository(&named.repo));
    found
}

fn bases(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let mut named = named(ctx);
    let mut declared: Vec<&str> = descent::named(card, "base_model").into_iter().map(|(_, repo)| repo).collect();
    declared.extend(descent::named(card, "finetuned_from").into_iter().map(|(_, repo)| repo));
    let same = |named: &Named<'_>| declared.iter().any(|repo| are_same(repo, &named.repo));
    // A merge that is quantised or trained further keeps a copy of its configuration, and names the merge.
    let copied = named.iter().any(Named::is_merge) && !declared.is_empty() && !named.iter().any(same);
    named.retain(|named| !(copied && named.is_merge()));
    let own = card.source.name();
    let missing: Vec<&Named<'_>> = named
        .iter()
        .filter(|named| !own.contains(named.repo.as_str()))
        .filter(|named| (named.same || declared.is_empty()) && !same(named))
        .collect();
    let Some(first) = missing.first() else {
        if named.is_empty() && (told(ctx, sink) || retold(ctx, &declared, sink)) {
            return;
        }
        return configured(ctx, &declared, named.is_empty(), sink);
    };
    let mut repos: Vec<String> = missing.iter().map(|named| format!("`{}`", safe::line(&named.repo))).collect();
    repos.dedup();
    let (count, file) = (repos.len(), safe::quoted(first.file));
    repos.truncate(4);
    let more = if count > 4 { format!(" and {} more", count - 4) } else { String::new() };
    let repos = format!("{}{more}", repos.join(", "));
    if declared.is_empty() {
        let message = format!("{file} names {repos} as what the model derives from, and the card no `base_model`");
        let help = if first.same {
            format!("Add `base_model: {}`", first.repo)
        } else {
            // The header may be older than the last step.
            format!("Add as `base_model` what these weights were made from: {repos}, or a model made from it")
        };
        sink.add("base-model-undeclared", card.front.end(), message, |f| f.help(help).anchor("/base_model/files"));
    } else {
        let written = declared.iter().map(|repo| format!("`{repo}`")).collect::<Vec<_>>().join(", ");
        let message = format!("`base_model` is {written}, but {file} names {repos}");
        sink.add("base-model-differs", field_span(card, "base_model"), message, |f| {
            f.help("Name the models whose weights these were made from").anchor("/base_model/files")
        });
    }
}

/// A sentence that names what the model was made from, where nothing else does; whether there is one.
fn told(ctx: &Context<'_>, sink: &mut Sink<'_>) -> bool {
    let card = ctx.card;
    if ["base_model", "finetuned_from"].iter().any(|field| card.field(field).is_some()) {
        return false;
    }
    let told = ctx.parents.iter().find_map(|parent| match parent.claim {
        Claim::Sentence(span) => Some((span, &parent.repo)),
        _ => None,
    });
    let Some((span, repo)) = told else { return false };
    if family(repo).is_some() {
        let message = format!("The text says that the model was made from {repo}, but `base_model` is missing");
        sink.add("base-model-undeclared", span, message, |f| {
            f.help("Add `base_model:` with the Hub id of the one that it was made from")
                .anchor("/base_model/text")
                .confidence(Confidence::Medium)
        });
        return true;
    }
    let message = format!("The text says that the model was made from `{repo}`, but `base_model` is missing");
    let line = format!("base_model: {repo}");
    sink.add("base-model-undeclared", span, message, |f| {
        f.help(format!("Add `{line}`"))
            .anchor("/base_model/text")
            .confidence(Confidence::Medium)
            .maybe_fix(add_line(ctx, &line))
    });
    true
}

/// A sentence that names another model than `base_model` does; whether there is one.
fn retold(ctx: &Context<'_>, declared: &[&str], sink: &mut Sink<'_>) -> bool {
    if declared.is_empty() || !sink.wants("base-model-differs") {
        return false;
    }
    // A card that names another one beside it may speak of a part, or of an earlier step.
    let body = ctx.card.shown();
    if declared.iter().any(|known| memchr::memmem::find(body.as_bytes(), known.as_bytes()).is_some()) {
        return false;
    }
    let Some((span, repo)) = descent::sentence(ctx.card) else { return false };
    // A family says less than any id.
    if family(repo).is_some() || declared.iter().any(|known| are_same(known, repo)) {
        return false;
    }
    let written = declared.iter().map(|repo| format!("`{repo}`")).collect::<Vec<_>>().join(", ");
    let message = format!("`base_model` is {written}, but the text says that the model was made from `{repo}`");
    sink.add("base-model-differs", *span, message, |f| {
        f.help("Name the model whose weights these were made from, or correct the text")
            .anchor("/base_model/text")
            .at_most(Severity::Note)
            .confidence(Confidence::Medium)
    });
    true
}

/// `_name_or_path` of older versions of transformers: what the training began with.
fn configured(ctx: &Context<'_>, declared: &[&str], none: bool, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let path = ctx.repository.config.as_ref().and_then(|config| config["_name_or_path"].as_str());
    let Some(path) =
        path.filter(|path| none && declared.is_empty() && (is_repository(path) || base_model(path).is_some()))
    else {
        return;
    };
    // A model that was loaded and stored again names itself.
    let (_, folder) = place(card);
    let names = descent::names(card, folder);
    let itself =
        names.iter().any(|name| weights(name) == weights(path) || name.to_lowercase().contains(&weights(path)));
    let body = card.shown();
    if itself || body.contains(path) {
        return;
    }
    let message = format!(
        "config.json says that the model was loaded from {}, and the card names no `base_model`",
        safe::quoted(path)
    );
    sink.add("base-model-undeclared", card.front.end(), message, |f| {
        f.help(format!("If it was trained further from there, add `base_model: {path}`"))
            .anchor("/base_model/files")
            .at_most(Severity::Note)
            .confidence(Confidence::Medium)
    });
}

fn relation(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let (card, repository) = (ctx.card, ctx.repository);
    let Some(declared) = card.field_text("base_model_relation") else { return };
    let weights = repository.weights.as_ref().and_then(|weights| weights.files.first());
    // Adapters of images have many forms; those of transformers have a configuration.
    let diffusers = card.field_text("library_name") == Some("diffusers");
    let (file, relation) = if repository.is_adapter() {
        ("adapter_config.json", "adapter")
    } else if let Some(file) = weights
        && declared == "adapter"
        && repository.adapter.is_none()
        && !repository.architectures().is_empty()
        && !diffusers
    {
        (file.as_str(), "finetune")
    } else {
        return;
    };
    if declared == relation {
        return;
    }
    let message = format!(
        "`base_model_relation` is {}, but with {} it is `{relation}`",
        safe::quoted(declared),
        safe::quoted(file)
    );
    sink.add("base-model-relation-differs", field_span(card, "base_model_relation"), message, |f| {
        f.help(format!("Write `base_model_relation: {relation}`")).anchor("/base_model_relation/files")
    });
}

/// A licence that a file states in its metadata.
struct Stated<'a> {
    file: &'a str,
    license: String,
    name: Option<&'a str>,
    link: Option<&'a str>,
}

fn stated<'a>(ctx: &'a Context<'_>) -> Vec<Stated<'a>> {
    let repository = ctx.repository;
    let mut found = Vec::new();
    if let Some(gguf) = &repository.gguf
        && let Some(license) = &gguf.license
    {
        let license = license.trim().to_lowercase();
        let other = license == "other";
        let name = gguf.license_name.as_deref().filter(|_| other);
        let link = gguf.license_link.as_deref().filter(|_| other);
        found.push(Stated { file: &gguf.file, license, name, link });
    }
    if let Some(weights) = &repository.weights
        && let Some(file) = weights.files.first()
    {
        // The second is the key of ModelSpec.
        let keys = ["license", "modelspec.license"].iter().filter_map(|key| weights.metadata.get(*key));
        found.extend(keys.map(|license| Stated { file, license: license.clone(), name: None, link: None }));
    }
    for license in &repository.dataset_licenses {
        found.push(Stated { file: "dataset_infos.json", license: license.clone(), name: None, link: None });
    }
    found
}

/// Metadata of files against the declared licence.
fn license(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let terms = declared(card);
    if !terms.is_known() {
        return;
    }
    let ids = |terms: &crate::license::Terms| {
        let mut ids: Vec<String> = terms.licenses().map(|license| license.id.clone()).collect();
        ids.sort();
        ids
    };
    let here = ids(&terms);
    for Stated { file, license, name, link } in stated(ctx) {
        let written = resolve(Declared { license: &[license.trim()], name, link });
        let there = ids(&written);
        // What is not understood says nothing.
        if !written.is_known() || there == here {
            continue;
        }
        let message = format!(
            "The card declares `{}`, but the metadata of {} say `{}`",
            here.join("`, `"),
            safe::quoted(file),
            there.join("`, `")
        );
        sink.add("license-metadata-differs", license_span(card), message, |f| {
            f.help("Declare the licence that the files are under, or write their metadata again (`gguf-new-metadata`)")
                .anchor(format!("/license/{file}"))
        });
        return;
    }
}

fn datasets(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let declared: Vec<&str> = descent::named(card, "datasets").into_iter().map(|(_, repo)| repo).collect();
    let unnamed = |id: &str| is_repository(id) && !declared.iter().any(|known| known.eq_ignore_ascii_case(id));
    let mut told = |file: String, missing: &[String], span: Span| {
        let list = missing.iter().take(4).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        let more = if missing.len() > 4 { format!(" and {} more", missing.len() - 4) } else { String::new() };
        let message = format!("{file} names {list}{more} as training data, and `datasets` does not");
        sink.add("datasets-undeclared", span, message, |f| {
            f.help("Add what is on the Hub to `datasets`").anchor("/datasets/files")
        });
    };
    if let Some(gguf) = &ctx.repository.gguf {
        let ids = gguf.datasets.iter().map(|name| repo_id::in_url(name, "dataset").unwrap_or_else(|| name.clone()));
        let missing: Vec<String> = ids.filter(|id| unnamed(id)).collect();
        if !missing.is_empty() {
            told(format!("The header of {}", safe::quoted(&gguf.file)), &missing, field_span(card, "datasets"));
        }
    }
    for block in &card.outline.code {
        let mut found: Vec<(Span, String)> = trained_on(card, block.span);
        found.retain(|(_, id)| unnamed(id));
        found.dedup_by(|one, other| one.1 == other.1);
        let Some(&(span, _)) = found.first() else { continue };
        let missing: Vec<String> = found.into_iter().map(|(_, id)| id).collect();
        told("The configuration of the training".to_owned(), &missing, span);
    }
}

/// Data in a configuration of axolotl, which its cards show as a block of YAML: `datasets: [{path: …}]`.
fn trained_on(card: &Card<'_>, block: Span) -> Vec<(Span, String)> {
    let text = card.source.slice(block);
    if !text.contains("\ndatasets:") || !text.contains("\nbase_model:") {
        return Vec::new();
    }
    let (Some(start), Some(end)) = (text.find('\n'), text.rfind('\n')) else { return Vec::new() };
    let base = block.start as usize + start + 1;
    let Some(inner) = text.get(start + 1..end.max(start + 1)) else { return Vec::new() };
    // Its first line, "axolotl version: `0.13.0`", is no YAML.
    let version = inner.starts_with("axolotl version").then(|| inner.find('\n')).flatten().map_or(0, |at| at + 1);
    let Ok(document) = yaml::parse(&inner[version..], base + version) else { return Vec::new() };
    let Some((_, list)) = document.root().and_then(|root| document.get(root, "datasets")) else { return Vec::new() };
    let paths = document.items(list).unwrap_or_default().iter().filter_map(|item| Some(document.get(*item, "path")?.1));
    paths.filter_map(|path| Some((document.node(path).span, document.text(path)?.trim().to_owned()))).collect()
}

/// Ids that the card names as what the model was made from.
pub(super) fn known(card: &Card<'_>) -> Vec<String> {
    let fields = ["base_model", "finetuned_from", "datasets", "new_version"];
    fields.iter().flat_map(|field| descent::named(card, field)).map(|(_, repo)| repo.to_lowercase()).collect()
}
