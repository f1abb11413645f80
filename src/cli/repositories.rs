//! What is known of other repositories: from the user, from the same audit, from the Hub's local cache.

use std::collections::{HashMap, HashSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::anyhow;

use super::audit::read_file;
use super::config::Config;
use super::discover::{Target, display};
use super::hub::{Online, cache};
use crate::card::{self, Card, Kind, Siblings, front_matter};
use crate::facts;
use crate::license::{Declared, Lookup, Origin, Role, Stated, resolve};
use crate::text::SourceFile;
use crate::vocab::repo_id;

/// Folders in which repositories are looked for that are no part of an audit.
const MAX_ROOTS: usize = 16;

/// Cards found so far.
type Memo = HashMap<PathBuf, Option<Arc<Stated>>>;

/// Knows the licences of repositories, the most trusted source first: what the user says, the
/// repositories of the same audit, the local cache of the Hub. It uses the network only where the user asked for it.
#[derive(Default)]
pub struct Repositories {
    /// Hub id in lower case to the licence that the user gives.
    given: HashMap<String, String>,
    /// Hub id in lower case to the path and name of a card in this audit.
    neighbours: HashMap<String, (PathBuf, String)>,
    /// Folders that hold owners' folders with those cards, in the current folder: repositories beside them may not be part
    /// of the audit.
    roots: Vec<PathBuf>,
    /// The folder of the cache.
    cache: Option<PathBuf>,
    read: Mutex<Memo>,
    online: Online,
}

impl Repositories {
    /// Knows what a configuration and the command line say, and what [`Repositories::new`] knows of `targets`.
    ///
    /// # Errors
    /// The first id or licence of the configuration that means nothing, with its place.
    pub(super) fn of(
        config: &Config,
        license_of: &[(String, String)],
        no_hub_cache: bool,
        targets: &[Target],
        online: Online,
    ) -> anyhow::Result<Self> {
        let mut given = config.known_licenses()?;
        given.extend(license_of.iter().cloned());
        let cache = if !no_hub_cache && config.uses_hub_cache() { cache::folder() } else { None };
        Ok(Self::new(given, targets, cache, online))
    }

    /// Knows what `given` says, the cards of `targets` that lie in folders named like Hub ids, and those in
    /// the folder `cache`, and the Hub where it may be asked.
    #[must_use]
    pub fn new(given: HashMap<String, String>, targets: &[Target], cache: Option<PathBuf>, online: Online) -> Self {
        let mut neighbours = HashMap::new();
        let mut roots: Vec<PathBuf> = Vec::new();
        let mut owners: HashSet<PathBuf> = HashSet::new();
        let here = env::current_dir().and_then(fs::canonicalize).ok();
        for target in targets {
            if let Some(path) = &target.path
                && let Some(id) = target.place().1.filter(|id| id.contains('/') && repo_id::fault(id).is_none())
            {
                if let Some(owner) = path.parent().and_then(Path::parent)
                    && owners.insert(owner.to_owned())
                    && let Some(here) = &here
                    && let Ok(owner) =
                        fs::canonicalize(if owner.as_os_str().is_empty() { Path::new(".") } else { owner })
                    && let Some(root) = owner.parent().filter(|root| root.starts_with(here))
                    && roots.len() < MAX_ROOTS
                    && !roots.iter().any(|known| known == root)
                {
                    roots.push(root.to_owned());
                }
                neighbours.entry(id.to_lowercase()).or_insert_with(|| (path.clone(), target.name.clone()));
            }
        }
        Self { given, neighbours, roots, cache, read: Mutex::default(), online }
    }

    /// The card of a repository that lies beside those that are audited, without being audited itself.
    fn beside(&self, repo: &str) -> Option<PathBuf> {
        if !repo.contains('/') || repo_id::fault(repo).is_some() {
            return None;
        }
        self.roots.iter().find_map(|root| {
            let card = fs::canonicalize(root.join(repo).join("README.md")).ok()?;
            // Not through a link to elsewhere.
            card.starts_with(root).then_some(card)
        })
    }

    fn stated(&self, path: &Path, kind: Kind) -> Option<Arc<Stated>> {
        // Reading twice at once is harmless; a panic elsewhere leaves the table whole.
        if let Some(known) = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return known.clone();
        }
        let stated = read(path, kind).map(Arc::new);
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), stated.clone());
        stated
    }
}

impl Lookup for Repositories {
    fn lookup(&self, role: Role, repo: &str) -> Vec<(Origin, Stated)> {
        let id = repo.to_lowercase();
        let kind = if role == Role::Dataset { Kind::Dataset } else { Kind::Model };
        let mut found = Vec::new();
        if let Some(license) = self.given.get(&id) {
            found.push((Origin::Configuration, Stated { license: vec![license.clone()], ..Stated::default() }));
        }
        if let Some((path, name)) = self.neighbours.get(&id)
            && let Some(stated) = self.stated(path, kind)
        {
            found.push((Origin::Neighbour(name.clone()), (*stated).clone()));
        }
        if !self.neighbours.contains_key(&id)
            && let Some(path) = self.beside(repo)
            && let Some(stated) = self.stated(&path, kind)
        {
            found.push((Origin::Neighbour(display(&path)), (*stated).clone()));
        }
        if let Some(cache) = &self.cache
            && let Some(path) = cached(cache, role, repo)
            && let Some(stated) = self.stated(&path, kind)
        {
            found.push((Origin::HubCache, (*stated).clone()));
        }
        // What is known from nearer is not asked for.
        if found.iter().all(|(_, stated)| stated.license.is_empty())
            && let Some(stated) = self.online.stated(role, repo)
        {
            found.push((Origin::Hub, stated));
        }
        found
    }
}

/// Reads the front matter of a card, and its text where that says how several licences stand to each other; a file that
/// cannot be read says nothing.
fn read(path: &Path, kind: Kind) -> Option<Stated> {
    let (text, faults) = card::decode(read_file(path).ok()?);
    let end = front_matter::find(&text).0.body_start();
    let source = SourceFile::new("README.md", text[..end].to_owned());
    let card = Card::read(&source, faults, Siblings::none(), None);
    // A dataset and a model may have the same id.
    let fits = card.kind == kind || card.mapping().is_none_or(|(document, root)| document.pairs(root).len() < 2);
    let stated = fits.then(|| facts::stated(&card))?;
    if stated.license.len() < 2 {
        return Some(stated);
    }
    let whole = SourceFile::new("README.md", text);
    Some(facts::stated(&Card::read(&whole, Vec::new(), Siblings::none(), None)))
}

/// The card of a repository in the cache: that of the snapshot of `main`, or of the only one.
fn cached(cache: &Path, role: Role, repo: &str) -> Option<PathBuf> {
    // An id comes from a card: nothing in it may lead out of the cache.
    if repo_id::fault(repo).is_some() {
        return None;
    }
    let kind = if role == Role::Dataset { "datasets" } else { "models" };
    let folder = cache.join(format!("{kind}--{}", repo.replace('/', "--")));
    let revision = cache::commit(&folder, "main").or_else(|| cache::only(&folder))?;
    let card = folder.join("snapshots").join(revision).join("README.md");
    card.is_file().then_some(card)
}

/// `REPO=LICENCE` of the command line or the configuration, checked.
///
/// # Errors
/// When the id is no Hub id, or cardlint does not know the licence.
pub fn given(repo: &str, license: &str) -> anyhow::Result<(String, String)> {
    if let Some(why) = repo_id::fault(repo) {
        return Err(anyhow!("`{repo}` is not a Hub id: {why}"));
    }
    let terms = resolve(Declared { license: &[license], name: None, link: None });
    match terms.unknown {
        Some(why) => Err(anyhow!("{why}")),
        None => Ok((repo.to_lowercase(), license.to_owned())),
    }
}
