//! What cards disclose, requirement by requirement, for people and machines.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{SCHEMA_VERSION, Style, plain_table, plural};
use crate::disclosure::framework::{Answer, Framework, Status};
use crate::text::safe;

/// What every page ends with, once and quietly.
pub const NOTE: &str =
    "This shows where a card speaks to a requirement; whether that meets it is not for a linter to say.";

/// Lines of a card, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
    /// How they begin.
    pub text: String,
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

    /// Requirements that a card must meet, and that this one leaves open.
    fn missed(&self) -> usize {
        let missed =
            |(answer, _): &&(Answer, Vec<Lines>)| answer.status == Status::Gap && answer.requirement.level == "must";
        self.answers.iter().filter(missed).count()
    }

    /// Whether nothing of the framework applies.
    fn is_waived(&self) -> bool {
        self.count(Status::NotApplicable) == self.answers.len()
    }

    /// Cells of each requirement: id, title, level, status, lines.
    fn rows(&self) -> impl Iterator<Item = [String; 5]> {
        self.answers.iter().map(|(answer, lines)| {
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
            // The framework stands above.
            let id = requirement.id.split_once(':').map_or(requirement.id.as_str(), |(_, id)| id);
            [id.to_owned(), title, requirement.level.clone(), status, numbers(lines)]
        })
    }
}

fn numbers(lines: &[Lines]) -> String {
    lines.iter().map(Lines::to_string).collect::<Vec<_>>().join(", ")
}

const COLUMNS: [&str; 5] = ["Requirement", "What it asks for", "Level", "Status", "Lines"];

/// How many cards there are.
fn cards(sheets: &[Sheet]) -> usize {
    sheets.iter().map(|sheet| sheet.card.as_str()).collect::<HashSet<_>>().len()
}

/// Many cards: for each framework that something of applies a row for each card, and one for all of them.
struct Overview {
    head: Vec<&'static str>,
    frameworks: Vec<(String, Vec<Vec<String>>)>,
    /// What the words of the head mean, and what is not shown.
    rest: String,
}

fn overview(sheets: &[Sheet]) -> Overview {
    let (waived, asked): (Vec<&Sheet>, Vec<&Sheet>) = sheets.iter().partition(|sheet| sheet.is_waived());
    // Most pages have no answer of some kinds.
    let counted: Vec<(Status, &str)> = (Status::ALL.into_iter())
        .zip(["Covered", "Partial", "Left to base", "Gap", "N/A", "Unread"])
        .filter(|(status, _)| *status != Status::Inherited || asked.iter().any(|sheet| sheet.count(*status) > 0))
        .collect();
    let mut head = vec!["Card"];
    for (status, name) in &counted {
        head.push(name);
        if *status == Status::Gap {
            head.push("Must");
        }
    }
    let row = |card: String, of: &[&Sheet]| {
        let mut row = vec![card];
        for (status, _) in &counted {
            row.push(of.iter().map(|sheet| sheet.count(*status)).sum::<usize>().to_string());
            if *status == Status::Gap {
                row.push(of.iter().map(|sheet| sheet.missed()).sum::<usize>().to_string());
            }
        }
        row
    };
    let name = |card: &str| safe::line(card.strip_suffix("/README.md").unwrap_or(card)).into_owned();
    let mut frameworks: Vec<(&Sheet, Vec<&Sheet>)> = Vec::new();
    for sheet in asked {
        match frameworks.iter_mut().find(|(first, _)| first.framework.id == sheet.framework.id) {
            Some((_, of)) => of.push(sheet),
            None => frameworks.push((sheet, vec![sheet])),
        }
    }
    let frameworks = frameworks.into_iter().map(|(first, of)| {
        let mut rows: Vec<Vec<String>> = of.iter().map(|sheet| row(name(&sheet.card), &[sheet])).collect();
        if of.len() > 1 {
            rows.push(row(format!("all {} cards", of.len()), &of));
        }
        (first.head(), rows)
    });
    let mut rest = String::from(
        "Must: gaps in what a card must say. N/A: not applicable. Unread: no card can show it, or cardlint does not look for it.",
    );
    if !waived.is_empty() {
        let rows = plural(waived.len(), "row");
        rest.push_str(&format!(" Not shown: {rows} of cards that the framework does not apply to."));
    }
    Overview { head, frameworks: frameworks.collect(), rest }
}

/// For a terminal: the requirements of one card, or an overview of many.
#[must_use]
pub fn table(sheets: &[Sheet], style: &Style) -> String {
    let mut out = String::new();
    if cards(sheets) > 1 {
        let Overview { head, frameworks, rest } = overview(sheets);
        for (framework, rows) in frameworks {
            let _ = writeln!(out, "{framework}\n{}", plain_table(&head, &rows, style));
        }
        return out + &rest + "\n" + NOTE + "\n";
    }
    for sheet in sheets {
        let _ = writeln!(out, "{}\n{}", safe::line(&sheet.card), sheet.head());
        let rows: Vec<Vec<String>> =
            sheet.rows().map(|row| row.map(|cell| safe::line(&cell).into_owned()).to_vec()).collect();
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
                    let place =
                        |place: &Lines| json!({"line": place.first, "end_line": place.last, "text": place.text});
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
    json!({ "schema_version": SCHEMA_VERSION, "coverage": list, "note": NOTE })
}

/// Comma-separated values (RFC 4180).
#[must_use]
pub fn csv(sheets: &[Sheet]) -> String {
    let head =
        ["Card", "Framework", "Requirement", "What it asks for", "Level", "Status", "Reason", "Verified", "Lines"];
    let mut out = safe::csv(&[&head[..], &["Evidence"]].concat());
    for sheet in sheets {
        for (answer, lines) in &sheet.answers {
            let requirement = answer.requirement;
            let quoted: Vec<&str> = lines.iter().map(|place| place.text.as_str()).collect();
            out.push_str(&safe::csv(&[
                sheet.card.as_str(),
                &sheet.framework.id,
                &requirement.id,
                &requirement.title,
                &requirement.level,
                answer.status.as_str(),
                answer.reason.as_deref().unwrap_or_default(),
                if requirement.verified { "yes" } else { "no" },
                &numbers(lines),
                &quoted.join(" / "),
            ]));
        }
    }
    out
}

/// Markdown tables: of several cards, the overview first.
#[must_use]
pub fn markdown(sheets: &[Sheet]) -> String {
    let mut out = String::new();
    let several = cards(sheets) > 1;
    if several {
        let Overview { head, frameworks, rest } = overview(sheets);
        for (framework, rows) in frameworks {
            let _ = writeln!(out, "{}\n\n| {} |", safe::markdown(&framework), head.join(" | "));
            let _ = writeln!(out, "|{}", " --- |".repeat(head.len()));
            for row in rows {
                let row: Vec<String> = row.iter().map(|cell| safe::markdown(cell)).collect();
                let _ = writeln!(out, "| {} |", row.join(" | "));
            }
            out.push('\n');
        }
        let _ = writeln!(out, "{rest}\n");
    }
    for sheet in sheets.iter().filter(|sheet| !several || !sheet.is_waived()) {
        let _ = writeln!(
            out,
            "## {}: {}\n\n{}\n\n{}\n",
            safe::markdown(&sheet.card),
            safe::markdown(&sheet.framework.id),
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
    let several = cards(sheets) > 1;
    if several {
        let Overview { head, frameworks, rest } = overview(sheets);
        for (framework, rows) in frameworks {
            let head = head.join("</th><th>");
            let _ = writeln!(out, "<h3>{}</h3>\n<table>\n<tr><th>{head}</th></tr>", safe::html(&framework));
            for row in rows {
                let row: Vec<String> = row.iter().map(|cell| safe::html(cell)).collect();
                let _ = writeln!(out, "<tr><td>{}</td></tr>", row.join("</td><td>"));
            }
            out.push_str("</table>\n");
        }
        let _ = writeln!(out, "<p>{}</p>", safe::html(&rest));
    }
    let shown = || sheets.iter().filter(|sheet| !several || !sheet.is_waived()).enumerate();
    if sheets.len() > 1 {
        out.push_str("<ul>\n");
        for (at, sheet) in shown() {
            let (card, framework) = (safe::html(&sheet.card), safe::html(&sheet.framework.id));
            let _ = writeln!(out, "<li><a href=\"#s{at}\">{card}: {framework}</a> ({})</li>", sheet.totals());
        }
        out.push_str("</ul>\n");
    }
    for (at, sheet) in shown() {
        let _ = writeln!(
            out,
            "<h2 id=\"s{at}\">{}: {}</h2>\n<p>{}</p>\n<p>{}</p>\n<table>\n<tr><th>{}</th><th>Evidence</th></tr>",
            safe::html(&sheet.card),
            safe::html(&sheet.framework.id),
            safe::html(&sheet.head()),
            sheet.totals(),
            COLUMNS.join("</th><th>")
        );
        for ((answer, lines), row) in sheet.answers.iter().zip(sheet.rows()) {
            let class = match answer.status {
                Status::Covered => "covered",
                Status::Partial | Status::Inherited => "partial",
                Status::Gap => "gap",
                Status::NotApplicable | Status::NotCheckable => "other",
            };
            let [id, title, level, status, line] = row.map(|cell| safe::html(&cell));
            let _ = writeln!(
                out,
                "<tr><td>{id}</td><td>{title}</td><td>{level}</td><td class=\"{class}\">{status}</td><td>{line}</td><td>{}</td></tr>",
                lines.iter().map(|place| safe::html(&place.text)).collect::<Vec<_>>().join("<br>")
            );
        }
        out.push_str("</table>\n");
    }
    let _ = writeln!(out, "<p>{NOTE}</p>\n</html>");
    out
}
