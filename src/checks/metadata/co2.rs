//! `co2-emissions`, where the unit can be checked: the field counts grams.

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::rule::Confidence;
use crate::text::{Span, safe};

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let (Some((document, _)), Some((_, value)), Kind::Model) =
        (card.mapping(), card.field("co2_eq_emissions"), card.kind)
    else {
        return;
    };
    let emissions = document.get(value, "emissions").map_or(value, |(_, emissions)| emissions);
    let Some(number) = document.text(emissions).filter(|text| text.parse::<f64>().is_ok_and(|n| n > 0.0)) else {
        return;
    };
    let body = &card.source.text()[card.front.body_start()..];
    // The same figure in the text with another unit behind it.
    for (at, _) in body.match_indices(number) {
        let whole = !body[..at].ends_with(|c: char| c.is_ascii_digit() || c == '.');
        let unit = body[at + number.len()..].trim_start_matches([' ', '\u{a0}', '*', '`']).to_ascii_lowercase();
        let wrong = ["kg", "kilogram", "tco2", "t co2", "tonne", "metric ton", "ton "]
            .into_iter()
            .find(|word| unit.starts_with(word));
        if let (true, Some(wrong)) = (whole, wrong) {
            let message = format!(
                "The text gives {} as {}, but `co2_eq_emissions` counts grams",
                safe::quoted(number),
                if wrong.starts_with('k') { "kilograms" } else { "tonnes" }
            );
            let start = card.front.body_start() + at;
            sink.add("co2-emissions", document.node(emissions).span, message, |f| {
                f.help("Convert the value to grams")
                    .related(Span::new(start, start + number.len()), "the same figure in the text")
                    .anchor("/co2_eq_emissions")
                    .confidence(Confidence::Medium)
            });
            return;
        }
    }
}
