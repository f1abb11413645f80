//! Lines, headings and listings whose label names what a model was made from.

use std::sync::LazyLock;

use super::ids::{behind, is_local, linked};
use super::sentences::{is_copy, is_of_others, opens};
use super::words::{contains, may_begin, words};
use crate::card::Card;
use crate::license::base_model;
use crate::text::any::AnyOf;
use crate::text::{self, Span, head};
use crate::vocab::repo_id::fault;

/// What lines begin with: an [`opening`], else the [`label`]s, where they agree.
pub(super) fn at_line(card: &Card<'_>) -> Option<(Span, String)> {
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
        let links = &card.outline.links;
        let on_hub = || links.binary_search_by_key(&span.start, |link| link.span.start).is_ok();
        let weights = ["model", "checkpoint", "weights"].iter().any(|word| name.contains(word));
        if !source || weights || on_hub() {
            labelled.push((source, span, repo));
        }
    }
    // What was copied or converted is nearer than what that was made from.
    let source = labelled.iter().any(|(source, ..)| *source);
    labelled.retain(|(of, ..)| *of == source);
    let (_, span, repo) = labelled.first()?.clone();
    labelled.iter().all(|(_, _, other)| other.eq_ignore_ascii_case(&repo)).then_some((span, repo))
}

/// Where the value of a line at byte `at` begins that has a label for what the model was made from.
pub(super) fn labelled_value(card: &Card<'_>, at: usize, line: &str) -> Option<usize> {
    let marks = line.bytes().take_while(|byte| MARKS.contains(byte)).count();
    let known = may_begin(&line[marks..]) && !is_of_others(card, at);
    let (value, _, source) = label(line, marks).filter(|_| known)?;
    (!source).then_some(at + value)
}

/// The first model of a list of those that were merged, as mergekit writes it into its cards.
pub(super) fn merged(card: &Card<'_>) -> Option<(Span, String)> {
    static MERGES: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(&words().lines.merges));
    let body = card.front.body_start();
    let text = card.source.text();
    let at = MERGES.find_iter(&text.as_bytes()[body..]).next()?.start() + body;
    let links = &card.outline.links;
    let link = links.get(links.partition_point(|link| (link.span.start as usize) < at))?;
    let near = (link.span.start as usize) < at + LIST;
    linked(&link.target).filter(|repo| near && repo.contains('/')).map(|repo| (link.span, repo))
}

/// Bytes behind a sentence in which the list begins that it introduces.
const LIST: usize = 120;

/// What stands alone right below a heading that is such a label.
pub(super) fn headed(card: &Card<'_>) -> Option<(Span, String)> {
    below_labels(card).find_map(|at| behind(card, at, true))
}

/// Where the text begins below each heading that is a label for what the model was made from.
pub(super) fn below_labels<'c>(card: &'c Card<'_>) -> impl Iterator<Item = usize> + 'c {
    card.outline.headings.iter().filter_map(|heading| {
        let title = heading.text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let section = heading.section.range();
        let text = &card.source.text()[section.clone()];
        let lead = text.len() - text.trim_start_matches([' ', '\n', '\r', '-', '*']).len();
        words().lines.labels.contains(&title).then_some(section.start + lead)
    })
}

/// Marks before what a line begins with.
const MARKS: &[u8] = b" \t>*+|-_";

/// "Fine-tuned [x/y](…) on …", at the beginning of a paragraph, with the line at byte `at`.
fn opening(card: &Card<'_>, at: usize, line: &str) -> Option<(Span, String)> {
    let text = card.source.text();
    let bare = line.trim_start_matches(['*', '_', ' ']);
    let begins = |word: &&String| bare.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let word = words().lines.openings.iter().find(begins)?;
    let start = at + line.len() - bare.len();
    let named = bare[word.len()..].starts_with(' ') && opens(text, start);
    let lower = line.to_lowercase();
    let aside = contains(&lower, &words().scratch.line) || contains(&lower, &words().said.aside);
    if !named || aside || is_of_others(card, start) {
        return None;
    }
    behind(card, start + word.len(), true)
}

/// "[Base model](https://huggingface.co/x/y)": the link that is called so.
pub(super) fn linked_as_base(card: &Card<'_>) -> Option<(Span, String)> {
    card.outline.links.iter().find_map(|link| {
        let text = card.source.slice(link.span).strip_prefix('[')?;
        let name = text.split_once(']')?.0.trim_matches(['*', '_', ' ']);
        let named = name.eq_ignore_ascii_case("base model");
        let repo = named.then(|| linked(&link.target)).flatten().filter(|repo| repo.contains('/'))?;
        Some((link.span, repo))
    })
}

/// The base model in what a block of code trains with: a configuration of axolotl, which writes it into its cards, the
/// option of a script of transformers, or what a `Trainer` is given.
pub(super) fn listed(card: &Card<'_>) -> Option<(Span, String)> {
    /// Most blocks have none of these.
    static HINTS: LazyLock<AnyOf> =
        LazyLock::new(|| AnyOf::new(["base_model:", "model_name_or_path", "Trainer(", "PeftModel.from_pretrained("]));
    // A copy in another number format shows what the original was made with.
    if is_copy(card) {
        return None;
    }
    card.outline.code.iter().find_map(|block| {
        let text = card.source.slice(block.span);
        HINTS.find_iter(text.as_bytes()).next()?;
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let trains = text.contains(".train()") && text.contains("Trainer(");
        let key = if text.contains("base_model:")
            && has(&["\ndatasets:", "\nadapter:", "\nmodel_type:", "\nload_in_", "\nmerge_method:"])
        {
            "base_model:"
        } else if text.contains("--pretrained_model_name_or_path")
            && (text.contains("train_") || contains(text, &words().training.settings))
        {
            "--pretrained_model_name_or_path"
        } else if text.contains("--model_name_or_path") && contains(text, &words().training.settings) {
            "--model_name_or_path"
        } else if text.contains("model_name_or_path:") && has(&["finetuning_type:", "\nstage:", "\ndataset:"]) {
            "model_name_or_path:"
        } else if trains && text.contains("model_name = \"") {
            "model_name ="
        } else if trains || text.contains("PeftModel.from_pretrained(") {
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
            let helper = key.starts_with('.') && contains(class, &words().training.helpers);
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
    // Something stands between a label and its value: a colon, also a wide one, the edge of a cell, a link.
    let mark = |byte: u8| matches!(byte, b':' | b'|' | b'[' | 0xef);
    if !bare.bytes().take(LABEL + 4).any(mark) {
        return None;
    }
    let lower = head(bare, LABEL).to_lowercase();
    let known = |labels: &'static [String], source: bool| labels.iter().map(move |label| (label, source));
    known(&words().lines.labels, false).chain(known(&words().lines.sources, true)).find_map(|(label, source)| {
        let rest = bare.get(label.len()..).filter(|_| lower.starts_with(label.as_str()))?;
        let rest = rest.trim_start_matches([' ', '\t', '*']);
        // "Base model [x](…)" needs no colon.
        let value = rest.strip_prefix([':', '|', '：']).or_else(|| rest.starts_with('[').then_some(rest))?;
        Some((line.len() - value.trim_start_matches('*').len(), label.as_str(), source))
    })
}
