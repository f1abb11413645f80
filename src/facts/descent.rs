//! What a model derives from, as its card and configurations say.

use std::collections::HashSet;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use regex::Regex;
use serde::Deserialize;

use crate::card::{Card, Kind};
use crate::embedded::table;
use crate::license::{Relation, Role, base_model};
use crate::repository::Repository;
use crate::text::{self, SourceFile, Span, head, mentions};
use crate::vocab::repo_id::{fault, in_url};
use crate::yaml::{self, NodeId};

/// `rules/models/descent.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Words {
    phrases: Vec<String>,
    capital: Vec<String>,
    cased: Vec<String>,
    own: Vec<String>,
    openings: Vec<String>,
    labels: Vec<String>,
    sources: Vec<String>,
    otherwise: Vec<String>,
    aside: Vec<String>,
    others: Vec<String>,
    scratch: Vec<String>,
    parts: Vec<String>,
    further: Vec<String>,
    verbs: Vec<String>,
    before: Vec<String>,
    behind: Vec<String>,
    copying: Vec<String>,
    settings: Vec<String>,
    helpers: Vec<String>,
    local_folders: Vec<String>,
    quantized: Vec<String>,
    converted: Vec<String>,
    adapter: Vec<String>,
}

/// The bytes that openings and labels begin with: few lines do.
fn begins() -> &'static [bool; 256] {
    static TABLE: LazyLock<[bool; 256]> = LazyLock::new(|| {
        let mut table = [false; 256];
        for word in words().openings.iter().chain(&words().labels).chain(&words().sources) {
            for word in [word.clone(), word.to_uppercase()] {
                table[usize::from(word.as_bytes()[0])] = true;
            }
        }
        table
    });
    &TABLE
}

/// Whether a line may begin with an opening or a label.
fn may_begin(line: &str) -> bool {
    line.bytes().next().is_some_and(|byte| begins()[usize::from(byte)])
}

fn words() -> &'static Words {
    static TABLE: LazyLock<Words> = LazyLock::new(|| table("rules/models/descent.yaml"));
    &TABLE
}

/// Bytes behind a phrase in which the name must begin.
const REACH: usize = 60;
/// Bytes before and behind a phrase that are looked at for what its sentence speaks of.
const SENTENCE: usize = 500;

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
    /// Its Hub id.
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
        for (node, repo) in
            named(card, field).into_iter().filter(|(_, repo)| repo.contains('/') || base_model(repo).is_some())
        {
            add(Claim::Field(node), Role::Base, repo);
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

/// "This model is a fine-tuned version of [x/y](…)", or a field with such a label: the id and its place.
pub(crate) fn sentence<'c>(card: &'c Card<'_>) -> Option<&'c (Span, String)> {
    card.told_base.get_or_init(|| told(card)).as_ref()
}

fn told(card: &Card<'_>) -> Option<(Span, String)> {
    let found = phrase(card).or_else(|| mention(card)).or_else(|| at_line(card)).or_else(|| headed(card));
    let found = found.or_else(|| linked_as_base(card)).or_else(|| listed(card))?;
    (!is_itself(card, &found.1)).then_some(found)
}

/// A phrase with the name of the model right behind it.
fn phrase(card: &Card<'_>) -> Option<(Span, String)> {
    static PHRASE: LazyLock<Regex> = LazyLock::new(|| {
        let capital = words().capital.iter().map(|phrase| phrase[..1].to_uppercase() + &phrase[1..]);
        one_of(&words().phrases.iter().chain(&words().cased).cloned().chain(capital).collect::<Vec<_>>())
    });
    let text = card.source.text();
    let body = card.front.body_start();
    PHRASE.find_iter(&text[body..]).find_map(|phrase| {
        let (start, end) = (body + phrase.start(), body + phrase.end());
        let sentence = Sentence::around(card, start);
        // "is based on" begins with what it speaks of.
        if sentence.is_of_model(card, start, end) { behind(card, end, false) } else { None }
    })
}

/// A mention of the model in a sentence that says, before or right behind it, that this one was made from it.
fn mention(card: &Card<'_>) -> Option<(Span, String)> {
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| one_of(&words().before));
    let text = card.source.text();
    mentions_of_models(card).into_iter().find_map(|(span, repo)| {
        let (at, end) = (span.start as usize, span.end as usize);
        let sentence = Sentence::around(card, at);
        let before = text[sentence.start..at].to_lowercase();
        let near =
            |said: &regex::Match<'_>| before.len() - said.end() < REACH && is_whole(&before[said.end()..], text, end);
        let said = BEFORE.find_iter(&before).filter(near).last().map(|said| said.range());
        // In lower case, a few letters have another length.
        let place = |byte: usize| sentence.start + head(&text[sentence.start..at], byte).len();
        let (from, to) = if let Some(said) = said {
            (place(said.start), place(said.end))
        } else {
            let rest = text[end..].trim_start_matches(['*', '`', '_', ' ', ')']);
            let rest = head(rest, REACH).to_lowercase();
            words().behind.iter().any(|words| rest.starts_with(words.as_str())).then_some((at, at))?
        };
        let told = sentence.is_of_model(card, from, to) && !is_hidden(card, span) && !is_copy_of(card, &repo);
        told.then_some((span, repo))
    })
}

/// Where the body names models of the Hub, in order: by links, by ids in backquotes, and by addresses.
fn mentions_of_models(card: &Card<'_>) -> Vec<(Span, String)> {
    static ADDRESS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("https://huggingface.co/"));
    let text = card.source.text();
    let body = card.front.body_start();
    let links = card.outline.links.iter();
    let mut found: Vec<(Span, String)> =
        links.filter_map(|link| Some((link.span, linked(&link.target).filter(|repo| repo.contains('/'))?))).collect();
    let bytes = text.as_bytes();
    let token = |at: usize| {
        let length =
            bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte)).count();
        &text[at..at + length]
    };
    for open in memchr::memchr_iter(b'`', &bytes[body..]).map(|at| body + at + 1) {
        let id = token(open);
        let known = || base_model(id).is_some() && id.contains(['/', '-']);
        if bytes.get(open + id.len()) == Some(&b'`')
            && (known() || reads_like_id(id))
            && fault(id).is_none()
            // The text of a link is what the link leads to.
            && !is_linked(card, open)
        {
            let repo = base_model(id).filter(|_| !id.contains('/')).map_or(id, |model| model.repo.as_str());
            found.push((Span::new(open, open + id.len()), repo.to_owned()));
        }
    }
    for at in ADDRESS.find_iter(&bytes[body..]).map(|at| body + at) {
        // Those in links are known.
        let before = |back: usize| at.checked_sub(back).filter(|at| *at >= body).map_or(b' ', |at| bytes[at]);
        if !matches!(before(1), b'(' | b'<' | b'"' | b'\'' | b'[') || before(2) == b' ' {
            let name = at + ADDRESS.needle().len();
            let path = token(name).trim_end_matches('.');
            let repo = in_url(&text[at..name + path.len()], "model").filter(|repo| repo.contains('/'));
            // "gemma-2-2b-it (https://huggingface.co/google/gemma-2-2b-it)"
            let before = text[..at].strip_suffix(" (").unwrap_or_default();
            let said = |repo: &String| {
                let name = [repo.as_str(), repo.rsplit('/').next().unwrap_or(repo)];
                name.into_iter().find(|name| before.ends_with(name)).map_or(at, |name| before.len() - name.len())
            };
            found.extend(repo.map(|repo| (Span::new(said(&repo), name + path.len()), repo)));
        }
    }
    found.sort_by_key(|(span, _)| span.start);
    found
}

/// Whether a byte stands in a link.
fn is_linked(card: &Card<'_>, at: usize) -> bool {
    let links = &card.outline.links;
    let next = links.partition_point(|link| link.span.start as usize <= at);
    next.checked_sub(1).is_some_and(|last| links[last].span.range().contains(&at))
}

/// The sentence, or the item of a list, that a byte stands in.
struct Sentence {
    start: usize,
    end: usize,
}

impl Sentence {
    fn around(card: &Card<'_>, at: usize) -> Self {
        let text = card.source.text();
        let before = text::tail(&text[card.front.body_start()..at], SENTENCE);
        let rest = head(&text[at..], SENTENCE);
        let begins = |line: &str| {
            let bare = line.trim_start_matches([' ', '\t', '>']);
            bare.is_empty() || bare.starts_with(['-', '*', '+', '|', '#', '<']) && !bare.starts_with("**")
        };
        let mut start = before.len();
        // Lines that are wrapped belong to one sentence.
        for (line_at, line) in text::lines(before).collect::<Vec<_>>().into_iter().rev() {
            let stop =
                [". ", "! ", "? ", "。"].iter().filter_map(|stop| line.rfind(stop).map(|at| at + stop.len())).max();
            start = line_at + stop.unwrap_or(0);
            if stop.is_some() || begins(line) && (line_at + line.len() == before.len() || !line.trim().is_empty()) {
                break;
            }
            if line.trim().is_empty() {
                start = line_at + line.len();
                break;
            }
        }
        let stops = [". ", ".\n", ".\r\n", "\n\n", "\n\r\n", "\n- ", "\n* ", "。"];
        let end = stops.iter().filter_map(|stop| rest.find(stop)).min().unwrap_or(rest.len());
        Self { start: at - before.len() + start, end: at + end }
    }

    /// Whether the words at bytes `from..to` of it speak of the card's own model, as it is now.
    fn is_of_model(&self, card: &Card<'_>, from: usize, to: usize) -> bool {
        let text = card.source.text();
        let mut before = text[self.start..to.max(self.start)].to_lowercase();
        let lead = &text[self.start..from.max(self.start)];
        let mut own = self.opens(card, from) || names_model(card, &lead.to_lowercase());
        for word in &words().own {
            if before.contains(word.as_str()) {
                // "This model was" speaks of no other one.
                (own, before) = (true, before.replace(word.as_str(), "\n"));
            }
        }
        let line = text[self.start..self.end].to_lowercase();
        // A copy in another number format has the card of the original, which speaks of that one's base.
        let copy = super::place(card).1.is_some_and(|name| is_marked(&name.to_lowercase(), &words().quantized));
        if copy && !contains(&before, &words().copying) {
            return false;
        }
        let aside = contains(&line, &words().scratch) || contains(&line, &words().aside) || quoted(&text[..self.start]);
        own && !contains(&before, &words().otherwise) && !aside && !is_of_others(card, self.start)
    }

    /// Whether the sentence begins a paragraph or a heading, with few words before byte `at` and none that says something
    /// of them: "A German fine-tune of …".
    fn opens(&self, card: &Card<'_>, at: usize) -> bool {
        let text = card.source.text();
        let lead = text[self.start..at.max(self.start)].trim_start_matches([' ', '\t', '\r', '\n', '*', '_', '#']);
        let opened = at - lead.len().min(at);
        let paragraph = || {
            let line = text::tail(&text[..opened], SENTENCE).rsplit('\n').next().map_or(0, str::len);
            opens(text, opened) || text[opened - line..].starts_with('#')
        };
        let lower = lead.to_lowercase();
        let mut words_of = lower.split_whitespace();
        words_of.clone().count() <= FEW
            && !lead.contains([':', '[', '(', '"', ','])
            && !words_of.any(|word| words().verbs.iter().any(|verb| verb == word))
            && paragraph()
    }
}

/// Words before a phrase that a heading or nominal sentence begins with.
const FEW: usize = 7;

/// Whether the text says so little of a link to `repo`, in `gap` before it and right behind it, that the whole model is
/// meant: "…'s architecture", "the tokenizer of …" speak of a part.
fn is_whole(gap: &str, text: &str, end: usize) -> bool {
    let split =
        |text: &str| text.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    let next = text[end..].split(['\n', '.', ',', ';']).next().unwrap_or_default();
    let next = split(head(next, REACH)).into_iter().find(|word| word.len() > 1).unwrap_or_default();
    let part = |word: &String| words().parts.contains(word);
    let further = |word: &String| part(word) || words().further.contains(word);
    !gap.contains(['\n', '.', ':']) && !split(gap).iter().any(further) && !part(&next)
}

/// Whether a place shows code, or a comment that nobody sees.
fn is_hidden(card: &Card<'_>, span: Span) -> bool {
    let inside = |outer: &Span| outer.start <= span.start && span.end <= outer.end;
    card.outline.code.iter().any(|code| inside(&code.span)) || card.outline.comments.iter().any(inside)
}

/// Whether an id is what a copy of the card's own model in another number format is called.
fn is_copy_of(card: &Card<'_>, repo: &str) -> bool {
    let name = repo.rsplit('/').next().unwrap_or(repo).to_lowercase();
    names(card, super::place(card).1).iter().any(|own| {
        let own = own.rsplit('/').next().unwrap_or(own).to_lowercase();
        let rest = name.strip_prefix(own.as_str()).unwrap_or_default();
        is_marked(rest, &words().quantized) && !is_marked(&own, &words().quantized)
    })
}

/// Whether one of the parts of a name is one of some words.
fn is_marked(name: &str, words: &[String]) -> bool {
    name.split(['-', '_', '.']).any(|part| words.iter().any(|word| word == part))
}

/// Bytes of a name behind which another part of it may stand.
const LONG: usize = 12;

/// Whether a text, in lower case, speaks of the model by one of its names: not of another whose name begins so.
fn names_model(card: &Card<'_>, text: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/');
    names(card, super::place(card).1).iter().any(|name| {
        let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        let first = name.split(|c: char| !c.is_alphanumeric()).find(|word| word.len() > 2).unwrap_or_default();
        [name.as_str(), first].into_iter().filter(|own| !own.is_empty()).any(|own| {
            // A version may stand behind a long name.
            let long = own.contains('-') && own.len() > LONG;
            let free =
                |at: usize| !text[..at].ends_with(goes_on) && (long || !text[at + own.len()..].starts_with(goes_on));
            text.match_indices(own).any(|(at, _)| free(at))
        })
    })
}

/// Whether a text, in lower case, holds the first word of one of the names of the model.
pub(crate) fn is_named(card: &Card<'_>, text: &str) -> bool {
    names(card, super::place(card).1).iter().any(|name| {
        let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2);
        words.next().is_some_and(|word| mentions(text, word))
    })
}

/// Whether what follows a text stands in a quotation that its last line opens.
fn quoted(before: &str) -> bool {
    let before = text::tail(before, SENTENCE);
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    before[line..].matches('"').count() % 2 == 1
}

/// Whether a byte stands under a heading of other models than the card's own.
fn is_of_others(card: &Card<'_>, at: usize) -> bool {
    let heading = card.outline.heading_at(at);
    heading.is_some_and(|heading| heading.level > 1 && contains(&heading.text.to_lowercase(), &words().others))
}

/// Whether a paragraph begins at a byte: behind an empty line or a heading, no item of a list.
fn opens(text: &str, at: usize) -> bool {
    let before = text::tail(&text[..at], SENTENCE);
    let Some(line) = before.rfind('\n').map(|end| at - before.len() + end + 1).or((before.len() == at).then_some(0))
    else {
        return false;
    };
    let above = text[..line].trim_end_matches(['\n', '\r', ' ']);
    let heading = || text::tail(above, SENTENCE).rsplit('\n').next().is_some_and(|line| line.starts_with('#'));
    let apart = || text[above.len()..line].matches('\n').count() > 1 || heading();
    text[line..at].trim_matches(['*', '_', ' ']).is_empty() && apart()
}

/// What lines begin with: an [`opening`], else the [`label`]s, where they agree.
fn at_line(card: &Card<'_>) -> Option<(Span, String)> {
    let body = card.front.body_start();
    let mut labelled: Vec<(bool, Span, String)> = Vec::new();
    for (at, line) in text::lines(&card.source.text()[body..]) {
        let marks = line.bytes().take_while(|byte| MARKS.contains(byte)).count();
        if !may_begin(&line[marks..]) {
            continue;
        }
        if let Some(found) = opening(card, body + at, line) {
            return Some(found);
        }
        let Some((end, name, source)) = label(line, marks).filter(|_| !is_of_others(card, body + at)) else { continue };
        let Some((span, repo)) = behind(card, body + at + end, true) else { continue };
        // A source may also be a repository of code elsewhere.
        let on_hub = || card.outline.links.iter().any(|link| link.span == span);
        if !source || name.contains("model") || on_hub() {
            labelled.push((source, span, repo));
        }
    }
    // What was copied or converted is nearer than what that was made from.
    let source = labelled.iter().any(|(source, ..)| *source);
    labelled.retain(|(of, ..)| *of == source);
    let (_, span, repo) = labelled.first()?.clone();
    labelled.iter().all(|(_, _, other)| other.eq_ignore_ascii_case(&repo)).then_some((span, repo))
}

/// What stands alone right below a heading that is such a label.
fn headed(card: &Card<'_>) -> Option<(Span, String)> {
    card.outline.headings.iter().find_map(|heading| {
        let title = heading.text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let section = heading.section.range();
        let text = &card.source.text()[section.clone()];
        let lead = text.len() - text.trim_start_matches([' ', '\n', '\r', '-', '*']).len();
        words().labels.contains(&title).then(|| behind(card, section.start + lead, true))?
    })
}

/// Marks before what a line begins with.
const MARKS: &[u8] = b" \t>*+|-_";

/// "Fine-tuned [x/y](…) on …", at the beginning of a paragraph, with the line at byte `at`.
fn opening(card: &Card<'_>, at: usize, line: &str) -> Option<(Span, String)> {
    let text = card.source.text();
    let bare = line.trim_start_matches(['*', '_', ' ']);
    let begins = |word: &&String| bare.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let word = words().openings.iter().find(begins)?;
    let start = at + line.len() - bare.len();
    let named = bare[word.len()..].starts_with(' ') && opens(text, start);
    let lower = line.to_lowercase();
    let aside = contains(&lower, &words().scratch) || contains(&lower, &words().aside);
    if !named || aside || is_of_others(card, start) {
        return None;
    }
    behind(card, start + word.len(), true)
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

/// "[Base model](https://huggingface.co/x/y)": the link that is called so.
fn linked_as_base(card: &Card<'_>) -> Option<(Span, String)> {
    card.outline.links.iter().find_map(|link| {
        let text = card.source.slice(link.span).strip_prefix('[')?;
        let name = text.split_once(']')?.0.trim_matches(['*', '_', ' ']);
        let repo = linked(&link.target).filter(|repo| repo.contains('/'))?;
        name.eq_ignore_ascii_case("base model").then_some((link.span, repo))
    })
}

/// The base model in what a block of code trains with: a configuration of axolotl, which writes it into its cards, the
/// option of a script of transformers, or what a `Trainer` is given.
fn listed(card: &Card<'_>) -> Option<(Span, String)> {
    card.outline.code.iter().find_map(|block| {
        let text = card.source.slice(block.span);
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let key = if text.contains("base_model:") && has(&["\ndatasets:", "\nadapter:", "\nmodel_type:", "\nload_in_"])
        {
            "base_model:"
        } else if text.contains("--model_name_or_path") && contains(text, &words().settings) {
            "--model_name_or_path"
        } else if text.contains(".train()") && has(&["Trainer("]) {
            ".from_pretrained("
        } else {
            return None;
        };
        if is_of_others(card, block.span.start as usize) {
            return None;
        }
        text.match_indices(key).find_map(|(at, _)| {
            let line = &text[at + key.len()..];
            let line = line.split(['\n', '\r', ',', ')', '\\', '#']).next()?;
            let id = line.trim_start_matches([' ', '\t', '=']).split([' ', '\t']).next()?.trim_matches(['"', '\'']);
            let start = block.span.start as usize + at + key.len() + line.find(id)?;
            let class = text[..at].rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next()?;
            let helper = key.starts_with('.') && contains(class, &words().helpers);
            let known = base_model(id).filter(|_| !id.contains('/')).map(|model| model.repo.clone());
            let owner = id.split_once('/').filter(|(owner, _)| fault(id).is_none() && !is_local(owner));
            let repo = known.or_else(|| owner.map(|_| id.to_owned())).filter(|_| !helper)?;
            Some((Span::new(start, start + id.len()), repo))
        })
    })
}

/// Bytes of the longest label.
const LABEL: usize = 60;

/// Where the value of a line begins that has a label for it behind its marks, the label, and whether it is one for a
/// source.
fn label(line: &str, marks: usize) -> Option<(usize, &'static str, bool)> {
    let bare = &line[marks..];
    let lower = head(bare, LABEL).to_lowercase();
    let known = |labels: &'static [String], source: bool| labels.iter().map(move |label| (label, source));
    known(&words().labels, false).chain(known(&words().sources, true)).find_map(|(label, source)| {
        let rest = bare.get(label.len()..).filter(|_| lower.starts_with(label.as_str()))?;
        let rest = rest.trim_start_matches([' ', '\t', '*']);
        // "Base model [x](…)" needs no colon.
        let value = rest.strip_prefix([':', '|', '：']).or_else(|| rest.starts_with('[').then_some(rest))?;
        Some((line.len() - value.trim_start_matches('*').len(), label.as_str(), source))
    })
}

fn contains(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| text.contains(word.as_str()))
}

fn one_of(words: &[String]) -> Regex {
    let words: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
    let pattern = words.join("|");
    Regex::new(&pattern).unwrap_or_else(|error| panic!("internal: {pattern}: {error}"))
}

/// The model that is named right behind byte `from`: by a link, or by its id in backquotes, bold or bare. Behind the
/// label of a field the name of a known model is enough.
fn behind(card: &Card<'_>, from: usize, label: bool) -> Option<(Span, String)> {
    let text = card.source.text();
    let hidden = |span: Span| is_hidden(card, span);
    let links = &card.outline.links;
    let link = links.get(links.partition_point(|link| (link.span.start as usize) < from));
    if let Some(link) = link
        && (link.span.start as usize) < from + REACH
    {
        let gap = &text[from..link.span.start as usize];
        let near = if label { !gap.contains(char::is_alphanumeric) } else { true };
        if near
            && let Some(repo) = linked(&link.target)
            && (repo.contains('/') || base_model(&repo).is_some())
            && is_whole(gap, text, link.span.end as usize)
            && !hidden(link.span)
            && !is_copy_of(card, &repo)
        {
            return Some((link.span, repo));
        }
    }
    let rest = text[from..].trim_start_matches(if label { &[' ', '\t'][..] } else { &[' ', '\t', '\r', '\n'][..] });
    let mut words = rest.split_whitespace();
    let word = words.next()?;
    // "gemma-2-2b-it (https://huggingface.co/google/gemma-2-2b-it)"
    if let Some(url) = words.next().and_then(|next| next.strip_prefix("(http"))
        && let Some(url) = url.split(')').next().map(|url| format!("http{url}"))
        && let Some(repo) = in_url(&url, "model").filter(|repo| repo.contains('/'))
        && repo.ends_with(word)
    {
        let start = text.len() - rest.len();
        let span = Span::new(start, start + word.len());
        return (!hidden(span)).then_some((span, repo));
    }
    let id = word.trim_matches(['`', '*', '_', ',', '.', ';', ':', '(', ')', '|', '<', '>', '"', '\'']);
    if let Some(repo) = in_url(id, "model").filter(|repo| label && repo.contains('/')) {
        let start = text.len() - rest.len() + word.find(id)?;
        let span = Span::new(start, start + id.len());
        return (!hidden(span)).then_some((span, repo));
    }
    let start = text.len() - rest.len() + word.find(id)?;
    let span = Span::new(start, start + id.len());
    // Names such as `xlm-roberta-base`; a bare "bert" may be a word for an architecture.
    let known = base_model(id).is_some() && (label || id.contains(['/', '-']));
    // "Roberta-base" is the name of a model whose id is another.
    let repo = base_model(id).filter(|_| !id.contains('/')).map_or(id, |model| model.repo.as_str());
    ((known || reads_like_id(id)) && fault(id).is_none() && is_whole("", text, span.end as usize) && !hidden(span))
        .then(|| (span, repo.to_owned()))
}

/// The model that a link leads to; one from the root of the Hub has the Hub's address where the card is shown.
fn linked(target: &str) -> Option<String> {
    match target.strip_prefix('/') {
        Some(id) => in_url(&format!("huggingface.co/{id}"), "model").filter(|id| id.contains('/')),
        None => in_url(target, "model"),
    }
}

/// Whether two words joined by a slash are an id: `and/or` and `7B/13B` are none.
fn reads_like_id(id: &str) -> bool {
    let Some((owner, name)) = id.split_once('/') else { return false };
    let letters = |part: &str| part.chars().filter(char::is_ascii_alphabetic).count();
    letters(owner) > 1 && letters(name) > 2 && name.contains(['-', '_']) && !owner.contains('.') && !is_local(owner)
}

/// Whether what looks like the owner of a repository is a folder on somebody's machine, or stands for an owner.
#[must_use]
pub fn is_local(owner: &str) -> bool {
    let folder = |part: &str| {
        let known = |word: &String| part == word || part.strip_suffix('s') == Some(word);
        words().local_folders.iter().any(known)
    };
    let owner = owner.to_lowercase();
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // "yourname" stands for one, too. "path-ai" and "zai-org" are owners.
    owner.starts_with("your")
        || owner.split(['-', '_']).any(folder) && owner.split(['-', '_']).all(|part| folder(part) || number(part))
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
        bases > 0 || contains(&text, &words().converted)
    };
    if files.iter().any(|file| file == "adapter_config.json") || library == "peft" || named(&words().adapter) {
        Relation::Adapter
    } else if files.iter().any(|file| file.strip_suffix(".gguf").is_some())
        || named(&words().quantized)
        || tagged(&words().quantized) && copied()
    {
        Relation::Quantized
    } else if bases > 1 {
        Relation::Merge
    } else {
        Relation::Finetune
    }
}

/// What the model may be called: its folder, its title, the name in its model-index.
#[must_use]
pub fn names(card: &Card<'_>, folder: Option<&str>) -> Vec<String> {
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
