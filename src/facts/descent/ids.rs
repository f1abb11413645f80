//! Names of models of the Hub in a text: links, ids, and what only looks like one.

use super::names;
use super::sentences::{REACH, is_whole};
use super::words::{is_marked, words};
use crate::card::Card;
use crate::facts::place;
use crate::license::{BaseModel, base_model, base_model_called};
use crate::text::Span;
use crate::vocab::repo_id::{fault, in_url};

/// Whether an id is what a copy of the card's own model in another number format is called.
pub(super) fn is_copy_of(card: &Card<'_>, repo: &str) -> bool {
    let name = repo.rsplit('/').next().unwrap_or(repo).to_lowercase();
    names(card, place(card).1).iter().any(|own| {
        let own = own.rsplit('/').next().unwrap_or(own).to_lowercase();
        let rest = name.strip_prefix(own.as_str()).unwrap_or_default();
        is_marked(rest, &words().formats.quantized) && !is_marked(&own, &words().formats.quantized)
    })
}

/// The model that is named right behind byte `from`: by a link, or by its id in backquotes, bold or bare. Behind the
/// label of a field the name of a known model is enough.
pub(super) fn behind(card: &Card<'_>, from: usize, label: bool) -> Option<(Span, String)> {
    let text = card.source.text();
    let hidden = |span: Span| card.outline.hides(span.start as usize);
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
            && agrees(card.source.slice(link.span), &repo)
        {
            return Some((link.span, canonical(repo)));
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
    if let Some(repo) = in_url(id, "model").filter(|repo| label && (repo.contains('/') || known(repo).is_some())) {
        let start = text.len() - rest.len() + word.find(id)?;
        let span = Span::new(start, start + id.len());
        return (!hidden(span)).then(|| (span, canonical(repo)));
    }
    let start = text.len() - rest.len() + word.find(id)?;
    let span = Span::new(start, start + id.len());
    // Names such as `xlm-roberta-base`; a bare "bert" may be a word for an architecture.
    let named = label || id.contains(['/', '-']) || id.ends_with(|c: char| c.is_ascii_digit());
    let known = named && known(id).is_some();
    let repo = canonical(id.to_owned());
    ((known || reads_like_id(id)) && fault(id).is_none() && is_whole("", text, span.end as usize) && !hidden(span))
        .then_some((span, repo))
}

/// Whether the text of a link and the model that it leads to are of one size, as far as both name one: "mt5-large" that
/// leads to `mt5-base` is a slip of the author's.
pub(super) fn agrees(link: &str, repo: &str) -> bool {
    let text = link.split("](").next().unwrap_or_default();
    let sizes = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        let parts = lower.split(|c: char| !c.is_alphanumeric() && c != '.');
        let numbered = |part: &str| part.strip_suffix(['b', 'm']).is_some_and(|number| number.parse::<f64>().is_ok());
        let size = |part: &&str| words().said.sizes.iter().any(|size| size == part) || numbered(part);
        parts.filter(size).map(str::to_owned).collect()
    };
    let (said, meant) = (sizes(text), sizes(repo.rsplit('/').next().unwrap_or(repo)));
    said.is_empty() || meant.is_empty() || said.iter().any(|size| meant.contains(size))
}

/// The id of today for one without an owner: "roberta-base" is `FacebookAI/roberta-base`.
pub(super) fn canonical(repo: String) -> String {
    if repo.contains('/') { None } else { known(&repo) }.map_or(repo, |model| model.repo.clone())
}

/// A model that is known by this id, or by this name without its owner.
pub(super) fn known(id: &str) -> Option<&'static BaseModel> {
    base_model(id).or_else(|| base_model_called(id))
}

/// The model that a link leads to; one from the root of the Hub has the Hub's address where the card is shown.
pub(super) fn linked(target: &str) -> Option<String> {
    match target.strip_prefix('/') {
        Some(id) => in_url(&format!("huggingface.co/{id}"), "model").filter(|id| id.contains('/')),
        None => in_url(target, "model"),
    }
}

/// Whether two words joined by a slash are an id: `and/or` and `7B/13B` are none.
pub(super) fn reads_like_id(id: &str) -> bool {
    let Some((owner, name)) = id.split_once('/') else { return false };
    let letters = |part: &str| part.chars().filter(char::is_ascii_alphabetic).count();
    letters(owner) > 1 && letters(name) > 2 && name.contains(['-', '_']) && !owner.contains('.') && !is_local(owner)
}

/// Whether what looks like the owner of a repository is a folder on somebody's machine, or stands for an owner.
#[must_use]
pub fn is_local(owner: &str) -> bool {
    let folder = |part: &str| {
        let known = |word: &String| part == word || part.strip_suffix('s') == Some(word);
        words().training.local_folders.iter().any(known)
    };
    let owner = owner.to_lowercase();
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    // "yourname" stands for one, too. "path-ai" and "zai-org" are owners.
    owner.starts_with("your")
        || owner.split(['-', '_']).any(folder) && owner.split(['-', '_']).all(|part| folder(part) || number(part))
}
