//! Which rules run: profile, `--select`, `--ignore`, and severities from the configuration.

use crate::checks::Selection;
use crate::rule::{self, Profile, Rule, Severity};
use crate::text::quick::{HashMap, HashSet};
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
    let groups = || {
        let mut groups: Vec<&str> = rule::all().iter().map(|rule| rule.group.as_str()).collect();
        groups.sort_unstable();
        groups.dedup();
        format!("; the groups are {}; `cardlint rule` lists the rules", groups.join(", "))
    };
    nearest.map_or_else(groups, |word| format!("; did you mean `{word}`?"))
}

/// The rules that run and their severities.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    profile: &'static Profile,
    /// Ids asked for by name or group; empty: the profile decides.
    selected: HashSet<&'static str>,
    ignored: HashSet<&'static str>,
    /// Turned off in place of a severity.
    off: HashSet<&'static str>,
    severities: HashMap<&'static str, Severity>,
    /// Rules that were given a severity by their own name: they run, whatever the profile says.
    wanted: HashSet<&'static str>,
    /// Rules that no comment in a card silences.
    binding: HashSet<&'static str>,
    /// What the profile leaves out.
    left_out: HashSet<&'static str>,
    /// Severities of the profile.
    defaults: HashMap<&'static str, Severity>,
}

impl Rules {
    /// Rules of the profile, or those that `select` names, without those that `ignore` names.
    ///
    /// # Errors
    /// When a word is neither a rule nor a group.
    pub fn new(profile: &'static Profile, select: &[String], ignore: &[String]) -> Result<Self, UnknownRule> {
        let mut rules = Self { selected: expand(select)?, ignored: expand(ignore)?, ..Self::default() };
        rules.set_profile(profile)?;
        Ok(rules)
    }

    /// Sets the severity of a rule or a group; `None` turns it off. A rule that is named runs, too: who says that it is
    /// an error wants to know.
    ///
    /// # Errors
    /// When the word is neither a rule nor a group.
    pub fn set_severity(&mut self, word: &str, severity: Option<Severity>) -> Result<(), UnknownRule> {
        for id in expand(&[word.to_owned()])? {
            match severity {
                Some(severity) => {
                    self.severities.insert(id, severity);
                    if id == word {
                        self.off.remove(id);
                        self.wanted.insert(id);
                    }
                }
                None => {
                    self.off.insert(id);
                }
            }
        }
        Ok(())
    }

    /// True when no rule runs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !rule::all().iter().any(|rule| self.wants(rule))
    }

    /// All rules of the profile, where some of them do not run.
    #[must_use]
    pub fn whole(&self) -> Option<Self> {
        let narrowed = !(self.selected.is_empty() && self.ignored.is_empty() && self.off.is_empty());
        let mut whole = Self::default();
        whole.set_profile(self.profile).ok().filter(|()| narrowed)?;
        Some(whole)
    }

    /// Leaves further rules or groups out.
    ///
    /// # Errors
    /// When a word is neither a rule nor a group.
    pub fn leave_out(&mut self, words: &[String]) -> Result<(), UnknownRule> {
        self.ignored.extend(expand(words)?);
        Ok(())
    }

    /// Lets no comment in a card silence these rules or groups.
    ///
    /// # Errors
    /// When a word is neither a rule nor a group.
    pub fn bind(&mut self, words: &[String]) -> Result<(), UnknownRule> {
        self.binding.extend(expand(words)?);
        Ok(())
    }

    /// True when no comment in a card may silence a rule.
    #[must_use]
    pub fn binds(&self, rule: &Rule) -> bool {
        self.binding.contains(rule.id.as_str())
    }

    /// Sets the profile; what was set of single rules stays.
    ///
    /// # Errors
    /// When a word of the profile is neither a rule nor a group.
    pub fn set_profile(&mut self, profile: &'static Profile) -> Result<(), UnknownRule> {
        self.profile = profile;
        self.left_out = expand(&profile.ignore)?;
        self.defaults.clear();
        for (word, severity) in &profile.severity {
            let unknown = |_| UnknownRule { word: severity.clone(), nearest: None };
            let severity: Severity = severity.parse().map_err(unknown)?;
            self.defaults.extend(expand(std::slice::from_ref(word))?.into_iter().map(|id| (id, severity)));
        }
        Ok(())
    }

    /// The severity set for a rule by configuration, else by the profile.
    #[must_use]
    pub fn severity_of(&self, rule: &Rule) -> Option<Severity> {
        let id = rule.id.as_str();
        self.severities.get(id).or_else(|| self.defaults.get(id)).copied()
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> &'static Profile {
        self.profile
    }
}

impl Selection for Rules {
    fn wants(&self, rule: &Rule) -> bool {
        if self.ignored.contains(rule.id.as_str()) || self.off.contains(rule.id.as_str()) {
            return false;
        }
        if self.selected.is_empty() {
            let id = rule.id.as_str();
            self.wanted.contains(id) || rule.profile <= self.profile.strictness && !self.left_out.contains(id)
        } else {
            self.selected.contains(rule.id.as_str())
        }
    }
}

/// Ids of the rules that the words name, each an id, a group, or `all`. A group takes those with it that bear its name
/// elsewhere: whoever asks for `license` means `license-unknown`, too.
fn expand(words: &[String]) -> Result<HashSet<&'static str>, UnknownRule> {
    let rules = rule::all();
    let mut ids = HashSet::default();
    // A comma at the end asks for nothing.
    for word in words.iter().filter(|word| !word.is_empty()) {
        let before = ids.len();
        let named = rules.iter().filter(|rule| word.eq_ignore_ascii_case("all") || rule.is_meant(word));
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
