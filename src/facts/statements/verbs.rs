//! Statements of licences around the word for one: "licensed by", "MIT licensed", "the license of this model is", "uses the
//! MIT license".

use super::{Statement, Subject, after_stop, has_word, named, of_passive, push, stands_for_card, subject, wording};
use crate::card::Card;
use crate::license::names::at_start;
use crate::text::{head, mentions};

/// "licensed by Apache 2.0", with "licensed" at `at`.
pub(super) fn by(card: &Card<'_>, at: usize, (start, end): (usize, usize), found: &mut Vec<Statement>) {
    let rest = &head(&card.source.text()[at..end], "licensed with ".len()).to_ascii_lowercase();
    let words = ["licensed by ", "licenced by ", "licensed with ", "licensed as "];
    if let Some(words) = words.iter().find(|words| rest.starts_with(**words)) {
        let before = card.source.text()[start..at].to_lowercase();
        named(card.source.text(), at + words.len(), end, of_passive(card, before.trim_end()), found);
    }
}

/// Bytes between "license" and the verb in "the license of this model is …".
const OF_WHAT: usize = 60;

/// "The license of this model is MIT", with "license" at `at`.
pub(super) fn predicate(card: &Card<'_>, at: usize, (start, end): (usize, usize), found: &mut Vec<Statement>) {
    let text = card.source.text();
    let rest = &text[at + "license".len()..end];
    let Some(verb) = head(rest, OF_WHAT).find(" is ") else { return };
    let of = rest[..verb].trim().to_lowercase();
    if of.contains(['.', ',', ';', ':', '(', '|']) {
        return;
    }
    let before = text[start..at].to_lowercase();
    let before = after_stop(&before).trim_matches(|c: char| !c.is_alphanumeric());
    let own = has_word(&wording().possessive, before);
    let subject = match ["of ", "for "].iter().find_map(|word| of.strip_prefix(word)) {
        Some(what) if own => subject(card, what),
        None if own && of.is_empty() && (before.len() > "their".len() || stands_for_card(card, at)) => {
            Subject::Repository
        }
        None if !of.is_empty() => return,
        _ => Subject::Other,
    };
    named(text, at + "license".len() + verb + " is ".len(), end, subject, found);
}

/// "This model uses the MIT license", with "license" at `at`.
pub(super) fn had(card: &Card<'_>, at: usize, (start, end): (usize, usize), found: &mut Vec<Statement>) {
    let text = card.source.text();
    // Names of licences have capitals or a version; what most sentences have before the word has neither.
    let last = text[start..at].trim_end().rsplit([' ', '\n']).next().unwrap_or_default();
    if !last.bytes().any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return;
    }
    let Some((from, lead)) = name_before(text, start, at) else { return };
    let lead = lead.strip_suffix(" the").unwrap_or(&lead).trim_end();
    let Some(before) = wording().having.iter().find_map(|verb| lead.strip_suffix(verb.as_str())) else { return };
    let clause = after_stop(before);
    let turned = wording().turned.iter().any(|words| mentions(clause, words));
    let what = if turned || !before.ends_with(' ') { Subject::Other } else { subject(card, clause) };
    push(text, from, end, what, found);
}

/// The name of a licence that ends right before byte `at`, and what stands before it, in lower case and without its
/// article.
fn name_before(text: &str, start: usize, at: usize) -> Option<(usize, String)> {
    let before = text[start..at].trim_end_matches([' ', '-']);
    if before.len() == at - start {
        return None;
    }
    // A name has at most four words.
    let begins = before.rmatch_indices([' ', '\n']).take(4).map(|(at, _)| at + 1);
    let whole = |from: &usize| at_start(&before[*from..]).is_some_and(|(_, length)| from + length == before.len());
    let from = begins.chain((before.matches(' ').count() < 4).then_some(0)).filter(whole).last()?;
    let lead = before[..from].to_lowercase();
    let lead = lead.trim_end().trim_end_matches([' ', '\n']);
    let lead = lead.strip_suffix(" an").or_else(|| lead.strip_suffix(" a")).unwrap_or(lead);
    Some((start + from, lead.to_owned()))
}

/// "it is MIT licensed", "an Apache-2.0-licensed model", with "licensed" at `at`.
pub(super) fn named_before(card: &Card<'_>, at: usize, (start, end): (usize, usize), found: &mut Vec<Statement>) {
    let text = card.source.text();
    if !head(&text[at..end], "licensed".len()).eq_ignore_ascii_case("licensed") {
        return;
    }
    let Some((from, lead)) = name_before(text, start, at) else { return };
    let end = text[..at].trim_end_matches([' ', '-']).len();
    push(text, from, end, of_passive(card, &lead), found);
}
