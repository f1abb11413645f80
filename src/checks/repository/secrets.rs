//! Tokens and keys in a card. They are reported without being printed: reports get a text without them.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem;
use regex::{Regex, RegexSet};

use super::data::{Secret, data};
use crate::checks::{Context, Sink};
use crate::text::Span;

/// The rule.
pub const SECRET: &str = "secret-exposed";

/// What every secret has, one of them: cheaper to look for than the patterns.
const MARKS: &[&str] = &[
    "hf_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "sk-",
    "AKIA",
    "ASIA",
    "AIza",
    "xox",
    "pypi-",
    "PRIVATE KEY",
];

struct Patterns {
    any: RegexSet,
    each: Vec<Regex>,
}

/// The patterns of the table, which the tests compile.
fn patterns() -> &'static Patterns {
    static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
        let secrets = &data().secrets;
        let broken = |error: regex::Error| -> ! { panic!("internal: rules/repository.yaml: {error}") };
        Patterns {
            any: RegexSet::new(secrets.iter().map(|secret| &secret.pattern)).unwrap_or_else(|error| broken(error)),
            each: secrets
                .iter()
                .map(|secret| Regex::new(&secret.pattern).unwrap_or_else(|error| broken(error)))
                .collect(),
        }
    });
    &PATTERNS
}

/// Secrets in a text, with what they are.
fn find(text: &str) -> Vec<(Range<usize>, &'static Secret)> {
    if !MARKS.iter().any(|mark| memmem::find(text.as_bytes(), mark.as_bytes()).is_some()) {
        return Vec::new();
    }
    let patterns = patterns();
    let mut found: Vec<(Range<usize>, &Secret)> = Vec::new();
    for index in patterns.any.matches(text) {
        let hits = patterns.each[index].find_iter(text).filter(|hit| is_real(hit.as_str()));
        found.extend(hits.map(|hit| (hit.range(), &data().secrets[index])));
    }
    found.sort_by_key(|(range, _)| range.start);
    found.dedup_by(|next, kept| next.0.start < kept.0.end);
    found
}

/// What documentation has in the place of a secret is none.
fn is_real(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut seen: Vec<char> = lower.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len() >= 12 && !data().secret_examples.iter().any(|word| lower.contains(word.as_str()))
}

/// The text with asterisks in the place of secrets; as long as it was.
#[must_use]
pub fn masked(text: &str) -> Option<String> {
    let found = find(text);
    if found.is_empty() {
        return None;
    }
    let mut out = text.to_owned();
    for (range, _) in found {
        // Patterns match ASCII only, so that the length stays.
        let stars = "*".repeat(range.len());
        out.replace_range(range, &stars);
    }
    Some(out)
}

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if !sink.wants(SECRET) {
        return;
    }
    for (at, (range, secret)) in find(ctx.card.source.text()).into_iter().enumerate() {
        let span = Span::new(range.start, range.end);
        let message = format!("The card holds {} for everybody to use", secret.name);
        sink.add(SECRET, span, message, |f| {
            f.help(format!("Revoke it at {}, then remove it: the history of the repository keeps it", secret.revoke))
                .anchor(format!("/secret/{at}"))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_no_secrets() {
        let made = format!("hf_{}", "QwErTyUiOpAsDfGhJkLzXcVbNmPqRsTuVw");
        assert_eq!(find(&format!("token={made}.")).len(), 1);
        assert_eq!(masked(&format!("a {made} b")).expect("a secret"), format!("a {} b", "*".repeat(37)));
        for none in [
            format!("hf_{}", "x".repeat(34)),
            format!("hf_{}", "YourTokenGoesHereAbCdEfGhIjKlMnOpQ"),
            "AKIAIOSFODNN7EXAMPLE".to_owned(),
        ] {
            assert!(find(&none).is_empty(), "{none}");
        }
    }

    /// A pattern without its mark would never be looked for.
    #[test]
    fn every_pattern_has_a_mark() {
        for secret in &data().secrets {
            let bare = secret.pattern.replace("gh[pousr]_", "ghp_").replace("xox[abprs]", "xoxa");
            assert!(MARKS.iter().any(|mark| bare.contains(mark)), "{}", secret.pattern);
        }
    }
}
