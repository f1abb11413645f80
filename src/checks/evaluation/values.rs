//! Results in the text that differ from those in the metadata.

use std::collections::HashMap;

use super::wording;
use crate::card::{Card, Labelled};
use crate::checks::{Context, Sink};
use crate::facts::{descent, place};
use crate::text::{self, Span, safe, suggest};
use crate::yaml::{self, Document, NodeId};

/// A number with its place, as it is written.
pub(in crate::checks) struct Written<'a> {
    pub(in crate::checks) text: &'a str,
    pub(in crate::checks) number: f64,
    pub(in crate::checks) span: Span,
}

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let declared = by_metric(declared(card));
    let eval_results: Vec<_> = ctx.eval_results.iter().collect();
    if declared.is_empty() && eval_results.is_empty() {
        return;
    }
    let mut body = labelled(card);
    for (name, values) in tabled(card) {
        body.entry(name).or_default().extend(values);
    }
    let mut body = by_metric(body);
    let mut untold: Vec<&String> = declared.keys().filter(|name| !body.contains_key(*name)).collect();
    untold.sort_unstable();
    untold.truncate(MAX_NAMES);
    body.extend(told(card, &untold));
    // A name that stands for one value on either side: more could be of other data sets or models.
    let of_data = by_dataset(card);
    let of_data = of_data.iter().filter(|(name, _)| !declared.contains_key(*name));
    // In one order, whatever the hashes: of many findings only the first are kept.
    let mut compared: Vec<_> = declared.iter().chain(of_data).collect();
    compared.sort_unstable_by_key(|(name, _)| name.as_str());
    for (name, values) in compared {
        let ([value], Some([written])) = (values.as_slice(), body.get(name).map(Vec::as_slice)) else { continue };
        if agree(value, written) {
            continue;
        }
        let message = format!(
            "The metadata gives {} for {}, the text {}",
            safe::quoted(value.text),
            safe::quoted(name),
            safe::quoted(written.text)
        );
        sink.add("results-differ", value.span, message, |f| {
            f.related(written.span, "the value in the text").help(HELP).anchor(format!("/model-index/{name}"))
        });
    }
    for companion in eval_results {
        let Ok(document) = yaml::parse(companion.source.text(), 0) else { continue };
        let items = document.root().and_then(|root| document.items(root)).unwrap_or_default();
        for &item in items {
            let dataset = document.get(item, "dataset").and_then(|(_, dataset)| document.get(dataset, "id"));
            let (Some((_, id)), Some((_, value))) = (dataset, document.get(item, "value")) else { continue };
            let (Some(id), Some(value)) = (document.text(id), number_of(&document, value)) else { continue };
            let name = suggest::fold(id.rsplit('/').next().unwrap_or(id)).into_owned();
            let Some([written]) = body.get(&name).map(Vec::as_slice) else { continue };
            if agree(&value, written) {
                continue;
            }
            let message = format!(
                "The text gives {} for {}, `.eval_results` {}",
                safe::quoted(written.text),
                safe::quoted(id),
                safe::quoted(value.text)
            );
            sink.add("results-differ", written.span, message, |f| f.help(HELP).anchor(format!("/eval_results/{name}")));
        }
    }
}

/// Values by the metric, whichever of its names they are given under.
fn by_metric<'a>(values: HashMap<String, Vec<Written<'a>>>) -> HashMap<String, Vec<Written<'a>>> {
    let mut found: HashMap<String, Vec<Written<'a>>> = HashMap::new();
    for (name, values) in values {
        // `recall_at_10` of metadata is "Recall@10" of the text.
        let name = name.replace("-at-", "@");
        let names = wording().same.iter().find(|names| names.contains(&name));
        let name = names.and_then(|names| names.first().cloned()).unwrap_or(name);
        found.entry(name).or_default().extend(values);
    }
    found
}

const HELP: &str = "Correct the one that is wrong, or say in the text which data set and split each belongs to";

/// The values of the model-index by the names and types of their metrics, folded.
pub(in crate::checks) fn declared<'a>(card: &'a Card<'_>) -> HashMap<String, Vec<Written<'a>>> {
    let mut found: HashMap<String, Vec<Written<'a>>> = HashMap::new();
    let (Some((document, _)), Some((_, index))) = (card.mapping(), card.field("model-index")) else { return found };
    for &entry in document.items(index).unwrap_or_default() {
        let results = document.get(entry, "results").and_then(|(_, results)| document.items(results));
        for &result in results.unwrap_or_default() {
            let metrics = document.get(result, "metrics").and_then(|(_, metrics)| document.items(metrics));
            for &metric in metrics.unwrap_or_default() {
                let name = ["name", "type"].iter().find_map(|key| document.text(document.get(metric, key)?.1));
                let value = document.get(metric, "value").and_then(|(_, value)| number_of(document, value));
                if let (Some(name), Some(value)) = (name, value) {
                    found.entry(suggest::fold(name).into_owned()).or_default().push(value);
                }
            }
        }
    }
    found
}

/// The values of the model-index by the names of their datasets, folded, of those with one metric.
fn by_dataset<'a>(card: &'a Card<'_>) -> HashMap<String, Vec<Written<'a>>> {
    let mut found: HashMap<String, Vec<Written<'a>>> = HashMap::new();
    let (Some((document, _)), Some((_, index))) = (card.mapping(), card.field("model-index")) else { return found };
    for &entry in document.items(index).unwrap_or_default() {
        let results = document.get(entry, "results").and_then(|(_, results)| document.items(results));
        for &result in results.unwrap_or_default() {
            let name = document.get(result, "dataset").and_then(|(_, dataset)| document.get(dataset, "name"));
            let metrics = document.get(result, "metrics").and_then(|(_, metrics)| document.items(metrics));
            let Some(name) = name.and_then(|(_, name)| document.text(name)) else { continue };
            let values = metrics
                .unwrap_or_default()
                .iter()
                .filter_map(|metric| document.get(*metric, "value").and_then(|(_, value)| number_of(document, value)));
            found.entry(suggest::fold(name).into_owned()).or_default().extend(values);
        }
    }
    found
}

/// What sentences say of metrics: "It achieves a WER of 12.6 on the test split."
fn told<'a>(card: &'a Card<'_>, names: &[&String]) -> HashMap<String, Vec<Written<'a>>> {
    let text = card.source.text();
    let mut found: HashMap<String, Vec<Written<'a>>> = HashMap::new();
    for (at, line) in text::lines(&text[card.front.body_start()..]) {
        let start = card.front.body_start() + at;
        let hidden = |place: usize| card.outline.hides(place);
        if line.starts_with(['|', '#']) || line.len() > LINE || !line.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        // As names are folded, byte for byte.
        let fold = |c: char| if matches!(c, ' ' | '_') { '-' } else { c.to_ascii_lowercase() };
        let (lower, folded) = (line.to_ascii_lowercase(), line.chars().map(fold).collect::<String>());
        let places = names.iter().flat_map(|name| {
            let places = folded.match_indices(name.as_str()).take(MAX_TOLD);
            places.map(move |(place, _)| (*name, place))
        });
        for (name, place) in places {
            let end = place + name.len();
            let word = |byte: Option<&u8>| {
                byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'@'))
            };
            if word(lower.as_bytes()[..place].last()) || word(lower.as_bytes().get(end)) || hidden(start + place) {
                continue;
            }
            let gap = lower[end..].find(|c: char| c.is_ascii_digit()).unwrap_or(lower.len() - end);
            // Another kind of it, or none that the name tells.
            if wording().kinds.iter().any(|kind| lower[..place].trim_end_matches([' ', '-']).ends_with(kind.as_str())) {
                continue;
            }
            if !matches!(lower[end..end + gap].trim(), "" | "of" | "is" | "was" | "=" | ":" | "score of" | "is about") {
                continue;
            }
            let rest = &line[end + gap..];
            let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            let digits = rest[..digits].trim_end_matches('.');
            let from = lower[..place].rfind(". ").map_or(0, |stop| stop + 2);
            let sentence = &lower[from..lower[end + gap..].find(". ").map_or(lower.len(), |stop| end + gap + stop)];
            let other = wording().of_others.iter().any(|word| sentence.contains(word.as_str()));
            let of_test = wording().of_test.iter().any(|word| sentence.contains(word.as_str()));
            if let (Ok(number), true, false) = (digits.parse::<f64>(), of_test, other) {
                let span = Span::new(start + end + gap, start + end + gap + digits.len());
                found.entry(name.clone()).or_default().push(Written { text: digits, number, span });
            }
        }
    }
    found
}

/// Metrics whose names are looked for in sentences: more than any card has.
const MAX_NAMES: usize = 200;
/// Places of a metric's name in one line that are looked at.
const MAX_TOLD: usize = 20;
/// Longest line that is read for what it says of a metric, in bytes.
const LINE: usize = 1_000;

/// Numbers of wide tables: by the column, where one row is of this model's test, and by the row, where one column is of
/// this model.
fn tabled<'a>(card: &'a Card<'_>) -> HashMap<String, Vec<Written<'a>>> {
    let data = by_dataset(card);
    let mut found: HashMap<String, Vec<Written<'a>>> = HashMap::new();
    let marks = |c: char| matches!(c, '*' | '_' | '`') || c.is_whitespace();
    let bare = |cell: &Span| card.source.slice(*cell).trim_matches(marks);
    let names = descent::names(card, place(card).1);
    let names: Vec<_> = names.iter().map(|name| suggest::fold(name.rsplit('/').next().unwrap_or(name))).collect();
    let own = |cell: &Span| names.contains(&suggest::fold(bare(cell)));
    let mut add = |label: &Span, value: &Span| {
        let text = bare(value);
        let number = text.strip_suffix('%').unwrap_or(text).trim_end().parse::<f64>();
        if let Some(number) = number.ok().filter(|number| number.is_finite()) {
            let label = suggest::fold(bare(label)).into_owned();
            found.entry(label).or_default().push(Written { text, number, span: *value });
        }
    };
    for table in &card.outline.tables {
        let Some((header, rows)) = table.rows.split_first().filter(|(header, _)| header.len() > 1) else { continue };
        let column = header.iter().skip(1).position(own).map(|at| at + 1);
        if let Some(column) = column.filter(|_| header.len() > 2) {
            rows.iter()
                .filter_map(|row| Some((row.first()?, row.get(column)?)))
                .for_each(|(label, value)| add(label, value));
            continue;
        }
        let split = |row: &&Vec<Span>, known: &[String]| {
            row.iter().any(|cell| known.iter().any(|split| *split == *suggest::fold(bare(cell))))
        };
        let row = match rows {
            [row] => Some(row),
            rows => {
                let mut tests = rows.iter().filter(|row| split(row, &wording().test_splits));
                let test = tests.next().filter(|_| tests.next().is_none());
                test.filter(|_| {
                    rows.iter().all(|row| split(&row, &wording().test_splits) || split(&row, &wording().other_splits))
                })
            }
        };
        // A row of another model, or of what was learned from, says nothing of this one.
        let of_model = |row: &&Vec<Span>| {
            let named = suggest::fold(bare(&header[0])).contains("model");
            let number = |cell: &Span| bare(cell).starts_with(|c: char| c.is_ascii_digit());
            let known = |cell: &Span| own(cell) || data.contains_key(&*suggest::fold(bare(cell)));
            let spoken =
                row.first().is_some_and(|cell| number(cell) || known(cell)) || split(row, &wording().test_splits);
            (!named || row.first().is_some_and(own)) && spoken && !split(row, &wording().other_splits)
        };
        if let Some(row) = row.filter(of_model) {
            header.iter().zip(row).for_each(|(label, value)| add(label, value));
        }
    }
    found
}

fn number_of<'a>(document: &'a Document<'_>, value: NodeId) -> Option<Written<'a>> {
    let text = document.text(value)?;
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then(|| Written { text, number, span: document.node(value).span })
}

/// Numbers of the body by the label before them: list items and rows of two cells.
pub(in crate::checks) fn labelled<'a>(card: &'a Card<'_>) -> HashMap<String, Vec<Written<'a>>> {
    let mut found: HashMap<String, Vec<Written<'a>>> = HashMap::new();
    for Labelled { label, value, span } in card.labelled() {
        let digits = value.strip_suffix('%').unwrap_or(value).trim_end();
        if let Some(number) = digits.parse::<f64>().ok().filter(|number| number.is_finite()) {
            found.entry(label).or_default().push(Written { text: value, number, span });
        }
    }
    found
}

/// True when two numbers are the same up to rounding and per cent.
pub(in crate::checks) fn agree(one: &Written<'_>, other: &Written<'_>) -> bool {
    [1.0, 100.0, 0.01].iter().any(|scale| {
        let (a, b) = (one.number * scale, other.number);
        // The coarser one decides: a unit of its last digit, since some round and some cut, and a hair for the arithmetic.
        let unit = (decimal_unit(one.text) * scale).max(decimal_unit(other.text));
        (a - b).abs() <= unit * 1.01
    })
}

/// The value of the last digit.
fn decimal_unit(text: &str) -> f64 {
    let digits = text.trim_end_matches('%').trim_end();
    let places =
        digits.rsplit_once('.').map_or(0, |(_, decimals)| decimals.bytes().take_while(u8::is_ascii_digit).count());
    10_f64.powi(-i32::try_from(places.min(12)).unwrap_or(12))
}
