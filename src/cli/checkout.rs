//! What a clone of a repository of the Hub says of where it comes from.

use crate::card::Kind;
use crate::repository::{Files, whole};
use crate::vocab::repo_id;

/// Largest configuration of Git that is read, in bytes.
const MAX_CONFIG: u64 = 64 << 10;
/// Hosts of the Hub, as their addresses are cloned from: by HTTPS and by SSH.
const HOSTS: &[&str] = &["huggingface.co/", "hf.co/", "huggingface.co:", "hf.co:"];

/// A repository of the Hub.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) kind: Kind,
    /// `owner/name`.
    pub(super) id: String,
}

/// The repository of the Hub that a folder is a clone of: the remote `origin` of its Git configuration, or the only one
/// on the Hub.
pub(super) fn origin(files: &dyn Files) -> Option<Origin> {
    let config = String::from_utf8(whole(files, ".git/config", MAX_CONFIG)?).ok()?;
    let (mut section, mut found) = ("", Vec::new());
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if let Some((key, value)) = line.split_once('=')
            && section.starts_with("[remote ")
            && key.trim() == "url"
            && let Some(origin) = on_hub(value.trim().trim_matches('"'))
        {
            found.push((section, origin));
        }
    }
    let named = found.iter().position(|(section, _)| *section == "[remote \"origin\"]");
    match (named, found.len()) {
        (Some(at), _) => Some(found.swap_remove(at).1),
        (None, 1) => found.pop().map(|(_, origin)| origin),
        _ => None,
    }
}

/// The repository that an address is of: `https://user:token@huggingface.co/datasets/acme/books`, `git@hf.co:acme/model`.
fn on_hub(url: &str) -> Option<Origin> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    let path = HOSTS.iter().find_map(|host| rest.strip_prefix(host))?;
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let (kind, id) = match path.split_once('/') {
        Some(("datasets", id)) => (Kind::Dataset, id),
        Some(("spaces", id)) => (Kind::Other, id),
        _ => (Kind::Model, path),
    };
    (id.contains('/') && repo_id::fault(id).is_none()).then(|| Origin { kind, id: id.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_hub_are_known() {
        let of = |url: &str| on_hub(url).map(|origin| (origin.kind, origin.id));
        let model = Some((Kind::Model, "acme/model".to_owned()));
        assert_eq!(of("https://huggingface.co/acme/model"), model);
        assert_eq!(of("https://user:hf_x@huggingface.co/acme/model.git"), model);
        assert_eq!(of("git@hf.co:acme/model"), model);
        assert_eq!(of("ssh://git@hf.co/acme/model"), model);
        assert_eq!(of("https://hf.co/datasets/acme/books/"), Some((Kind::Dataset, "acme/books".to_owned())));
        assert_eq!(of("https://github.com/acme/model"), None);
        assert_eq!(of("https://huggingface.co/"), None);
        assert_eq!(of("https://example.org/huggingface.co/acme/model"), None);
    }
}
