//! A finding: one defect or gap at its place, with what to do about it.

use super::{Confidence, Effect, Rule, Severity};
use crate::text::Span;

/// Another place that a finding refers to, in the same file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The bytes meant.
    pub span: Span,
    /// What stands there.
    pub message: String,
}

/// Whether a fix keeps the meaning of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// The card means the same to a reader who was not misled.
    Safe,
    /// A person should look at it.
    Unsafe,
}

/// One replacement of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes replaced; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// A repair, applied as a whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether a person should look first.
    pub safety: Safety,
    /// The replacements, in source order, not overlapping.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A safe fix that replaces one span.
    #[must_use]
    pub fn safe(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self { title: title.into(), safety: Safety::Safe, edits: vec![Edit { span, replacement: replacement.into() }] }
    }

    /// An unsafe fix that replaces one span.
    #[must_use]
    pub fn unsafe_(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self { safety: Safety::Unsafe, ..Self::safe(title, span, replacement) }
    }
}

/// One defect or gap.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// Never above the rule's own severity, unless configuration says so.
    pub severity: Severity,
    /// Never above the rule's own confidence.
    pub confidence: Confidence,
    /// What is wrong: found, accepted, nearest. One sentence without final full stop.
    pub message: String,
    /// What to do about it, in the imperative.
    pub help: Option<String>,
    /// The bytes it is about.
    pub span: Span,
    /// Index into the files of the audited card: 0 is the card itself.
    pub file: usize,
    /// Other places.
    pub related: Vec<Related>,
    /// Readers it concerns.
    pub readers: Vec<Effect>,
    /// A repair.
    pub fix: Option<Fix>,
    /// Where in the structure it is (a JSON pointer or a heading path); part of the fingerprint.
    pub anchor: String,
    /// One of several places of the same defect, which are told in one finding.
    pub alike: bool,
    /// The reason of an exception in the configuration that allows what was found.
    pub excepted: Option<String>,
    /// Identifies the finding across edits elsewhere in the file; set by the engine.
    pub fingerprint: String,
}

impl Finding {
    /// A finding of `rule` with the rule's defaults.
    #[must_use]
    pub fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            confidence: rule.confidence,
            message: message.into(),
            help: None,
            span,
            file: 0,
            related: Vec::new(),
            readers: rule.readers.clone(),
            fix: None,
            anchor: String::new(),
            alike: false,
            excepted: None,
            fingerprint: String::new(),
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Lowers the severity.
    #[must_use]
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.severity = self.severity.min(severity);
        self
    }

    /// Lowers the confidence.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = self.confidence.min(confidence);
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Related { span, message: message.into() });
        self
    }

    /// Names the readers, instead of the rule's.
    #[must_use]
    pub fn readers(mut self, readers: &[Effect]) -> Self {
        self.readers = readers.to_vec();
        self
    }

    /// Offers a repair.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Offers a repair if there is one.
    #[must_use]
    pub fn maybe_fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// Says where in the structure it is.
    #[must_use]
    pub fn anchor(mut self, anchor: impl Into<String>) -> Self {
        self.anchor = anchor.into();
        self
    }
}
