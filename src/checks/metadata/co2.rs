//! `co2-emissions`, where the unit can be checked: the field counts grams.

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::rule::Confidence;
use crate::text::{Span, head, safe, tail};

/// Bytes in which a unit stands behind its figure.
const UNIT: usize = 40;
/// Bytes around a figure in which its line says what it is of.
const LINE: usize = 200;
/// Places of the figure that are looked at.
const MOST: usize = 1_000;

/// Whether a line speaks of emissions: a robot may weigh as much.
fn of_emissions(body: &str, at: usize) -> bool {
    let before = tail(&body[..at], LINE);
    let before = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
    let behind = head(&body[at..], LINE);
    let line = format!("{before}{}", behind.split('\n').next().unwrap_or_default()).to_lowercase();
    ["co2", "co₂", "carbon", "emission", "emitted", "footprint"].iter().any(|word| line.contains(word))
}

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
    let hidden = |at: usize| card.outline.hides(card.front.body_start() + at);
    // The same figure in the text with another unit behind it.
    for (at, _) in body.match_indices(number).take(MOST) {
        let whole = !body[..at].ends_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
        let rest = head(&body[at + number.len()..], UNIT);
        let unit = rest.trim_start_matches([' ', '\u{a0}', '*', '`']).to_ascii_lowercase();
        let wrong = ["kg", "kilogram", "tco2", "t co2", "tonne", "metric ton", "ton "]
            .into_iter()
            .find(|word| unit.starts_with(word));
        if let (true, Some(wrong)) = (whole, wrong)
            && of_emissions(body, at)
            && !hidden(at)
        {
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
