//! What a rule is and what it reports: metadata, findings, fixes, and the loader of rule files.
//!
//! A rule is a Markdown file (`rules/<group>/<id>.md`): its front matter is the metadata, its body
//! the documentation. This module knows no rule by name.

mod declared;
mod finding;
mod load;
mod profile;

use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, OnceLock};

pub use declared::{Declared, Test};
pub use finding::{Edit, Finding, Fix, Related, Safety};
pub use load::{LoadError, load};
pub use profile::Profile;

use serde::de::{Deserialize, Deserializer, Error as _};

use crate::card::Kind;
use crate::text::quick::HashMap;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Advice.
    Note,
    /// Something users need is missing or wrong.
    Warning,
    /// The Hub refuses it, readers disagree about it, or terms conflict.
    Error,
}

/// How sure cardlint is that the finding is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A guess worth a look.
    Low,
    /// Usually true.
    Medium,
    /// True by the facts cited.
    High,
}

/// How strict an audit must be for a rule to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strictness {
    /// Only what the Hub enforces or ignores.
    Hub,
    /// The default.
    #[default]
    Recommended,
    /// Everything.
    Strict,
}

/// Which reader a finding concerns, and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The Hub refuses the push.
    HubRefuses,
    /// The Hub accepts it with a warning.
    HubWarns,
    /// The Hub accepts it and makes nothing of it.
    HubIgnores,
    /// `huggingface_hub` raises an error when it loads the card.
    ClientRaises,
    /// `huggingface_hub` loses or changes data when it loads or saves the card.
    ClientLoses,
    /// Readers see different things.
    ReadersDisagree,
}

impl Effect {
    /// A short sentence for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Effect::HubRefuses => "the Hub refuses the push",
            Effect::HubWarns => "the Hub warns",
            Effect::HubIgnores => "the Hub ignores it",
            Effect::ClientRaises => "huggingface_hub raises an error",
            Effect::ClientLoses => "huggingface_hub loses data",
            Effect::ReadersDisagree => "readers disagree",
        }
    }
}

/// The best fix that a rule ever offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixCapability {
    /// No fix.
    None,
    /// A fix that keeps the meaning.
    Safe,
    /// A fix that needs a look.
    Unsafe,
}

/// Where the findings of a rule come from.
#[derive(Clone, Debug)]
pub enum Check {
    /// A function in `checks/`.
    Builtin,
    /// Violations of an embedded JSON schema whose `x-cardlint` annotation names the rule.
    Schema,
    /// The field `0` must be there.
    FieldRequired(String),
    /// Tests that the rule file declares.
    Declared(Box<Declared>),
}

/// How settled a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Promised by `STABILITY.md`.
    Stable,
    /// May still change or go.
    Preview,
}

/// A rule's metadata and documentation.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Identifier, unique and never reused.
    pub id: String,
    /// The defect in a few words.
    pub title: String,
    /// Group: the folder of the rule file.
    pub group: String,
    /// Severity of its findings; a finding may be less severe, never more.
    pub severity: Severity,
    /// Confidence of its findings.
    pub confidence: Confidence,
    /// The least strict profile that includes it.
    pub profile: Strictness,
    /// Stable or preview.
    pub status: Status,
    /// First version that had it.
    pub since: String,
    /// Kinds of card it applies to.
    pub kinds: Vec<Kind>,
    /// The best fix it offers.
    pub fix: FixCapability,
    /// Readers it concerns, unless a finding says otherwise.
    pub readers: Vec<Effect>,
    /// Where its findings come from.
    pub check: Check,
    /// Keys of the configuration that change what it finds.
    pub options: Vec<String>,
    /// Framework requirements it speaks to, as `framework:requirement`.
    pub frameworks: Vec<String>,
    /// The documentation (Markdown).
    pub docs: &'static str,
}

impl Rule {
    /// The page that documents the rule.
    #[must_use]
    pub fn url(&self) -> String {
        if let Check::Declared(_) = self.check {
            return format!("{}#rule-packs", env!("CARGO_PKG_REPOSITORY"));
        }
        format!("{}/blob/main/docs/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), self.id)
    }

    /// True when a word of a user means this rule: its id, its group, or a group whose name its id begins with
    /// (`license` means `license-unknown` too, which is one of the front matter's).
    #[must_use]
    pub fn is_meant(&self, word: &str) -> bool {
        let begins = || self.id.strip_prefix(word).is_some_and(|rest| rest.starts_with('-'));
        self.id == word || self.group == word || begins() && all().iter().any(|rule| rule.group == word)
    }

    /// The text of one `## section` of the documentation, trimmed.
    #[must_use]
    pub fn section(&self, title: &str) -> Option<&'static str> {
        let heading = format!("## {title}\n");
        let start = self.docs.find(&heading)? + heading.len();
        let rest = &self.docs[start..];
        Some(rest[..rest.find("\n## ").unwrap_or(rest.len())].trim())
    }
}

/// The built-in rules in id order. The files are part of the program, so a broken one is a defect
/// of the build, which `tests/rules.rs` rules out.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let mut rules = load::built_in();
    rules.extend(PACKS.get().into_iter().flatten().cloned());
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
});

/// Rules of the user's packs.
static PACKS: OnceLock<Vec<Rule>> = OnceLock::new();

/// Adds the rules of packs, for the whole run. Must come before anything asks for rules.
///
/// # Errors
/// When an id is taken.
pub fn install(rules: Vec<Rule>) -> Result<(), String> {
    let mut ids: Vec<&str> = crate::embedded::RULE_FILES
        .iter()
        .filter_map(|(path, _)| path.rsplit('/').next()?.strip_suffix(".md"))
        .collect();
    for rule in &rules {
        if ids.contains(&rule.id.as_str()) {
            return Err(format!("there is a rule `{}` already", rule.id));
        }
        ids.push(&rule.id);
    }
    PACKS.set(rules).map_err(|_| "rule packs are installed once".to_owned())
}

/// The rules of the user's packs.
pub fn declared() -> impl Iterator<Item = &'static Rule> {
    PACKS.get().into_iter().flatten()
}

/// All rules in id order, those of packs included.
#[must_use]
pub fn all() -> &'static [Rule] {
    &RULES
}

/// The rule with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    static PLACES: LazyLock<HashMap<&str, &Rule>> =
        LazyLock::new(|| RULES.iter().map(|rule| (rule.id.as_str(), rule)).collect());
    PLACES.get(id).copied()
}

/// Words for an enum, in one table that both reads and prints.
macro_rules! words {
    ($type:ty { $($variant:path => $word:literal),+ $(,)? }) => {
        impl $type {
            /// All words, in declaration order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word used in files, options and outputs.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($variant => $word),+ }
            }
        }

        impl FromStr for $type {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                match word {
                    $($word => Ok($variant),)+
                    _ => Err(format!("`{word}` is not one of {}", Self::WORDS.join(", "))),
                }
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(Severity { Severity::Note => "note", Severity::Warning => "warning", Severity::Error => "error" });
words!(Confidence { Confidence::Low => "low", Confidence::Medium => "medium", Confidence::High => "high" });
words!(Strictness {
    Strictness::Hub => "hub",
    Strictness::Recommended => "recommended",
    Strictness::Strict => "strict",
});
words!(Effect {
    Effect::HubRefuses => "hub-refuses",
    Effect::HubWarns => "hub-warns",
    Effect::HubIgnores => "hub-ignores",
    Effect::ClientRaises => "huggingface-hub-raises",
    Effect::ClientLoses => "huggingface-hub-loses",
    Effect::ReadersDisagree => "readers-disagree",
});
words!(FixCapability { FixCapability::None => "none", FixCapability::Safe => "safe", FixCapability::Unsafe => "unsafe" });
words!(Status { Status::Stable => "stable", Status::Preview => "preview" });
words!(Safety { Safety::Safe => "safe", Safety::Unsafe => "unsafe" });
words!(Kind { Kind::Model => "model", Kind::Dataset => "dataset", Kind::Other => "other" });
