//! Does a published licence keep what the licences of its inputs ask for?
//!
//! The rules are few and small on purpose (`rules/licenses/rules.yaml` holds the exceptions). Two laws
//! hold and are tested: publishing under the input's own licence is fine unless it forbids publishing,
//! and a further input never improves a verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde_json::Value;

use super::knowledge::{Atom, License, Reach, Scope, Status, Term, rules};
use super::lineage::Origin;
use super::resolve::Terms;
use crate::text::prose::spaced;

/// How a model derives from its bases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Trained further.
    Finetune,
    /// Weights to be used beside those of the base.
    Adapter,
    /// The base's weights in another number format.
    Quantized,
    /// Weights made of those of several bases.
    Merge,
    /// Trained on what a teacher wrote.
    Distilled,
}

impl Relation {
    /// The word of the Hub (`distilled` is ours).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Relation::Finetune => "finetune",
            Relation::Adapter => "adapter",
            Relation::Quantized => "quantized",
            Relation::Merge => "merge",
            Relation::Distilled => "distilled",
        }
    }
}

impl FromStr for Relation {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        [Relation::Finetune, Relation::Adapter, Relation::Quantized, Relation::Merge, Relation::Distilled]
            .into_iter()
            .find(|relation| relation.as_str() == word)
            .ok_or_else(|| {
                format!("`{word}` is not a relation; choose from finetune, adapter, quantized, merge and distilled")
            })
    }
}

/// What an input gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Weights.
    Base,
    /// Outputs to train on.
    Teacher,
    /// Data to train on.
    Dataset,
}

impl Role {
    /// The word of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Base => "base",
            Role::Teacher => "teacher",
            Role::Dataset => "dataset",
        }
    }
}

/// Something that a model derives from.
#[derive(Clone, Debug)]
pub struct Input {
    /// What it gives.
    pub role: Role,
    /// What it is called, for reports.
    pub name: String,
    /// Its licence.
    pub terms: Terms,
    /// The licence was seen at its publisher or declared by the user, not guessed or taken from a catalogue.
    pub certain: bool,
    /// Its owner publishes the model too, and may choose new terms.
    pub same_owner: bool,
    /// Where its licence is known from.
    pub origin: Origin,
    /// The input that derives from it, when it is not named by the model itself.
    pub behind: Option<String>,
    /// Its card has an access form.
    pub gated: bool,
}

impl Input {
    /// An input whose licence is given with it.
    #[must_use]
    pub fn given(role: Role, name: impl Into<String>, terms: Terms) -> Self {
        Self {
            role,
            name: name.into(),
            terms,
            certain: true,
            same_owner: false,
            origin: Origin::Given,
            behind: None,
            gated: false,
        }
    }
}

/// What is published.
#[derive(Clone, Debug)]
pub struct Published {
    /// Repository name without its owner.
    pub name: String,
    /// The declared licence.
    pub terms: Terms,
}

/// The worst that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything is carried on.
    Ok,
    /// A person must decide: the texts do not say.
    Review,
    /// A licence is not known.
    Unknown,
    /// A restriction is lost.
    ObligationLost,
    /// No published licence could satisfy the inputs, or they forbid the publishing.
    Conflict,
}

impl Verdict {
    /// The word of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Review => "review",
            Verdict::Unknown => "unknown",
            Verdict::ObligationLost => "obligation-lost",
            Verdict::Conflict => "conflict",
        }
    }
}

/// A reason of a verdict: a term of an input, as far as one is the reason.
#[derive(Clone, Debug)]
pub struct Reason {
    /// How bad it is by itself.
    pub verdict: Verdict,
    /// Index of the input; `None` when the published licence itself is the reason.
    pub input: Option<usize>,
    /// The licence.
    pub license: Option<&'static License>,
    /// The term.
    pub term: Option<&'static Term>,
    /// What is wrong, as a clause.
    pub message: String,
    /// Every fact behind it was verified.
    pub certain: bool,
    /// The published licence carries the term all the same: nothing can be lost.
    pub carried: bool,
}

/// A duty that the published repository owes.
#[derive(Clone, Debug)]
pub struct Duty {
    /// Index of the input.
    pub input: usize,
    /// The licence that asks.
    pub license: &'static License,
    /// The term.
    pub term: &'static Term,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// Why, worst first.
    pub reasons: Vec<Reason>,
    /// What is owed.
    pub duties: Vec<Duty>,
    /// Of those, what the name of the repository already breaks.
    pub unmet: Vec<Duty>,
}

impl Judgement {
    /// The worst verdict of all reasons.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.reasons.iter().map(|reason| reason.verdict).max().unwrap_or(Verdict::Ok)
    }

    /// The restrictions that are not carried, or cannot be, sorted.
    #[must_use]
    pub fn lost(&self) -> BTreeSet<Atom> {
        let lost = |reason: &&Reason| reason.verdict >= Verdict::ObligationLost;
        self.reasons.iter().filter(lost).filter_map(|reason| reason.term.map(|term| term.atom)).collect()
    }

    /// Words of the duties, sorted.
    #[must_use]
    pub fn duty_words(duties: &[Duty]) -> BTreeSet<&'static str> {
        duties.iter().map(|duty| duty.term.atom.as_str()).collect()
    }
}

/// Combinations of alternatives that are tried; expressions in cards have two or three.
const MAX_COMBINATIONS: usize = 256;

/// Compares the published terms with those of the inputs. Where a licence of an input leaves a choice, the best choice
/// counts; where the published one does, all must hold, because whoever takes the model may choose.
#[must_use]
pub fn judge(relation: Relation, inputs: &[Input], published: &Published) -> Judgement {
    let choices: Vec<Vec<Option<&[&'static License]>>> = inputs.iter().map(|input| options(&input.terms)).collect();
    let combinations = choices.iter().map(Vec::len).fold(1, usize::saturating_mul);
    let offered = options(&published.terms);
    if combinations.saturating_mul(offered.len()) > MAX_COMBINATIONS {
        // Judging a part of them could blame a choice that nobody has to make.
        let message = "the licences leave too many choices".to_owned();
        let verdict = Verdict::Unknown;
        let reason = Reason { verdict, input: None, license: None, term: None, message, certain: true, carried: false };
        return Judgement { reasons: vec![reason], ..Judgement::default() };
    }
    let mut worst: Option<Judgement> = None;
    for declared in offered {
        let mut best: Option<Judgement> = None;
        for number in 0..combinations {
            let mut rest = number;
            let mut sets = Vec::with_capacity(choices.len());
            for options in &choices {
                sets.push(options[rest % options.len()]);
                rest /= options.len();
            }
            let judgement = Case { relation, inputs, sets: &sets, published, declared }.judge();
            if best.as_ref().is_none_or(|best| judgement.verdict() < best.verdict()) {
                best = Some(judgement);
            }
        }
        if let Some(best) = best
            && worst.as_ref().is_none_or(|worst| best.verdict() > worst.verdict())
        {
            worst = Some(best);
        }
    }
    worst.unwrap_or_default()
}

/// The alternatives of some terms; one that is not known for unknown ones.
fn options(terms: &Terms) -> Vec<Option<&[&'static License]>> {
    match terms.alternatives.as_slice() {
        [] => vec![None],
        some => some.iter().map(|set| Some(set.as_slice())).collect(),
    }
}

/// One choice of alternatives.
struct Case<'a> {
    relation: Relation,
    inputs: &'a [Input],
    /// The licences of each input; `None` when unknown.
    sets: &'a [Option<&'a [&'static License]>],
    published: &'a Published,
    declared: Option<&'a [&'static License]>,
}

/// A term that is in force for the published model.
#[derive(Clone, Copy)]
struct Active {
    input: usize,
    role: Role,
    license: &'static License,
    term: &'static Term,
}

impl Case<'_> {
    fn judge(&self) -> Judgement {
        let mut judgement = Judgement::default();
        self.unknowns(&mut judgement);
        let active: Vec<Active> = self.active().collect();
        let restrictions: Vec<Active> = active.iter().copied().filter(|a| a.term.must_be_carried()).collect();
        for &restriction in &restrictions {
            self.carry(restriction, &mut judgement);
        }
        self.share_alike(&restrictions, &mut judgement);
        self.incompatible(&mut judgement);
        self.duties(&active, &mut judgement);
        judgement.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.verdict));
        judgement
    }

    /// Licences of all inputs that have another owner than the published model.
    fn foreign(&self) -> impl Iterator<Item = (usize, Role, &'static License)> {
        self.inputs.iter().zip(self.sets).enumerate().filter(|(_, (input, _))| !input.same_owner).flat_map(
            |(at, (input, set))| set.unwrap_or_default().iter().map(move |&license| (at, input.role, license)),
        )
    }

    fn active(&self) -> impl Iterator<Item = Active> {
        self.foreign().flat_map(move |(input, role, license)| {
            let in_force = move |term: &&'static Term| match role {
                Role::Base => {
                    term.applies(Scope::Derivative)
                        || (self.relation == Relation::Quantized && term.applies(Scope::Copy))
                        || (term.applies(Scope::Use) && term.must_be_carried())
                }
                Role::Teacher => term.applies(Scope::Outputs),
                Role::Dataset => {
                    term.applies(Scope::TrainedOnData) || (term.applies(Scope::Use) && term.must_be_carried())
                }
            };
            let name = self.inputs[input].name.as_str();
            let concerned = move |term: &&'static Term| in_force(term) && term.concerns(name);
            license.terms.iter().filter(concerned).map(move |term| Active { input, role, license, term })
        })
    }

    fn unknowns(&self, judgement: &mut Judgement) {
        for (at, (input, set)) in self.inputs.iter().zip(self.sets).enumerate() {
            if set.is_some() || input.same_owner {
                continue;
            }
            // What data under unknown terms means for weights is never more than a question.
            let verdict = if input.role == Role::Dataset { Verdict::Review } else { Verdict::Unknown };
            let why = input.terms.unknown.clone().unwrap_or_else(|| "no licence is known".to_owned());
            judgement.reasons.push(Reason {
                verdict,
                input: Some(at),
                license: None,
                term: None,
                message: why,
                certain: input.certain,
                carried: false,
            });
        }
        let foreign = self.inputs.iter().any(|input| !input.same_owner);
        if self.declared.is_none() && foreign {
            let why = self.published.terms.unknown.clone().unwrap_or_else(|| "no licence is declared".to_owned());
            judgement.reasons.push(Reason {
                verdict: Verdict::Unknown,
                input: None,
                license: None,
                term: None,
                message: why,
                certain: true,
                carried: false,
            });
        }
    }

    fn reason(&self, verdict: Verdict, active: Active, message: impl Into<String>) -> Reason {
        Reason {
            verdict,
            input: Some(active.input),
            license: Some(active.license),
            term: Some(active.term),
            message: message.into(),
            certain: self.inputs[active.input].certain
                && active.term.verified
                && active.license.status != Status::Unverified,
            carried: false,
        }
    }

    /// An adapter of a licence that does not say whether it reaches adapters.
    fn is_out_of_reach(&self, active: Active) -> bool {
        self.relation == Relation::Adapter && active.role == Role::Base && active.license.adapter == Reach::Unclear
    }

    fn carry(&self, active: Active, judgement: &mut Judgement) {
        let words = active.term.words().into_owned();
        match active.term.atom {
            Atom::NoDerivatives if active.role != Role::Dataset => {
                let reason = match self.relation {
                    // CC 4.0, 2(a)(4): a technical change of format makes no adapted material.
                    Relation::Quantized => {
                        self.reason(Verdict::Review, active, "a change of number format may be no adaptation")
                    }
                    _ if self.is_out_of_reach(active) => {
                        self.reason(Verdict::Review, active, "it does not say whether an adapter is an adaptation")
                    }
                    _ => self.reason(Verdict::Conflict, active, words),
                };
                judgement.reasons.push(reason);
                return;
            }
            Atom::NoRedistribution if active.role != Role::Dataset => {
                judgement.reasons.push(self.reason(Verdict::Conflict, active, words));
                return;
            }
            Atom::NoTrainOtherModels => {
                let verdict = match self.kinship(active.license) {
                    _ if active.role != Role::Teacher => return,
                    Kinship::Same => return,
                    // The texts except their own generation; whether a later one derives from it they do not say.
                    Kinship::Family => Verdict::Review,
                    Kinship::None => Verdict::Conflict,
                };
                judgement.reasons.push(self.reason(verdict, active, words));
                return;
            }
            _ => {}
        }
        let Some(declared) = self.declared else { return };
        if declared.iter().any(|license| carries(license, active.license, active.term)) {
            // What terms of data mean for weights is unsettled even where the licence repeats them.
            if active.role == Role::Dataset && active.term.applies(Scope::TrainedOnData) {
                let message = format!("{words}: the licence carries it, but whether it reaches weights is unsettled");
                judgement.reasons.push(Reason { carried: true, ..self.reason(Verdict::Review, active, message) });
            }
            return;
        }
        let lists = |license: &&'static License| license.terms.iter().any(|term| rail(term).is_some());
        let reason = if active.role == Role::Dataset {
            self.reason(Verdict::Review, active, "whether this reaches a model trained on the data is unsettled")
        } else if self.is_out_of_reach(active) {
            self.reason(Verdict::Review, active, "it does not say whether it reaches an adapter")
        } else if rail(active.term).is_some() && declared.iter().any(lists) {
            // Each allows derivatives under terms that forbid at least the same.
            self.reason(Verdict::Review, active, "the published licence has another list: compare the two")
        } else {
            self.reason(Verdict::ObligationLost, active, words)
        };
        judgement.reasons.push(reason);
    }

    /// How close student and teacher are, as the licence says, where the base models do not say otherwise: what such terms
    /// except is the teacher's own generation.
    fn kinship(&self, teacher: &License) -> Kinship {
        let bases: Vec<&License> =
            self.foreign().filter(|(_, role, _)| *role == Role::Base).map(|(_, _, license)| license).collect();
        let declared = self.declared.unwrap_or_default();
        let closest = |licenses: &[&License]| {
            let same = |license: &&License| license.id == teacher.id;
            let related = |license: &&License| stem(&license.id) == stem(&teacher.id);
            if licenses.iter().any(same) {
                Kinship::Same
            } else if licenses.iter().any(related) {
                Kinship::Family
            } else {
                Kinship::None
            }
        };
        let own = closest(declared);
        if bases.is_empty() { own } else { own.min(closest(&bases)) }
    }

    /// Is there any licence under which all of this could be published?
    fn share_alike(&self, restrictions: &[Active], judgement: &mut Judgement) {
        let relevant: Vec<Active> = restrictions
            .iter()
            .copied()
            .filter(|active| active.role == Role::Base && !self.is_out_of_reach(*active))
            .collect();
        let mut open: Option<BTreeSet<&str>> = None;
        for active in relevant.iter().filter(|active| active.term.atom.is_share_alike()) {
            let accepted: BTreeSet<&str> = active.term.accepted().collect();
            open = Some(match open {
                None => accepted,
                Some(before) => before.intersection(&accepted).copied().collect(),
            });
        }
        let Some(open) = open else { return };
        let impossible =
            |atom: Atom| matches!(atom, Atom::NoDerivatives | Atom::NoRedistribution | Atom::NoTrainOtherModels);
        let carried = |active: &&Active| !active.term.atom.is_share_alike() && !impossible(active.term.atom);
        let satisfies = |id: &&&str| {
            super::knowledge::find(id).is_some_and(|candidate| {
                relevant.iter().filter(carried).all(|active| carries(candidate, active.license, active.term))
            })
        };
        if open.iter().find(satisfies).is_some() {
            return;
        }
        // The share-alike terms and what none of the accepted licences carries stand against each other.
        if let Some(&first) = relevant.iter().find(|active| active.term.atom.is_share_alike()) {
            let against: Vec<&str> = relevant
                .iter()
                .filter(|active| active.license.id != first.license.id)
                .map(|active| active.license.id.as_str())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            let message = if against.is_empty() {
                "no licence that it accepts carries its other terms".to_owned()
            } else {
                format!("no licence satisfies both it and {}", against.join(", "))
            };
            let mut reason = self.reason(Verdict::Conflict, first, message);
            // The conflict is between terms, not a loss of this one.
            reason.term = None;
            judgement.reasons.push(reason);
        }
    }

    fn incompatible(&self, judgement: &mut Judgement) {
        let bases: Vec<_> = self.foreign().filter(|(_, role, _)| *role == Role::Base).collect();
        let lost = judgement.reasons.iter().filter(|reason| reason.verdict >= Verdict::ObligationLost);
        let told: BTreeSet<usize> = lost.filter_map(|reason| reason.input).collect();
        for &(input, _, base) in &bases {
            if told.contains(&input) {
                continue;
            }
            let clash = |license: &&&License| rules().incompatible(&license.id, &base.id);
            let declared = self.declared.unwrap_or_default();
            let Some((license, source)) = declared.iter().find_map(|license| Some((license, clash(&license)?))) else {
                continue;
            };
            judgement.reasons.push(Reason {
                verdict: Verdict::ObligationLost,
                input: Some(input),
                license: Some(base),
                term: None,
                message: format!("its terms cannot be kept under {} ({source})", license.id),
                certain: self.inputs[input].certain,
                carried: false,
            });
        }
        // What two licences say of each other is said once: a merge may have hundreds of bases.
        let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut firsts: Vec<_> = Vec::new();
        for &(input, role, base) in &bases {
            if firsts.iter().filter(|(_, _, known): &&(usize, Role, &License)| known.id == base.id).count() < 2 {
                firsts.push((input, role, base));
            }
        }
        for (at, &(input, _, one)) in firsts.iter().enumerate() {
            for &(other_input, _, other) in &firsts[at + 1..] {
                if input != other_input
                    && seen.insert((&one.id, &other.id))
                    && let Some(source) = rules().incompatible(&one.id, &other.id)
                {
                    judgement.reasons.push(Reason {
                        verdict: Verdict::Conflict,
                        input: Some(input),
                        license: Some(one),
                        term: None,
                        message: format!(
                            "works under it cannot be merged with works under {} ({source})",
                            other.id.as_str()
                        ),
                        certain: self.inputs[input].certain && self.inputs[other_input].certain,
                        carried: false,
                    });
                }
            }
        }
    }

    fn duties(&self, active: &[Active], judgement: &mut Judgement) {
        let mut prefixes: BTreeMap<String, Active> = BTreeMap::new();
        for &duty in active.iter().filter(|active| !active.term.must_be_carried()) {
            let owed = Duty { input: duty.input, license: duty.license, term: duty.term };
            let named = duty.term.text().map(fold_name);
            match (duty.term.atom, named) {
                (Atom::NamePrefix, Some(prefix)) => {
                    // The texts speak of training and improving; of a bare quantization it is advice.
                    let name = &self.published.name;
                    // Of a model without a name nothing is known.
                    if self.relation != Relation::Quantized && !name.is_empty() && !name_begins(name, &prefix) {
                        judgement.unmet.push(owed.clone());
                    }
                    prefixes.insert(prefix, duty);
                }
                (Atom::NameNotPrimary, Some(word))
                    if self.relation != Relation::Quantized && name_begins(&self.published.name, &word) =>
                {
                    judgement.unmet.push(owed.clone());
                }
                _ => {}
            }
            judgement.duties.push(owed);
        }
        // In order, a prefix of another stands right before it.
        let apart = prefixes.keys().zip(prefixes.iter().skip(1)).find(|(one, (other, _))| !other.starts_with(*one));
        if let Some((one, (other, active))) = apart
            && self.relation != Relation::Quantized
        {
            let message = format!("one name cannot begin with both \"{one}\" and \"{other}\"");
            let mut reason = self.reason(Verdict::Conflict, *active, message);
            reason.term = None;
            judgement.reasons.push(reason);
        }
    }
}

/// How close a student is to its teacher.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kinship {
    None,
    /// Of another generation.
    Family,
    /// Under the same licence.
    Same,
}

/// The list of forbidden uses of a RAIL.
fn rail(term: &Term) -> Option<&str> {
    term.text().filter(|text| term.atom == Atom::UseRestrictions && text.starts_with("rail:"))
}

/// The letters before the first digit: `llama3.1` and `llama2` are one family.
pub(super) fn stem(id: &str) -> &str {
    id.find(|c: char| c.is_ascii_digit()).map_or(id, |at| &id[..at]).trim_end_matches(['-', '.', '_'])
}

/// A name without its owner, in which case, hyphens and underscores do not count.
fn fold_name(name: &str) -> String {
    spaced(name.rsplit('/').next().unwrap_or(name))
}

/// Whether the name of a model begins with a word that a licence asks for: for "Llama 3", `Llama-3-Tickets` does, and
/// `Llama3-Tickets`.
#[must_use]
pub fn name_begins(name: &str, asked: &str) -> bool {
    let [name, asked] = [name, asked].map(|text| fold_name(text).replace(' ', ""));
    name.starts_with(&asked)
}

/// True when publishing under `license` keeps `term` of `from`.
fn carries(license: &License, from: &License, term: &Term) -> bool {
    if license.id == from.id {
        return true;
    }
    let has = |atom: Atom| license.terms.iter().any(|own| own.atom == atom);
    let same = || license.terms.iter().any(|own| own.atom == term.atom && own.value == term.value);
    match term.atom {
        Atom::NonCommercial => has(Atom::NonCommercial) || has(Atom::ResearchOnly),
        Atom::ResearchOnly => has(Atom::ResearchOnly),
        Atom::CommercialThreshold | Atom::RegistrationForCommercial | Atom::NoCompetingUse => {
            same() || has(Atom::NonCommercial) || has(Atom::ResearchOnly)
        }
        Atom::UseRestrictions => {
            same()
                || term
                    .value
                    .as_ref()
                    .and_then(Value::as_str)
                    .is_some_and(|policy| rules().carries(&license.id, policy))
        }
        Atom::ShareAlike | Atom::SameAgreement | Atom::NetworkShareAlike => {
            term.accepted().any(|accepted| accepted == license.id)
        }
        _ => same(),
    }
}
