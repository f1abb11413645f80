//! Questions that nothing in a card answers.

use super::table::{Gap, rules};
use super::{answer, answered, claim, explained, lacking, met, questions};
use crate::card::Card;
use crate::checks::{Context, Sink};
use crate::disclosure::{self, Applies, Level, Reading};
use crate::markdown::Heading;
use crate::rule::{Confidence, Finding, Severity};
use crate::text::Span;
use crate::vocab;

/// Reports questions that nothing answers; gives the headings that promise an answer.
pub(super) fn report(ctx: &Context<'_>, reading: &Reading, sink: &mut Sink<'_>) -> Vec<Span> {
    let asked = Asked::of(ctx, reading);
    let mut told = Vec::new();
    for gap in rules().gaps.iter().filter(|gap| asked.is_open(gap)) {
        if let (Some(rule), Some(span)) = (&gap.copied, reading.copied_bias) {
            let message =
                "The only words on bias are a paragraph that thousands of cards share; not one is about this model";
            sink.add(rule, span, message, |f| {
                let f = f.help("Say which groups this model may treat worse and how, or why that was not assessed");
                explained(ctx, reading, gap.topics.iter(), f.anchor("/body/bias"))
            });
            continue;
        }
        let build = |f: Finding| {
            let f = f.help(questions(&gap.rule)).anchor(format!("/body/{}", gap.rule));
            explained(ctx, reading, gap.topics.iter(), f)
        };
        if let (Some(message), Some(span)) = (&gap.general, asked.spoken(gap)) {
            sink.add(&gap.rule, span, message.as_str(), build);
            continue;
        }
        let promise = asked.promise(gap);
        if sink.wants(&gap.rule) {
            told.extend(promise);
        }
        let begun = asked.begun(gap).filter(|_| promise.is_none());
        let (span, message) = asked.told(gap, promise, begun);
        sink.add(&gap.rule, span, message, |f| {
            let f = if reading.is_foreign() { f.confidence(Confidence::Low) } else { f };
            build(if begun.is_some() { f.at_most(Severity::Note) } else { f })
        });
    }
    told
}

/// A card that is asked, with what decides which questions are meant for it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Asked<'a> {
    card: &'a Card<'a>,
    reading: &'a Reading,
    /// It is that of a copy of another model.
    copy: bool,
    /// It points to the card of the model that it derives from, for what a pointer may answer.
    pointed: bool,
    /// Its model neither writes, nor reads language, nor judges people: it has nobody to be unfair to.
    harmless: bool,
    /// Text under headings whose words are not known may hold an answer.
    unread: bool,
}

impl<'a> Asked<'a> {
    fn of(ctx: &'a Context<'_>, reading: &'a Reading) -> Self {
        let card = ctx.card;
        let excluded = |applies| reading.traits.excludes(applies).is_some();
        let harmless = [Applies::Generative, Applies::NlpOrSpeech, Applies::DecisionAboutPeople];
        // Under "Training data" a pointer speaks of that.
        let points = |span: Span| {
            let heading = card.outline.heading_at(span.start as usize).filter(|heading| heading.level > 1);
            let named = heading.map(|heading| disclosure::heading_topics(&heading.text)).unwrap_or_default();
            let elsewhere = |topic: &&str| rules().elsewhere.iter().any(|kind| topic.starts_with(kind.as_str()));
            named.is_empty() || !named.iter().all(elsewhere)
        };
        Self {
            card,
            reading,
            copy: ctx.is_copy(),
            pointed: claim(reading, "claim.pointer").is_some_and(points),
            harmless: harmless.into_iter().all(excluded),
            unread: reading.is_foreign() && has_unread(card, reading),
        }
    }

    /// Whether the question is meant for this card, and nothing in it answers.
    fn is_open(&self, gap: &Gap) -> bool {
        let reading = self.reading;
        // It may stand under a heading that is not known, or beside what is asked for next to it.
        if reading.is_foreign() && (self.unread || gap.beside.iter().any(|id| answered(reading, id))) {
            return false;
        }
        let spared = self.copy && !gap.copies
            || gap.people && self.harmless
            || gap.pointer && self.pointed
            || gap.unless.iter().any(|id| claim(reading, id).is_some());
        let doubted =
            gap.doubts.is_empty() || reading.is_foreign() || gap.doubts.iter().any(|id| claim(reading, id).is_some());
        let lacks = |id: &String| match (self.takes_all(gap, id), gap.doubt && doubted) {
            (true, _) => !met(reading, id),
            (false, true) => lacking(reading, id, gap.near),
            (false, false) => !answered(reading, id),
        };
        !spared && gap.topics.iter().all(lacks)
    }

    /// Whether a topic answers only where its test is met.
    fn takes_all(&self, gap: &Gap, id: &String) -> bool {
        let judges = || self.reading.traits.excludes(Applies::DecisionAboutPeople).is_none();
        let few = || {
            gap.judging.contains(id)
                && (judges() || self.reading.copied_bias.is_some() || !lists(self.card, self.reading, id))
        };
        !self.reading.is_foreign() && (gap.wholly.contains(id) || few())
    }

    /// The heading that promises an answer. A word in passing does not, in a heading or elsewhere.
    fn promise(&self, gap: &Gap) -> Option<Span> {
        let promising = gap.headings.as_ref().unwrap_or(&gap.topics);
        let named = |heading: &Heading| {
            disclosure::promised_topics(&heading.text).iter().any(|topic| promising.iter().any(|id| id == topic))
        };
        let promises = |span: &Span| self.heading(*span).is_some_and(|heading| heading.level > 1 && named(heading));
        gap.topics.iter().find_map(|id| {
            let found = answer(self.reading, id).filter(|found| found.level == Level::Mentioned)?;
            found.evidence.iter().copied().find(promises)
        })
    }

    /// Where the card mentions the first topic in its text.
    fn spoken(&self, gap: &Gap) -> Option<Span> {
        let first = gap.topics.first().and_then(|id| answer(self.reading, id));
        let mentioned = first.filter(|found| found.level == Level::Mentioned)?;
        mentioned.evidence.iter().copied().find(|span| self.heading(*span).is_none())
    }

    /// Where the card says something, and that is no answer to what is asked.
    fn begun(&self, gap: &Gap) -> Option<Span> {
        let mut found = gap.judging.iter().filter_map(|id| answer(self.reading, id));
        found.find(|found| found.level.is_disclosed())?.evidence.first().copied()
    }

    /// The place of the finding, and what it says.
    fn told(&self, gap: &Gap, promise: Option<Span>, begun: Option<Span>) -> (Span, String) {
        let looked_for = &gap.looked_for;
        let (span, message) = match (promise, begun) {
            (None, Some(span)) => {
                (span, format!("The card says which languages it is for, and nothing more on {looked_for}"))
            }
            (Some(span), _) if has_text(self.card, self.section_of(span), &self.reading.unfilled) => {
                let unknown = "There is a heading, but the text under it was not recognised as speaking of";
                (span, format!("{unknown} {looked_for}"))
            }
            (Some(span), _) => (span, format!("The section under this heading says almost nothing on {looked_for}")),
            (None, None) => (self.card.front.end(), format!("Nothing was found in the card on {looked_for}")),
        };
        if self.reading.is_foreign() {
            return (span, format!("{message} (the card is in a language of which cardlint knows few words)"));
        }
        (span, message)
    }

    /// The heading that stands at a place.
    fn heading(&self, span: Span) -> Option<&'a Heading> {
        self.card.outline.heading_at(span.start as usize).filter(|heading| heading.span == span)
    }

    /// The section under a heading, by the heading's place.
    fn section_of(&self, heading: Span) -> Span {
        self.heading(heading).map_or(Span::at(heading.end as usize), |one| one.section)
    }
}

/// Whether there is text under a heading that names nothing known.
fn has_unread(card: &Card<'_>, reading: &Reading) -> bool {
    let headings = card.outline.headings.iter().filter(|heading| heading.level > 1);
    let neutral = |heading: &Heading| rules().neutral.iter().any(|word| heading.text.to_lowercase().trim() == word);
    let unknown = headings.filter(|heading| !reading.knows(heading) && !neutral(heading));
    unknown.map(|heading| heading.section).any(|section| has_text(card, section, &[]))
}

/// Whether there are sentences of the card's own in a section, beside comments, further headings and what is `unfilled`.
fn has_text(card: &Card<'_>, section: Span, unfilled: &[Span]) -> bool {
    let comments = &card.outline.comments;
    let from = comments.partition_point(|comment| comment.start < section.start);
    let inside = |span: &&Span| span.start >= section.start && span.start < section.end;
    let hidden: usize = comments[from..].iter().take_while(inside).map(|comment| comment.len()).sum();
    // A longer one is a paragraph that many cards share.
    let left: usize =
        unfilled.iter().filter(inside).map(|span| span.len()).filter(|length| *length <= PLACEHOLDER).sum();
    let headings = &card.outline.headings;
    let from = headings.partition_point(|heading| heading.span.start < section.start);
    let headings = headings[from..].iter().map(|heading| &heading.span).take_while(inside);
    let headings: usize = headings.map(|span| span.len()).sum();
    card.source.slice(section).trim().len() > hidden + left + headings + FEW
}

/// Bytes of the longest label with its placeholder.
const PLACEHOLDER: usize = 160;
/// Bytes below a heading that are no text yet.
const FEW: usize = 40;

/// Languages that a list of them names at least: fewer are the scope of a model, and say nothing of how it differs.
const LISTED: usize = 3;

/// Whether what answers a topic in part names several languages.
fn lists(card: &Card<'_>, reading: &Reading, id: &str) -> bool {
    let found = answer(reading, id).and_then(|found| found.segment.or(found.evidence.first().copied()));
    found.is_some_and(|span| {
        let text = card.source.slice(span);
        let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.starts_with(char::is_uppercase));
        let mut named: Vec<&str> = words.filter_map(|word| vocab::languages().by_name(&word.to_lowercase())).collect();
        named.sort_unstable();
        named.dedup();
        named.len() >= LISTED || !text.is_ascii() && named.is_empty()
    })
}
