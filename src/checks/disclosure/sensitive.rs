//! What a card owes for a use in which errors weigh heavily.

use super::table::{Field, rules};
use super::{answer, held, lacking};
use crate::card::Card;
use crate::checks::Sink;
use crate::disclosure::{self, Near, Reading};
use crate::text::Span;

/// What a card for a use in which errors weigh heavily owes.
pub(super) fn report(card: &Card<'_>, reading: &Reading, sink: &mut Sink<'_>) {
    let table = &rules().sensitive;
    let Some((field, span)) = table.fields.iter().find_map(|field| Some((field, names(card, reading, field)?))) else {
        return;
    };
    let owed: Vec<String> = (table.owes.iter())
        .filter(|owed| lacking(reading, &owed.topic, Near::Words) && !owed.unless.iter().any(|id| held(reading, id)))
        .filter_map(|owed| {
            let label = || Some(disclosure::topics()[disclosure::topic(&owed.topic)?].label());
            owed.says.clone().or_else(label)
        })
        .collect();
    if owed.is_empty() {
        return;
    }
    let message = format!("The model is for {}, and nothing was found in the card on: {}", field.name, owed.join("; "));
    sink.add(&table.rule, span, message, |f| {
        f.help("Errors here fall on people who did not choose the model: answer each, or say that it is not known")
            .anchor("/body/sensitive")
    });
}

/// Places of a word that are looked at.
const MENTIONS: usize = 20;

/// Where the card names the field as its own: in the title, the first paragraph, or what it is meant for. A tag
/// alone may be one of many topics that a model can talk about.
fn names(card: &Card<'_>, reading: &Reading, field: &Field) -> Option<Span> {
    let tagged = card.mapping().is_some_and(|(document, _)| {
        let known = |text: &str| field.tags.iter().any(|tag| tag.eq_ignore_ascii_case(text));
        card.field_items("tags").into_iter().any(|tag| document.text(tag).is_some_and(known))
    });
    let title = card.outline.headings.first().filter(|heading| heading.level == 1).map(|heading| heading.span);
    let meant = answer(reading, "intended-use.primary").filter(|found| found.level.is_disclosed());
    let meant = meant.and_then(|found| found.segment.or(found.evidence.first().copied()));
    title.into_iter().chain(reading.opening).chain(meant).find(|span| {
        let text = card.source.slice(*span).to_lowercase();
        // "It must not be used for hiring" names what it is not for.
        let meant = |(at, word): (usize, &str)| {
            let start = text[..at].rfind(['.', '!', '?', '\n']).map_or(0, |end| end + 1);
            let end =
                text[at + word.len()..].find(['.', '!', '?', '\n']).map_or(text.len(), |end| at + word.len() + end);
            !rules().sensitive.denials.iter().any(|denial| text[start..end].contains(denial.as_str()))
        };
        let says =
            |words: &[String]| words.iter().any(|word| text.match_indices(word.as_str()).take(MENTIONS).any(meant));
        says(&field.words) || (tagged && says(&field.tags))
    })
}
