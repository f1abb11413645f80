//! Versions of libraries that a card claims, against configuration and requirements.

use crate::card::Card;
use crate::checks::{Context, Sink};
use crate::text::{Span, safe};

/// Libraries that cards list with their versions, as requirements name them; the second is what cards call it.
const LIBRARIES: &[(&str, &str)] = &[
    ("transformers", "transformers"),
    ("torch", "pytorch"),
    ("datasets", "datasets"),
    ("tokenizers", "tokenizers"),
    ("peft", "peft"),
    ("trl", "trl"),
    ("diffusers", "diffusers"),
    ("accelerate", "accelerate"),
    ("sentence-transformers", "sentence transformers"),
];

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let repository = ctx.repository;
    let written = repository.config.as_ref().and_then(|config| config["transformers_version"].as_str());
    if written.is_none() && repository.requirements.is_empty() || !sink.wants("versions-differ") {
        return;
    }
    for (library, claimed, span) in claims(ctx.card) {
        let pinned = repository.requirements.iter().filter(|(_, name, _)| name == library);
        let mut known: Vec<(&str, &str)> = pinned.map(|(file, _, version)| (file.as_str(), version.as_str())).collect();
        known.extend(written.filter(|_| library == "transformers").map(|version| ("config.json", version)));
        // A model may be stored by one version and run with another: one of them fits.
        let Some(&(file, there)) = known.first().filter(|_| !known.iter().any(|(_, there)| agree(claimed, there)))
        else {
            continue;
        };
        let message = format!(
            "The card says {library} {}, but {} has {}",
            safe::quoted(claimed),
            safe::quoted(file),
            safe::quoted(there)
        );
        sink.add("versions-differ", span, message, |f| {
            f.help("Correct the version, or say which of the two it was trained with")
                .anchor(format!("/versions/{library}"))
        });
    }
}

/// Versions in lists under a heading on versions or requirements: `- Transformers 4.38.1`.
fn claims<'c>(card: &'c Card<'_>) -> Vec<(&'static str, &'c str, Span)> {
    let text = card.source.text();
    let mut found = Vec::new();
    for heading in &card.outline.headings {
        let title = heading.text.to_lowercase();
        if !["version", "requirement", "environment"].iter().any(|word| title.contains(word)) {
            continue;
        }
        let mut at = heading.section.start as usize;
        for line in text[heading.section.range()].split_inclusive('\n') {
            let item = line.trim_start().strip_prefix(['-', '*']);
            let bare = item.map(|item| item.trim_start_matches(['*', ' ', '`'])).unwrap_or_default();
            let lower = bare.to_ascii_lowercase();
            let library = LIBRARIES.iter().find(|(name, shown)| {
                [name, shown].iter().any(|name| {
                    lower
                        .strip_prefix(**name)
                        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
                })
            });
            let rest = bare.find(|c: char| c.is_ascii_digit()).map(|from| &bare[from..]);
            if let (Some((name, _)), Some(rest)) = (library, rest) {
                let end =
                    rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '+'))).unwrap_or(rest.len());
                let start = at + (rest.as_ptr() as usize - line.as_ptr() as usize);
                found.push((*name, &rest[..end], Span::new(start, start + end)));
            }
            at += line.len();
        }
    }
    found
}

/// True when two versions have the same first two numbers, or one of them is none.
fn agree(one: &str, other: &str) -> bool {
    let numbers = |text: &str| {
        let mut parts = text.split('.').map(|part| part.parse::<u32>().ok());
        Some((parts.next()??, parts.next()??))
    };
    match (numbers(one), numbers(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::agree;

    #[test]
    fn versions_agree_by_two_numbers() {
        assert!(agree("4.38.1", "4.38.2") && agree("2.1.0+cu121", "2.1.2") && agree("main", "4.38.2"));
        assert!(!agree("4.38.1", "4.40.0") && !agree("4.38", "5.38.0"));
    }
}
