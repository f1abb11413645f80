//! Frameworks: lists of requirements, each answered by topics.

use std::sync::LazyLock;

use serde::Deserialize;

use super::data::{Applies, topic, topics};
use super::fields::is_filled;
use super::openness::{Openness, Shown};
use super::{Disclosure, Level, Reading, traits};
use crate::card::Card;
use crate::embedded;
use crate::text::Span;

/// A framework (`rules/frameworks/`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its id, such as `eu-annex-xi`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Which version was mapped.
    pub version: String,
    /// Where it was read.
    pub source: String,
    /// To what it applies.
    pub applies: String,
    /// What it asks for.
    pub requirements: Vec<Requirement>,
}

impl Framework {
    /// Why the framework does not apply to a model; `None` where it does, or where no card can tell.
    #[must_use]
    pub fn excludes(&self, reading: &Reading) -> Option<String> {
        let applies = match self.applies.as_str() {
            // What generates nothing is no general-purpose model, and at no frontier.
            "generative" | "gpai" | "frontier" => Applies::Generative,
            "decision-about-people" => Applies::DecisionAboutPeople,
            "high-risk" => Applies::HighStakes,
            "health" => Applies::Health,
            _ => return None,
        };
        reading.traits.excludes(applies)
    }

    /// Its requirements where it does not apply.
    #[must_use]
    pub fn waived(&'static self, reason: &str) -> Vec<Answer> {
        let reason = format!("{reason}; ask for `{}` by its id to see its requirements all the same", self.id);
        let waived = |requirement| Answer {
            requirement,
            status: Status::NotApplicable,
            reason: Some(reason.clone()),
            evidence: Vec::new(),
        };
        self.requirements.iter().map(waived).collect()
    }
}

/// One requirement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its id.
    pub id: String,
    /// What it asks for, in short.
    pub title: String,
    /// `must`, `should` or `may`.
    pub level: String,
    /// Topics that answer it.
    pub topics: Vec<String>,
    /// Whether one of them is enough.
    #[serde(default, rename = "match")]
    pub matching: Matching,
    /// How far they answer it.
    #[serde(default)]
    pub fit: Fit,
    /// What it asks beyond them.
    #[serde(default)]
    pub beyond: Option<String>,
    /// The clause was read.
    #[serde(default = "yes")]
    pub verified: bool,
    /// A card can show it.
    #[serde(default = "yes")]
    pub checkable: bool,
    /// The key of the front matter that it is about: nothing else answers it.
    #[serde(default)]
    pub field: Option<String>,
    /// What the card must say (`rules/topics/claims.yaml`) for its topics to answer it: it asks for a part of them.
    #[serde(default)]
    pub claim: Option<String>,
    /// What the card may say to answer what it asks beyond its topics.
    #[serde(default)]
    pub answered_by: Option<String>,
    /// To which models it applies, where that is not what its topics apply to.
    #[serde(default)]
    pub applies: Option<Applies>,
    /// It is asked only of cards with `license: other`.
    #[serde(default)]
    pub other_license: bool,
    /// The models that it is asked of, where no card says whether it is one: silence is no gap then.
    #[serde(default)]
    pub asked_of: Option<String>,
    /// What else to know.
    #[serde(default)]
    pub note: Option<String>,
}

/// How the topics of a requirement go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Matching {
    /// One is enough.
    #[default]
    Any,
    /// All are needed; each answers a part of it.
    All,
    /// All are needed, and say together what no one of them says: who outside tested its limits.
    Joint,
}

/// How far the topics of a requirement answer it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// What meets the topics' tests meets it.
    #[default]
    Exact,
    /// They answer a part of it.
    Part,
    /// They answer what stands next to it: where they are silent, so is the card; where not, a reader must look.
    Near,
    /// No topic asks for it.
    None,
}

impl Fit {
    /// The word of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Fit::Exact => "exact",
            Fit::Part => "part",
            Fit::Near => "near",
            Fit::None => "none",
        }
    }
}

fn yes() -> bool {
    true
}

/// How a card stands to a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// There is substantive evidence.
    Covered,
    /// There is some.
    Partial,
    /// The card points at that of the model which it derives from.
    Inherited,
    /// There is none, or only a mention.
    Gap,
    /// It does not apply to this model.
    NotApplicable,
    /// Reading a card cannot tell.
    NotCheckable,
}

impl Status {
    /// All of them, in the order of reports.
    pub const ALL: [Status; 6] =
        [Status::Covered, Status::Partial, Status::Inherited, Status::Gap, Status::NotApplicable, Status::NotCheckable];

    /// The words of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Covered => "covered",
            Status::Partial => "partial",
            Status::Inherited => "left to the base model's card",
            Status::Gap => "gap",
            Status::NotApplicable => "not applicable",
            Status::NotCheckable => "not checkable by reading",
        }
    }
}

/// What was found for one requirement.
#[derive(Debug)]
pub struct Answer {
    /// The requirement.
    pub requirement: &'static Requirement,
    /// How the card stands to it.
    pub status: Status,
    /// Why it does not apply, or is answered in part, or cannot be told.
    pub reason: Option<String>,
    /// The best place for each topic that there is evidence of, in the order of the requirement's topics.
    pub evidence: Vec<Span>,
}

/// All frameworks, by id.
#[must_use]
pub fn frameworks() -> &'static [Framework] {
    static TABLE: LazyLock<Vec<Framework>> = LazyLock::new(|| {
        let paths = embedded::DATA_FILES.iter().map(|&(path, _)| path);
        paths.filter(|path| path.starts_with("rules/frameworks/")).map(embedded::table).collect()
    });
    &TABLE
}

/// Reads the answers of a card to a framework from what it discloses.
#[must_use]
pub fn answers(framework: &'static Framework, card: &Card<'_>, reading: &Reading) -> Vec<Answer> {
    let derives = card.field("base_model").is_some();
    let pointer = reading.claims.iter().find(|(claim, _)| derives && *claim == "claim.pointer").map(|(_, span)| *span);
    let copy = derives && reading.is_of_copy(card);
    let answers = framework.requirements.iter().map(|requirement| answer(requirement, card, reading));
    answers
        .map(|mut answer| {
            let of = |kinds: &[String]| {
                answer.requirement.topics.iter().all(|id| kinds.iter().any(|kind| id.starts_with(kind.as_str())))
            };
            if answer.status != Status::Gap {
                return answer;
            }
            if let Some(models) = &answer.requirement.asked_of {
                answer.status = Status::NotApplicable;
                answer.reason = Some(format!("asked of {models} only, and nothing says that it is one"));
            } else if pointer.is_some() && of(traits::inherited()) {
                answer.status = Status::Inherited;
                answer.evidence = pointer.into_iter().collect();
            } else if copy && of(traits::trained()) {
                answer.status = Status::NotApplicable;
                answer.reason = Some("it is a copy in another format, which was not trained".to_owned());
            }
            answer
        })
        .collect()
}

/// Lets what shows how open a model is (its licence and files, too) answer the requirements on that, so that both reports
/// say the same.
pub fn by_openness(answers: &mut [Answer], openness: &Openness) {
    for answer in answers {
        let mut parts = openness.components.iter().chain(&openness.elements);
        let Some(part) = parts.find(|part| part.component.id == answer.requirement.id) else { continue };
        (answer.status, answer.reason) = match &part.shown {
            Shown::Yes => (Status::Covered, part.file.as_ref().map(|file| format!("shown by {file}"))),
            Shown::Partly(why) => (Status::Partial, Some((*why).to_owned())),
            Shown::No => (Status::Gap, None),
        };
        answer.evidence = part.evidence.into_iter().collect();
    }
}

fn answer(requirement: &'static Requirement, card: &Card<'_>, reading: &Reading) -> Answer {
    let mut answer = Answer { requirement, status: Status::NotCheckable, reason: None, evidence: Vec::new() };
    if !requirement.checkable || requirement.fit == Fit::None {
        let beyond = requirement.beyond.as_ref().map(|beyond| format!("cardlint does not look for {beyond}"));
        answer.reason = beyond.or_else(|| Some("a card alone cannot show it".to_owned()));
        return answer;
    }
    let asked = Asked::of(requirement, reading);
    if asked.open().next().is_none()
        || requirement.matching == Matching::Joint && asked.open().count() < asked.topics.len()
    {
        answer.status = Status::NotApplicable;
        answer.reason = asked.topics.into_iter().find_map(|(_, excluded)| excluded);
        return answer;
    }
    if let Some(field) = &requirement.field {
        asked.by_field(card, field, &mut answer);
        return answer;
    }
    let said = |id: &String| reading.claims.iter().find(|(claim, _)| claim == id).map(|(_, span)| *span);
    let claimed = requirement.claim.as_ref().map(said);
    if claimed == Some(None) {
        answer.status = Status::Gap;
        return answer;
    }
    if let Some(span) = requirement.answered_by.as_ref().and_then(said) {
        (answer.status, answer.evidence) = (Status::Covered, vec![span]);
        return answer;
    }
    let claimed = claimed.flatten();
    answer.status = asked.status(claimed.is_some());
    if answer.status == Status::Partial && requirement.fit == Fit::Near {
        answer.status = Status::NotCheckable;
        let beyond = requirement.beyond.iter();
        answer.reason =
            beyond.map(|beyond| format!("cardlint does not look for {beyond}; these lines come nearest")).next();
    }
    if answer.status == Status::Partial {
        answer.reason = asked.lacks();
    }
    if answer.status != Status::Gap {
        answer.evidence = claimed.map_or_else(|| asked.evidence(), |span| vec![span]);
    }
    answer
}

/// A requirement, and what a card says to its topics.
struct Asked<'r> {
    requirement: &'static Requirement,
    reading: &'r Reading,
    /// The topics, each with why it does not apply.
    topics: Vec<(usize, Option<String>)>,
}

impl<'r> Asked<'r> {
    /// What does not apply asks for nothing; if nothing applies, neither does the requirement.
    fn of(requirement: &'static Requirement, reading: &'r Reading) -> Self {
        let applies = |id: usize| requirement.applies.unwrap_or(topics()[id].applies);
        // Where nothing in a card says that it is of that kind, an answer does.
        let answers = |id: usize| {
            let kind = matches!(applies(id), Applies::DecisionAboutPeople | Applies::HighStakes | Applies::Health);
            kind && reading.disclosures.get(id).is_some_and(|found| found.level == Level::Substantive)
        };
        let excludes = |id: usize| if answers(id) { None } else { reading.traits.excludes(applies(id)) };
        let ids = requirement.topics.iter().filter_map(|id| topic(id));
        Self { requirement, reading, topics: ids.map(|id| (id, excludes(id))).collect() }
    }

    /// The topics that apply, with what the card says to each.
    fn open(&self) -> impl DoubleEndedIterator<Item = (usize, &'r Disclosure)> {
        let open = self.topics.iter().filter(|(_, excluded)| excluded.is_none());
        open.filter_map(|(id, _)| Some((*id, self.reading.disclosures.get(*id)?)))
    }

    /// Answers what asks for a field of the front matter.
    fn by_field(&self, card: &Card<'_>, field: &str, answer: &mut Answer) {
        let other = card.mapping().is_some_and(|(document, _)| {
            card.field_items("license").into_iter().any(|item| document.text(item) == Some("other"))
        });
        if self.requirement.other_license && !other {
            answer.status = Status::NotApplicable;
            let declared = card.field("license").is_some();
            let why = if declared { "the licence is not `other`" } else { "no licence is declared" };
            answer.reason = Some(why.to_owned());
            return;
        }
        let written = card.mapping().zip(card.field(field)).filter(|(_, (_, value))| is_filled(card, field, *value));
        answer.status = if written.is_some() { Status::Covered } else { Status::Gap };
        answer.evidence = written.map(|((document, _), (key, _))| document.node(key).span).into_iter().collect();
    }

    /// How the card stands to it; `claimed`: it makes the claim that is asked for.
    fn status(&self, claimed: bool) -> Status {
        let mut open = self.open().map(|(_, found)| found);
        let matching = self.requirement.matching;
        let enough = match matching {
            Matching::Any => self.open().any(|(_, found)| meets(found)),
            Matching::All | Matching::Joint => self.open().all(|(_, found)| meets(found)),
        };
        // A claim is all that is asked of its topics.
        let claimed_all = claimed && matching == Matching::Any;
        if (enough || claimed_all) && self.requirement.fit == Fit::Exact {
            return Status::Covered;
        }
        let begun = match matching {
            Matching::Joint => open.all(speaks),
            Matching::Any | Matching::All => open.any(speaks),
        };
        if claimed || begun { Status::Partial } else { Status::Gap }
    }

    /// What is missing in what is answered in part.
    fn lacks(&self) -> Option<String> {
        let lacking = self.open().filter(|(_, found)| !speaks(found));
        // What is only mentioned is not nothing.
        let (named, lacking): (Vec<_>, Vec<_>) = lacking.partition(|(_, found)| found.level == Level::Mentioned);
        let lacks: Vec<String> = [("nothing on", lacking), ("too little on", named)]
            .into_iter()
            .filter(|(_, found)| self.requirement.matching != Matching::Any && !found.is_empty())
            .map(|(words, found)| {
                let labels: Vec<String> = found.into_iter().map(|(id, _)| topics()[id].label()).collect();
                format!("{words} {}", labels.join(", "))
            })
            .collect();
        let lacks = (!lacks.is_empty()).then(|| lacks.join("; "));
        let beyond = self.requirement.beyond.as_ref().map(|beyond| match self.requirement.answered_by {
            Some(_) => format!("nothing on {beyond}"),
            None => format!("also asks for {beyond}, which cardlint does not look for"),
        });
        // Where nothing else tells what is missing, the test that is not met does.
        let takes = self.open().find(|(_, found)| speaks(found) && !meets(found));
        let takes = takes.filter(|_| lacks.is_none() && beyond.is_none());
        let takes = takes.map(|(id, _)| format!("more is needed: {}", topics()[id].asks()));
        let reasons: Vec<String> = lacks.into_iter().chain(beyond).chain(takes).collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    /// Where all topics are needed, the place of each; else the best shows it, the first of several.
    fn evidence(&self) -> Vec<Span> {
        let shown: Vec<&Disclosure> = match self.requirement.matching {
            Matching::Any => {
                self.open().rev().max_by_key(|(_, found)| found.level).map(|(_, found)| found).into_iter().collect()
            }
            Matching::All | Matching::Joint => {
                self.open().map(|(_, found)| found).filter(|found| speaks(found)).collect()
            }
        };
        let mut evidence = Vec::new();
        for span in shown.into_iter().filter_map(|found| found.evidence.first().copied()) {
            if !evidence.contains(&span) {
                evidence.push(span);
            }
        }
        evidence
    }
}

/// Whether the test of a topic is met.
fn meets(found: &Disclosure) -> bool {
    found.level == Level::Substantive
}

/// Whether a topic is answered, at least in part.
fn speaks(found: &Disclosure) -> bool {
    found.level.is_disclosed()
}
