//! Sentences that deny: "was not evaluated", "no information is available", "we plan to evaluate it". Silence, a reasoned
//! "not evaluated because …" and a claim are three different answers, and a bare denial is the first of them.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde::Deserialize;

use super::{TopicSet, topic};
use crate::embedded::table;

/// `rules/topics/denials.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    negations: Vec<String>,
    between: Vec<String>,
    verbs: Vec<String>,
    nouns: Vec<String>,
    plans: Vec<String>,
    reasons: Vec<String>,
    answers: Vec<String>,
}

struct Denials {
    file: File,
    answers: TopicSet,
    /// A part of each denial: most sentences hold none of them, and need not be cut into words.
    marks: AhoCorasick,
}

fn denials() -> &'static Denials {
    static TABLE: LazyLock<Denials> = LazyLock::new(|| {
        let file: File = table("rules/topics/denials.yaml");
        let bit = |id: &String| topic(id).map_or_else(|| panic!("internal: denials.yaml: no topic {id}"), |at| 1 << at);
        let answers = file.answers.iter().map(bit).fold(0, |all: TopicSet, bit: TopicSet| all | bit);
        let marks = marks(&file);
        Denials { file, answers, marks }
    });
    &TABLE
}

/// "no", the negations or what they have before the apostrophe, and the longest word of each plan.
fn marks(file: &File) -> AhoCorasick {
    let negations = file.negations.iter().map(|word| if word.contains('\'') { "n'" } else { word.as_str() });
    let plans = file.plans.iter().filter_map(|plan| plan.split(' ').max_by_key(|word| word.len()));
    let mut marks: Vec<&str> = negations.chain(plans).chain(["no", "n’"]).collect();
    marks.sort_unstable();
    marks.dedup();
    let built = AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(marks);
    built.unwrap_or_else(|error| panic!("internal: denials.yaml: {error}"))
}

/// Words that may stand between "no" and what there is none of: "no adversarial testing or safety evaluation".
const NEAR: usize = 4;
/// Bytes of a text that only denies; what is longer has something to tell.
const LONGEST: usize = 600;

/// Whether a denial answers a topic.
pub(super) fn answers(topic: usize) -> bool {
    denials().answers & (1 << topic) != 0
}

/// True when every sentence of a text denies, and none says why.
pub(super) fn is_denial(text: &str) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    let Denials { file, marks, .. } = denials();
    let mut any = false;
    for sentence in text.split(['.', '!', '?', ';', '\n']) {
        let words = || {
            sentence.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’')).filter(|word| !word.is_empty())
        };
        // A line break ends no sentence: what is too short to be one belongs to its neighbour.
        if words().nth(2).is_none() {
            continue;
        }
        if !marks.is_match(sentence) {
            return false;
        }
        let words: Vec<String> = words().map(|word| word.to_lowercase().replace('’', "'")).collect();
        if !denies(file, &words) {
            return false;
        }
        any = true;
    }
    any
}

fn denies(file: &File, words: &[String]) -> bool {
    let is = |list: &[String], word: &String| list.contains(word);
    if words.iter().any(|word| is(&file.reasons, word)) {
        return false;
    }
    let joined = format!(" {} ", words.join(" "));
    let planned = |plan: &String| {
        joined
            .match_indices(plan.as_str())
            .any(|(at, plan)| joined[..at].ends_with(' ') && joined[at + plan.len()..].starts_with(' '))
    };
    if file.plans.iter().any(planned) {
        return true;
    }
    words.iter().enumerate().any(|(at, word)| {
        let behind = &words[at + 1..];
        if word == "no" {
            behind.iter().take(NEAR).any(|word| is(&file.nouns, word))
        } else if is(&file.negations, word) {
            let mut rest = behind.iter().skip_while(|word| is(&file.between, word) || word.ends_with("ly"));
            rest.next().is_some_and(|word| file.verbs.iter().any(|verb| word.starts_with(verb.as_str())))
        } else {
            false
        }
    })
}

#[cfg(test)]
mod tests {
    use super::is_denial;

    #[test]
    fn denials_are_told_from_answers() {
        for text in [
            "We did not measure the energy consumption of training.",
            "The model has not yet been formally evaluated.",
            "No adversarial testing or safety evaluation was done.",
            "We don’t disclose the training data. No information is available on how it was selected.",
            "The training data is not publicly available.",
            "In the near future we plan on leveraging the help of volunteers to check the answers.",
            "An evaluation on dialects will be added.",
        ] {
            assert!(is_denial(text), "{text}");
        }
        for text in [
            "It was not evaluated on dialects, because no test set exists for them.",
            "It does not perform well on names from Africa.",
            "The data was not filtered.",
            "It plans a route through the city. It was tested on 200 routes.",
            "Not evaluated on dialects. On standard German it reaches an F1 of 91.2.",
            "The model reaches 91 % accuracy on the test set.",
            "",
        ] {
            assert!(!is_denial(text), "{text}");
        }
    }
}
