//! Licences that the body of a card names: "released under …", a `License:` line, a licence section, a
//! badge, an address.

mod places;
mod verbs;

use std::ops::Range;
use std::sync::LazyLock;

use serde::Deserialize;

use self::places::{badges, sections};
use self::verbs::{by, had, named_before, predicate};
use super::descent::{is_named, of_the_model};
use crate::card::{Card, Kind};
use crate::embedded::table;
use crate::license::License;
use crate::license::names::{at_start, of_url};
use crate::text::any::AnyOf;
use crate::text::{Span, head, lower_in_place, mentions};

/// What a statement speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The model or dataset of the card, as far as the text tells.
    Repository,
    /// Code, data, a base model: something else.
    Other,
}

/// A licence named in the body.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Where its name stands.
    pub span: Span,
    /// The licences named, several for "MIT and Apache-2.0".
    pub licenses: Vec<&'static License>,
    /// What it speaks of.
    pub subject: Subject,
    /// It is on a part that is named beside it: "Weights: …".
    pub of_part: bool,
}

/// `rules/licenses/statements.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Wording {
    verbs: Vec<String>,
    between: Vec<String>,
    auxiliaries: Vec<String>,
    adverbs: Vec<String>,
    releases: Vec<String>,
    binding: Vec<String>,
    having: Vec<String>,
    possessive: Vec<String>,
    others: Vec<String>,
    data: Vec<String>,
    weights: Vec<String>,
    of_the_model: Vec<String>,
    whole: Vec<String>,
    pronouns: Vec<String>,
    turned: Vec<String>,
    own_headings: Vec<String>,
    other_headings: Vec<String>,
    titles: Vec<String>,
    titles_of_parts: Vec<String>,
    behind: Vec<String>,
    before: Vec<String>,
    models_abroad: Vec<String>,
    others_abroad: Vec<String>,
    choice: Vec<String>,
}

fn wording() -> &'static Wording {
    static TABLE: LazyLock<Wording> = LazyLock::new(|| table("rules/licenses/statements.yaml"));
    &TABLE
}

fn has_word(words: &[String], word: &str) -> bool {
    words.iter().any(|known| known == word)
}

/// The statement on the repository's licence, when all of them name the same one.
#[must_use]
pub fn only(card: &Card<'_>) -> Option<Statement> {
    let mut own = find(card).into_iter().filter(|statement| statement.subject == Subject::Repository);
    let first = own.next()?;
    let id = |statement: &Statement| statement.licenses.iter().all(|license| license.id == first.licenses[0].id);
    (id(&first) && own.all(|statement| id(&statement))).then_some(first)
}

/// What the words before a restriction speak of, as far as nouns tell: the card's own model or data, something else.
pub(super) struct Nouns {
    pub(super) own: bool,
    pub(super) other: bool,
    /// They begin with a word that stands for what was spoken of before, or there are none.
    pub(super) bare: bool,
}

/// Reads the words before a restriction, in lower case.
pub(super) fn nouns(card: &Card<'_>, before: &str) -> Nouns {
    let words = wording();
    let (own, foreign) =
        if card.kind == Kind::Dataset { (&words.data, &words.weights) } else { (&words.weights, &words.data) };
    let before = &unlinked(before);
    let has = |words: &[String]| words.iter().any(|word| mentions(before, word));
    // What may be done with texts and in a demo is said of the model.
    let others = words.others.iter().filter(|word| !matches!(word.as_str(), "demo" | "text"));
    let abroad = words.models_abroad.iter().any(|word| before.contains(word.as_str()));
    let first = before.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    let other = others.into_iter().any(|word| mentions(before, word)) || has(foreign) && card.kind != Kind::Dataset;
    let named = !other && !mentions(before, "demo") && is_named(card, before);
    let of_part = of_the_model(before).any(|noun| !has_word(&words.of_the_model, noun));
    Nouns {
        own: (has(own) || has(&words.whole) || card.kind != Kind::Dataset && abroad || named) && !of_part,
        other,
        bare: first.is_none_or(|word| has_word(&words.pronouns, word)),
    }
}

/// A text without the addresses of its links.
fn unlinked(text: &str) -> String {
    let mut parts = text.split("](");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    shown
}

/// Where the name stands in a sentence of another language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Behind the word for a licence: "sous licence MIT".
    Behind,
    /// Before it: "unter der MIT-Lizenz", "Apache-2.0许可证".
    Before,
}

/// All statements, in source order.
#[must_use]
pub fn find(card: &Card<'_>) -> Vec<Statement> {
    // One pass for the words of English, and one for those of other languages.
    static WORDS: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(wording().behind.iter().chain(&wording().before)));
    /// What all words for a licence have in common, in small and in capital letters.
    const LICENSE: &[&str] = &["icen", "ICEN"];
    static ENGLISH: LazyLock<AnyOf> = LazyLock::new(|| {
        let binding = wording().binding.iter().map(String::as_str);
        AnyOf::new(LICENSE.iter().copied().chain(["under "]).chain(binding))
    });
    let text = card.source.text();
    let body = card.front.body_start();
    let mut found: Vec<Statement> = Vec::new();
    let hidden = |at: usize| card.outline.hides(at);
    let bytes = text.as_bytes();
    for word in ENGLISH.find_iter(&bytes[body..]) {
        let (at, which) = (body + word.start(), word.pattern().as_usize());
        if which < LICENSE.len() {
            let Some(at) = at.checked_sub(1).filter(|at| *at >= body) else { continue };
            let begins = at == body || !bytes[at - 1].is_ascii_alphanumeric();
            if begins && bytes[at].eq_ignore_ascii_case(&b'l') && !hidden(at) {
                label(card, at, line(text, body, at), &mut found);
                let whole =
                    matches!(bytes.get(at + 7), None | Some(b' ' | b'\n' | b'.' | b',' | b'*' | b'`' | b')' | b';'));
                if whole && matches!(&bytes[at..].get(4..7), Some(b"nse" | b"nce")) {
                    let passage = passage(text, body, at);
                    predicate(card, at, passage, &mut found);
                    had(card, at, passage, &mut found);
                }
                if matches!(&bytes[at..].get(6..8), Some(b"ed" | b"ED")) {
                    let passage = passage(text, body, at);
                    by(card, at, passage, &mut found);
                    named_before(card, at, passage, &mut found);
                }
            }
        } else if which == LICENSE.len() {
            if !hidden(at) {
                sentence(card, body, at, &mut found);
            }
        } else if !hidden(at) {
            binding(card, at, word.len(), passage(text, body, at), &mut found);
        }
    }
    for word in WORDS.find_iter(&bytes[body..]) {
        let (start, end) = (body + word.start(), body + word.end());
        if !hidden(start) {
            let place = if word.pattern().as_usize() < wording().behind.len() { Place::Behind } else { Place::Before };
            abroad(card, line(text, body, start), start..end, place, &mut found);
        }
    }
    sections(card, text, &mut found);
    badges(card, &mut found);
    found.sort_by_key(|statement| statement.span.start);
    found.dedup_by_key(|statement| statement.span.start);
    found
}

/// Whether the text says that one of several licences may be chosen: in a passage that speaks of licences or names one of
/// these, and not of the later versions of one.
#[must_use]
pub(super) fn leaves_choice(card: &Card<'_>, ids: &[&str]) -> bool {
    let text = card.source.text();
    let body = card.front.body_start();
    let lower = lower_in_place(&text[body..]);
    wording().choice.iter().any(|words| {
        memchr::memmem::find_iter(lower.as_bytes(), words.as_bytes()).map(|at| body + at).any(|at| {
            let (start, end) = passage(text, body, at);
            let passage = &lower[start - body..end - body];
            let named = || ids.iter().any(|id| mentions(passage, id.split('-').next().unwrap_or(id)));
            let of_licences = passage.contains("licen") || named();
            of_licences && !passage.contains("later version") && !card.outline.hides(at)
        })
    })
}

/// Whether a statement says of the model, or of the data of a card of data, that it is under this licence: by a word of
/// its own for it, in the same clause.
#[must_use]
pub fn is_of_weights(card: &Card<'_>, statement: &Statement) -> bool {
    if statement.of_part {
        return statement.subject == Subject::Repository;
    }
    let text = card.source.text();
    let (start, end) = passage(text, card.front.body_start(), statement.span.start as usize);
    let before = text[start..(statement.span.start as usize).clamp(start, end)].to_lowercase();
    let words = if card.kind == Kind::Dataset { &wording().data } else { &wording().weights };
    let clause = after_stop(&before).rsplit([',', ';']).next().unwrap_or_default();
    words.iter().any(|word| mentions(clause, word)) && !wording().others.iter().any(|word| mentions(clause, word))
}

/// Bytes before and behind a word that are looked at: nobody states a licence in a longer sentence.
const LINE: usize = 1_000;

/// Bytes of the line around `at`, as far as they are looked at.
pub(super) fn line(text: &str, body: usize, at: usize) -> (usize, usize) {
    let from = at.saturating_sub(LINE).max(body);
    let start = memchr::memrchr(b'\n', &text.as_bytes()[from..at]).map_or(from, |back| from + back + 1);
    let start = (start..at).find(|at| text.is_char_boundary(*at)).unwrap_or(at);
    let ahead = head(&text[at..], LINE);
    (start, at + ahead.find('\n').unwrap_or(ahead.len()))
}

/// Bytes of the passage around `at`: its line with those that it is wrapped over, as far as they are looked at.
pub(super) fn passage(text: &str, body: usize, at: usize) -> (usize, usize) {
    let begins = |line: &str| {
        let bare = line.trim_start_matches([' ', '\t']);
        bare.starts_with(['-', '*', '+', '|', '#', '>', '<', '`'])
            || bare.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['.', ')'])
                && bare.starts_with(|c: char| c.is_ascii_digit())
    };
    // Two blanks, a backslash or a tag end a line for good.
    let broken = |line: &str| line.ends_with("  ") || line.ends_with(['\\', '>']);
    let (mut start, mut end) = line(text, body, at);
    // A longer line is cut, and goes on beside what was looked at.
    let ends = |byte: usize| text.as_bytes().get(byte) == Some(&b'\n');
    while start > body.max(at.saturating_sub(LINE)) && ends(start - 1) && !begins(&text[start..at]) {
        let above = line(text, body, start - 1).0;
        let before = &text[above..start - 1];
        if before.trim().is_empty() || before.trim_start().starts_with(['#', '|']) || broken(before) {
            break;
        }
        start = above;
    }
    while end < text.len().min(at + LINE) && ends(end) && !broken(text[at..end].trim_end_matches('\r')) {
        let next = line(text, body, end + 1).1;
        let below = text.get(end + 1..next).unwrap_or_default();
        if below.trim().is_empty() || begins(below) {
            break;
        }
        end = next;
    }
    (start, end)
}

/// `- **License:** Apache 2.0`, `| License | MIT |`.
fn label(card: &Card<'_>, at: usize, (start, end): (usize, usize), found: &mut Vec<Statement>) {
    let text = card.source.text();
    // Nothing but markup before the label, or one word such as "Model".
    let tags = text[start..at].rfind('>').filter(|_| text[start..at].trim_start().starts_with('<'));
    let before = text[tags.map_or(start, |end| start + end)..at].trim_matches(|c: char| !c.is_alphanumeric());
    let model = matches!(before.to_lowercase().as_str(), "" | "model" | "weights" | "model weights");
    let other = matches!(before.to_lowercase().as_str(), "code" | "data" | "dataset" | "source code");
    if !(model || other) {
        return;
    }
    let word = text[at..end].find(|c: char| !c.is_ascii_alphabetic()).map_or(end, |length| at + length);
    if !matches!(&text[at..word].to_ascii_lowercase()[..], "license" | "licence" | "licenses" | "licensing") {
        return;
    }
    let rest = &text[word..end];
    let value = rest.trim_start_matches(['*', '_', ' ', '\t', '(', ')', 's', '`', ']']);
    let cell = || ["</td>", "</th>", "</b>:", "</strong>:"].iter().find_map(|end| value.strip_prefix(end));
    let Some(value) = value.strip_prefix([':', '|']).or_else(cell) else { return };
    let bare = value.trim_start_matches(['*', '_', ' ']);
    let value = ["see the ", "see ", "See the ", "See "].iter().find_map(|see| bare.strip_prefix(see)).unwrap_or(value);
    let value_at = end - value.len();
    let subject = if other || before.is_empty() && !stands_for_card(card, at) || is_below_other(text, start) {
        Subject::Other
    } else {
        Subject::Repository
    };
    // A table of many models says nothing of this one.
    let cells = value.trim_end().trim_end_matches('|');
    if text[start..at].contains('|') && cells.contains('|') {
        return;
    }
    push(text, value_at, end, subject, found);
}

/// Whether what stands at a byte without a subject of its own is of the card's model or data: under no heading, under the
/// title, or under one that speaks of it.
pub(super) fn stands_for_card(card: &Card<'_>, at: usize) -> bool {
    let heading = card.outline.heading_at(at);
    heading.is_none_or(|heading| {
        let text = heading.text.to_lowercase();
        let own = wording().own_headings.iter().any(|word| text.contains(word.as_str())) || is_named(card, &text);
        let dataset = card.kind == Kind::Dataset && text.contains("data");
        let other = wording().other_headings.iter().any(|word| text.contains(word.as_str())) && !dataset;
        let title = heading.level == 1 || Some(heading.text.as_str()) == card.outline.title();
        title || (own || dataset) && !other
    })
}

/// Whether a line is an item of a list below an item that speaks of something else.
fn is_below_other(text: &str, start: usize) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(&text[start..]);
    if own == 0 {
        return false;
    }
    let above = text[..start].lines().rev().take(20).find(|line| !line.trim().is_empty() && indent(line) < own);
    above.is_some_and(|line| {
        let line = line.to_lowercase();
        wording().others.iter().chain(&wording().data).any(|word| mentions(&line, word))
    })
}

/// "released under the MIT License", with "under" at `at`.
fn sentence(card: &Card<'_>, body: usize, at: usize, found: &mut Vec<Statement>) {
    let text = card.source.text();
    let (start, end) = passage(text, body, at);
    // Most things that are "under" something are under no licence.
    let mut here = Vec::new();
    named(text, at + "under ".len(), end, Subject::Repository, &mut here);
    if here.is_empty() {
        return;
    }
    let before = text[start..at].to_lowercase();
    let before = before.trim_end();
    let subject = match wording().verbs.iter().find(|verb| before.ends_with(verb.as_str())) {
        Some(verb) => {
            let before = &before[..before.len() - verb.len()];
            match of_passive(card, before) {
                Subject::Repository
                    if after_stop(before).contains(char::is_alphanumeric) || stands_for_card(card, at) =>
                {
                    Subject::Repository
                }
                _ => Subject::Other,
            }
        }
        None => match of_active(before) {
            Some(object) => subject(card, object),
            // "The code is under the MIT License, the weights under …"
            None if goes_on(before) => Subject::Repository,
            None => return,
        },
    };
    let told = here.into_iter().map(|statement| Statement {
        subject: if subject == Subject::Other { subject } else { statement.subject },
        ..statement
    });
    found.extend(told);
}

/// Whether a sentence that spoke of the code under a licence goes on with the weights: "…, the weights". One that speaks of
/// others, or of another time, is left alone.
fn goes_on(before: &str) -> bool {
    let clause = after_stop(before);
    let last = clause.rsplit([',', ';', '(']).next().unwrap_or_default();
    let last = last.rsplit(" and ").next().unwrap_or_default().trim();
    let own = matches!(last, "weights" | "the weights" | "our weights" | "model weights" | "the model weights");
    let code = |word: &str| matches!(word, "code" | "software" | "script");
    let other = wording().others.iter().filter(|word| !code(word)).chain(&wording().turned);
    own && clause.contains(" under ") && !other.into_iter().any(|word| mentions(clause, word))
}

/// "Use of this model is governed by the …", with these words at `at`.
fn binding(card: &Card<'_>, at: usize, words: usize, (start, end): (usize, usize), found: &mut Vec<Statement>) {
    let text = card.source.text();
    let before = text[start..at].to_lowercase();
    let clause = after_stop(&before);
    let used = mentions(clause, "use") || mentions(clause, "using");
    let other = subject(card, clause) == Subject::Other;
    let foreign = wording().others.iter().chain(&wording().data).any(|word| mentions(clause, word));
    named(text, at + words, end, if other && (foreign || !used) { Subject::Other } else { Subject::Repository }, found);
}

/// Adds the licence that is named from byte `at` on, behind an article.
fn named(text: &str, at: usize, end: usize, subject: Subject, found: &mut Vec<Statement>) {
    let rest = text[at..end].trim_start();
    let rest_lower = rest.to_ascii_lowercase();
    let skip = wording().between.iter().find(|words| {
        rest_lower.strip_prefix(words.as_str()).is_some_and(|rest| rest.starts_with(|c: char| !c.is_alphanumeric()))
    });
    let name = rest[skip.map_or(0, String::len)..].trim_start();
    push(text, end - name.len(), end, subject, found);
}

/// What stands behind the last end of a sentence or clause.
pub(super) fn after_stop(text: &str) -> &str {
    let stops = [". ", "; ", "! ", "? ", "。"];
    let from = stops.iter().filter_map(|stop| text.rfind(stop).map(|at| at + stop.len())).max();
    &text[from.unwrap_or(0)..]
}

/// The last words of a text.
fn last_words(text: &str, count: usize) -> &str {
    let text = text.trim_end();
    let from = text.rmatch_indices(' ').nth(count - 1).map_or(0, |(at, _)| at + 1);
    &text[from..]
}

/// What "… is released" speaks of, by the words before the verb: what "is", the antecedent of "which is", or the noun that
/// a participle stands behind.
fn of_passive(card: &Card<'_>, before: &str) -> Subject {
    let sentence = after_stop(before);
    let sentence = behind_note(&sentence[behind_tags(sentence, 0, sentence.len())..]);
    let quoted = before.matches('"').count() % 2 == 1;
    if quoted || wording().turned.iter().any(|words| mentions(sentence, words)) {
        return Subject::Other;
    }
    let (mut bare, mut whole) = (sentence.trim_end(), false);
    loop {
        let word = bare.rsplit(' ').next().unwrap_or_default();
        if bare.is_empty() || !(has_word(&wording().auxiliaries, word) || has_word(&wording().adverbs, word)) {
            break;
        }
        whole |= has_word(&wording().auxiliaries, word);
        bare = bare[..bare.len() - word.len()].trim_end();
    }
    let plain = |text: &str| !text.contains(char::is_alphanumeric);
    if plain(bare) {
        return Subject::Repository;
    }
    let clause = bare.rsplit([',', ';']).next().unwrap_or(bare);
    let outer = &bare[..bare.len() - clause.len()];
    let relative = matches!(clause.trim(), "which" | "that" | "and which") || plain(clause);
    let spoken = if whole && plain(clause) {
        bare
    } else if relative {
        last_words(outer.trim_end_matches([',', ';']), 2)
    } else if let Some(antecedent) = [" which", " that"].iter().find_map(|word| clause.strip_suffix(word)) {
        last_words(antecedent, 2)
    } else if whole {
        clause
    } else {
        last_words(clause, 3)
    };
    match subject(card, spoken) {
        // "This model is a BERT, released under …"
        Subject::Other if !whole && relative => {
            let begins: Vec<&str> = sentence.split_whitespace().take(3).collect();
            let begins = begins.join(" ");
            if wording().weights.iter().any(|word| mentions(&begins, word))
                && !wording().others.iter().any(|word| mentions(sentence, word))
            {
                Subject::Repository
            } else {
                Subject::Other
            }
        }
        subject => subject,
    }
}

/// A sentence behind the words that call for attention: "Note: …", "Please note that …".
fn behind_note(sentence: &str) -> &str {
    let bare = sentence.trim_start_matches(|c: char| !c.is_alphanumeric());
    let bare = bare.strip_prefix("please ").unwrap_or(bare);
    let Some(rest) = ["note", "notice", "important", "disclaimer"].iter().find_map(|word| bare.strip_prefix(word))
    else {
        return sentence;
    };
    let rest = rest.trim_start_matches([':', '*', '_', ' ']);
    rest.strip_prefix("that ").unwrap_or(rest)
}

/// What "we release … under" speaks of.
fn of_active(before: &str) -> Option<&str> {
    let sentence = after_stop(before);
    let (at, verb) =
        wording().releases.iter().filter_map(|verb| Some((sentence.rfind(&format!(" {verb} "))?, verb))).max()?;
    let who = sentence[..at].trim_end();
    let ours = ["we", "i", "we also", "we now", "we hereby", "and"]
        .iter()
        .any(|words| who.strip_suffix(words).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric)));
    let object = &sentence[at + verb.len() + 2..];
    (ours && !object.contains(',') && object.split_whitespace().count() <= 8).then_some(object)
}

/// "sous licence MIT", "unter der MIT-Lizenz", "Apache-2.0许可证", with the word for a licence at `word`.
fn abroad(card: &Card<'_>, (start, end): (usize, usize), word: Range<usize>, place: Place, found: &mut Vec<Statement>) {
    let text = card.source.text();
    let (from, to) = match place {
        Place::Behind => (word.end, end.max(word.end)),
        Place::Before => {
            // The name is what stands before in Latin letters.
            let latin = |c: &char| {
                c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ' ' | '_' | '*' | '`' | '"' | '[' | ']')
            };
            let length = text[start..word.start].chars().rev().take_while(latin).count();
            let name = text[word.start - length..word.start].trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
            let name = ["unter der ", "unter einer ", "die "]
                .iter()
                .find_map(|word| name.rsplit_once(word))
                .map_or(name, |(_, name)| name);
            (word.start - name.len(), word.start)
        }
    };
    let whole = at_start(&text[from..to]).is_some_and(|(_, length)| place == Place::Behind || from + length + 2 >= to);
    if !whole {
        return;
    }
    let clause = text[start..from.min(word.start)].to_lowercase();
    let clause = clause.rsplit(['.', '。', ';', '；', '，', ',']).next().unwrap_or_default();
    let own = wording().models_abroad.iter().any(|word| clause.contains(word.as_str()))
        || !clause.contains(char::is_alphanumeric) && stands_for_card(card, word.start)
        || is_named(card, clause);
    let other = !own || wording().others_abroad.iter().any(|word| clause.contains(word.as_str()));
    push(text, from, to, if other { Subject::Other } else { Subject::Repository }, found);
}

/// Adds the licences named from `start` on: "MIT", "Apache-2.0 or MIT".
fn push(text: &str, start: usize, end: usize, subject: Subject, found: &mut Vec<Statement>) {
    let start = behind_tags(text, start, end);
    let Some((first, length)) = at_start(&text[start..end]) else {
        // `License: https://…`
        let value = text[start..end].trim_start();
        let url = value.trim_start_matches(['<', '[', '(']);
        if url.starts_with("http")
            && let Some(license) = of_url(url.split([' ', '>', ')', ']']).next().unwrap_or_default())
        {
            let span = Span::new(end - url.len(), end - url.len() + url.trim_end().len());
            found.push(Statement { span, licenses: vec![license], subject, of_part: false });
        }
        return;
    };
    let lead = text[start..end].len() - text[start..end].trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let span = Span::new(start + lead, start + length);
    let mut licenses = vec![first];
    let mut rest = &text[start + length..end];
    // Between two names there is at most the rest of a link and a word.
    loop {
        let trimmed = rest.trim_start_matches([']', '*', '`', '_', ' ']);
        let trimmed = match trimmed.strip_prefix('(').and_then(|link| link.split_once(')')) {
            Some((_, behind)) => behind,
            None => trimmed,
        };
        let trimmed = trimmed.trim_start_matches(['*', '`', '_', ' ', ',']);
        let joined = ["and the ", "or the ", "and ", "or ", "/ ", "/", "& ", "+ "];
        let Some(next) = joined.iter().find_map(|word| trimmed.strip_prefix(word)) else { break };
        let Some((license, length)) = at_start(next) else { break };
        licenses.push(license);
        rest = &next[length..];
    }
    // "MIT for the code" speaks of the code; the rest of a sentence with two subjects of neither.
    let rest = rest.to_ascii_lowercase();
    let clause = rest.split(['.', ';']).next().unwrap_or_default();
    let turned = [
        "for the code",
        "for code",
        "for everything under",
        "for all files under",
        "for the files",
        "(code",
        "for the data",
        "for data",
        "applies to",
        "from the base",
        "inherited",
    ];
    let subject = if turned.iter().any(|words| clause.contains(words)) { Subject::Other } else { subject };
    found.push(Statement { span, licenses, subject, of_part: false });
}

/// The byte behind the tags that a text begins with.
fn behind_tags(text: &str, mut start: usize, end: usize) -> usize {
    loop {
        let rest = &text[start..end];
        let bare = rest.trim_start();
        match bare.strip_prefix('<').filter(|tag| !tag.starts_with("http")).and_then(|tag| tag.find('>')) {
            Some(close) => start += rest.len() - bare.len() + close + 2,
            None => return start,
        }
    }
}

/// What the words before "is released under" speak of.
fn subject(card: &Card<'_>, before: &str) -> Subject {
    let has = |words: &[String]| words.iter().any(|word| mentions(before, word));
    let (own, foreign) = if card.kind == Kind::Dataset {
        (&wording().data, &wording().weights)
    } else {
        (&wording().weights, &wording().data)
    };
    let other = has(&wording().others) && !(has(own) && mentions(before, "code"));
    let first = before.split(|c: char| !c.is_alphanumeric() && c != '\'').find(|word| !word.is_empty());
    let spoken =
        first.is_none_or(|word| has_word(&wording().pronouns, word)) || has(&wording().whole) || is_named(card, before);
    if other || !has(own) && (has(foreign) || !spoken) { Subject::Other } else { Subject::Repository }
}
