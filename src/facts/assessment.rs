//! The published licence against those of what the model derives from.

use std::collections::HashSet;

use super::descent::{self, Claim, Parent};
use super::{named, place};
use crate::card::Card;
use crate::license::judge::name_begins;
use crate::license::lineage::{Source, inputs};
use crate::license::{Atom, Declared, Input, Judgement, Lookup, Published, Relation, Role, judge};
use crate::repository;
use crate::text::Span;

/// What a model derives from, and how the terms stand to each other.
pub struct Assessment {
    /// What it derives from, as far as it is judged: base models, and datasets whose terms are known.
    pub inputs: Vec<Input>,
    /// What names each input; those behind another one stand under its claim.
    pub claims: Vec<Claim>,
    /// How the model derives from its base models.
    pub relation: Relation,
    /// What the model may be called.
    pub names: Vec<String>,
    /// What is published.
    pub published: Published,
    /// Where the text names the published licence, when the front matter declares none.
    pub named_in_text: Option<Span>,
    /// What was found.
    pub judgement: Judgement,
    /// Datasets whose terms are not known, which says nothing about the model.
    pub unjudged: Vec<String>,
    /// Repositories that derive from each other, and what names the first.
    pub circle: Option<(Claim, Vec<String>)>,
}

impl Assessment {
    /// Duties that none of the model's names meets, in words.
    #[must_use]
    pub fn unmet(&self) -> Vec<String> {
        let mut told = Vec::new();
        for duty in &self.judgement.unmet {
            let asked = duty.term.text().unwrap_or_default();
            let met = duty.term.atom == Atom::NamePrefix && self.names.iter().any(|name| name_begins(name, asked));
            let words = format!("{}: {asked} ({})", duty.term.atom.words(), duty.license.id);
            if !met && !told.contains(&words) {
                told.push(words);
            }
        }
        told
    }
}

/// Judges a model against what it derives from; `None` when its card names nothing that is judged.
#[must_use]
pub fn assess(card: &Card<'_>, parents: &[Parent], lookup: &dyn Lookup) -> Option<Assessment> {
    if parents.is_empty() {
        return None;
    }
    let (owner, folder) = place(card);
    let own = owner.zip(folder).map(|(owner, folder)| format!("{owner}/{folder}"));
    let mut circle: Option<(Claim, Vec<String>)> = None;
    let (mut found, mut claims, mut unjudged) = (Vec::<Input>::new(), Vec::<Claim>::new(), Vec::new());
    let mut known: HashSet<(Role, String)> = HashSet::new();
    for Parent { claim, role, repo } in parents {
        let source = Source { role: *role, name: repo, declared: Declared::default(), same_owner: false };
        let chain = inputs(source, owner, lookup);
        // Datasets derive from nothing that is followed.
        circle = circle.or(chain.circle.map(|circle| (claim.clone(), circle)));
        for mut input in chain.inputs {
            if *role == Role::Base
                && circle.is_none()
                && own.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(&input.name))
            {
                let behind = input.behind.iter().filter(|behind| !behind.eq_ignore_ascii_case(&input.name));
                circle = Some((claim.clone(), std::iter::once(&input.name).chain(behind).cloned().collect()));
            }
            if input.role == Role::Dataset && !input.terms.is_known() {
                unjudged.push(input.name);
                continue;
            }
            // A header names what came before the base model that the card names: news only where its terms are known.
            let header = matches!(claim, Claim::File(name) if repository::is(name, "gguf"));
            if header && !found.is_empty() && !input.terms.is_known() {
                continue;
            }
            // A sentence may speak of something else.
            input.certain &= !matches!(claim, Claim::Sentence(_));
            if known.insert((input.role, input.name.to_lowercase())) {
                found.push(input);
                claims.push(claim.clone());
            }
        }
    }
    if found.is_empty() {
        return None;
    }
    let bases = parents.iter().filter(|parent| parent.role == Role::Base).count();
    let relation = descent::relation(card, bases, folder);
    let names = descent::names(card, folder);
    let (terms, named_in_text) = named(card);
    let published = Published { name: names.first().cloned().unwrap_or_default(), terms };
    let judgement = judge(relation, &found, &published);
    Some(Assessment { inputs: found, claims, relation, names, published, named_in_text, judgement, unjudged, circle })
}
