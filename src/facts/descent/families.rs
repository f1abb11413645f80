//! Families of models that a sentence names as what the model was made from, where it names no repository: "based on
//! Llama 2".

use std::ops::Range;
use std::sync::LazyLock;

use super::is_of_scratch;
use super::lines::{below_labels, labelled_value};
use super::sentences::{LEAD, REACH, Sentence, said_before};
use super::words::words;
use crate::card::Card;
use crate::facts::statements::line;
use crate::license::families::{Family, families, family_at};
use crate::text::any::AnyOf;
use crate::text::{self, Span, head, lower_in_place};

/// Words behind a name that say whether the model itself is meant.
const NEXT: usize = 2;

/// The first family that the body names so, behind a label or in a sentence.
pub(super) fn named(card: &Card<'_>) -> Option<(Span, String)> {
    let places: Vec<usize> = letters(card).take(MOST).collect();
    let told = labelled(card, &places).or_else(|| headed(card, &places));
    told.or_else(|| said(card, &places).or_else(|| turned(card, &places)).filter(|_| !is_of_scratch(card)))
}

/// Names that are looked at: far more than any card has before the one that says what the model was made from.
const MOST: usize = 1_000;

/// The first of the families at these places that a sentence names.
fn said(card: &Card<'_>, places: &[usize]) -> Option<(Span, String)> {
    let text = card.source.text();
    let body = card.front.body_start();
    places.iter().find_map(|&at| {
        let lead = lower_in_place(text::tail(&text[body..at], LEAD));
        let phrase = |words: &String| lead.rfind(words.as_str()).map(|said| said..said + words.len());
        let near = |said: &Range<usize>| is_filler(&lead[said.end..]);
        let said = said_before().find_iter(&lead).last().map(|said| said.range()).filter(near);
        // All of these phrases have "trained" or "tuned" in them, and few places do.
        let trained = || {
            memchr::memmem::find(lead.as_bytes(), b"ned")?;
            families().before.iter().filter_map(phrase).max_by_key(|said| said.end).filter(near)
        };
        let said = said.or_else(trained)?;
        let (span, family) = family_behind(card, at)?;
        let sentence = Sentence::around(card, at);
        let from = at - lead.len() + said.start;
        // What is "based on Llama 2" may be anything: the sentence has to begin with the model.
        let own = from >= sentence.start
            && (sentence.begins_with_model(card, from, &families().begins)
                || sentence.is_brief(card, from, span, &families().says))
            && sentence.is_of_model(card, from, from + said.len());
        own.then(|| (span, family.name.clone()))
    })
}

/// The first that a line names behind a label for what the model was made from.
fn labelled(card: &Card<'_>, places: &[usize]) -> Option<(Span, String)> {
    let text = card.source.text();
    let body = card.front.body_start();
    places.iter().find_map(|&at| {
        let (start, end) = line(text, body, at);
        let value = labelled_value(card, start, &text[start..end])?;
        let value = value + text[value..end].find(|c: char| c.is_alphanumeric())?;
        let (span, family) = family_behind(card, value).filter(|_| value <= at)?;
        Some((span, family.name.clone()))
    })
}

/// The first that stands alone right below a heading that is such a label.
fn headed(card: &Card<'_>, places: &[usize]) -> Option<(Span, String)> {
    // Most cards name none.
    places.first()?;
    below_labels(card).find_map(|at| {
        let (span, family) = family_behind(card, at)?;
        Some((span, family.name.clone()))
    })
}

/// The first of the families at these places behind whose name stands what was done with it: "Llama 2 7B fine-tuned on …",
/// `is an SDXL LoRA`.
fn turned(card: &Card<'_>, places: &[usize]) -> Option<(Span, String)> {
    let text = card.source.text();
    places.iter().find_map(|&at| {
        let (span, family) = family_behind(card, at)?;
        let rest = head(&text[span.end as usize..], REACH).to_lowercase();
        let rest = rest.split(['\n', '.', ',', ';', ':']).next().unwrap_or_default();
        let mut next =
            rest.split(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '`')).filter(|it| !it.is_empty());
        let done = next.find(|word| !families().between.iter().chain(&families().sizes).any(|it| it == word))?;
        if !families().turned.iter().any(|word| word == done) {
            return None;
        }
        let sentence = Sentence::around(card, at);
        let lead = text[sentence.start..at.max(sentence.start)].trim_start();
        let bare = lead.chars().all(|c| !c.is_alphanumeric());
        // A list or a table has others, too.
        let listed = lead.starts_with(['-', '+', '|']) || lead.starts_with("* ");
        let begins =
            || sentence.begins_with_model(card, at, &[&families().begins[..], &families().introduced].concat());
        let own = !bare && begins() || sentence.is_brief(card, at, span, &families().says);
        (own && !listed && sentence.is_of_model(card, at, at)).then(|| (span, family.name.clone()))
    })
}

/// Where words begin that have the letters of a family's name.
fn letters<'c>(card: &'c Card<'_>) -> impl Iterator<Item = usize> + 'c {
    static LETTERS: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(&families().letters));
    let text = card.source.text();
    let body = card.front.body_start();
    LETTERS.find_iter(&text.as_bytes()[body..]).map(move |hit| {
        let at = body + hit.start();
        at - text[body..at].bytes().rev().take(LEAD).take_while(|byte| is_of_name(*byte)).count()
    })
}

/// The family whose name stands at a byte, where it means the model itself.
fn family_behind(card: &Card<'_>, at: usize) -> Option<(Span, &'static Family)> {
    let text = card.source.text();
    // "Meta-Llama-3-8B", "Meta Llama 3"
    let name = head(&text[at..], REACH);
    let owner = name.split_once(['-', ' ']).map(|(owner, _)| owner);
    let owner = owner.filter(|owner| families().between.iter().any(|word| word.eq_ignore_ascii_case(owner)));
    let start = at + owner.map_or(0, |owner| owner.len() + 1);
    let (family, length) = family_at(&text[start..])?;
    let end = start + length;
    let end = end + text[end..].bytes().take_while(|byte| is_of_name(*byte)).count();
    let end = start + text[start..end].trim_end_matches(['.', '-']).len();
    // "Llama-2-generated" is what it generated.
    let rest = text[start + length..end].split(|c: char| !c.is_alphanumeric());
    // "llama2.c" is a program.
    let file = text[start + length..end].starts_with('.');
    let whole = !file && !rest.into_iter().any(is_other) && is_model(&text[end..]);
    (whole && !card.outline.hides(start)).then_some((Span::new(start, end), family))
}

/// Whether a byte may stand in a name.
fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Whether nothing but words that may stand before a name is between what is said and the name.
fn is_filler(gap: &str) -> bool {
    let marks = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '[' | '`' | '"' | '“' | '(');
    gap.len() < REACH
        && gap.split(marks).filter(|word| !word.is_empty()).all(|word| families().between.iter().any(|it| it == word))
}

/// Whether what follows a name leaves it a model: "Llama 2 architecture" is none.
fn is_model(rest: &str) -> bool {
    let clause = head(rest, REACH).to_lowercase();
    let clause = clause.split(['\n', '.', ',', ';', '(']).next().unwrap_or_default();
    let next = clause.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1).take(NEXT);
    !next.into_iter().any(is_other)
}

/// Whether a word behind a name makes it another thing than the model.
fn is_other(word: &str) -> bool {
    let word = word.to_lowercase();
    let is = |known: &String| *known == word || word.strip_suffix('s') == Some(known.as_str());
    words().said.parts.iter().chain(&families().others).any(is)
}
