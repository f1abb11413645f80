//! Results, hyperparameters and emissions, against what the training wrote.

use super::data::data;
use crate::card::{Card, Labelled};
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
            if place == "text" && speaks_of_others(card, written.span) {
                continue;
            }
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

/// Under a heading on training or on another data set a number is no result of the evaluation.
fn speaks_of_others(card: &Card<'_>, span: Span) -> bool {
    let headings =
        card.outline.headings.iter().filter(|heading| {
            heading.level > 1 && heading.section.start <= span.start && span.end <= heading.section.end
        });
    headings.into_iter().any(|heading| {
        let text = heading.text.to_lowercase();
        ["train", "test", "data", "baseline", "compar", "teacher"].iter().any(|word| text.contains(word))
    })
}

fn hyperparameters(ctx: &Context<'_>, sink: &mut Sink<'_>) {
    let Some(state) = &ctx.repository.trainer else { return };
    let labels = ctx.card.labelled();
    let single = |label: &str| {
        let mut found = labels.iter().filter(|entry| entry.label == label);
        found.next().filter(|_| found.next().is_none())
    };
    // A number elsewhere may be that of a stage, or of somebody else's training.
    if data().trainer_labels.iter().filter(|label| single(label).is_some()).count() < 3 {
        return;
    }
    let add = |entry: &Labelled<'_>, there: f64, file: &str, sink: &mut Sink<'_>| {
        let label = entry.label.replace('-', "_");
        let there = if there < 0.001 { format!("{there:e}") } else { there.to_string() };
        let message =
            format!("The card says `{label}: {}`, but trainer_state.json {file} {there}", safe::line(entry.value));
        sink.add("hyperparameters-differ", entry.span, message, |f| {
            f.help("Correct the one that is wrong: people repeat the training with these numbers")
                .anchor(format!("/hyperparameters/{}", entry.label))
        });
    };
    for (label, there, rounded_up) in [
        ("num-epochs", state.num_train_epochs, true),
        ("train-batch-size", state.train_batch_size, false),
        ("training-steps", state.max_steps, false),
    ] {
        let Some(entry) = single(label) else { continue };
        // With a number of steps, that of epochs follows.
        if rounded_up && single("training-steps").is_some() {
            continue;
        }
        let written = entry.value.parse::<f64>().ok();
        let (Some(written), Some(there)) = (written, there.filter(|number| *number > 0.0)) else { continue };
        let meant = if rounded_up { written.ceil() } else { written };
        if (meant - there).abs() > 1e-9 {
            add(entry, there, "has", sink);
        }
    }
    let rates = state.log_history.iter().filter_map(|log| log.learning_rate);
    if let (Some(entry), Some(highest)) = (single("learning-rate"), rates.reduce(f64::max))
        && let Ok(written) = entry.value.parse::<f64>()
        && highest > written * 1.001
    {
        add(entry, highest, "logs", sink);
    }
}

/// A number with four digits that count.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within the bounds of a usize")]
fn significant(number: f64) -> String {
    let decimals = (3.0 - number.abs().log10().floor()).clamp(0.0, 15.0) as usize;
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
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
    let grams = significant(sum * 1000.0);
    let message = if known.any(|kilograms| near(claimed, kilograms)) {
        format!("`co2_eq_emissions` counts grams; {claimed} is the number of kilograms in emissions.csv, {grams} grams")
    } else {
        format!("`co2_eq_emissions` says {claimed} grams, but the runs in emissions.csv sum up to {grams}")
    };
    sink.add("emissions-differ", document.node(value).span, message, |f| {
        f.help(format!("Write `emissions: {grams}`, or say which runs it counts")).anchor("/co2_eq_emissions/files")
    });
}

#[cfg(test)]
mod tests {
    use super::significant;

    #[test]
    fn small_and_large_numbers_keep_their_digits() {
        for (number, shown) in [(250.0, "250"), (0.25, "0.25"), (2.8409e-7, "0.0000002841"), (1_234_567.0, "1234567")] {
            assert_eq!(significant(number), shown);
        }
    }
}
