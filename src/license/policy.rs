//! A user's policy: which licences are allowed, denied or to be looked at.

use std::sync::atomic::{AtomicBool, Ordering};

use super::knowledge::{Atom, Class, License, Term, ids};
use super::names::family;
use super::resolve::{Declared, Terms, resolve};
use crate::text::suggest;

/// What a word of a list stands for.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// All licences of a class.
    Class(Class),
    /// The licences of an SPDX expression or a Hub id, an SPDX id or a usual name.
    Licenses(Vec<&'static License>),
    /// Whatever is not known, or not declared at all: the word `unknown`.
    Unknown,
}

impl Matcher {
    /// Reads a word of a list.
    ///
    /// # Errors
    /// When it is neither a class nor a licence that cardlint knows.
    pub fn parse(word: &str) -> Result<Self, String> {
        if let Ok(class) = word.parse() {
            return Ok(Self::Class(class));
        }
        if word == "unknown" {
            return Ok(Self::Unknown);
        }
        if let Some(family) = family(word) {
            return Ok(Self::Licenses(family));
        }
        let terms = resolve(Declared { license: &[word], name: None, link: None });
        if terms.is_known() {
            return Ok(Self::Licenses(terms.licenses().collect()));
        }
        let words = Class::ALL.iter().map(|&(name, _)| name).chain(ids());
        let hint = suggest::nearest(word, words).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Err(format!("`{word}` is neither a licence that cardlint knows nor a class of licences{hint}"))
    }

    /// Whether a licence is one of those meant.
    #[must_use]
    pub fn fits(&self, license: &License) -> bool {
        match self {
            Self::Class(class) => license.class == *class,
            Self::Licenses(known) => known.iter().any(|known| known.id == license.id),
            Self::Unknown => false,
        }
    }
}

/// Something that every licence must give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Approved by the Open Source Initiative.
    OsiApproved,
    /// Commercial use without conditions.
    CommercialUse,
    /// No list of forbidden uses, no policy of the publisher.
    NoUseRestrictions,
    /// No places in which it is not given.
    NoTerritoryLimits,
}

impl Requirement {
    const ALL: &'static [(&'static str, Requirement)] = &[
        ("osi-approved", Requirement::OsiApproved),
        ("commercial-use", Requirement::CommercialUse),
        ("no-use-restrictions", Requirement::NoUseRestrictions),
        ("no-territory-limits", Requirement::NoTerritoryLimits),
    ];

    /// Reads the word of the configuration.
    ///
    /// # Errors
    /// When there is no such requirement.
    pub fn parse(word: &str) -> Result<Self, String> {
        // As grants are written elsewhere.
        let word = word.replace('_', "-");
        Self::ALL.iter().find(|(name, _)| *name == word).map(|&(_, found)| found).ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|&(name, _)| name).collect();
            format!("`{word}` is not a requirement; choose from {}", words.join(", "))
        })
    }

    /// Why the licence does not meet it, as a clause. Of terms for some models alone, those of repositories with these
    /// `names` count.
    fn breach(self, license: &License, names: &[Name<'_>]) -> Option<&'static str> {
        // An owner changes nothing, and marks a repository.
        let named: Vec<String> = names.iter().filter_map(|(_, name)| Some(format!("/{}", (*name)?))).collect();
        let meant = |term: &Term| named.is_empty() || named.iter().any(|name| term.concerns(name));
        let has = |atoms: &[Atom]| license.terms.iter().any(|term| atoms.contains(&term.atom) && meant(term));
        match self {
            Self::OsiApproved => (!license.osi).then_some("it is not approved by the OSI"),
            Self::CommercialUse => match license.grants.get("commercial_use").map(String::as_str) {
                Some("yes") => None,
                Some("no") => Some("it does not allow commercial use"),
                _ => Some("it does not allow commercial use without conditions"),
            },
            Self::NoUseRestrictions => has(&[Atom::UseRestrictions, Atom::AcceptableUsePolicy])
                .then_some("it restricts what the model may be used for"),
            Self::NoTerritoryLimits => has(&[Atom::TerritoryExclusion]).then_some("it is not given in some places"),
        }
    }
}

/// Whose licence is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// That of the model itself.
    Model,
    /// Those of its base models.
    Base,
    /// That of a dataset.
    Dataset,
}

impl Side {
    /// Reads the word of the configuration.
    ///
    /// # Errors
    /// When there is no such side.
    pub fn parse(word: &str) -> Result<Self, String> {
        match word {
            "model" => Ok(Self::Model),
            "base" => Ok(Self::Base),
            "dataset" => Ok(Self::Dataset),
            _ => Err(format!("`{word}` is not a side; choose from model, base and dataset")),
        }
    }
}

/// A licence that one repository may have all the same.
#[derive(Debug)]
pub struct Exception {
    /// `owner/name`, `owner/*` for all of an owner, or the name of the folder.
    pub repository: String,
    /// The licence.
    pub license: Matcher,
    /// Why it may.
    pub reason: String,
    /// The day after which it does not hold, `2027-01-31`.
    pub expires: Option<String>,
    /// Whether it has been used in this run.
    pub used: AtomicBool,
}

/// The policy of a configuration.
#[derive(Debug, Default)]
pub struct Policy {
    /// If any: only these are allowed.
    pub allow: Vec<Matcher>,
    /// Never allowed.
    pub deny: Vec<Matcher>,
    /// Allowed, but to be looked at.
    pub review: Vec<Matcher>,
    /// What every licence must give.
    pub require: Vec<Requirement>,
    /// Whose licences are judged; empty: everybody's.
    pub sides: Vec<Side>,
    /// Exceptions, in the order of the configuration.
    pub exceptions: Vec<Exception>,
    /// Today, `2026-11-25`.
    pub today: String,
}

/// Owner and name of a repository, as far as they are known.
pub type Name<'a> = (Option<&'a str>, Option<&'a str>);

/// What the policy says of a licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    Allowed,
    /// An exception of the configuration allows what it says otherwise.
    Excepted {
        /// Whether a person should look; otherwise it is not allowed.
        review: bool,
        /// For this reason.
        why: String,
        /// Index of the exception.
        exception: usize,
    },
    /// A person should look, for this reason.
    Review(String),
    /// It is not allowed, for this reason.
    Denied(String),
}

impl Decision {
    /// What it becomes by an exception.
    fn excepted(self, exception: usize) -> Self {
        match self {
            Decision::Review(why) => Decision::Excepted { review: true, why, exception },
            Decision::Denied(why) => Decision::Excepted { review: false, why, exception },
            settled => settled,
        }
    }
}

impl Policy {
    /// True when licences of this side are judged.
    #[must_use]
    pub fn concerns(&self, side: Side) -> bool {
        self.sides.is_empty() || self.sides.contains(&side)
    }

    /// Judges the terms of a repository, of alternatives the best counts. `names`: the owner and name of that repository
    /// and of the one that derives from it, for either of which there may be an exception.
    #[must_use]
    pub fn judge(&self, terms: &Terms, names: &[Name<'_>]) -> Decision {
        let decides = !self.allow.is_empty() || !self.require.is_empty();
        if !terms.is_known() {
            let why = terms.unknown.clone().unwrap_or_else(|| "no licence is declared".to_owned());
            let listed = |list: &[Matcher]| list.iter().any(|matcher| matches!(matcher, Matcher::Unknown));
            let decision = if listed(&self.deny) {
                Decision::Denied(why)
            } else if listed(&self.allow) || !decides && !listed(&self.review) {
                return Decision::Allowed;
            } else {
                Decision::Review(why)
            };
            let exception = self.exception(names, |matcher| matches!(matcher, Matcher::Unknown));
            let Some(exception) = exception else { return decision };
            self.use_up(&[exception]);
            return decision.excepted(exception);
        }
        let mut best: Option<(Decision, Vec<usize>)> = None;
        for set in &terms.alternatives {
            let (mut worst, mut used) = (Decision::Allowed, Vec::new());
            for license in set {
                let decision = self.one(license, names);
                if let Decision::Excepted { exception, .. } = decision {
                    used.push(exception);
                }
                if rank(&decision) > rank(&worst) {
                    worst = decision;
                }
            }
            if best.as_ref().is_none_or(|(best, _)| rank(&worst) < rank(best)) {
                best = Some((worst, used));
            }
        }
        let (decision, used) = best.unwrap_or((Decision::Allowed, Vec::new()));
        self.use_up(&used);
        decision
    }

    /// Notes that a decision rests on these exceptions.
    fn use_up(&self, exceptions: &[usize]) {
        for exception in exceptions.iter().filter_map(|at| self.exceptions.get(*at)) {
            exception.used.store(true, Ordering::Relaxed);
        }
    }

    fn one(&self, license: &License, names: &[Name<'_>]) -> Decision {
        let decision = self.without_exceptions(license, names);
        if decision == Decision::Allowed {
            return decision;
        }
        if let Some(exception) = self.exception(names, |matcher| matcher.fits(license)) {
            return decision.excepted(exception);
        }
        // Whoever relied on an exception hears what became of it.
        let mut over = self.meant(names, |matcher| matcher.fits(license));
        let Some(day) = over.find_map(|(_, exception)| exception.expires.as_ref()) else { return decision };
        let told = |why: String| format!("{why}; its exception expired on {day}");
        match decision {
            Decision::Denied(why) => Decision::Denied(told(why)),
            Decision::Review(why) => Decision::Review(told(why)),
            settled => settled,
        }
    }

    /// The first exception that is still valid and is for one of the repositories and for what `fits`.
    fn exception(&self, names: &[Name<'_>], fits: impl Fn(&Matcher) -> bool) -> Option<usize> {
        let valid = |day: &String| self.today.as_str() <= day.as_str();
        let mut meant = self.meant(names, fits);
        meant.find(|(_, exception)| exception.expires.as_ref().is_none_or(valid)).map(|(at, _)| at)
    }

    /// The exceptions for one of the repositories and for what `fits`, whether they are still valid or not.
    fn meant<'a>(
        &'a self,
        names: &'a [Name<'a>],
        fits: impl Fn(&Matcher) -> bool + 'a,
    ) -> impl Iterator<Item = (usize, &'a Exception)> {
        self.exceptions.iter().enumerate().filter(move |(_, exception)| {
            let (wanted_owner, wanted) = exception
                .repository
                .split_once('/')
                .map_or((None, exception.repository.as_str()), |(o, n)| (Some(o), n));
            let meant = names.iter().any(|(owner, name)| {
                name.is_some_and(|name| wanted == "*" || name.eq_ignore_ascii_case(wanted))
                    && wanted_owner.is_none_or(|wanted| owner.is_some_and(|owner| owner.eq_ignore_ascii_case(wanted)))
            });
            meant && fits(&exception.license)
        })
    }

    fn without_exceptions(&self, license: &License, names: &[Name<'_>]) -> Decision {
        let fits = |list: &[Matcher]| list.iter().any(|matcher| matcher.fits(license));
        // Whoever looks for the licence in a list that has its class finds nothing.
        let listed = |list: &[Matcher], licenses: &str, class: &str| {
            let matcher = list.iter().find(|matcher| matcher.fits(license))?;
            Some(match matcher {
                Matcher::Class(of) => format!("`{}` is `{}`, a class that {class}", license.id, of.as_str()),
                Matcher::Licenses(_) | Matcher::Unknown => format!("`{}` is on the list of {licenses}", license.id),
            })
        };
        if let Some(why) = listed(&self.deny, "denied licences", "the policy denies") {
            return Decision::Denied(why);
        }
        if let Some(breach) = self.require.iter().find_map(|requirement| requirement.breach(license, names)) {
            return Decision::Denied(format!("`{}` does not meet the policy: {breach}", license.id));
        }
        if let Some(why) = listed(&self.review, "licences to be reviewed", "must be reviewed") {
            return Decision::Review(why);
        }
        if !self.allow.is_empty() && !fits(&self.allow) {
            return Decision::Denied(format!("`{}` is not on the list of allowed licences", license.id));
        }
        Decision::Allowed
    }
}

fn rank(decision: &Decision) -> u8 {
    match decision {
        Decision::Allowed => 0,
        Decision::Excepted { .. } => 1,
        Decision::Review(_) => 2,
        Decision::Denied(_) => 3,
    }
}
