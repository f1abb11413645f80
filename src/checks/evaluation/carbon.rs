//! Emissions against hours and hardware, by the fields of the Hub's template.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::card::Card;
use crate::checks::Sink;
use crate::disclosure;
use crate::embedded::table;
use crate::text::{self, Span, safe};

/// `rules/hardware.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    grid: Range,
    overhead: Range,
    load: Range,
    devices: f64,
    labels: Labels,
    units: Vec<String>,
    about: Vec<String>,
    several: Vec<String>,
    hardware: Vec<Device>,
}

/// Labels of fields, in small letters, the more telling first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    emitted: Vec<String>,
    /// Of emissions, under a heading of them: elsewhere they may be what the model is about.
    below: Vec<String>,
    hours: Vec<String>,
    hardware: Vec<String>,
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
            // "Emissions of trucks: 3" is another label.
            let ends = rest.trim_start_matches(['*', '_', '`', ' ']).starts_with([':', '|', '(', '：']);
            if !ends {
                at += line.len();
                continue;
            }
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
    Some((amount(&rest[..end])?, rest[end..].trim_start()))
}

/// A number as it is written, in English or with a comma before its fraction.
fn amount(digits: &str) -> Option<f64> {
    let digits = digits.trim_end_matches(['.', ',']);
    // "1,5" is one and a half, "1,500" a thousand and a half, "1.234,5" is more than a thousand.
    let grouped = digits.split(',').skip(1).all(|group| group.split('.').next().is_some_and(|group| group.len() == 3));
    let comma = digits.rfind(',').zip(digits.rfind('.')).is_some_and(|(comma, point)| comma > point);
    let digits = match (comma, grouped || digits.contains('.')) {
        (true, _) => digits.replace('.', "").replace(',', "."),
        (false, true) => digits.replace(',', ""),
        (false, false) => digits.replace(',', "."),
    };
    digits.parse().ok()
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

/// A value as it is written, with thousands apart.
fn value(found: &regex::Captures<'_>, group: &str) -> Option<f64> {
    amount(found.name(group)?.as_str())
}

/// A number with its thousands apart.
const NUMBER: &str = r"(?P<n>[0-9][0-9.,]*)";
/// Hours, each behind or before its word.
static HOURS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?i){NUMBER}\s*(?:gpu[- ]?)?(?:hours|h)\b|hours(?: used)?[^0-9\n]{{1,8}}(?P<m>[0-9][0-9.,]*)"))
});
/// The power of one device.
static WATTS: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"{NUMBER}\s*(?P<k>k?)W\b")));
/// How many devices there are.
static DEVICES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[^0-9.,:])(?P<n>[0-9]+)\s*(?:[x×*]\s*|(?:nvidia|amd|google|gpus?(?:[^-a-z]|$)|a100|h100|v100|t4|rtx|tpu)\b)|\b(?P<one>one|a single|single)\b",
    )
});
/// What a kilowatt-hour emits.
static GRID: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i){NUMBER}\s*(?P<k>k?)g\s*(?:of )?(?:co2|co₂)?[a-z]*\s*(?:/|per)\s*kwh")));
/// The energy used.
static ENERGY: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i){NUMBER}\s*(?P<u>[km])wh\b")));
/// What was emitted.
static EMITTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i){NUMBER}\s*(?P<u>kg|mg|g|t|tonnes?|tons?|kilos?|kilograms?|grams?)\s*(?:of )?(?:co2|co₂)[a-z]*(?P<per>\s*(?:/|per))?"
    ))
});

/// A text names several of what is looked for, so that nobody can tell which belongs to what.
struct Several;

/// What a pattern finds in a text, if it finds it once or not at all.
fn once<'t>(pattern: &Regex, text: &'t str) -> Result<Option<regex::Captures<'t>>, Several> {
    let mut all = pattern.captures_iter(text);
    let first = all.next();
    if all.next().is_none() { Ok(first) } else { Err(Several) }
}

/// A paragraph, which must say each figure once to be sure what belongs together.
struct Paragraph<'t> {
    text: &'t str,
    /// Its first byte in the card.
    from: usize,
}

impl Paragraph<'_> {
    fn place(&self, found: &regex::Captures<'_>) -> Option<Span> {
        found.get(0).map(|found| Span::new(self.from + found.start(), self.from + found.end()))
    }

    /// Hours; `None` where there may be several machines or runs.
    fn hours(&self) -> Option<f64> {
        let lower = self.text.to_lowercase();
        if facts().several.iter().any(|word| lower.contains(word.as_str())) {
            return None;
        }
        let found = once(&HOURS, self.text).ok()??;
        // Of "1:30 hours" only the minutes would be read.
        let clock = self.text[..found.get(0)?.start()].ends_with(':');
        value(&found, "n").or_else(|| value(&found, "m")).filter(|_| !clock)
    }

    /// The power of one device, in watts.
    fn watts(&self) -> Option<f64> {
        let found = once(&WATTS, self.text).ok()??;
        Some(value(&found, "n")? * if found["k"].is_empty() { 1.0 } else { 1_000.0 })
    }

    /// How many devices there are, or could be.
    fn devices(&self) -> f64 {
        let found = once(&DEVICES, self.text).ok().flatten();
        let many = found.and_then(|found| if found.name("one").is_some() { Some(1.0) } else { value(&found, "n") });
        many.unwrap_or(facts().devices)
    }

    /// Kilowatt-hours.
    fn energy(&self) -> Result<Option<(f64, Span)>, Several> {
        let found = once(&ENERGY, self.text)?;
        Ok(found.and_then(|found| {
            let factor = if found["u"].eq_ignore_ascii_case("k") { 1.0 } else { 1_000.0 };
            Some((value(&found, "n")? * factor, self.place(&found)?))
        }))
    }

    /// Kilograms for a kilowatt-hour.
    fn grid(&self) -> Result<Option<f64>, Several> {
        let found = once(&GRID, self.text)?;
        Ok(found.and_then(|found| Some(value(&found, "n")? * if found["k"].is_empty() { 0.001 } else { 1.0 })))
    }

    /// Kilograms emitted.
    fn emitted(&self) -> Result<Option<(f64, Span)>, Several> {
        let mut all = EMITTED.captures_iter(self.text).filter(|found| found.name("per").is_none());
        let found = all.next();
        if all.next().is_some() {
            return Err(Several);
        }
        Ok(found.and_then(|found| {
            let factor = match &found["u"].to_ascii_lowercase()[..] {
                "kg" | "kilo" | "kilos" | "kilogram" | "kilograms" => 1.0,
                "g" | "gram" | "grams" => 0.001,
                "mg" => 0.000_001,
                _ => 1_000.0,
            };
            Some((value(&found, "n")? * factor, self.place(&found)?))
        }))
    }

    /// Emissions against the energy, by what the grid emits, stated or in the world, or against hours on a device that is
    /// known.
    fn emits(&self) -> Option<Odd> {
        let facts = facts();
        let (value, span) = self.emitted().ok()??;
        let help = "Check the unit, the hours and the energy";
        let (basis, low, high, by) = if let Some((energy, _)) = self.energy().ok()? {
            let shown = rounded(energy);
            if let Some(grid) = self.grid().ok()? {
                let exact = energy * grid;
                let high = exact * facts.overhead.high * (1.0 + ROUNDING);
                (format!("{shown} kWh on this grid emit"), exact * (1.0 - ROUNDING), high, BY_THE_CARD)
            } else {
                let high = energy * facts.overhead.high * facts.grid.high;
                (format!("{shown} kWh emit"), energy * facts.grid.low, high, ON_ANY_GRID)
            }
        } else {
            let hours = self.hours()?;
            let (device, called) = device_in(self.text)?;
            let energy = hours * device.watts / 1_000.0;
            let high = energy * self.devices() * facts.overhead.high * facts.load.high * facts.grid.high;
            let basis = format!("{} hours on {} emit", rounded(hours), called.to_uppercase());
            (basis, energy * facts.load.low * facts.grid.low, high, ON_ANY_GRID)
        };
        Odd { basis, value, span, low, high, unit: "kg", by, help }.if_so()
    }

    /// Energy, else emissions on the stated grid, against hours and power.
    fn takes(&self) -> Option<Odd> {
        let facts = facts();
        let hours = self.hours()?;
        let watts = self.watts()?;
        let one = hours * watts / 1_000.0;
        // Hours may be of one device or of all.
        let (low, high) = (one * facts.load.low, one * self.devices() * facts.load.high * facts.overhead.high);
        let basis = format!("{} hours at {} W give", rounded(hours), rounded(watts));
        let (by, help) = (BY_THE_CARD, "Check the unit, the hours and the power");
        let (energy, emitted, grid) = (self.energy().ok()?, self.emitted().ok()?, self.grid().ok()?);
        let by_energy = energy.and_then(|(value, span)| {
            Odd { basis: basis.clone(), value, span, low, high, unit: "kWh", by, help }.if_so()
        });
        by_energy.or_else(|| {
            let ((value, span), grid) = (emitted?, grid?);
            Odd { basis, value, span, low: low * grid, high: high * grid, unit: "kg", by, help }.if_so()
        })
    }
}

/// How far a product may be off by rounding.
const ROUNDING: f64 = 0.1;

/// A figure that the card's other figures do not give.
struct Odd {
    /// "2.7 kWh on this grid emit"
    basis: String,
    value: f64,
    span: Span,
    /// Between what and what it would be.
    low: f64,
    high: f64,
    unit: &'static str,
    /// By what the others give it.
    by: &'static str,
    help: &'static str,
}

/// Where the card says all that is needed.
const BY_THE_CARD: &str = "by the card's own figures";
/// Where it says nothing of the grid.
const ON_ANY_GRID: &str = "on any grid of the world";

impl Odd {
    /// Unless the figure is what the others give, or one of them says nothing.
    fn if_so(self) -> Option<Self> {
        let odd = self.low > 0.0 && self.value > 0.0 && !(self.low..=self.high).contains(&self.value);
        odd.then_some(self)
    }
}

/// The one device that a text names, and as which; `None` where it names none or several.
fn device_in(text: &str) -> Option<(&'static Device, &'static str)> {
    let lower = text.to_lowercase();
    let named = |word: &&String| {
        lower.match_indices(word.as_str()).any(|(at, word)| {
            let alone = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
            alone(lower[..at].chars().next_back()) && alone(lower[at + word.len()..].chars().next())
        })
    };
    let mut all = facts().hardware.iter().filter_map(|device| {
        let called = device.words.iter().filter(named).max_by_key(|word| word.len())?;
        Some((device, called.as_str()))
    });
    all.next().filter(|_| all.next().is_none())
}

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("internal: {pattern}: {error}"))
}

/// Longest paragraph that is read, in bytes.
const PARAGRAPH: usize = 2_000;

/// Whether energy and emissions are what the card's own power, hours and grid give; true where one is not.
fn own(card: &Card<'_>, sink: &mut Sink<'_>) -> bool {
    let body = card.front.body_start();
    let text = &card.source.text()[body..];
    if !["kWh", "kwh", "KWh", "CO2", "CO₂", "co2"].iter().any(|unit| text.contains(unit)) {
        return false;
    }
    let short = text::paragraphs(text).filter(|(_, paragraph)| paragraph.len() <= PARAGRAPH);
    let found =
        short.map(|(at, text)| Paragraph { text, from: body + at }).find_map(|one| one.emits().or_else(|| one.takes()));
    let Some(Odd { basis, value, span, low, high, unit, by, help }) = found else { return false };
    let bound = bound(value, low, high);
    let message = format!("{basis} {bound} {unit} {by}, and the card says {} {unit}", rounded(value));
    sink.add("carbon-implausible", span, message, |f| f.help(help).anchor("/body/carbon"));
    true
}

/// What the topics of emissions and energy begin with.
const TOPICS: &str = "environment.";

/// The first of some fields that has a value.
fn first<'a>(card: &'a Card<'_>, labels: &[String]) -> Option<(&'a str, Span)> {
    labels.iter().find_map(|label| field(card, label))
}

pub(super) fn check(card: &Card<'_>, sink: &mut Sink<'_>) {
    if own(card, sink) {
        return;
    }
    let text = card.source.text();
    // Most cards have no such field.
    if !["mitted", "MITTED", "missions", "CO2", "ootprint"].iter().any(|part| text.contains(part)) {
        return;
    }
    let facts = facts();
    let environmental = |(_, span): &(&str, Span)| {
        let heading = card.outline.heading_at(span.start as usize);
        heading.is_some_and(|heading| {
            disclosure::heading_topics(&heading.text).iter().any(|topic| topic.starts_with(TOPICS))
        })
    };
    let below = || first(card, &facts.labels.below).filter(environmental);
    let Some((stated, span)) = first(card, &facts.labels.emitted).or_else(below) else { return };
    let Some((value, unit)) = number(stated) else { return };
    let Some(kilograms) = kilograms(value, unit) else {
        // "(in grams): 5.5"
        let lower = stated.to_lowercase();
        let mut words = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let measured = words.any(|word| facts.units.iter().any(|unit| word == unit));
        // "not measured in 2021" gives no amount.
        let before = lower.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
        let mut before = before.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let amount = before.all(|word| facts.about.iter().any(|about| word == about));
        if value > 0.0 && amount && !measured && !stated.contains('/') {
            let message = format!("The emissions are given as {} without a unit", safe::quoted(stated));
            sink.add("carbon-without-unit", span, message, |f| {
                f.help("Write kilograms or tonnes of CO2 equivalent").anchor("/body/carbon/unit")
            });
        }
        return;
    };
    let hours = first(card, &facts.labels.hours).and_then(|(text, span)| Some((number(text)?.0, text, span)));
    let hardware = first(card, &facts.labels.hardware);
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
    let bound = bound(kilograms, low, high);
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

/// The bound that a value is beyond.
fn bound(value: f64, low: f64, high: f64) -> String {
    if value < low { format!("at least {}", rounded(low)) } else { format!("at most {}", rounded(high)) }
}

/// A number as people write it: no decimals from ten on, more for small ones.
fn rounded(value: f64) -> String {
    let places = match value.abs() {
        10.0.. => 0,
        1.0.. => 1,
        0.1.. => 2,
        0.001.. => 4,
        _ => 7,
    };
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn commas_part_thousands_or_fractions() {
        let known = [
            ("1,8", 1.8),
            ("1,500", 1_500.0),
            ("1,234.5", 1_234.5),
            ("1.234,5", 1_234.5),
            ("0,68", 0.68),
            ("12.", 12.0),
        ];
        for (text, value) in known {
            assert_eq!(amount(text), Some(value), "{text}");
        }
        assert_eq!(amount("1.2.3"), None);
    }
}
