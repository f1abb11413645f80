//! Repositories that are named by their ids on the Hub: `hf-cache:owner/name@revision` in its local cache,
//! and `hf:owner/name@revision` on the Hub itself.

pub(super) mod cache;
#[cfg_attr(not(feature = "online"), path = "offline.rs")]
mod online;

use std::sync::Arc;

use super::discover::Target;
use crate::card::Kind;
use crate::license::{Role, Stated};
use crate::repository::Files;
use crate::vocab::repo_id;

/// A repository that is no folder.
pub trait Remote: Files + Send + Sync {
    /// The bytes of its card; `None` when it has none and nobody asked for this repository.
    ///
    /// # Errors
    /// Why they cannot be had.
    fn card(&self) -> Result<Option<Vec<u8>>, String>;

    /// What could not be read of its other files, so that nothing is known of them.
    fn failures(&self) -> Vec<String>;
}

/// Asks the Hub, where the user wants that.
#[derive(Clone, Default)]
pub struct Online {
    hub: Option<Arc<online::Hub>>,
}

impl Online {
    /// Ready to ask the Hub, when `wanted`.
    ///
    /// # Errors
    /// When this program cannot, or the environment forbids it.
    pub fn new(wanted: bool) -> anyhow::Result<Self> {
        Ok(Self { hub: if wanted { Some(Arc::new(online::Hub::from_environment()?)) } else { None } })
    }

    /// True when the network may be used.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.hub.is_some()
    }

    /// What a repository on the Hub states of itself; `None` offline.
    #[must_use]
    pub fn stated(&self, role: Role, repo: &str) -> Option<Stated> {
        self.hub.as_ref()?.stated(role, repo)
    }

    /// What went wrong while base models and data were asked about.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        self.hub.as_ref().map(|hub| hub.failures()).unwrap_or_default()
    }
}

/// What a user names on the Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// A model or a dataset.
    pub kind: Kind,
    /// Its id; `owner/*` for all of an owner, empty for everything.
    pub id: String,
    /// A branch, tag or commit.
    pub revision: Option<String>,
}

impl Reference {
    /// Reads `[datasets/]owner/name[@revision]`, or the path of a page of the Hub (`…/tree/revision`).
    ///
    /// # Errors
    /// What is wrong with it, as a clause.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix("//").unwrap_or(text);
        let (rest, kind) = match text.strip_prefix("datasets/") {
            Some(rest) => (rest, Kind::Dataset),
            None => (text.strip_prefix("models/").unwrap_or(text), Kind::Model),
        };
        let page = ["/tree/", "/blob/"].iter().find_map(|part| rest.split_once(part));
        let page = page.map(|(id, revision)| (id, revision.split('/').next().unwrap_or_default()));
        let (id, revision) = match page.or_else(|| rest.split_once('@')) {
            Some((id, revision)) => (id, Some(revision)),
            None => (rest.trim_end_matches('/'), None),
        };
        if let Some(revision) = revision {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
            let odd = revision.is_empty() || !revision.chars().all(plain);
            if odd || revision.split('/').any(|part| matches!(part, "" | "." | "..")) {
                return Err(format!("`{revision}` is not a revision"));
            }
        }
        let owner = id.strip_suffix("/*").unwrap_or(id);
        if !id.is_empty()
            && let Some(why) = repo_id::fault(owner)
        {
            return Err(format!("`{id}` is not a Hub id: {why}"));
        }
        if (id.is_empty() || owner != id) && revision.is_some() {
            return Err("one revision does not fit several repositories".to_owned());
        }
        if owner != id && owner.contains('/') {
            return Err(format!("`{owner}` is not an owner"));
        }
        Ok(Self { kind, id: id.to_owned(), revision: revision.map(str::to_owned) })
    }

    /// The owner, when everything of it is meant.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        self.id.strip_suffix("/*")
    }
}

/// How reports name a card of the Hub.
fn name(kind: Kind, id: &str, revision: Option<&str>) -> String {
    let prefix = if kind == Kind::Dataset { "datasets/" } else { "" };
    let revision = revision.map(|revision| format!("@{}", revision.replace('/', "-"))).unwrap_or_default();
    format!("{prefix}{id}{revision}/README.md")
}

/// The targets that a path with a scheme stands for; `None` for a path without one.
pub(super) fn targets(path: &str, online: &Online) -> Option<Result<Vec<Target>, String>> {
    if let Some(rest) = path.strip_prefix("hf-cache:") {
        return Some(Reference::parse(rest).and_then(|reference| cache::targets(&reference)));
    }
    let rest = path.strip_prefix("hf:").or_else(|| path.strip_prefix("https://huggingface.co/"))?;
    Some(match &online.hub {
        Some(hub) => Reference::parse(rest).and_then(|reference| online::targets(hub, &reference)),
        None => Err("is on the Hub, which is asked only with `--online`".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_ids_with_a_revision() {
        let parsed = |text: &str| Reference::parse(text).map(|r| (r.kind, r.id, r.revision));
        assert_eq!(parsed("a/b"), Ok((Kind::Model, "a/b".to_owned(), None)));
        assert_eq!(parsed("//models/a/b@refs/pr/1"), Ok((Kind::Model, "a/b".to_owned(), Some("refs/pr/1".to_owned()))));
        assert_eq!(parsed("datasets/a/*"), Ok((Kind::Dataset, "a/*".to_owned(), None)));
        let page = Ok((Kind::Model, "a/b".to_owned(), Some("main".to_owned())));
        assert_eq!(parsed("a/b/blob/main/README.md"), page);
        assert_eq!(parsed(""), Ok((Kind::Model, String::new(), None)));
        for wrong in ["a/b/c", "../a", "a/b@", "a/b@../x", "a/*@main", "@main", "a/b/*", "a b/c"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
