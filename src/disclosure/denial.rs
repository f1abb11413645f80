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
    exclusions: Vec<String>,
    positive: Vec<String>,
}

struct Denials {
    file: File,
    answers: TopicSet,
    /// Topics that only what is wanted answers.
    positive: TopicSet,
    /// A part of each denial: most sentences hold none of them, and need not be cut into words.
    marks: AhoCorasick,
}

fn denials() -> &'static Denials {
    static TABLE: LazyLock<Denials> = LazyLock::new(|| {
        let file: File = table("rules/topics/denials.yaml");
        let bit = |id: &String| topic(id).map_or_else(|| panic!("internal: denials.yaml: no topic {id}"), |at| 1 << at);
        let set = |ids: &[String]| ids.iter().map(bit).fold(0, |all: TopicSet, bit: TopicSet| all | bit);
        let (answers, positive) = (set(&file.answers), set(&file.positive));
        let marks = marks(&file);
        Denials { file, answers, positive, marks }
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

/// Whether a topic is answered by what is wanted alone, and not by what is excluded.
pub(super) fn is_positive(topic: usize) -> bool {
    denials().positive & (1 << topic) != 0
}

/// True when every sentence of a text denies, and none says why.
pub(super) fn is_denial(text: &str) -> bool {
    every_sentence(text, denies)
}

/// True when every sentence of a text excludes a use: "It is not meant for children".
pub(super) fn is_exclusion(text: &str) -> bool {
    every_sentence(text, |file, words| {
        // "Please don't rank people by it."
        let mut asked = words.iter().skip_while(|word| *word == "please");
        let first = asked.next().map(String::as_str);
        matches!(first, Some("don't" | "never"))
            || first == Some("do") && asked.next().is_some_and(|next| next == "not")
            || negated(file, words, &file.exclusions)
    })
}

/// Whether each sentence of a short text `says` something, and there is one.
fn every_sentence(text: &str, says: impl Fn(&File, &[String]) -> bool) -> bool {
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
        if !says(file, &words) {
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
    let none = |(at, word): (usize, &String)| {
        word == "no" && words[at + 1..].iter().take(NEAR).any(|word| is(&file.nouns, word))
    };
    words.iter().enumerate().any(none) || negated(file, words, &file.verbs)
}

/// Whether a negation stands before a word that begins with one of `verbs`, with little between them.
fn negated(file: &File, words: &[String], verbs: &[String]) -> bool {
    words.iter().enumerate().filter(|(_, word)| file.negations.contains(word)).any(|(at, _)| {
        let mut rest = words[at + 1..].iter().skip_while(|word| file.between.contains(word) || word.ends_with("ly"));
        rest.next().is_some_and(|word| verbs.iter().any(|verb| word.starts_with(verb.as_str())))
    })
}

#[cfg(test)]
mod tests {
    use super::{is_denial, is_exclusion};

    #[test]
    fn exclusions_are_told_from_uses() {
        for text in [
            "I would not use it for anything that matters, such as court or police interviews.",
            "It is not meant for children. Please don't use it to rank people.",
            "The model should never be deployed in hospitals.",
            "We ask you not to use it for interpreting in courts.",
        ] {
            assert!(is_exclusion(text), "{text}");
        }
        for text in [
            "It is meant for subtitles. It is not meant for court.",
            "It does not know names.",
            "For editors who cannot type fast.",
            "",
        ] {
            assert!(!is_exclusion(text), "{text}");
        }
    }

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
