//! How open models are, component by component.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{SCHEMA_VERSION, Style, plain_table};
use crate::disclosure::openness::{Openness, Part, Shown};
use crate::text::safe;

/// What every page ends with, once and quietly.
const NOTE: &str = "This shows what card, licence and file names evidence; a class is awarded by the Model Openness Tool, not by a linter.";

/// One model.
pub struct Leaf {
    /// The card's path.
    pub card: String,
    /// What was found.
    pub openness: Openness,
    /// Lines of the evidence of components, then of elements.
    pub lines: Vec<Option<usize>>,
}

impl Leaf {
    fn parts(&self) -> impl Iterator<Item = (&Part, Option<usize>)> {
        self.openness.components.iter().chain(&self.openness.elements).zip(self.lines.iter().copied())
    }

    /// "class III is evidenced; class II lacks: training code, …"
    fn verdict(&self) -> String {
        let reached = match self.openness.class() {
            Some(class) => format!("The evidence reaches class {class} of the Model Openness Framework"),
            None => "The evidence reaches no class of the Model Openness Framework".to_owned(),
        };
        match self.openness.next() {
            Some((class, missing)) => {
                let names: Vec<String> = missing.iter().map(|part| describe(part)).collect();
                format!("{reached}; class {class} lacks: {}.", names.join("; "))
            }
            None => format!("{reached}."),
        }
    }
}

fn describe(part: &Part) -> String {
    match part.shown {
        Shown::Partly(why) => format!("{} ({why})", part.component.name.to_lowercase()),
        _ => part.component.name.to_lowercase(),
    }
}

fn row(part: &Part, line: Option<usize>) -> Vec<String> {
    let status = match part.shown {
        Shown::Partly(why) => format!("partly: {why}"),
        _ => part.shown.as_str().to_owned(),
    };
    let place = match (line, &part.file) {
        (Some(line), _) => format!("line {line}"),
        (None, Some(file)) => file.clone(),
        (None, None) => String::new(),
    };
    let optional = if part.component.required { "" } else { " (optional)" };
    vec![part.component.id.clone(), format!("{}{optional}", part.component.name), status, place]
}

const COLUMNS: [&str; 4] = ["Requirement", "Component", "Evidence", "Where"];

/// For a terminal: the components of one model, or the classes of many.
#[must_use]
pub fn table(leaves: &[Leaf], style: &Style) -> String {
    let mut out = String::new();
    if leaves.len() > 1 {
        let rows: Vec<Vec<String>> = leaves
            .iter()
            .map(|leaf| {
                let lacks = leaf.openness.next().map_or_else(String::new, |(class, missing)| {
                    let names: Vec<String> = missing.iter().map(|part| part.component.name.to_lowercase()).collect();
                    format!("{class}: {}", names.join(", "))
                });
                vec![safe::line(&leaf.card).into_owned(), leaf.openness.class().unwrap_or("none").to_owned(), lacks]
            })
            .collect();
        return plain_table(&["Card", "Class", "The next class lacks"], &rows, style) + NOTE + "\n";
    }
    for leaf in leaves {
        let _ = writeln!(out, "{}", safe::line(&leaf.card));
        let rows: Vec<Vec<String>> = (leaf.parts())
            .map(|(part, line)| row(part, line).iter().map(|cell| safe::line(cell).into_owned()).collect())
            .collect();
        out.push_str(&plain_table(&COLUMNS, &rows, style));
        let _ = writeln!(out, "{}\n", leaf.verdict());
    }
    out + NOTE + "\n"
}

/// Markdown tables.
#[must_use]
pub fn markdown(leaves: &[Leaf]) -> String {
    let mut out = String::new();
    for leaf in leaves {
        let _ = writeln!(out, "## {}\n\n{}\n", safe::markdown(&leaf.card), safe::markdown(&leaf.verdict()));
        let _ = writeln!(out, "| {} |\n|{}", COLUMNS.join(" | "), " --- |".repeat(COLUMNS.len()));
        for (part, line) in leaf.parts() {
            let cells: Vec<String> = row(part, line).iter().map(|cell| safe::markdown(cell)).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
        out.push('\n');
    }
    out + NOTE + "\n"
}

/// One object a model.
#[must_use]
pub fn json(leaves: &[Leaf]) -> Value {
    let one = |part: &Part, line: Option<usize>| {
        let why = if let Shown::Partly(why) = part.shown { Some(why) } else { None };
        json!({
            "id": part.component.id, "name": part.component.name, "class": part.component.class,
            "required": part.component.required, "status": part.shown.as_str(), "reason": why,
            "line": line, "file": part.file,
        })
    };
    let list: Vec<Value> = leaves
        .iter()
        .map(|leaf| {
            let all: Vec<Value> = leaf.parts().map(|(part, line)| one(part, line)).collect();
            let (components, elements) = all.split_at(leaf.openness.components.len());
            let next = leaf.openness.next().map(|(class, missing)| {
                json!({"class": class, "missing": missing.iter().map(|part| part.component.id.as_str()).collect::<Vec<_>>()})
            });
            json!({
                "path": leaf.card, "class": leaf.openness.class(), "next": next,
                "components": components, "elements": elements,
            })
        })
        .collect();
    json!({ "schema_version": SCHEMA_VERSION, "openness": list, "note": NOTE })
}
