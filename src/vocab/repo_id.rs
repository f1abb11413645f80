//! Ids of repositories on the Hub.

use crate::text::safe;

/// What is wrong with a repository id, by the rules of `huggingface_hub` 2.4.0
/// (`utils/_validators.py`); `None` for a valid one.
#[must_use]
pub fn fault(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    if id.starts_with("http://")
        || id.starts_with("https://")
        || id.starts_with("hf.co/")
        || id.starts_with("huggingface.co/")
    {
        return Some("it is a URL".to_owned());
    }
    if id.starts_with(['/', '.', '~']) || id.contains('\\') || id.as_bytes().get(1) == Some(&b':') {
        return Some("it is a path on somebody's machine".to_owned());
    }
    if parts.len() > 2 {
        return Some("it has more than one slash".to_owned());
    }
    if let Some(c) = id.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))) {
        return Some(if c.is_whitespace() {
            "it contains a space".to_owned()
        } else {
            format!("the character {} is not allowed", safe::quoted(&c.to_string()))
        });
    }
    for part in &parts {
        if part.is_empty() {
            return Some("a part of it is empty".to_owned());
        }
        if part.len() > 96 {
            return Some("a part of it is longer than 96 characters".to_owned());
        }
        if part.starts_with(['-', '.']) || part.ends_with(['-', '.']) {
            return Some("a part of it begins or ends with `-` or `.`".to_owned());
        }
    }
    if id.contains("--") || id.contains("..") {
        return Some("`--` and `..` are not allowed".to_owned());
    }
    // The Hub refuses this very spelling (huggingface_hub, `validate_repo_id`).
    id.strip_suffix(".git").map(|_| "it ends in `.git`".to_owned())
}

/// Owner and name of a repository id; ids from before there were owners have none.
#[must_use]
pub fn split(id: &str) -> (Option<&str>, &str) {
    id.split_once('/').map_or((None, id), |(owner, name)| (Some(owner), name))
}

/// The id in the address of a `model` or `dataset` on the Hub.
#[must_use]
pub fn in_url(url: &str, kind: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = ["huggingface.co/", "www.huggingface.co/", "hf.co/"].iter().find_map(|host| rest.strip_prefix(host))?;
    let path = path.split(['?', '#']).next()?;
    let path = if kind == "dataset" { path.strip_prefix("datasets/")? } else { path };
    let mut parts = path.trim_end_matches('/').split('/');
    let id = match (parts.next()?, parts.next()) {
        (
            "datasets" | "spaces" | "docs" | "transformers" | "papers" | "blog" | "collections" | "organizations"
            | "tasks" | "learn" | "posts" | "chat" | "settings",
            Some(_),
        ) => return None,
        (owner, Some(name)) => format!("{owner}/{name}"),
        (name, None) => name.to_owned(),
    };
    fault(&id).is_none().then_some(id)
}
