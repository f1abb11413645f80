//! Emissions against hours and hardware, by the fields of the Hub's template.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::card::Card;
use crate::checks::Sink;
use crate::embedded::table;
use crate::text::{Span, safe};

/// `rules/hardware.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    grid: Range,
    overhead: Range,
    load: Range,
    devices: f64,
    hardware: Vec<Device>,
}

/// The least and the most that is found in the world.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    low: f64,
    high: f64,
}

/// A device and what it draws at most, in watts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    words: Vec<String>,
    watts: f64,
}

fn facts() -> &'static File {
    static TABLE: LazyLock<File> = LazyLock::new(|| table("rules/hardware.yaml"));
    &TABLE
}

/// The value behind a label, and its place.
fn field<'a>(card: &'a Card<'_>, label: &str) -> Option<(&'a str, Span)> {
    let text = card.source.text();
    let mut at = card.front.body_start();
    for line in text[at..].split_inclusive('\n') {
        let bare = line.trim_start_matches(['-', '*', '+', '|', ' ', '\t', '>']);
        if bare.len() >= label.len()
            && bare.is_char_boundary(label.len())
            && bare[..label.len()].eq_ignore_ascii_case(label)
        {
            let rest = &bare[label.len()..];
            let value = rest.trim_matches(|c: char| matches!(c, ':' | '*' | '|' | '`' | '_') || c.is_whitespace());
            if !value.is_empty() {
                let start = at + (value.as_ptr() as usize - line.as_ptr() as usize);
                return Some((value, Span::new(start, start + value.len())));
            }
        }
        at += line.len();
    }
    None
}

/// The first number of a text, and what follows it.
fn number(text: &str) -> Option<(f64, &str)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let rest = &text[start..];
    let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(rest.len());
    let digits = rest[..end].trim_end_matches(['.', ',']).replace(',', "");
    Some((digits.parse().ok()?, rest[end..].trim_start()))
}

/// Kilograms of a quantity, by its unit.
fn kilograms(value: f64, unit: &str) -> Option<f64> {
    let unit = unit.trim_start_matches(['*', '`', '(']).to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| unit.starts_with(word));
    // Longer units first: a `t` begins many words.
    if is(&["kg", "kilo", "кг", "公斤", "千克"]) {
        Some(value)
    } else if is(&["mt", "metric t", "tonne", "ton", "tco2", "t co2", "teq", "t eq", "吨", "тонн"]) || unit == "t"
    {
        Some(value * 1_000.0)
    } else if is(&["g co2", "gco2", "grams", "gram", "g of", "g eq", "geq", "克"]) || unit == "g" {
        Some(value / 1_000.0)
    } else {
        None
    }
}

pub(super) fn check(card: &Card<'_>, sink: &mut Sink<'_>) {
    // Most cards have no such field.
    if !["mitted", "MITTED"].iter().any(|part| card.source.text().contains(part)) {
        return;
    }
    let Some((stated, span)) = field(card, "carbon emitted").or_else(|| field(card, "co2 emitted")) else { return };
    let Some((value, unit)) = number(stated) else { return };
    let Some(kilograms) = kilograms(value, unit) else {
        if unit.is_empty() {
            let message = format!("The emissions are given as {} without a unit", safe::quoted(stated));
            sink.add("carbon-without-unit", span, message, |f| {
                f.help("Write kilograms or tonnes of CO2 equivalent").anchor("/body/carbon/unit")
            });
        }
        return;
    };
    let hours = field(card, "hours used").and_then(|(text, span)| Some((number(text)?.0, text, span)));
    let hardware = field(card, "hardware type");
    if let (Some((hours, hours_text, hours_span)), Some((hardware, _))) = (hours, hardware) {
        plausible(kilograms, span, (hours, hours_text, hours_span), hardware, sink);
    }
}

/// Whether hours on this hardware can have emitted so much, anywhere in the world.
fn plausible(kilograms: f64, span: Span, hours: (f64, &str, Span), hardware: &str, sink: &mut Sink<'_>) {
    let facts = facts();
    let name = hardware.to_lowercase();
    let device = facts.hardware.iter().find(|device| device.words.iter().any(|word| name.contains(word.as_str())));
    // "less than 1", "2 weeks", "~10k": not a number of hours.
    let odd = ["day", "week", "month", "min", "<", ">", "less", "more", "k", "million", "m "];
    let (Some(device), false) = (device, odd.iter().any(|word| hours.1.to_lowercase().contains(word))) else { return };
    let energy = hours.0 * device.watts / 1_000.0;
    // Hours may be of one device or of all.
    let low = energy * facts.load.low * facts.grid.low;
    let high = energy * facts.devices * facts.overhead.high * facts.load.high * facts.grid.high;
    if energy <= 0.0 || (low..=high).contains(&kilograms) {
        return;
    }
    let bound =
        if kilograms < low { format!("at least {}", rounded(low)) } else { format!("at most {}", rounded(high)) };
    let message = format!(
        "{} hours on {} emit {bound} kg, and the card says {} kg",
        safe::excerpt(hours.1, 40),
        safe::quoted(hardware),
        rounded(kilograms)
    );
    sink.add("carbon-implausible", span, message, |f| {
        f.related(hours.2, "the hours").help("Check the unit and the hours").anchor("/body/carbon")
    });
}

/// A number as people write it: no decimals from ten on, more for small ones.
fn rounded(value: f64) -> String {
    let places = match value.abs() {
        10.0.. => 0,
        1.0.. => 1,
        0.1.. => 2,
        _ => 4,
    };
    format!("{value:.places$}")
}
