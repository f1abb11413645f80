//! From repositories and declarations to the [`Input`]s of a judgement, hidden ancestors included.

use super::judge::{Input, Role};
use super::knowledge::{base_model, find};
use super::resolve::{Declared, Terms, resolve};

/// Hops that are followed through re-uploads and hidden ancestors; chains in the table have one.
const MAX_HOPS: usize = 8;

/// An input as it is named from outside.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What it gives.
    pub role: Role,
    /// Hub id, or any other name.
    pub name: &'a str,
    /// What is said of its licence; empty when nothing is.
    pub declared: Declared<'a>,
    /// Its owner is known to publish the derived model too.
    pub same_owner: bool,
}

/// The input and those behind it: the model that it re-uploads, and ancestors whose terms its own
/// licence does not show. `owner` is the namespace of the published repository.
#[must_use]
pub fn inputs(source: Source<'_>, owner: Option<&str>) -> Vec<Input> {
    let owned = |repo: &str| {
        owner.is_some_and(|owner| repo.split_once('/').is_some_and(|(other, _)| other.eq_ignore_ascii_case(owner)))
    };
    let mut terms = resolve(source.declared);
    let mut certain = terms.is_known();
    let known = base_model(source.name);
    if !terms.is_known()
        && let Some(license) = known.and_then(|model| find(model.id.as_deref()?))
    {
        terms = Terms::of(license);
        certain = known.is_some_and(super::BaseModel::is_certain);
    }
    let mut found = vec![Input {
        role: source.role,
        name: source.name.to_owned(),
        terms,
        certain,
        same_owner: source.same_owner || owned(source.name),
    }];
    let behind = |repo: &str| {
        base_model(repo).into_iter().flat_map(|model| model.mirror_of.iter().chain(&model.ancestors)).cloned()
    };
    let mut open: Vec<String> = behind(source.name).collect();
    for _ in 0..MAX_HOPS {
        let Some(repo) = open.pop() else { break };
        if found.iter().any(|input| input.name.eq_ignore_ascii_case(&repo)) {
            continue;
        }
        let model = base_model(&repo);
        let license = model.and_then(|model| find(model.id.as_deref()?));
        open.extend(behind(&repo));
        found.push(Input {
            role: source.role,
            same_owner: owned(&repo),
            name: repo,
            terms: license.map_or_else(Terms::default, Terms::of),
            certain: model.is_some_and(super::BaseModel::is_certain),
        });
    }
    found
}
