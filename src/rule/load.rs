//! Rule files to [`Rule`]s, with errors at their place.

use std::str::FromStr;

use serde::Deserialize;

use super::{Check, Confidence, Effect, FixCapability, Rule, Severity, Status, Strictness, declared};
use crate::card::Kind;
use crate::card::split;
use crate::embedded;
use crate::text::{SourceFile, Span, Unit, suggest};
use crate::yaml::reading::Reader;
use crate::yaml::{self, Document, NodeId};

/// Why a rule file is refused.
#[derive(Debug, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}")]
pub struct LoadError {
    /// The rule file.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in code points, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Front matter of a rule of cardlint's own; `schemas/rule.json` says what its members are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    title: String,
    group: String,
    severity: Severity,
    confidence: Confidence,
    profile: Strictness,
    status: Status,
    since: String,
    kinds: Vec<Kind>,
    fix: FixCapability,
    readers: Vec<Effect>,
    check: How,
    params: Params,
    #[serde(default)]
    options: Vec<String>,
    frameworks: Vec<String>,
}

/// The word of a rule's `check`.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum How {
    Builtin,
    Schema,
    FieldRequired,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    field: Option<String>,
}

/// The rules of cardlint's own. Their files are part of the program: a broken one is a defect of the build, which
/// the tests rule out.
pub(super) fn built_in() -> Vec<Rule> {
    let heads: Vec<Head> = serde_json::from_str(embedded::RULE_HEADS)
        .unwrap_or_else(|error| panic!("internal: the heads of the rules: {error}"));
    let rule = |(head, (path, text)): (Head, &(&str, &'static str))| {
        let check = match (head.check, head.params.field) {
            (How::Builtin, None) => Check::Builtin,
            (How::Schema, None) => Check::Schema,
            (How::FieldRequired, Some(field)) => Check::FieldRequired(field),
            _ => panic!("internal: {path}: `params.field` is for `field-required`, and it needs it"),
        };
        Rule {
            id: head.id,
            title: head.title,
            group: head.group,
            severity: head.severity,
            confidence: head.confidence,
            profile: head.profile,
            status: head.status,
            since: head.since,
            kinds: head.kinds,
            fix: head.fix,
            readers: head.readers,
            check,
            options: head.options,
            frameworks: head.frameworks,
            docs: text.split_once("\n---\n").map_or("", |(_, docs)| docs.trim_start()),
        }
    };
    heads.into_iter().zip(embedded::RULE_FILES).map(rule).collect()
}

/// Reads one rule file of a pack.
///
/// # Errors
/// When the front matter is missing or broken, or a member is missing, unknown or of the wrong type.
pub fn load(path: &str, text: &'static str) -> Result<Rule, LoadError> {
    let fail = |span: Span, message: String| {
        let source = SourceFile::new(path, text);
        let (start, _) = source.location(span, Unit::CodePoint);
        LoadError { path: path.to_owned(), line: start.line, column: start.column, message }
    };
    // What a terminal would obey has no place in a page that it shows.
    let obeyed = |(_, c): &(usize, char)| {
        let direction = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        direction || c.is_control() && !matches!(c, '\n' | '\r' | '\t')
    };
    if let Some((at, c)) = text.char_indices().find(obeyed) {
        return Err(fail(
            Span::at(at),
            format!("a rule file must not contain control characters such as {}", c.escape_unicode()),
        ));
    }
    let block = split::split(text, Reader::JavaScript)
        .ok_or_else(|| fail(Span::default(), "a rule file begins with front matter".to_owned()))?;
    let document = yaml::parse(&text[block.yaml.range()], block.yaml.start as usize)
        .map_err(|error| fail(error.span, error.message))?;
    let root = document.root().ok_or_else(|| fail(block.yaml, "the front matter is empty".to_owned()))?;
    let members = Members { document: &document, root, fallback: block.open };
    members.rule(&text[block.close.end as usize..]).map_err(|(span, message)| fail(span, message))
}

type Fault = (Span, String);

struct Members<'d> {
    document: &'d Document<'static>,
    root: NodeId,
    fallback: Span,
}

impl Members<'_> {
    fn node(&self, key: &str) -> Result<NodeId, Fault> {
        self.document
            .get(self.root, key)
            .map(|(_, value)| value)
            .ok_or_else(|| (self.fallback, format!("the member `{key}` is missing")))
    }

    fn string(&self, key: &str) -> Result<String, Fault> {
        let id = self.node(key)?;
        self.document
            .text(id)
            .map(str::to_owned)
            .ok_or_else(|| (self.document.node(id).span, format!("`{key}` must be text")))
    }

    fn word<T: FromStr<Err = String>>(&self, key: &str) -> Result<T, Fault> {
        let id = self.node(key)?;
        self.string(key)?.parse().map_err(|message| (self.document.node(id).span, message))
    }

    fn list(&self, key: &str) -> Result<Vec<(String, Span)>, Fault> {
        let id = self.node(key)?;
        let bad = |id: NodeId| (self.document.node(id).span, format!("`{key}` must be a list of text"));
        let items = self.document.items(id).ok_or_else(|| bad(id))?;
        items
            .iter()
            .map(|&item| {
                let text = self.document.text(item).ok_or_else(|| bad(item))?;
                Ok((text.to_owned(), self.document.node(item).span))
            })
            .collect()
    }

    fn words<T: FromStr<Err = String>>(&self, key: &str) -> Result<Vec<T>, Fault> {
        self.list(key)?.into_iter().map(|(word, span)| word.parse().map_err(|message| (span, message))).collect()
    }

    fn check(&self) -> Result<Check, Fault> {
        if self.string("check")? == "declared" {
            return Ok(Check::Declared(Box::new(declared::read(self.document, self.node("params")?)?)));
        }
        Err((self.document.node(self.node("check")?).span, "a rule of a pack has `check: declared`".to_owned()))
    }

    fn id(&self) -> Result<String, Fault> {
        let id = self.string("id")?;
        let good =
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if good {
            Ok(id)
        } else {
            Err((self.document.node(self.node("id")?).span, "`id` must be of a-z, 0-9 and -".to_owned()))
        }
    }

    /// Members that a rule of a pack may have; each of them once.
    fn known(&self) -> Result<(), Fault> {
        const KNOWN: &[&str] =
            &["id", "title", "group", "severity", "confidence", "profile", "kinds", "check", "params"];
        let mut seen = Vec::new();
        for (key, _) in self.document.pairs(self.root) {
            let (word, span) = (self.document.text(*key).unwrap_or_default(), self.document.node(*key).span);
            if seen.contains(&word) {
                return Err((span, format!("`{word}` is given twice")));
            }
            if !KNOWN.contains(&word) {
                let near = suggest::nearest(word, KNOWN.iter().copied());
                let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                return Err((span, format!("`{word}` is not one of {}{hint}", KNOWN.join(", "))));
            }
            seen.push(word);
        }
        Ok(())
    }

    fn has(&self, key: &str) -> bool {
        self.document.get(self.root, key).is_some()
    }

    fn rule(&self, docs: &'static str) -> Result<Rule, Fault> {
        let check = self.check()?;
        self.known()?;
        Ok(Rule {
            id: self.id()?,
            title: self.string("title")?,
            group: if self.has("group") { self.string("group")? } else { "house".to_owned() },
            severity: self.word("severity")?,
            confidence: if self.has("confidence") { self.word("confidence")? } else { Confidence::High },
            // In every profile, because somebody chose the pack.
            profile: if self.has("profile") { self.word("profile")? } else { Strictness::Hub },
            status: Status::Preview,
            since: "0.1.0".to_owned(),
            kinds: if self.has("kinds") { self.words("kinds")? } else { vec![Kind::Model] },
            fix: FixCapability::None,
            readers: Vec::new(),
            check,
            options: Vec::new(),
            frameworks: Vec::new(),
            docs: docs.trim_start(),
        })
    }
}
