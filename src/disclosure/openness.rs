//! How open a model is, as far as its card, its licence and the names of its files show: components of the
//! Model Openness Framework, and elements of the Open Source AI Definition (`rules/openness.yaml`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::data::topic;
use super::framework::Matching;
use super::{Disclosure, Level, Reading};
use crate::embedded;
use crate::text::Span;

/// `rules/openness.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    components: Vec<Component>,
    elements: Vec<Component>,
}

/// A component or element, and what shows it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The requirement of the framework.
    pub id: String,
    /// What it is.
    pub name: String,
    /// The class of the Model Openness Framework that asks for it first: III, II or I.
    #[serde(default)]
    pub class: Option<String>,
    /// Asked for, not only welcome.
    #[serde(default = "yes")]
    pub required: bool,
    topics: Vec<String>,
    /// Whether one of the topics is enough.
    #[serde(default, rename = "match")]
    matching: Matching,
    #[serde(default)]
    claims: Vec<String>,
    /// Claims that it is not there, whatever topics say of it.
    #[serde(default)]
    unless: Vec<String>,
    /// What topics say describes it, and does not make it there to be had.
    #[serde(default)]
    described: bool,
    #[serde(default)]
    files: Names,
    /// Whose licence must be free.
    #[serde(default)]
    terms: Option<Owner>,
    /// The element of the Open Source AI Definition that it belongs to.
    #[serde(default)]
    pub osaid: Option<String>,
}

fn yes() -> bool {
    true
}

/// Beginnings and ends of file names.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    #[serde(default)]
    begins: Vec<String>,
    #[serde(default)]
    ends: Vec<String>,
}

impl Names {
    fn is_empty(&self) -> bool {
        self.begins.is_empty() && self.ends.is_empty()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Owner {
    Weights,
    Code,
}

/// What the licence that is declared, or that the text names, leaves to users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freedom {
    /// To use, study, modify and share for any purpose.
    Free,
    /// Less than that.
    Restricted,
    /// As much, but less by the licences of what the model derives from.
    Disputed,
    /// As much, as far as it is known: not of what the model derives from.
    Unjudged,
    /// As much, but the text of the card forbids commercial use.
    Contradicted,
    /// Nothing is known.
    Unknown,
}

/// How far a component is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It is.
    Yes,
    /// It is there, and something is missing.
    Partly(&'static str),
    /// Nothing shows it.
    No,
}

impl Shown {
    /// The word of reports.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Shown::Yes => "shown",
            Shown::Partly(_) => "partly",
            Shown::No => "not shown",
        }
    }
}

/// What was found for a component.
#[derive(Debug)]
pub struct Part {
    /// The component.
    pub component: &'static Component,
    /// How far it is shown.
    pub shown: Shown,
    /// The place in the card that shows it.
    pub evidence: Option<Span>,
    /// The file that shows it.
    pub file: Option<String>,
}

/// The classes of the Model Openness Framework, from the least to the most open.
pub const CLASSES: [&str; 3] = ["III", "II", "I"];

/// A model against both frameworks.
#[derive(Debug)]
pub struct Openness {
    /// Components of the Model Openness Framework.
    pub components: Vec<Part>,
    /// Elements of the Open Source AI Definition.
    pub elements: Vec<Part>,
}

impl Openness {
    /// The class that the evidence reaches, if any.
    #[must_use]
    pub fn class(&self) -> Option<&'static str> {
        CLASSES.into_iter().take_while(|class| self.missing(class).is_empty()).last()
    }

    /// What a class asks for and nothing shows in full.
    #[must_use]
    pub fn missing(&self, class: &str) -> Vec<&Part> {
        let of_class = |part: &&Part| part.component.class.as_deref() == Some(class) && part.component.required;
        self.components.iter().filter(of_class).filter(|part| part.shown != Shown::Yes).collect()
    }

    /// The next class, and what it misses.
    #[must_use]
    pub fn next(&self) -> Option<(&'static str, Vec<&Part>)> {
        CLASSES.into_iter().map(|class| (class, self.missing(class))).find(|(_, missing)| !missing.is_empty())
    }
}

/// Reads how open a model is: what it discloses, what its licence leaves, with its place, and its files.
#[must_use]
pub fn openness(reading: &Reading, (freedom, license): (Freedom, Span), files: &[String]) -> Openness {
    static TABLE: LazyLock<File> = LazyLock::new(|| embedded::table("rules/openness.yaml"));
    let parts =
        |list: &'static [Component]| list.iter().map(|one| part(one, reading, (freedom, license), files)).collect();
    Openness { components: parts(&TABLE.components), elements: parts(&TABLE.elements) }
}

fn part(
    component: &'static Component,
    reading: &Reading,
    (freedom, license): (Freedom, Span),
    files: &[String],
) -> Part {
    let answer = |id: &String| topic(id).and_then(|topic| reading.disclosures.get(topic));
    let claimed = |ids: &[String]| {
        let claims = ids.iter().find_map(|id| reading.claims.iter().find(|(claim, _)| claim == id));
        claims.map(|(_, span)| *span)
    };
    let withheld = claimed(&component.unless).is_some();
    let answers = component.topics.iter().filter(|_| !withheld).filter_map(answer);
    let best = answers.max_by_key(|found| found.level).filter(|found| found.level.is_disclosed());
    let claim = claimed(&component.claims);
    let names = &component.files;
    let file = files.iter().find(|name| {
        let begins = names.begins.iter().any(|begin| name.starts_with(begin.as_str()));
        begins || names.ends.iter().any(|end| name.ends_with(end.as_str()))
    });
    let evidence = claim.or_else(|| best.and_then(|found| found.evidence.first().copied()));
    let meets = |found: &Disclosure| found.level == Level::Substantive;
    let enough = match component.matching {
        Matching::Any => best.is_some_and(meets),
        Matching::All | Matching::Joint => component.topics.iter().filter_map(answer).all(meets) && best.is_some(),
    };
    let substantive = claim.is_some() || enough && !component.described;
    // An element that is nothing but terms is shown by the licence.
    let nothing_else = component.topics.is_empty() && component.claims.is_empty() && names.is_empty();
    let there = evidence.is_some() || file.is_some() || nothing_else;
    let stated = answer(&"license.components".to_owned()).is_some_and(|found| found.level.is_disclosed());
    let shown = if !there {
        Shown::No
    } else if !substantive && file.is_none() && !nothing_else {
        Shown::Partly("the card says less than it takes")
    } else {
        match (component.terms, freedom) {
            (None, _) | (Some(_), Freedom::Free) if component.terms != Some(Owner::Code) || file.is_some() => {
                Shown::Yes
            }
            (Some(Owner::Code), _) if file.is_none() && stated => Shown::Yes,
            (Some(Owner::Code), _) if file.is_none() => Shown::Partly("the licence of the code is not shown"),
            (_, Freedom::Restricted) => Shown::Partly("the licence restricts use"),
            (_, Freedom::Disputed) => Shown::Partly("the licence of what the model derives from restricts use"),
            (_, Freedom::Unjudged) => Shown::Partly("the licence of what the model derives from is not known"),
            (_, Freedom::Contradicted) => Shown::Partly("the text of the card forbids commercial use"),
            (_, Freedom::Unknown) => Shown::Partly("whether the licence is free is not known"),
            _ => Shown::Yes,
        }
    };
    let evidence = evidence.or_else(|| nothing_else.then_some(license));
    Part { component, shown, evidence, file: file.cloned() }
}
