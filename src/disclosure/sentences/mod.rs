//! What single sentences say, whatever their exact words: "the AUC was measured on the comments that it was trained on".
//!
//! A pattern (`rules/sentences.yaml`) is a row of words, classes of words and gaps. Each word of a text is looked up once
//! and stands for the set of classes that it belongs to; patterns then run over those sets, of which few sentences have the
//! rarest that a pattern asks for.

mod table;
mod words;

use super::data::Cues;
use super::page::Page;
use super::segments::{self, Kind};
use crate::card::Card;
use crate::text::Span;
use table::{Pattern, Role, Statement, Statements, statements};
use words::{Name, Sentence, sentences};

/// The claims that a sentence makes and denies, of those that `open` tells.
fn weigh(table: &Statements, sentence: &Sentence, open: u64) -> (u64, u64) {
    let (mut said, mut unless, mut denied) = (0, 0, 0);
    for pattern in table.candidates(&sentence.all) {
        let Pattern { statement, role, .. } = pattern;
        let bit = 1 << statement;
        let marks = match role {
            Role::Says => &mut said,
            Role::Unless => &mut unless,
            Role::Denied => &mut denied,
        };
        if open & bit != 0 && *marks & bit == 0 && pattern.is_in(&sentence.words, &sentence.all) {
            *marks |= bit;
        }
    }
    (said & !unless & !denied, denied)
}

/// The claims that sentences of the card make, each with the first that does.
///
/// `skipped`: cues of segments that are not read; `held`: whether a topic is answered, or a claim is known to be made.
pub(super) fn claims(
    card: &Card<'_>,
    page: &Page<'_>,
    skipped: &Cues,
    held: &dyn Fn(&str) -> bool,
) -> Vec<(&'static str, Span)> {
    let table = statements();
    let (mut open, mut in_tables, mut anywhere) = (0_u64, 0, 0);
    for (at, statement) in table.all.iter().enumerate() {
        if !held(&statement.claim) && !statement.spared.iter().any(|id| held(id)) {
            open |= 1 << at;
        }
        if statement.tables {
            in_tables |= 1 << at;
        }
        if statement.below.is_none() {
            anywhere |= 1 << at;
        }
    }
    let name = Name::of(card.outline.title().unwrap_or_default());
    let mut found = Vec::new();
    for (number, segment) in page.segments.iter().enumerate() {
        let heading = segment.cues.contains(const { segments::builtin("heading") });
        if segment.empty || segment.markup || heading || segment.kind == Kind::Code || segment.cues.holds_any(skipped) {
            continue;
        }
        let is_table = segment.kind == Kind::Table || segment.table.is_some();
        let under = page.under(number);
        let placed = |(_, statement): &(usize, &Statement)| statement.below.is_some_and(|topics| under & topics != 0);
        let placed = table.all.iter().enumerate().filter(placed).fold(anywhere, |all, (at, _)| all | 1 << at);
        let here = if is_table { in_tables & placed } else { placed };
        if open & here == 0 {
            continue;
        }
        sentences(
            &table.lexicon,
            card.source.slice(segment.span),
            segment.span.start as usize,
            &name,
            &mut |sentence| {
                let (made, _) = weigh(table, sentence, open & here);
                let claims = table.all.iter().enumerate().filter(|(at, _)| made & (1 << at) != 0);
                found.extend(
                    claims.map(|(_, statement)| {
                        (statement.claim.as_str(), Span::new(sentence.at.start, sentence.at.end))
                    }),
                );
                open &= !made;
            },
        );
    }
    found
}

/// The statements of a claim.
fn of_claim(table: &Statements, claim: &str) -> u64 {
    let of_claim = table.all.iter().enumerate().filter(|(_, statement)| statement.claim == claim);
    of_claim.fold(0, |all, (at, _)| all | 1 << at)
}

/// Whether a text denies or doubts a claim, and no sentence of it makes it.
pub(super) fn denies(card: &Card<'_>, claim: &str, span: Span) -> bool {
    let table = statements();
    let open = of_claim(table, claim);
    if open == 0 {
        return false;
    }
    let name = Name::of(card.outline.title().unwrap_or_default());
    let (mut made, mut denied) = (0, 0);
    sentences(&table.lexicon, card.source.slice(span), span.start as usize, &name, &mut |sentence| {
        let (says, denies) = weigh(table, sentence, open);
        made |= says;
        denied |= denies;
    });
    denied != 0 && made == 0
}

/// Whether a sentence makes a claim, for tests of the table. `below`: it stands under a heading that the statement asks
/// for, if it asks for any.
#[doc(hidden)]
#[must_use]
pub fn says(claim: &str, name: &str, text: &str, below: bool) -> bool {
    let table = statements();
    let placed = table.all.iter().enumerate().filter(|(_, statement)| below || statement.below.is_none());
    let open = placed.fold(0, |all, (at, _)| all | 1 << at) & of_claim(table, claim);
    let mut made = 0;
    sentences(&table.lexicon, text, 0, &Name::of(name), &mut |sentence| made |= weigh(table, sentence, open).0);
    made != 0
}
