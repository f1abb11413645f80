//! Rules on metric values in a model-index: type, range, scale.

use std::collections::HashMap;

use crate::card::Kind;
use crate::checks::{Context, Sink};
use crate::rule::Confidence;
use crate::text::{Span, safe, suggest};
use crate::vocab;
use crate::yaml::resolve::{self, Scalar};
use crate::yaml::{self, Document, NodeId, Style};

/// Metrics of which a value below one on a scale of one hundred is not to be expected, so that 0.91
/// beside 91 means two scales. Ranking and error metrics do reach such values.
const STEADY: &[&str] = &["accuracy", "f1", "precision", "recall", "auc", "roc-auc", "exact-match"];

pub(crate) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    if ctx.card.kind != Kind::Model {
        return;
    }
    let (Some((document, _)), Some((_, index))) = (ctx.card.mapping(), ctx.card.field("model-index")) else { return };
    let mut scales: HashMap<String, Scale> = HashMap::new();
    // Large tables repeat a few metrics.
    let mut metrics_known: HashMap<&str, Known> = HashMap::new();
    for &entry in document.items(index).unwrap_or_default() {
        let results =
            document.get(entry, "results").and_then(|(_, results)| document.items(results)).unwrap_or_default();
        for &result in results {
            let metrics = document.get(result, "metrics").and_then(|(_, m)| document.items(m)).unwrap_or_default();
            for &metric in metrics {
                one(document, metric, &mut metrics_known, &mut scales, sink);
            }
        }
    }
    mixed(scales, sink);
}

/// Values of one metric that lie on either scale.
#[derive(Default)]
struct Scale {
    /// Above one: on a scale of one hundred.
    percent: Vec<(f64, Span)>,
    /// Between a twentieth and one: on a scale of one.
    share: Vec<(f64, Span)>,
}

/// What the vocabulary says of a metric.
#[derive(Clone, Copy)]
struct Known {
    metric: Option<&'static vocab::Metric>,
    steady: bool,
}

fn one<'d>(
    document: &'d Document<'_>,
    metric: NodeId,
    known: &mut HashMap<&'d str, Known>,
    scales: &mut HashMap<String, Scale>,
    sink: &mut Sink<'_>,
) {
    let Some((_, value)) = document.get(metric, "value") else { return };
    let kind = document.get(metric, "type").and_then(|(_, id)| document.text(id)).unwrap_or_default();
    let node = document.node(document.target(value));
    let yaml::Kind::Scalar { value: text, style } = &node.kind else { return };
    if node.tag.is_some() {
        return;
    }
    if document.is_null(value) {
        let message = format!("The metric {} has no value", safe::quoted(kind));
        sink.add("metric-value-type", node.span, message, |f| {
            f.help("Give the number, or remove the result until there is one")
                .anchor(format!("/model-index/{kind}/none"))
        });
        return;
    }
    let number = match style {
        Style::Plain if resolve::is_plain_number(text) => text.parse().ok(),
        Style::Plain => match resolve::yaml12(text) {
            Scalar::Int(digits) => digits.parse().ok(),
            Scalar::Float(number) => Some(number),
            _ => None,
        },
        _ => None,
    };
    let anchor = || format!("/model-index/{kind}/{text}");
    let Some(number) = number else {
        // Stable-Baselines3 writes a reward with its deviation, which the leaderboard of its course reads.
        let deviation = || text.split_once("+/-").is_some_and(|(mean, _)| mean.trim().parse::<f64>().is_ok());
        if suggest::fold(text) == "nan" || kind == "mean_reward" && deviation() {
            return;
        }
        let message = format!(
            "The value {} of the metric {} is {}; the Hub's table and filters need a number",
            safe::quoted(text),
            safe::quoted(kind),
            if document.is_boolean(value) { "a boolean" } else { "text" }
        );
        sink.add("metric-value-type", node.span, message, |f| {
            let help = if text.bytes().any(|byte| byte.is_ascii_digit()) {
                "Write the bare number; put a unit, a deviation or a remark into `name` or the text"
            } else {
                "Give the number, or remove the result until there is one"
            };
            f.help(help).anchor(anchor())
        });
        return;
    };
    let Known { metric, steady } = *known.entry(kind).or_insert_with(|| Known {
        metric: vocab::metrics().find(kind),
        steady: STEADY.contains(&suggest::fold(kind).as_ref()),
    });
    let Some(known) = metric else { return };
    if !number.is_finite() {
        return;
    }
    let top = known.max.map(|max| if known.percent { max * 100.0 } else { max });
    let bottom = known.min.map(|min| if known.percent { min * 100.0 } else { min });
    // A hair above the limit is rounding.
    let slack = 1e-6;
    let broken = match (bottom, top) {
        (Some(bottom), _) if number < bottom - slack => Some(format!("at least {bottom}")),
        (_, Some(top)) if number > top + slack => Some(if known.percent {
            format!("at most {} (or {top} in per cent)", known.max.unwrap_or(1.0))
        } else {
            format!("at most {top}")
        }),
        _ => None,
    };
    if let Some(limit) = broken {
        let message =
            format!("{} is impossible for the metric {}, which is {limit}", safe::quoted(text), safe::quoted(kind));
        sink.add("metric-value-range", node.span, message, |f| {
            f.help("Check the value, its sign and its scale").anchor(anchor())
        });
        return;
    }
    if steady {
        let scale = scales.entry(suggest::fold(kind).into_owned()).or_default();
        if number > 1.5 {
            scale.percent.push((number, node.span));
        } else if (0.05..1.0).contains(&number) {
            scale.share.push((number, node.span));
        }
    }
}

fn mixed(scales: HashMap<String, Scale>, sink: &mut Sink<'_>) {
    let mut mixed: Vec<(String, Scale)> =
        scales.into_iter().filter(|(_, scale)| !scale.percent.is_empty() && !scale.share.is_empty()).collect();
    mixed.sort_by(|a, b| a.0.cmp(&b.0));
    for (kind, scale) in mixed {
        // Large benchmark tables do hold true values below one per cent.
        let many = scale.percent.len() + scale.share.len() > 10;
        let low = scale.percent.iter().any(|&(number, _)| number < 20.0)
            || scale.share.iter().any(|&(number, _)| number < 0.2);
        if many || low {
            continue;
        }
        // The rarer scale is the odd one out.
        let (odd, usual) = if scale.share.len() <= scale.percent.len() {
            (&scale.share, &scale.percent)
        } else {
            (&scale.percent, &scale.share)
        };
        let (Some(&(number, span)), Some(&(other, other_span))) = (odd.first(), usual.first()) else { continue };
        let message =
            format!("The metric `{kind}` is {number} here and {other} elsewhere in the card: two scales are mixed");
        sink.add("metric-scale-mixed", span, message, |f| {
            f.help("Write all values of a metric as shares of one, or all in per cent")
                .related(other_span, "on the other scale")
                .anchor(format!("/model-index/{kind}"))
                .confidence(Confidence::Medium)
        });
    }
}
