//! The built-in checks: one function a rule or family of rules.
//!
//! A check reads a [`Card`] and reports to a [`Sink`], which knows what is selected. Checks never
//! touch files, and never decide severities beyond lowering the rule's own.

pub mod declared;
pub mod disclosure;
pub mod evaluation;
pub mod license;
pub mod metadata;
pub mod registry;
pub mod repository;

use std::cell::OnceCell;

use crate::card::{Card, Kind};
use crate::checks::repository::secrets::Found;
use crate::disclosure::{Reading, read_page};
use crate::facts::descent::Parent;
use crate::facts::{Assessment, Linked, license_link};
use crate::license::Lookup;
use crate::license::policy::Policy;
use crate::license::text::{Identified, identify, is_license_file};
use crate::repository::{Files, Repository};
use crate::rule::{self, Finding, Rule};
use crate::schema::Schema;
use crate::text::quick::HashMap;
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
    /// Licence files and configurations beside the card.
    pub files: &'a [SourceFile],
    /// What the files of the repository say.
    pub repository: &'a Repository,
    /// The files of the repository; `None` when it is not known.
    pub source: Option<&'a dyn Files>,
    /// Secrets that the card holds; its text has them no more.
    pub secrets: &'a [Found],
    /// The user's schemas.
    pub schemas: &'a [UserSchema],
    /// The user's policy for licences.
    pub policy: Option<&'a Policy>,
    /// What the model derives from.
    pub parents: &'a [Parent],
    /// The card against that.
    pub assessment: Option<&'a Assessment>,
    /// Knows the licences of other repositories.
    pub lookup: &'a dyn Lookup,
    /// What the licence files were found to be, once somebody asks.
    pub texts: OnceCell<Vec<LicenseText<'a>>>,
    /// What the card discloses, once somebody asks.
    pub reading: OnceCell<Reading>,
    /// Findings say what was weighed.
    pub explain: bool,
}

/// A file that holds the licence, and what its text was found to be.
#[derive(Clone, Copy)]
pub struct LicenseText<'a> {
    /// The name of the file.
    pub name: &'a str,
    /// The licence whose text it is or is near to.
    pub found: Option<Identified>,
    /// It is too short to be the text of a licence: a note on where that stands.
    pub brief: bool,
}

/// Bytes of the shortest text of a licence with terms of some length; those of a page (MIT, ISC) are recognised.
const LICENSE_TEXT: usize = 1_000;

impl<'a> Context<'a> {
    /// What the card discloses.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        self.reading.get_or_init(|| read_page(self.card))
    }

    /// Whether the card is of somebody else's model in another number or file format, as its metadata, its files, its
    /// name or its text say.
    pub(crate) fn is_copy(&self) -> bool {
        self.reading().is_of_copy(self.card)
    }

    /// The licence files of the repository: those that have such a name, and the one that `license_link` names.
    #[must_use]
    pub fn license_texts(&self) -> &[LicenseText<'a>] {
        self.texts.get_or_init(|| {
            let linked = match license_link(self.card) {
                Some(Linked::File(path)) => path,
                _ => String::new(),
            };
            let files = self.files.iter().filter(|file| is_license_file(file.name()) || file.name() == linked);
            let text = |file: &'a SourceFile| LicenseText {
                name: file.name(),
                found: identify(file.text()),
                brief: file.text().len() < LICENSE_TEXT,
            };
            files.map(text).collect()
        })
    }
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
    findings: Vec<Finding>,
    /// Findings by rule, those left out included, and where the last one kept is.
    counts: HashMap<&'static str, (usize, usize)>,
}

/// Findings of one rule that are kept for a card: more say nothing new, and a hostile card could ask
/// for any number.
const MAX_FINDINGS: usize = 1_000;

impl<'a> Sink<'a> {
    /// An empty sink for a card of `kind`.
    #[must_use]
    pub fn new(selection: &'a dyn Selection, kind: Kind) -> Self {
        Self { selection, kind, findings: Vec::new(), counts: HashMap::default() }
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

    /// True when no further finding of the rule would be kept: it is only counted, and needs no words.
    #[must_use]
    pub fn is_full(&self, id: &str) -> bool {
        self.counts.get(id).is_some_and(|(count, _)| *count >= MAX_FINDINGS)
    }

    /// Reports a finding of rule `id`, which `build` may refine.
    pub fn add(&mut self, id: &str, span: Span, message: impl Into<String>, build: impl FnOnce(Finding) -> Finding) {
        let Some(rule) = self.rule(id) else { return };
        let (count, last) = self.counts.entry(rule.id.as_str()).or_default();
        *count += 1;
        if *count <= MAX_FINDINGS {
            *last = self.findings.len();
            self.findings.push(build(Finding::new(rule, span, message)));
        }
    }

    /// All findings kept; the last one of a rule says how many more there were.
    #[must_use]
    pub fn finish(mut self) -> Vec<Finding> {
        for (count, last) in self.counts.into_values().filter(|&(count, _)| count > MAX_FINDINGS) {
            let more = count - MAX_FINDINGS;
            self.findings[last].message.push_str(&format!(" (and {more} more findings of this rule)"));
        }
        self.findings
    }
}
