//! The licence table: a line a repository, for people who clear rights and write notices.

use super::plural;
use crate::engine::Audit;
use crate::license::{self, Role, Verdict};
use crate::text::safe;

/// Its columns.
pub const COLUMNS: [&str; 8] =
    ["Repository", "Declared", "Normal form", "Class", "Derives from", "Verdict", "Reason", "Licence texts"];

/// The cells of one card, as they are: escaping is for the format.
#[must_use]
pub fn row(audit: &Audit) -> [String; 8] {
    let name = audit.name().rsplit_once('/').map_or(audit.name(), |(folder, _)| folder);
    let declared = audit.license.as_ref();
    let inputs: Vec<String> = audit
        .lineage
        .iter()
        .map(|input| format!("{} ({})", input.name, input.license.as_deref().unwrap_or("unknown")))
        .collect();
    let mut reasons: Vec<String> = Vec::new();
    for input in &audit.lineage {
        // Of data under unknown terms there are many: they are counted.
        let Some(reason) = input.reason.as_deref().filter(|_| input.role != Role::Dataset || input.license.is_some())
        else {
            continue;
        };
        reasons.push(if audit.lineage.len() > 1 { format!("{}: {reason}", input.name) } else { reason.to_owned() });
    }
    let unknown = audit.lineage.iter().filter(|input| input.role == Role::Dataset && input.license.is_none()).count();
    if unknown > 0 {
        reasons.push(format!("not judged: {} of unknown licence", plural(unknown, "dataset")));
    }
    let begins = |reason: &String| reason.starts_with(Verdict::Unknown.as_str());
    if audit.verdict == Some(Verdict::Unknown)
        && !audit.lineage.iter().filter_map(|one| one.reason.as_ref()).any(begins)
    {
        let what = if declared.is_some() { "the terms of the declared licence" } else { "no licence is declared" };
        reasons.push(format!("unknown: {what}"));
    }
    reasons.extend(audit.unmet.iter().map(|duty| format!("duty not met: {duty}")));
    let classes = declared.iter().flat_map(|license| &license.classes).map(|class| class.as_str());
    let expressions = declared.iter().filter_map(|license| license.expression.as_deref());
    let expressions = expressions.chain(audit.lineage.iter().filter_map(|input| input.license.as_deref()));
    let mut texts: Vec<&str> = Vec::new();
    for word in expressions.flat_map(|text| text.split([' ', '(', ')'])) {
        // Of licences that hold the same text, the one that is nothing else.
        let own = license::licenses().find(|license| license.spdx.as_deref() == Some(word));
        let known = own.or_else(|| license::licenses().find(|license| license.reference == word));
        if let Some(url) = known.and_then(|license| license.url.as_deref())
            && !texts.contains(&url)
        {
            texts.push(url);
        }
    }
    [
        name.to_owned(),
        declared.map(|license| license.declared.join(", ")).unwrap_or_default(),
        declared.and_then(|license| license.expression.clone()).unwrap_or_default(),
        classes.collect::<Vec<_>>().join(", "),
        inputs.join(", "),
        audit.verdict.map_or("", license::Verdict::as_str).to_owned(),
        reasons.join("; "),
        texts.join(" "),
    ]
}

/// The first line of the CSV.
#[must_use]
pub fn csv_head() -> String {
    safe::csv(&COLUMNS)
}

/// One row of a Markdown table.
#[must_use]
pub fn markdown(cells: &[String; 8]) -> String {
    let mut shown: Vec<String> = cells.iter().map(|cell| safe::markdown(cell)).collect();
    // The addresses of the texts are those of the tables (rules/licenses/), not of a card.
    if let (Some(last), Some(texts)) = (shown.last_mut(), cells.last()) {
        *last = texts.split_whitespace().map(|url| format!("<{url}>")).collect::<Vec<_>>().join(" ");
    }
    format!("| {} |\n", shown.join(" | "))
}

/// The head of the Markdown table.
#[must_use]
pub fn markdown_head() -> String {
    format!("| {} |\n| {} |\n", COLUMNS.join(" | "), COLUMNS.map(|_| "---").join(" | "))
}
