//! Sentences of the body that forbid commercial use of what the card is of.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use super::statements::{after_stop, nouns, passage, stands_for_card};
use crate::card::{Card, Kind};
use crate::embedded::table;
use crate::text::any::AnyOf;
use crate::text::{Span, lower_in_place, paragraphs, tail};

/// `rules/licenses/restrictions.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wording {
    triggers: Vec<String>,
    whole: Vec<String>,
    stems: Vec<String>,
    negations: Vec<String>,
    pairs: Vec<Pair>,
    denied: Vec<String>,
    allowed: Vec<String>,
    opens: Vec<String>,
    foreign: Vec<String>,
    together: Vec<String>,
    added: Vec<String>,
    reserved: Vec<String>,
    unfilled: Vec<String>,
}

/// Words for commercial use, and words that forbid it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    commercial: Vec<String>,
    forbid: Vec<String>,
}

fn wording() -> &'static Wording {
    static TABLE: LazyLock<Wording> = LazyLock::new(|| table("rules/licenses/restrictions.yaml"));
    &TABLE
}

/// Where the body forbids commercial use of what the card is of.
#[must_use]
pub fn noncommercial(card: &Card<'_>) -> Option<Span> {
    static WORDS: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(&wording().triggers));
    let text = card.source.text();
    let body = card.front.body_start();
    let mut read = body;
    WORDS.find_iter(&text.as_bytes()[body..]).find_map(|word| {
        let at = body + word.start();
        // A passage is read once, whatever it holds.
        if at < read || card.outline.hides(at) {
            return None;
        }
        let (start, end) = passage(text, body, at);
        read = end;
        let lower = lower_in_place(&text[start..end]).replace('\n', " ");
        clauses(&lower).into_iter().find_map(|clause| {
            let said = forbidden(&lower[clause.clone()])?;
            let place = clause.start + said.start;
            speaks_of_card(card, start + place, &lower[clause], said.clone(), &lower)
                .then(|| Span::new(start + place, start + place + said.len()))
        })
    })
}

/// What the text of a licence that allows commercial use adds to it: words that forbid such use or, in that of a
/// permissive one, words that none of these has.
#[must_use]
pub fn added_to(text: &str, permissive: bool) -> Option<String> {
    let lower = text.to_lowercase();
    let known = || permissive.then(|| sentence_with(&lower, &wording().added)).flatten();
    let forbids = || {
        let commercial = |part: &&str| wording().stems.iter().any(|stem| part.contains(stem.as_str()));
        paragraphs(&lower).map(|(_, part)| part).filter(commercial).find_map(|part| {
            let line = part.split_whitespace().collect::<Vec<_>>().join(" ");
            clauses(&line).into_iter().find_map(|clause| {
                let said = forbidden(&line[clause.clone()])?;
                Some(line[clause][said].to_owned())
            })
        })
    };
    known().or_else(forbids)
}

/// The sentence of a text by which somebody keeps all rights.
#[must_use]
pub fn reserved(text: &str) -> Option<String> {
    sentence_with(&text.to_lowercase(), &wording().reserved)
}

/// Lines of the beginning of a licence's text in which its holder stands.
const HOLDER: usize = 10;

/// What a template of a licence's text has in the place of year and holder.
#[must_use]
pub fn unfilled(text: &str) -> Option<&'static str> {
    let mut lines = text.lines().take(HOLDER).map(str::to_lowercase).filter(|line| line.contains("copyright"));
    lines.find_map(|line| wording().unfilled.iter().map(String::as_str).find(|words| line.contains(words)))
}

/// The first sentence of a text, in lower case, that holds one of these words.
fn sentence_with(text: &str, words: &[String]) -> Option<String> {
    paragraphs(text).find_map(|(_, part)| {
        let line = part.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = words.iter().find(|words| line.contains(words.as_str()))?;
        let held = clauses(&line).into_iter().map(|clause| &line[clause]).find(|clause| clause.contains(words));
        Some(held.unwrap_or(words).trim().to_owned())
    })
}

/// The sentences of a line.
fn clauses(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < line.len() {
        let stops = [". ", "; ", "! ", "? ", "。", "；"];
        let end = stops.iter().filter_map(|stop| line[at..].find(stop).map(|end| at + end + stop.len())).min();
        let end = end.unwrap_or(line.len());
        found.push(at..end);
        at = end;
    }
    found
}

/// Bytes from the first to the last of two words that belong together.
const APART: usize = 120;

/// Where a sentence forbids commercial use.
fn forbidden(clause: &str) -> Option<Range<usize>> {
    static WHOLE: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&wording().whole);
        built.unwrap_or_else(|error| panic!("internal: rules/licenses/restrictions.yaml: {error}"))
    });
    // "Non-commercial licenses" are those of several others.
    let one = |at: &Range<usize>| {
        let license = ["license", "licence"].iter().any(|word| clause[..at.end].ends_with(word));
        !(license && clause[at.end..].starts_with('s'))
    };
    let whole = WHOLE.find_iter(clause).map(|found| found.range()).find(|at| one(at) && !is_of_both(clause, at));
    let places = |words: &'static [String]| {
        let at = |word: &String| clause.find(word.as_str()).map(|at| at..at + word.len());
        words.iter().filter_map(at).filter(one).collect::<Vec<_>>()
    };
    let pair = || {
        wording().pairs.iter().find_map(|pair| {
            let commercial = places(&pair.commercial).into_iter().min_by_key(|at| at.start)?;
            let mut forbid = places(&pair.forbid);
            forbid.sort_by_key(|at| at.start);
            forbid.into_iter().find_map(|forbid| {
                let both = commercial.start.min(forbid.start)..commercial.end.max(forbid.end);
                // "Commercial use is allowed, but it must not be used to …" says two things.
                let between = clause.get(commercial.end.min(forbid.end)..commercial.start.max(forbid.start));
                let apart = between.is_some_and(|between| between.contains([',', '，', '、', '(']));
                (both.len() <= APART && !apart && !is_of_both(clause, &forbid)).then_some(both)
            })
        })
    };
    let found = whole.or_else(pair)?;
    // What is shown ends with a word.
    let rest = clause[found.end..].find(|c: char| !c.is_alphanumeric()).unwrap_or(clause.len() - found.end);
    Some(found.start..if rest <= TAIL { found.end + rest } else { found.end })
}

/// Bytes of the end of a word behind what was found.
const TAIL: usize = 16;

/// Whether a word for non-commercial use stands in a sentence that names commercial use as well: "for commercial and
/// non-commercial purposes".
fn is_of_both(clause: &str, found: &Range<usize>) -> bool {
    static STEMS: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(&wording().stems));
    let count = |text: &str| STEMS.find_iter(text.as_bytes()).count();
    let own = count(&clause[found.clone()]);
    let negated = wording().negations.iter().any(|word| clause[found.clone()].starts_with(word.as_str()));
    negated && own > 0 && count(clause) > own
}

/// Whether a sentence with a restriction at `said` is on what the card is of, as it is now.
fn speaks_of_card(card: &Card<'_>, at: usize, clause: &str, said: Range<usize>, line: &str) -> bool {
    let has = |text: &str, words: &[String]| words.iter().any(|word| text.contains(word.as_str()));
    let before = after_stop(&clause[..said.start]);
    // In most languages the subject stands between the two words of a pair as well.
    let subject = &clause[..said.end];
    let nouns = nouns(card, subject);
    let bare = behind_tags(clause).trim_start_matches(|c: char| !c.is_alphanumeric());
    // Scripts without blanks have no first word.
    let first = wording().opens.iter().any(|word| bare.starts_with(word.as_str())) || bare.starts_with(is_wide);
    let opens = (nouns.bare || first) && stands_for_card(card, at) && !is_quoted(card, at, line);
    if card.kind == Kind::Dataset {
        return before.contains("data") || opens;
    }
    let denied = has(before, &wording().denied) || has(clause, &wording().allowed);
    let foreign = has(subject, &wording().foreign) && !has(subject, &wording().together);
    // "The data is licensed for research use only"
    let lead = super::statements::nouns(card, before.rsplit(':').next().unwrap_or_default());
    let foreign = foreign || lead.other && !lead.own && !has(subject, &wording().together);
    // What others have said stands in quotation marks.
    let cited = before.matches(['"', '“', '”']).count() % 2 == 1;
    let turned = denied || foreign || cited || nouns.other && !nouns.own || names_texts(&clause[said]);
    (nouns.own || opens) && !turned
}

/// A text behind the tags that it begins with.
fn behind_tags(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(end) = rest.strip_prefix('<').and_then(|tag| tag.find('>')) {
        rest = rest[end + 2..].trim_start();
    }
    rest
}

/// Whether the words between two of a pair name texts or images: "commercial use of the recipe texts is not permitted".
fn names_texts(between: &str) -> bool {
    ["texts", "images", "recordings", "articles"].iter().any(|word| between.contains(word))
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Whether a line stands in a quotation that is no note of the card's own.
fn is_quoted(card: &Card<'_>, at: usize, line: &str) -> bool {
    if !line.trim_start().starts_with('>') {
        return false;
    }
    let before = tail(&card.source.text()[..at], NOTE).to_ascii_lowercase();
    let quoted = before.lines().rev().take_while(|line| line.trim_start().starts_with('>'));
    !quoted
        .into_iter()
        .any(|line| ["note", "important", "warning", "disclaimer", "[!"].iter().any(|word| line.contains(word)))
}

/// Bytes before a line of a note in which it begins.
const NOTE: usize = 400;
