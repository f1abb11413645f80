//! What a template left in a card.

use super::answered;
use super::table::rules;
use crate::card::Card;
use crate::checks::Sink;
use crate::disclosure::{self, Reading};
use crate::facts::placeholders::is_placeholder;
use crate::markdown::Heading;
use crate::text::{Span, safe};

/// Places left as the template has them, from which on a card counts as one.
const UNFILLED: usize = 6;
/// Paragraphs, items and tables, of those that the template has too, beyond which a card was written.
const WRITTEN: usize = 20;
/// Core topics that an unfilled template may answer all the same, by its metadata and one sentence.
const ANSWERED: usize = 6;

/// Whether a card with so many placeholders and so many paragraphs of its own is more than a template.
pub(super) fn is_written(placeholders: usize, own: usize) -> bool {
    placeholders < UNFILLED || own > WRITTEN
}

/// An unfilled template gets one finding; true when the card is one.
pub(super) fn untouched(reading: &Reading, sink: &mut Sink<'_>) -> bool {
    let core = disclosure::topics().iter().filter(|topic| topic.core);
    let answers = core.filter(|topic| answered(reading, &topic.id)).count();
    let untouched = !is_written(reading.unfilled.len(), reading.own) && answers < ANSWERED;
    let Some(&first) = reading.unfilled.first().filter(|_| untouched) else {
        return false;
    };
    let answered = match answers {
        0 => "none of its core topics is answered".to_owned(),
        1 => "only one of its core topics is answered".to_owned(),
        many => format!("only {many} of its core topics are answered"),
    };
    let message = format!(
        "The template is not filled in: {} places are as the template has them, and {answered}",
        reading.unfilled.len()
    );
    sink.add("template-unedited", first, message, |f| {
        f.help("Fill in what you know, and delete what you do not: `cardlint coverage` lists the questions")
            .anchor("/template")
    });
    true
}

/// Sections that still hold a placeholder, in a card that is otherwise written.
/// `told`: headings that are reported to have nothing under them.
pub(super) fn unfilled(card: &Card<'_>, placeholders: &[(Span, Option<Span>)], told: &[Span], sink: &mut Sink<'_>) {
    let heading = |span: &Span| card.outline.heading_at((span.start as usize).saturating_sub(1));
    let untold = |span: &&Span| heading(span).is_none_or(|heading| !told.contains(&heading.span));
    for (heading, comment) in bare(card).filter(|(heading, _)| !told.contains(&heading.span)) {
        let name = safe::quoted(&heading.text);
        let what = if comment { "only a comment" } else { "nothing" };
        sink.add("section-unfilled", heading.span, format!("The section {name} contains {what}"), |mut f| {
            f.alike = true;
            f.help("Write what you know, say that it is not known and why, or delete the heading")
                .anchor(format!("/placeholders of {name}"))
        });
    }
    for &(span, label) in placeholders.iter().filter(|(span, _)| untold(&span)) {
        // A label that is the placeholder itself names nothing.
        let label = label.map(|label| card.source.slice(label)).filter(|label| !is_placeholder(label));
        let title = |heading: &&Heading| heading.level > 1 && card.outline.title() != Some(heading.text.as_str());
        let name = label.or_else(|| heading(&span).filter(title).map(|heading| heading.text.as_str()));
        // A variable of a template says itself what is to stand there, and so must what stands in no section.
        let shown = card.source.slice(span);
        let place = match name.filter(|_| !shown.starts_with('{')) {
            Some(name) => format!(" of {}", safe::quoted(name)),
            None => format!(" {}", safe::quoted(&safe::excerpt(shown, SHOWN))),
        };
        let help = if name.is_some() {
            "Write what you know, say that it is not known and why, or delete the heading"
        } else {
            "Write what you know, say that it is not known and why, or delete it"
        };
        sink.add("section-unfilled", span, format!("The placeholder{place} is not filled in"), |mut f| {
            f.alike = true;
            f.help(help).anchor(format!("/placeholders{place}"))
        });
    }
}

/// Letters of a placeholder that are shown.
const SHOWN: usize = 40;

/// Words of the longest title of a section.
const TITLE_WORDS: usize = 4;

/// What the id of a topic begins with: `evaluation` of `evaluation.data`.
fn family(topic: &str) -> &str {
    topic.split('.').next().unwrap_or(topic)
}

/// The headings that have comments under them and nothing else, and those that promise to speak of a topic and have
/// nothing at all; whether there is a comment.
fn bare<'c>(card: &'c Card<'_>) -> impl Iterator<Item = (&'c Heading, bool)> {
    card.outline.headings.iter().enumerate().filter_map(|(number, heading)| {
        let section = heading.section.range();
        let comments = &card.outline.comments;
        let comments = &comments[comments.partition_point(|comment| (comment.start as usize) < section.start)..];
        let comments = comments.iter().take_while(|comment| (comment.start as usize) < section.end);
        let (mut at, mut any, mut blank) = (section.start, false, true);
        for comment in comments {
            any = true;
            blank &= card.source.text()[at..comment.start as usize].trim().is_empty();
            at = comment.end as usize;
        }
        // What is a sentence or a link says what it has to say by itself.
        let whole = || {
            let source = card.source.slice(heading.span);
            heading.text.split_whitespace().count() <= TITLE_WORDS && !source.contains("](") && !source.contains("://")
        };
        let promised =
            || if heading.level > 1 && whole() { disclosure::promised_topics(&heading.text) } else { vec![] };
        // What follows under a heading of no topic, or of the same one, may be meant to stand below it; and a sentence over
        // a line of dashes is no heading to whoever wrote it.
        let ends = |promised: &[&str]| {
            card.outline.headings.get(number + 1).is_none_or(|next| {
                let topics = disclosure::heading_topics(&next.text);
                // "Evaluation" over "Testing data", where all headings are of one level.
                let over = rules().over.iter().any(|title| heading.text.trim().to_lowercase() == *title);
                let akin =
                    |topic: &&str| promised.iter().any(|one| one == topic || over && family(one) == family(topic));
                let apart = !topics.is_empty() && !topics.iter().any(akin);
                apart && next.text.split_whitespace().count() <= 2 * TITLE_WORDS
            })
        };
        let promises = || {
            let promised = promised();
            !promised.is_empty() && ends(&promised)
        };
        let empty = blank && card.source.text().get(at..section.end).is_none_or(|rest| rest.trim().is_empty());
        (empty && (any || promises())).then_some((heading, any))
    })
}
