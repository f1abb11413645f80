//! The built-in checks: one function a rule or family of rules.
//!
//! A check reads a [`Card`] and reports to a [`Sink`], which knows what is selected. Checks never
//! touch files, and never decide severities beyond lowering the rule's own.

pub mod metadata;
pub mod registry;

use crate::card::{Card, Kind};
use crate::rule::{self, Finding, Rule};
use crate::schema::Schema;
use crate::text::{SourceFile, Span};

/// A user's own schema.
pub struct UserSchema {
    /// The name given by the user, for messages.
    pub name: String,
    /// The compiled schema.
    pub schema: Schema,
}

/// Another file of the repository that is audited with the card.
pub struct Companion<'a> {
    /// Index of the file among those of the card; the card itself is 0.
    pub file: usize,
    /// Name and text.
    pub source: &'a SourceFile,
}

/// What a check sees.
pub struct Context<'a> {
    /// The card.
    pub card: &'a Card<'a>,
    /// `.eval_results/*.yaml` of the repository.
    pub eval_results: &'a [Companion<'a>],
    /// The user's schemas.
    pub schemas: &'a [UserSchema],
}

/// Decides which rules report.
pub trait Selection {
    /// True when findings of the rule are wanted.
    fn wants(&self, rule: &Rule) -> bool;
}

/// Collects findings.
pub struct Sink<'a> {
    selection: &'a dyn Selection,
    kind: Kind,
    /// What has been found.
    pub findings: Vec<Finding>,
}

impl<'a> Sink<'a> {
    /// An empty sink for a card of `kind`.
    #[must_use]
    pub fn new(selection: &'a dyn Selection, kind: Kind) -> Self {
        Self { selection, kind, findings: Vec::new() }
    }

    /// The rule, when it is selected and applies to the card.
    fn rule(&self, id: &str) -> Option<&'static Rule> {
        let rule = rule::find(id)?;
        (rule.kinds.contains(&self.kind) && self.selection.wants(rule)).then_some(rule)
    }

    /// True when findings of the rule would be kept: for checks that cost something.
    #[must_use]
    pub fn wants(&self, id: &str) -> bool {
        self.rule(id).is_some()
    }

    /// Reports a finding of rule `id`, which `build` may refine.
    pub fn add(&mut self, id: &str, span: Span, message: impl Into<String>, build: impl FnOnce(Finding) -> Finding) {
        if let Some(rule) = self.rule(id) {
            self.findings.push(build(Finding::new(rule, span, message)));
        }
    }
}
