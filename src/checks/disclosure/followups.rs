//! What should stand behind what a card says.

use super::table::rules;
use super::{answer, claim, explained, held, met};
use crate::checks::{Context, Sink};
use crate::disclosure::{self, Disclosure, Level, Near, Reading, Topic};
use crate::text::Span;

/// Reports claims and answers with nothing behind them.
pub(super) fn report(ctx: &Context<'_>, reading: &Reading, sink: &mut Sink<'_>) {
    let card = ctx.card;
    // What the metadata say is structured, and judged by other rules.
    let written = |span: &Span| span.start as usize >= card.front.body_start();
    for followup in &rules().followups {
        let claimed = |id: &String| claim(reading, id).is_some();
        let answers = |id: &String| if followup.wholly.contains(id) { met(reading, id) } else { held(reading, id) };
        if followup.unless.iter().any(answers) || !followup.claims.iter().all(claimed) {
            continue;
        }
        let said = followup.when.iter().find_map(|id| {
            claim(reading, id).or_else(|| {
                let found = answer(reading, id)?;
                let at = followup.at.iter().any(|level| level == found.level.as_str());
                at.then(|| found.evidence.first().copied()).flatten().filter(written)
            })
        });
        let said = said.map(|span| followup.claims.first().and_then(|id| claim(reading, id)).unwrap_or(span));
        if let Some(span) = said {
            sink.add(&followup.rule, span, followup.message.as_str(), |f| {
                let f = f.help(followup.help.as_str()).anchor(format!("/body/{}", followup.rule));
                explained(ctx, reading, followup.when.iter().chain(&followup.unless), f)
            });
        }
    }
}

/// Answers that are begun, in one finding.
pub(super) fn partial(ctx: &Context<'_>, reading: &Reading, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let begun: Vec<(&Topic, Span)> = (rules().partial.topics.iter())
        .filter(|begun| !begun.unless.iter().any(|id| held(reading, id)))
        .filter_map(|begun| {
            let topic = &disclosure::topics()[disclosure::topic(&begun.topic)?];
            // Where it claims what is no answer, it matters not how near the rest of its words come to one.
            let open = |found: &&Disclosure| begun.claim.is_some() || found.near == Near::No;
            let found = answer(reading, &begun.topic).filter(|found| found.level == Level::Partial).filter(open)?;
            let span = match &begun.claim {
                Some(id) => claim(reading, id)?,
                None => *found.evidence.first()?,
            };
            // What the text begins, the metadata may end: `datasets` links what it names.
            let ended = disclosure::filled(card, &topic.front_matter).is_some();
            let written = span.start as usize >= card.front.body_start();
            (written && !ended && reading.traits.excludes(topic.applies).is_none()).then_some((topic, span))
        })
        .collect();
    let Some((&(topic, span), others)) = begun.split_first() else { return };
    let message = match others.len() {
        0 => format!("{}: too vague to be an answer, which takes {}", topic.definition, topic.asks()),
        more => format!(
            "{}: too vague to be an answer, which takes {}; likewise {more} other question{}",
            topic.definition,
            topic.asks(),
            if more == 1 { "" } else { "s" }
        ),
    };
    sink.add(&rules().partial.rule, span, message, |f| {
        let all =
            others.iter().fold(f, |f, (topic, span)| f.related(*span, format!("{}: {}", topic.label(), topic.asks())));
        let all =
            all.help(format!("Run `cardlint topic {}` for what an answer takes", topic.id)).anchor("/body/partial");
        explained(ctx, reading, begun.iter().map(|(topic, _)| &topic.id), all)
    });
}
