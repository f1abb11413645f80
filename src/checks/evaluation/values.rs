//! Results in the text that differ from those in the metadata.

use std::collections::HashMap;

use crate::card::{Card, Labelled};
use crate::checks::{Context, Sink};
use crate::text::{Span, safe, suggest};
use crate::yaml::{self, Document, NodeId};

/// A number with its place, as it is written.
pub(in crate::checks) struct Written<'a> {
    pub(in crate::checks) text: &'a str,
    pub(in crate::checks) number: f64,
    pub(in crate::checks) span: Span,
}

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let declared = declared(card);
    let eval_results: Vec<_> = ctx.eval_results.iter().collect();
    if declared.is_empty() && eval_results.is_empty() {
        return;
    }
    let body = labelled(card);
    // A name that stands for one value on either side: more could be of other data sets or models.
    for (name, values) in &declared {
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
        if let Ok(number) = digits.parse::<f64>() {
            found.entry(label).or_default().push(Written { text: value, number, span });
        }
    }
    found
}

/// True when two numbers are the same up to rounding and per cent.
pub(in crate::checks) fn agree(one: &Written<'_>, other: &Written<'_>) -> bool {
    [1.0, 100.0, 0.01].iter().any(|scale| {
        let (a, b) = (one.number * scale, other.number);
        // The coarser one decides: half a unit of its last digit, and a hair for the arithmetic.
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
