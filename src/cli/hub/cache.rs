//! The local cache of the Hub, as `huggingface_hub` 2.4.0 keeps it:
//! `models--OWNER--NAME/{blobs/…, refs/main, snapshots/COMMIT/README.md}`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Reference, name};
use crate::card::Kind;
use crate::cli::discover::Target;
use crate::vocab::repo_id;

/// Where `huggingface_hub` keeps what is its own (`constants.py`, 2.4.0).
pub(super) fn home() -> Option<PathBuf> {
    let base = || {
        let user = || set("HOME").or_else(|| set("USERPROFILE")).map(|home| home.join(".cache"));
        set("XDG_CACHE_HOME").or_else(user)
    };
    set("HF_HOME").or_else(|| Some(base()?.join("huggingface")))
}

/// The folder in which it keeps snapshots, if there is one.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let named = || set("HF_HUB_CACHE").or_else(|| set("HUGGINGFACE_HUB_CACHE"));
    named().or_else(|| Some(home()?.join("hub"))).filter(|folder| folder.is_dir())
}

fn set(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The cards that a reference stands for.
///
/// # Errors
/// What is not there, as a clause.
pub(super) fn targets(reference: &Reference) -> Result<Vec<Target>, String> {
    let cache = folder().ok_or("the Hub cache was not found; HF_HUB_CACHE and HF_HOME say where it is")?;
    if !reference.id.is_empty() && reference.owner().is_none() {
        let folder = cache.join(folder_name(reference.kind, &reference.id));
        if !folder.is_dir() {
            return Err(format!("`{}` is not in the cache {}", reference.id, cache.display()));
        }
        let commit = match &reference.revision {
            Some(revision) => commit(&folder, revision),
            None => commit(&folder, "main").or_else(|| only(&folder)),
        };
        let Some(commit) = commit else {
            return Err(match &reference.revision {
                Some(revision) => format!("the cache has no revision `{revision}` of it"),
                None => format!("the cache has {} revisions of it: add one as @COMMIT", snapshots(&folder).len()),
            });
        };
        let shown = reference.revision.as_ref().map(|_| short(&commit));
        let target = target(&folder, reference.kind, &reference.id, &commit, shown);
        return target.map(|target| vec![target]).ok_or_else(|| "the cache has no README.md of it".to_owned());
    }
    let mut found = Vec::new();
    let entries = fs::read_dir(&cache).map_err(|error| super::super::discover::reason(&error))?;
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    for folder in folders {
        let Some((kind, id)) = folder.file_name().and_then(|name| repository(&name.to_string_lossy())) else {
            continue;
        };
        if let Some(owner) = reference.owner()
            && (kind != reference.kind || id.split('/').next() != Some(owner))
        {
            continue;
        }
        let main = commit(&folder, "main");
        let all = snapshots(&folder);
        for one in &all {
            let shown = (all.len() > 1 && main.as_ref() != Some(one)).then(|| short(one));
            // A snapshot without a card holds files that somebody loaded.
            found.extend(target(&folder, kind, &id, one, shown));
        }
    }
    Ok(found)
}

fn target(folder: &Path, kind: Kind, id: &str, commit: &str, revision: Option<&str>) -> Option<Target> {
    let path = folder.join("snapshots").join(commit).join("README.md");
    path.is_file().then(|| Target { kind: Some(kind), ..Target::file(name(kind, id, revision), path, true) })
}

fn folder_name(kind: Kind, id: &str) -> String {
    let kind = if kind == Kind::Dataset { "datasets" } else { "models" };
    format!("{kind}--{}", id.replace('/', "--"))
}

/// Kind and id of a folder of the cache.
fn repository(name: &str) -> Option<(Kind, String)> {
    let (kind, rest) = match (name.strip_prefix("models--"), name.strip_prefix("datasets--")) {
        (Some(rest), _) => (Kind::Model, rest),
        (_, Some(rest)) => (Kind::Dataset, rest),
        _ => return None,
    };
    let id = rest.replacen("--", "/", 1);
    repo_id::fault(&id).is_none().then_some((kind, id))
}

fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}

/// The commits whose snapshots are there.
fn snapshots(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("snapshots")).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| is_commit(name));
    names.sort();
    names
}

fn is_commit(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The commit of a branch, tag, or beginning of a commit.
pub(crate) fn commit(folder: &Path, revision: &str) -> Option<String> {
    let named = fs::read_to_string(folder.join("refs").join(revision)).ok();
    let named = named.map(|text| text.trim().to_owned()).filter(|commit| is_commit(commit));
    named.or_else(|| {
        let all = snapshots(folder);
        let mut fitting = all.into_iter().filter(|commit| revision.len() >= 4 && commit.starts_with(revision));
        fitting.next().filter(|_| fitting.next().is_none())
    })
}

/// The commit of the one snapshot that is there.
pub(crate) fn only(folder: &Path) -> Option<String> {
    let mut all = snapshots(folder);
    if all.len() == 1 { all.pop() } else { None }
}

/// Where the files of a snapshot are, when a folder is one: its links lead there.
pub(crate) fn store(folder: &Path) -> Option<PathBuf> {
    let snapshots = folder.parent().filter(|parent| parent.file_name().is_some_and(|name| name == "snapshots"))?;
    let blobs = snapshots.parent()?.join("blobs");
    blobs.is_dir().then_some(blobs)
}
