//! What cards disclose, requirement by requirement, for people and machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Style, plain_table};
use crate::disclosure::framework::{Answer, Framework, Status};
use crate::text::safe;

/// What every page ends with, once and quietly.
pub const NOTE: &str =
    "This shows where a card speaks to a requirement; whether that meets it is not for a linter to say.";

/// Lines of a card, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lines {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
}

impl std::fmt::Display for Lines {
    /// `7`, or `7–9`, which no spreadsheet takes for a date.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.last > self.first { write!(f, "{}–{}", self.first, self.last) } else { write!(f, "{}", self.first) }
    }
}

/// A card against one framework.
pub struct Sheet {
    /// The card's path.
    pub card: String,
    /// The framework.
    pub framework: &'static Framework,
    /// One answer a requirement, with the lines of its evidence.
    pub answers: Vec<(Answer, Vec<Lines>)>,
}

impl Sheet {
    fn count(&self, status: Status) -> usize {
        self.answers.iter().filter(|(answer, _)| answer.status == status).count()
    }

    /// "12 covered, 3 partial, 8 gap".
    fn totals(&self) -> String {
        let counts = Status::ALL.into_iter().map(|status| (self.count(status), status));
        let words: Vec<String> = counts
            .filter(|(count, _)| *count > 0)
            .map(|(count, status)| format!("{count} {}", status.as_str()))
            .collect();
        words.join(", ")
    }

    fn head(&self) -> String {
        format!(
            "{} ({}, {}; applies to: {})",
            self.framework.name, self.framework.id, self.framework.version, self.framework.applies
        )
    }

    /// Cells of each requirement: id, title, level, status, lines.
    fn rows(&self) -> Vec<[String; 5]> {
        let row = |(answer, lines): &(Answer, Vec<Lines>)| {
            let requirement = answer.requirement;
            let mut title = requirement.title.clone();
            if let Some(note) = &requirement.note {
                title.push_str(&format!(" ({note})"));
            }
            if !requirement.verified {
                title.push_str(" (mapping not verified)");
            }
            let status = match &answer.reason {
                Some(reason) => format!("{}: {reason}", answer.status.as_str()),
                None => answer.status.as_str().to_owned(),
            };
            let lines: Vec<String> = lines.iter().map(Lines::to_string).collect();
            // The framework stands above.
            let id = requirement.id.split_once(':').map_or(requirement.id.as_str(), |(_, id)| id);
            [id.to_owned(), title, requirement.level.clone(), status, lines.join(", ")]
        };
        self.answers.iter().map(row).collect()
    }
}

const COLUMNS: [&str; 5] = ["Requirement", "What it asks for", "Level", "Status", "Lines"];

/// For a terminal: the requirements of one card, or a matrix of many.
#[must_use]
pub fn table(sheets: &[Sheet], style: &Style) -> String {
    let mut out = String::new();
    let cards = sheets.iter().map(|sheet| sheet.card.as_str()).collect::<std::collections::BTreeSet<_>>().len();
    if cards > 1 {
        let rows: Vec<Vec<String>> = sheets
            .iter()
            .map(|sheet| {
                let counts = Status::ALL.into_iter().map(|status| sheet.count(status).to_string());
                let names = [safe::line(&sheet.card).into_owned(), sheet.framework.id.clone()];
                names.into_iter().chain(counts).collect()
            })
            .collect();
        let columns =
            ["Card", "Framework", "Covered", "Partial", "Left to base", "Gap", "Not applicable", "Not checkable"];
        return plain_table(&columns, &rows, style) + NOTE + "\n";
    }
    for sheet in sheets {
        let _ = writeln!(out, "{}\n{}", safe::line(&sheet.card), sheet.head());
        let rows: Vec<Vec<String>> =
            sheet.rows().into_iter().map(|row| row.map(|cell| safe::line(&cell).into_owned()).to_vec()).collect();
        out.push_str(&plain_table(&COLUMNS, &rows, style));
        let _ = writeln!(out, "{}\n", sheet.totals());
    }
    out + NOTE + "\n"
}

/// One object a card and framework.
#[must_use]
pub fn json(sheets: &[Sheet]) -> Value {
    let list: Vec<Value> = sheets
        .iter()
        .map(|sheet| {
            let requirements: Vec<Value> = sheet
                .answers
                .iter()
                .map(|(answer, places)| {
                    let lines: Vec<usize> = places.iter().map(|place| place.first).collect();
                    let place = |place: &Lines| json!({"line": place.first, "end_line": place.last});
                    json!({
                        "id": answer.requirement.id, "title": answer.requirement.title, "level": answer.requirement.level,
                        "topics": answer.requirement.topics, "fit": answer.requirement.fit.as_str(), "verified": answer.requirement.verified,
                        "status": answer.status.as_str(), "reason": answer.reason, "lines": lines,
                        "evidence": places.iter().map(place).collect::<Vec<_>>(), "note": answer.requirement.note,
                    })
                })
                .collect();
            let totals: serde_json::Map<String, Value> =
                Status::ALL.into_iter().map(|status| (status.as_str().to_owned(), sheet.count(status).into())).collect();
            json!({
                "path": sheet.card, "framework": sheet.framework.id, "version": sheet.framework.version,
                "totals": totals, "requirements": requirements,
            })
        })
        .collect();
    json!({ "coverage": list, "note": NOTE })
}

/// Comma-separated values (RFC 4180).
#[must_use]
pub fn csv(sheets: &[Sheet]) -> String {
    let mut out = safe::csv(&["Card", "Framework", "Requirement", "What it asks for", "Level", "Status", "Lines"]);
    for sheet in sheets {
        for row in sheet.rows() {
            let [id, title, level, status, at] = &row;
            out.push_str(&safe::csv(&[&sheet.card, &sheet.framework.id, id, title, level, status, at]));
        }
    }
    out
}

/// Markdown tables.
#[must_use]
pub fn markdown(sheets: &[Sheet]) -> String {
    let mut out = String::new();
    for sheet in sheets {
        let _ = writeln!(
            out,
            "## {}\n\n{}\n\n{}\n",
            safe::markdown(&sheet.card),
            safe::markdown(&sheet.head()),
            sheet.totals()
        );
        let _ = writeln!(out, "| {} |\n|{}", COLUMNS.join(" | "), " --- |".repeat(COLUMNS.len()));
        for row in sheet.rows() {
            let _ = writeln!(out, "| {} |", row.map(|cell| safe::markdown(&cell)).join(" | "));
        }
        out.push('\n');
    }
    out + NOTE + "\n"
}

/// One page without scripts, styles or images from elsewhere.
#[must_use]
pub fn html(sheets: &[Sheet]) -> String {
    let mut out = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>What the cards disclose</title>\n<style>\n\
         body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\n\
         table{border-collapse:collapse;width:100%;margin:1rem 0 2.5rem}\n\
         th,td{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}\n\
         .covered{color:#116329}.partial{color:#7d4e00}.gap{color:#a40e26}.other{color:#57606a}\n\
         @media print{body{margin:0;max-width:none}tr{break-inside:avoid}}\n</style>\n<h1>What the cards disclose</h1>\n",
    );
    for sheet in sheets {
        let _ = writeln!(
            out,
            "<h2>{}</h2>\n<p>{}</p>\n<p>{}</p>\n<table>\n<tr><th>{}</th></tr>",
            safe::html(&sheet.card),
            safe::html(&sheet.head()),
            sheet.totals(),
            COLUMNS.join("</th><th>")
        );
        for ((answer, _), row) in sheet.answers.iter().zip(sheet.rows()) {
            let class = match answer.status {
                Status::Covered => "covered",
                Status::Partial | Status::Inherited => "partial",
                Status::Gap => "gap",
                Status::NotApplicable | Status::NotCheckable => "other",
            };
            let [id, title, level, status, line] = row.map(|cell| safe::html(&cell));
            let _ = writeln!(
                out,
                "<tr><td>{id}</td><td>{title}</td><td>{level}</td><td class=\"{class}\">{status}</td><td>{line}</td></tr>"
            );
        }
        out.push_str("</table>\n");
    }
    let _ = writeln!(out, "<p>{NOTE}</p>\n</html>");
    out
}
