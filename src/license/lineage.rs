//! From repositories and declarations to the [`Input`]s of a judgement: where each licence is known
//! from, and what stands behind an input.

use std::collections::HashMap;

use super::families::{Family, family};
use super::judge::{Input, Role};
use super::knowledge::{base_model, copied, find};
use super::resolve::{Declared, Terms, resolve};

/// Inputs that one source may bring with it; real chains have a handful.
const MAX_INPUTS: usize = 64;

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

/// Where the licence of an input is known from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// It is not known.
    #[default]
    Unknown,
    /// Named together with the input.
    Given,
    /// The user's configuration or command line.
    Configuration,
    /// The card of a repository in the same audit, with its path.
    Neighbour(String),
    /// A card in the local cache of the Hub.
    HubCache,
    /// The Hub itself.
    Hub,
    /// The tables of base models and of their families (`rules/models/`).
    Table,
}

impl Origin {
    /// The word of reports.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Origin::Unknown => "unknown",
            Origin::Given => "given",
            Origin::Configuration => "configuration",
            Origin::Neighbour(_) => "neighbour",
            Origin::HubCache => "hub-cache",
            Origin::Hub => "hub",
            Origin::Table => "table",
        }
    }
}

/// What a repository states of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// Values of `license`.
    pub license: Vec<String>,
    /// `license_name`.
    pub name: Option<String>,
    /// `license_link`.
    pub link: Option<String>,
    /// Hub ids of its base models.
    pub bases: Vec<String>,
    /// It has an access form (`extra_gated_*`).
    pub gated: bool,
}

impl Stated {
    /// The licence, resolved.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let values: Vec<&str> = self.license.iter().map(String::as_str).collect();
        resolve(Declared { license: &values, name: self.name.as_deref(), link: self.link.as_deref() })
    }
}

/// Knows repositories beyond the tables: those that the user names, those beside, those in the cache.
pub trait Lookup: Sync {
    /// What is known of a repository by its Hub id in any case, the most trusted source first.
    fn lookup(&self, role: Role, repo: &str) -> Vec<(Origin, Stated)>;
}

/// Knows nothing.
pub struct Nothing;

impl Lookup for Nothing {
    fn lookup(&self, _: Role, _: &str) -> Vec<(Origin, Stated)> {
        Vec::new()
    }
}

/// The licence of one repository, and the Hub ids of what is behind it.
struct Known {
    terms: Terms,
    certain: bool,
    origin: Origin,
    behind: Vec<String>,
    gated: bool,
}

fn known(role: Role, repo: &str, declared: Declared<'_>, lookup: &dyn Lookup) -> Known {
    let mut found =
        Known { terms: resolve(declared), certain: false, origin: Origin::Unknown, behind: Vec::new(), gated: false };
    if found.terms.is_known() {
        (found.certain, found.origin) = (true, Origin::Given);
    }
    // Of a family, no card says more.
    let family = family(repo);
    let cards = if family.is_some() { Vec::new() } else { lookup.lookup(role, repo) };
    for (origin, stated) in cards {
        found.gated |= stated.gated;
        if !found.terms.is_known() {
            let terms = stated.terms();
            if terms.is_known() || found.terms.is_absent() {
                found.origin = if terms.is_known() { origin } else { Origin::Unknown };
                // Of a list on the Hub, nothing says whether all of it holds, one for each part, or one by choice.
                found.certain = terms.is_known() && stated.license.len() < 2;
                found.terms = terms;
            }
        }
        found.behind.extend(stated.bases);
    }
    if role == Role::Dataset {
        return found;
    }
    if !found.terms.is_known()
        && let Some(license) = family.and_then(Family::license)
    {
        (found.terms, found.certain, found.origin) = (Terms::of(license), true, Origin::Table);
        return found;
    }
    let known = base_model(repo);
    let copy = known.is_none();
    let Some(model) = known.or_else(|| copied(repo)) else { return found };
    found.gated |= model.gated && !copy;
    if !found.terms.is_known()
        && let Some(license) = model.id.as_deref().and_then(find)
    {
        (found.terms, found.certain, found.origin) = (Terms::of(license), model.is_certain() && !copy, Origin::Table);
    }
    found.behind.extend(model.mirror_of.iter().chain(&model.ancestors).cloned());
    found
}

/// What is behind an input.
#[derive(Debug)]
pub struct Chain {
    /// The input itself, and those behind it.
    pub inputs: Vec<Input>,
    /// Repositories each of which names the next one as what it derives from, the last one the first.
    pub circle: Option<Vec<String>>,
}

/// The input and those behind it: the models that it derives from as far as its own card is known, the
/// model that it re-uploads, and ancestors whose terms its own licence does not show. `owner` is the
/// namespace of the published repository.
#[must_use]
pub fn inputs(source: Source<'_>, owner: Option<&str>, lookup: &dyn Lookup) -> Chain {
    let owned = |repo: &str| {
        owner.is_some_and(|owner| repo.split_once('/').is_some_and(|(other, _)| other.eq_ignore_ascii_case(owner)))
    };
    let mut found: Vec<Input> = Vec::new();
    // What each repository is behind.
    let mut seen: HashMap<String, Option<String>> = HashMap::new();
    let mut circle = None;
    // Name, and the input that it is behind.
    let mut open: Vec<(String, Option<String>)> = vec![(source.name.to_owned(), None)];
    while let Some((repo, behind)) = open.pop() {
        if seen.contains_key(&repo.to_lowercase()) {
            circle = circle.or_else(|| behind.as_deref().and_then(|behind| closed(&seen, &repo, behind)));
            continue;
        }
        if found.len() == MAX_INPUTS {
            continue;
        }
        seen.insert(repo.to_lowercase(), behind.clone());
        let declared = if behind.is_none() { source.declared } else { Declared::default() };
        let known = known(source.role, &repo, declared, lookup);
        open.extend(known.behind.into_iter().map(|next| (next, Some(repo.clone()))));
        found.push(Input {
            role: source.role,
            same_owner: (behind.is_none() && source.same_owner) || owned(&repo),
            name: repo,
            terms: known.terms,
            certain: known.certain,
            origin: known.origin,
            behind,
            gated: known.gated,
        });
    }
    Chain { inputs: found, circle }
}

/// The circle that ends with `repo` behind `last`, from `repo` on; `None` when the two only meet.
fn closed(seen: &HashMap<String, Option<String>>, repo: &str, last: &str) -> Option<Vec<String>> {
    let mut way = vec![last.to_owned()];
    while let Some(at) = way.last().filter(|at| !at.eq_ignore_ascii_case(repo)) {
        let before = seen.get(&at.to_lowercase())?.clone()?;
        if way.len() > MAX_INPUTS {
            return None;
        }
        way.push(before);
    }
    way.reverse();
    Some(way)
}
