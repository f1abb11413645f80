//! The licence table: a line a repository, for people who clear rights and write notices.

use super::plural;
use crate::engine::{Audit, Silencer};
use crate::license::{self, Role, Verdict};
use crate::rule::{Finding, Severity};
use crate::text::safe;

/// Its columns.
pub const COLUMNS: [&str; 9] =
    ["Repository", "Declared", "Normal form", "Class", "Derives from", "Verdict", "Reason", "Policy", "Licence texts"];

/// Rules whose findings are duties towards licences of the inputs that the files and the text do not meet.
const DUTIES: [&str; 3] = ["license-copy-missing", "license-display-text", "license-notice-missing"];

/// The duties that the name, the files and the text of a model do not meet, in words.
#[must_use]
pub fn unmet(audit: &Audit) -> Vec<String> {
    let duties = audit.findings.iter().filter(|finding| DUTIES.contains(&finding.rule.id.as_str()));
    audit.unmet.iter().cloned().chain(duties.map(|finding| finding.message.clone())).collect()
}

/// What the policy says of a card, with `denied` first where it denies something, and what an exception allows last;
/// empty where it allows all.
#[must_use]
pub fn policy(audit: &Audit) -> String {
    let said = audit.findings.iter().filter(|finding| finding.rule.id == "license-policy");
    let mut said: Vec<&Finding> = said.collect();
    said.sort_by_key(|finding| finding.severity != Severity::Error);
    let words = |finding: &Finding| {
        let verb = if finding.severity == Severity::Error { "denied" } else { "review" };
        format!("{verb}: {}", finding.message)
    };
    let excepted = audit.silenced.iter().filter_map(|one| match &one.by {
        Silencer::Exception(reason) => Some(format!("excepted ({reason}): {}", one.finding.message)),
        Silencer::Comment(_) | Silencer::Baseline => None,
    });
    said.into_iter().map(words).chain(excepted).collect::<Vec<_>>().join("; ")
}

/// The cells of one card, as they are: escaping is for the format.
#[must_use]
pub fn row(audit: &Audit) -> [String; 9] {
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
    let told = audit.lineage.iter().filter_map(|one| one.reason.as_ref()).any(begins);
    if declared.is_none() {
        reasons.push("unknown: no licence is declared".to_owned());
    } else if audit.verdict == Some(Verdict::Unknown) && !told && declared.is_some_and(|own| own.classes.is_empty()) {
        reasons.push("unknown: the terms of the declared licence".to_owned());
    } else if audit.lineage.is_empty() {
        reasons.push("no base model or dataset is named".to_owned());
    }
    reasons.extend(unmet(audit).iter().map(|duty| format!("duty not met: {duty}")));
    let classes = declared.iter().flat_map(|license| &license.classes).map(|class| class.as_str());
    let expressions = declared.iter().filter_map(|license| license.expression.as_deref());
    let expressions = expressions.chain(audit.lineage.iter().filter_map(|input| input.license.as_deref()));
    let mut texts: Vec<&str> = Vec::new();
    for word in expressions.flat_map(|text| text.split([' ', '(', ')'])) {
        // Later versions may be chosen of the text that is named.
        let only = word.strip_suffix("-or-later").map(|stem| format!("{stem}-only"));
        let word = only.as_deref().unwrap_or(word).trim_end_matches('+');
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
        audit.verdict.map_or("", Verdict::as_str).to_owned(),
        reasons.join("; "),
        policy(audit),
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
pub fn markdown(cells: &[String; 9]) -> String {
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
