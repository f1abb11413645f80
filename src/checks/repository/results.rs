//! Results, hyperparameters and emissions, against what the training wrote.

use super::data::data;
use crate::card::Labelled;
use crate::checks::evaluation::values::{Written, agree, declared, labelled};
use crate::checks::{Context, Sink};
use crate::text::{Span, safe, suggest};

pub(super) fn check(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let repository = ctx.repository;
    if !repository.results.is_empty() && sink.wants("results-file-differs") {
        results(ctx, sink);
    }
    if repository.trainer.is_some() {
        hyperparameters(ctx, sink);
    }
    if !repository.emissions.is_empty() {
        emissions(ctx, sink);
    }
}

/// Metrics of the card that no file of results has.
fn results(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let (metadata, body) = (declared(card), labelled(card));
    let mut told: Vec<&str> = Vec::new();
    for (place, values) in [("metadata", &metadata), ("text", &body)] {
        let mut names: Vec<&String> = values.keys().collect();
        names.sort();
        for name in names {
            // A name with several values on the card speaks of several data sets or models.
            let [written] = values[name].as_slice() else { continue };
            let found: Vec<(&str, f64)> = ctx
                .repository
                .results
                .iter()
                .flat_map(|(file, metrics)| metrics.iter().map(move |(metric, value)| (file.as_str(), metric, *value)))
                .filter(|(_, metric, _)| *suggest::fold(metric) == **name)
                .map(|(file, _, value)| (file, value))
                .collect();
            let Some(&(file, value)) = found.first() else { continue };
            let same = found.iter().any(|(_, value)| {
                let text = value.to_string();
                agree(&Written { text: &text, number: *value, span: Span::default() }, written)
            });
            if same || told.contains(&name.as_str()) {
                continue;
            }
            told.push(name);
            let message = format!(
                "The {place} gives {} for {}, but {file} has {value}",
                safe::quoted(written.text),
                safe::quoted(name)
            );
            sink.add("results-file-differs", written.span, message, |f| {
                f.help("Correct the value, or say which data set and checkpoint it belongs to")
                    .anchor(format!("/results/{name}"))
            });
        }
    }
}

fn hyperparameters(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(state) = &ctx.repository.trainer else { return };
    let labels = ctx.card.labelled();
    let single = |label: &str| {
        let mut found = labels.iter().filter(|entry| entry.label == label);
        found.next().filter(|_| found.next().is_none())
    };
    let add = |entry: &Labelled<'_>, message: String, sink: &mut Sink<'_>| {
        sink.add("hyperparameters-differ", entry.span, message, |f| {
            f.help("Correct the one that is wrong: people repeat the training with these numbers")
                .anchor(format!("/hyperparameters/{}", entry.label))
        });
    };
    for known in &data().hyperparameters {
        let Some(entry) = single(&known.label) else { continue };
        // With a number of steps, that of epochs follows.
        if known.rounded_up && single("training-steps").is_some() {
            continue;
        }
        let written = entry.value.parse::<f64>().ok();
        let there = state[known.member.as_str()].as_f64().filter(|number| *number > 0.0);
        let (Some(written), Some(there)) = (written, there) else { continue };
        let meant = if known.rounded_up { written.ceil() } else { written };
        if (meant - there).abs() > 1e-9 {
            let message = format!(
                "The card says `{}: {}`, but trainer_state.json has {there}",
                known.label.replace('-', "_"),
                safe::line(entry.value)
            );
            add(entry, message, sink);
        }
    }
    let rates = state["log_history"].as_array().into_iter().flatten().filter_map(|log| log["learning_rate"].as_f64());
    if let (Some(entry), Some(highest)) = (single("learning-rate"), rates.reduce(f64::max))
        && let Ok(written) = entry.value.parse::<f64>()
        && highest > written * 1.001
    {
        let message = format!(
            "The card says `learning_rate: {}`, but trainer_state.json logs {highest}",
            safe::line(entry.value)
        );
        add(entry, message, sink);
    }
}

fn emissions(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let card = ctx.card;
    let (Some((document, _)), Some((_, value))) = (card.mapping(), card.field("co2_eq_emissions")) else { return };
    let value = document.get(value, "emissions").map_or(value, |(_, emissions)| emissions);
    let Some(claimed) = document.text(value).and_then(|text| text.parse::<f64>().ok()).filter(|number| *number > 0.0)
    else {
        return;
    };
    let runs = &ctx.repository.emissions;
    let sum: f64 = runs.iter().sum();
    let near = |one: f64, other: f64| (one - other).abs() <= other.abs() * 0.05;
    let mut known = runs.iter().copied().chain([sum]);
    if sum <= 0.0 || known.clone().any(|kilograms| near(claimed, kilograms * 1000.0)) {
        return;
    }
    let grams = (sum * 1e6).round() / 1e3;
    let message = if known.any(|kilograms| near(claimed, kilograms)) {
        format!("`co2_eq_emissions` counts grams; {claimed} is the number of kilograms in emissions.csv, {grams} grams")
    } else {
        format!("`co2_eq_emissions` says {claimed} grams, but the runs in emissions.csv sum up to {grams}")
    };
    sink.add("emissions-differ", document.node(value).span, message, |f| {
        f.help(format!("Write `emissions: {grams}`, or say which runs it counts")).anchor("/co2_eq_emissions/files")
    });
}
