//! Rules that are data: what a card must have or must not have, as tests over its parts (README, "Rule packs").

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use crate::license::policy::Matcher;
use crate::text::Span;
use crate::yaml::{Document, NodeId};

/// What a declared rule asks for.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The rule is for cards of which all of these hold.
    pub when: Vec<Test>,
    /// Each that does not hold is a finding.
    pub require: Vec<Test>,
    /// Each that holds is a finding.
    pub forbid: Vec<Test>,
    /// What to say, instead of what the test says by itself.
    pub message: Option<String>,
}

/// A test of one part of a card.
#[derive(Clone, Debug)]
pub enum Test {
    /// A field of the front matter, by its path with dots: it is there, and what else is asked of it.
    Field {
        /// Names from the top down.
        path: Vec<String>,
        /// Its text, or each item's, matches.
        matches: Option<Regex>,
        /// Its text, or each item's, is one of these.
        one_of: Vec<String>,
        /// One of its items, or its text, is one of these.
        any_of: Vec<String>,
        /// It has at least so many items.
        min_items: Option<usize>,
        /// It has at most so many items.
        max_items: Option<usize>,
    },
    /// A heading that holds these words, with at least so many words below it.
    Section {
        /// In lower case.
        name: String,
        /// Words below the heading.
        min_words: usize,
    },
    /// The text outside of code matches.
    Text(Regex),
    /// A link leads to an address that matches.
    Link(Regex),
    /// A topic is answered.
    Topic {
        /// Such as `bias.known-biases`.
        id: String,
        /// Substantively, not only in part.
        substantive: bool,
    },
    /// The declared licence is one of these ids or classes, each with what it means.
    License(Vec<(String, Arc<Matcher>)>),
}

/// A mistake with its place.
type Fault = (Span, String);

/// Reads `params`.
pub(super) fn read(document: &Document<'_>, params: NodeId) -> Result<Declared, Fault> {
    const KNOWN: &[&str] = &["when", "require", "forbid", "message"];
    only(document, params, KNOWN)?;
    let tests = |key: &str| -> Result<Vec<Test>, Fault> {
        let Some((_, value)) = document.get(params, key) else { return Ok(Vec::new()) };
        match document.items(value) {
            Some(items) => items.iter().map(|item| test(document, *item)).collect(),
            None => Ok(vec![test(document, value)?]),
        }
    };
    let declared = Declared {
        when: tests("when")?,
        require: tests("require")?,
        forbid: tests("forbid")?,
        message: text(document, params, "message")?,
    };
    if declared.require.is_empty() && declared.forbid.is_empty() {
        return Err((document.node(params).span, "`params` needs `require` or `forbid`".to_owned()));
    }
    Ok(declared)
}

fn only(document: &Document<'_>, map: NodeId, known: &[&str]) -> Result<(), Fault> {
    for (key, _) in document.pairs(map) {
        let word = document.text(*key).unwrap_or_default();
        if !known.contains(&word) {
            let near = crate::text::suggest::nearest(word, known.iter().copied());
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err((document.node(*key).span, format!("`{word}` is not one of {}{hint}", known.join(", "))));
        }
    }
    Ok(())
}

fn text(document: &Document<'_>, map: NodeId, key: &str) -> Result<Option<String>, Fault> {
    let Some((_, value)) = document.get(map, key) else { return Ok(None) };
    match document.text(value) {
        Some(text) => Ok(Some(text.to_owned())),
        None => Err((document.node(value).span, format!("`{key}` must be text"))),
    }
}

fn number(document: &Document<'_>, map: NodeId, key: &str) -> Result<Option<usize>, Fault> {
    let Some((_, value)) = document.get(map, key) else { return Ok(None) };
    match document.text(value).and_then(|text| text.parse().ok()) {
        Some(number) => Ok(Some(number)),
        None => Err((document.node(value).span, format!("`{key}` must be a number"))),
    }
}

fn words(document: &Document<'_>, map: NodeId, key: &str) -> Result<Vec<String>, Fault> {
    let Some((_, value)) = document.get(map, key) else { return Ok(Vec::new()) };
    let items = document.items(value).ok_or_else(|| (document.node(value).span, format!("`{key}` must be a list")))?;
    items
        .iter()
        .map(|item| {
            let text = document.text(*item).map(str::to_owned);
            text.ok_or_else(|| (document.node(*item).span, format!("`{key}` must be a list of text")))
        })
        .collect()
}

fn pattern(document: &Document<'_>, map: NodeId, key: &str) -> Result<Option<Regex>, Fault> {
    let Some((_, value)) = document.get(map, key) else { return Ok(None) };
    let written = text(document, map, key)?.unwrap_or_default();
    let regex = RegexBuilder::new(&written).multi_line(true).build();
    regex.map(Some).map_err(|error| (document.node(value).span, format!("no regular expression: {error}")))
}

fn test(document: &Document<'_>, map: NodeId) -> Result<Test, Fault> {
    const SUBJECTS: &[&str] = &["field", "section", "text", "link", "topic", "license"];
    let span = document.node(map).span;
    let subject = SUBJECTS.iter().find(|subject| document.get(map, subject).is_some());
    let Some(subject) = subject else {
        return Err((span, format!("a test needs one of {}", SUBJECTS.join(", "))));
    };
    let more: &[&str] = match *subject {
        "field" => &["field", "matches", "one-of", "any-of", "min-items", "max-items"],
        "section" => &["section", "min-words"],
        "topic" => &["topic", "at-least"],
        subject => &[subject],
    };
    only(document, map, more)?;
    Ok(match *subject {
        "field" => Test::Field {
            path: text(document, map, "field")?.unwrap_or_default().split('.').map(str::to_owned).collect(),
            matches: pattern(document, map, "matches")?,
            one_of: words(document, map, "one-of")?,
            any_of: words(document, map, "any-of")?,
            min_items: number(document, map, "min-items")?,
            max_items: number(document, map, "max-items")?,
        },
        "section" => Test::Section {
            name: match text(document, map, "section")?.unwrap_or_default().trim() {
                "" => return Err((span, "`section` is empty".to_owned())),
                name => name.to_lowercase(),
            },
            min_words: number(document, map, "min-words")?.unwrap_or(0),
        },
        "text" => Test::Text(pattern(document, map, "text")?.ok_or_else(|| (span, "`text` is empty".to_owned()))?),
        "link" => Test::Link(pattern(document, map, "link")?.ok_or_else(|| (span, "`link` is empty".to_owned()))?),
        "topic" => {
            let id = text(document, map, "topic")?.unwrap_or_default();
            if crate::disclosure::topic(&id).is_none() {
                let near = crate::disclosure::topics().iter().map(|topic| topic.id.as_str());
                let near = crate::text::suggest::nearest(&id, near);
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                return Err((span, format!("there is no topic `{id}`{hint}")));
            }
            let level = text(document, map, "at-least")?;
            match level.as_deref() {
                None | Some("partial") => Test::Topic { id, substantive: false },
                Some("substantive") => Test::Topic { id, substantive: true },
                Some(other) => return Err((span, format!("`{other}` is not one of partial, substantive"))),
            }
        }
        _ => {
            let span = document.get(map, "license").map_or(span, |(_, value)| document.node(value).span);
            let meant = |word: String| Matcher::parse(&word).map(|meant| (word, Arc::new(meant)));
            let words = words(document, map, "license")?.into_iter().map(meant).collect::<Result<Vec<_>, _>>();
            Test::License(words.map_err(|error| (span, error))?)
        }
    })
}
