//! Which rules run: profile, `--select`, `--ignore`, and severities from the configuration.

use std::collections::{HashMap, HashSet};

use crate::checks::Selection;
use crate::rule::{self, Profile, Rule, Severity};
use crate::text::suggest;

/// A word that names no rule and no group.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule or group `{word}`{}", hint(self.nearest.as_deref()))]
pub struct UnknownRule {
    /// The word.
    pub word: String,
    /// The nearest id or group.
    pub nearest: Option<String>,
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
}

/// The rules that run and their severities.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    profile: Profile,
    /// Ids asked for by name or group; empty: the profile decides.
    selected: HashSet<&'static str>,
    ignored: HashSet<&'static str>,
    severities: HashMap<&'static str, Severity>,
}

impl Rules {
    /// Rules of `profile`, or those that `select` names, without those that `ignore` names.
    ///
    /// # Errors
    /// When a word is neither a rule nor a group.
    pub fn new(profile: Profile, select: &[String], ignore: &[String]) -> Result<Self, UnknownRule> {
        Ok(Self { profile, selected: expand(select)?, ignored: expand(ignore)?, severities: HashMap::new() })
    }

    /// Sets the severity of a rule or a group; `None` turns it off.
    ///
    /// # Errors
    /// When the word is neither a rule nor a group.
    pub fn set_severity(&mut self, word: &str, severity: Option<Severity>) -> Result<(), UnknownRule> {
        for id in expand(&[word.to_owned()])? {
            match severity {
                Some(severity) => {
                    self.severities.insert(id, severity);
                }
                None => {
                    self.ignored.insert(id);
                }
            }
        }
        Ok(())
    }

    /// Leaves further rules or groups out.
    ///
    /// # Errors
    /// When a word is neither a rule nor a group.
    pub fn leave_out(&mut self, words: &[String]) -> Result<(), UnknownRule> {
        self.ignored.extend(expand(words)?);
        Ok(())
    }

    /// Sets the profile.
    pub fn set_profile(&mut self, profile: Profile) {
        self.profile = profile;
    }

    /// The severity set for a rule by configuration.
    #[must_use]
    pub fn severity_of(&self, rule: &Rule) -> Option<Severity> {
        self.severities.get(rule.id.as_str()).copied()
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }
}

impl Selection for Rules {
    fn wants(&self, rule: &Rule) -> bool {
        if self.ignored.contains(rule.id.as_str()) {
            return false;
        }
        if self.selected.is_empty() { rule.profile <= self.profile } else { self.selected.contains(rule.id.as_str()) }
    }
}

/// Ids of the rules that the words name, each an id, a group, or `all`.
fn expand(words: &[String]) -> Result<HashSet<&'static str>, UnknownRule> {
    let rules = rule::all();
    let mut ids = HashSet::new();
    for word in words {
        let before = ids.len();
        let named = rules.iter().filter(|rule| word == "all" || rule.id == *word || rule.group == *word);
        let mut any = false;
        for rule in named {
            any = true;
            ids.insert(rule.id.as_str());
        }
        if !any && ids.len() == before {
            let known = rules.iter().flat_map(|rule| [rule.id.as_str(), rule.group.as_str()]);
            return Err(UnknownRule { word: word.clone(), nearest: suggest::nearest(word, known).map(str::to_owned) });
        }
    }
    Ok(ids)
}
