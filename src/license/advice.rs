//! What to do about a judgement: under which licence the inputs could be published, and how a card declares it.

use super::judge::{Input, Published, Relation, Role, Verdict, judge, stem};
use super::knowledge::{Atom, License, Term, base_model, find};
use super::resolve::{Declared, Terms, resolve};

/// How a card declares a licence: by the Hub's id, else as `other` with the name that the publisher of an input gives it.
#[must_use]
pub fn declaration(license: &License, inputs: &[Input]) -> String {
    if let Some(hub) = &license.hub {
        return format!("`license: {hub}`");
    }
    let link = license.url.as_ref().map(|url| format!("`license_link: {url}`"));
    let link = link.unwrap_or_else(|| "`license_link: LICENSE`, and put its text into that file".to_owned());
    let mut same = inputs.iter().filter(|input| input.terms.licenses().any(|known| known.id == license.id));
    // A name that several texts share declares none of them.
    let tells = |name: &&str| {
        let terms = resolve(Declared { license: &["other"], name: Some(name), link: None });
        terms.licenses().any(|meant| meant.id == license.id)
    };
    let called = same.find_map(|input| base_model(&input.name)?.name.as_deref().filter(tells));
    format!("`license: other` with `license_name: {}` and {link}", called.unwrap_or(&license.id))
}

/// Licences of the inputs, and those that they accept, under which nothing known would be lost.
#[must_use]
pub fn ways_out(relation: Relation, inputs: &[Input], published: &Published) -> Vec<&'static License> {
    let mut candidates: Vec<&'static License> = Vec::new();
    for license in inputs.iter().filter(|input| input.role != Role::Dataset).flat_map(|input| input.terms.licenses()) {
        let accepted = license.terms.iter().flat_map(Term::accepted).filter_map(find);
        for candidate in std::iter::once(license).chain(accepted) {
            if !candidates.iter().any(|known| known.id == candidate.id) {
                candidates.push(candidate);
            }
        }
    }
    // What a teacher forbids is not cured by a declaration: only a base of its own generation makes the model one of those
    // that its answers may improve.
    let based = |license: &License| {
        let bases = inputs.iter().filter(|input| input.role == Role::Base).flat_map(|input| input.terms.licenses());
        bases.into_iter().any(|base| stem(&base.id) == stem(&license.id))
    };
    let bound = |license: &License| license.terms.iter().any(|term| term.atom == Atom::NoTrainOtherModels);
    let teachers = inputs.iter().filter(|input| input.role == Role::Teacher).flat_map(|input| input.terms.licenses());
    if teachers.into_iter().any(|license| bound(license) && !based(license)) {
        return Vec::new();
    }
    candidates.retain(|&candidate| {
        let published = Published { name: published.name.clone(), terms: Terms::of(candidate) };
        judge(relation, inputs, &published).verdict() < Verdict::ObligationLost
    });
    candidates
}
