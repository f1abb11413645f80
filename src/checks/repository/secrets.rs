//! Tokens and keys in a card. They are reported without being printed: everything but this check reads a text
//! without them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::data::{Secret, data};
use crate::checks::{Context, Sink};
use crate::text::Span;
use crate::text::any::AnyOf;

/// Different characters of a secret, at least.
const VARIETY: usize = 12;

/// Whether a text holds one of the marks where a secret may begin: `risk-` holds none.
fn is_marked(text: &str) -> bool {
    /// All marks in one pass; a regular expression would take a twentieth of the audit of one card to build.
    static ANY: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(&data().secret_marks));
    let inside = |at: usize| at.checked_sub(1).is_some_and(|before| text.as_bytes()[before].is_ascii_alphanumeric());
    ANY.find_iter(text.as_bytes()).any(|mark| !inside(mark.start()))
}

struct Patterns {
    any: RegexSet,
    each: Vec<Regex>,
}

/// The patterns of the table, which the tests compile.
fn patterns() -> &'static Patterns {
    static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
        let patterns: Vec<&String> = data().secrets.iter().map(|secret| &secret.pattern).collect();
        let broken = |error: regex::Error| -> ! { panic!("internal: rules/repository.yaml: {error}") };
        Patterns {
            any: RegexSet::new(&patterns).unwrap_or_else(|error| broken(error)),
            each: patterns.iter().map(|one| Regex::new(one).unwrap_or_else(|error| broken(error))).collect(),
        }
    });
    &PATTERNS
}

/// A secret in a text.
#[derive(Clone)]
pub struct Found {
    range: Range<usize>,
    secret: &'static Secret,
}

/// The secrets in a text, in order.
#[must_use]
pub fn find(text: &str) -> Vec<Found> {
    if !is_marked(text) {
        return Vec::new();
    }
    let patterns = patterns();
    let mut found: Vec<Found> = Vec::new();
    for index in patterns.any.matches(text) {
        let hits = patterns.each[index].find_iter(text).map(|hit| hit.range()).filter(|range| is_real(text, range));
        found.extend(hits.map(|range| Found { range, secret: &data().secrets[index] }));
    }
    found.sort_by_key(|one| one.range.start);
    found.dedup_by(|next, kept| {
        let inside = next.range.start < kept.range.end;
        if inside {
            kept.range.end = kept.range.end.max(next.range.end);
        }
        inside
    });
    found
}

/// What documentation has in the place of a secret is none, and neither is a part of a longer word.
fn is_real(text: &str, range: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let word = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    if word(range.start.checked_sub(1)) || word(Some(range.end)) {
        return false;
    }
    let lower = text[range.clone()].to_lowercase();
    let mut seen: Vec<char> = lower.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    // A key of many lines may hold any of the words by chance.
    let said = lower.len() < 300 && data().secret_examples.iter().any(|word| lower.contains(word.as_str()));
    seen.len() >= VARIETY && !said
}

/// The text with `x` for each character of a secret: as long as it was, with the same lines, so that every place
/// stays what it is.
#[must_use]
pub fn masked(text: &str, found: &[Found]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for one in found {
        for byte in &mut bytes[one.range.clone()] {
            // Characters of several bytes stay what they are: no secret has them.
            if byte.is_ascii_graphic() {
                *byte = b'x';
            }
        }
    }
    // Only ASCII was written over ASCII, so nothing is replaced here.
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The text as reports may show it.
#[must_use]
pub fn without_secrets(text: String) -> String {
    let found = find(&text);
    if found.is_empty() { text } else { masked(&text, &found) }
}

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    for (at, Found { range, secret }) in ctx.secrets.iter().enumerate() {
        let span = Span::new(range.start, range.end);
        let message = format!("The card contains {}, which anyone can use", secret.name);
        sink.add("secret-exposed", span, message, |f| {
            f.help(format!(
                "Revoke it at {}, then remove it from the card; the history of the repository keeps it",
                secret.revoke
            ))
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
        for text in [format!("token={made}."), format!("HF_TOKEN_{made}_x")] {
            assert_eq!(find(&text).len(), 1, "{text}");
        }
        assert_eq!(without_secrets(format!("a {made} b")), format!("a {} b", "x".repeat(37)));
        for none in [
            format!("hf_{}", "x".repeat(34)),
            format!("hf_{}", "YourTokenGoesHereAbCdEfGhIjKlMnOpQ"),
            format!("{made}q"),
            "AKIAIOSFODNN7EXAMPLE".to_owned(),
        ] {
            assert!(find(&none).is_empty(), "{none}");
        }
    }

    #[test]
    fn keys_are_masked_to_their_end() {
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDRr7";
        for gap in ["\n", "\\n"] {
            let key = ["-----BEGIN PRIVATE", " KEY-----"].concat();
            let text = format!("{key}{gap}{body}{gap}{body}{gap}-----END PRIVATE KEY-----");
            let shown = without_secrets(text.clone());
            assert!(!shown.contains("MII") && shown.len() == text.len(), "{shown}");
            assert_eq!(shown.lines().count(), text.lines().count());
        }
    }

    /// A pattern without its mark would never be looked for.
    #[test]
    fn every_pattern_has_a_mark() {
        for secret in &data().secrets {
            let plain = secret.pattern.replace("(?:hf|api_org)_", "hf_").replace("gh[pousr]_", "ghp_");
            let plain = plain.replace("xox[abprs]", "xoxa");
            assert!(data().secret_marks.iter().any(|mark| plain.contains(mark)), "{}", secret.pattern);
        }
    }
}
