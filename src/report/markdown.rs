//! Markdown for a GitHub job summary.

use super::{Part, Summary};
use crate::engine::Audit;
use crate::rule::Severity;
use crate::text::{Unit, safe};

fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "🔴 error",
        Severity::Warning => "🟡 warning",
        Severity::Note => "🔵 note",
    }
}

/// The table of one card; its first ranked entry tells the worst severity.
pub(super) fn card(audit: &Audit) -> Part {
    let Some(worst) = audit.worst() else { return Part::default() };
    let mut text =
        format!("\n### {}\n\n| Line | Severity | Rule | Finding |\n|---:|---|---|---|\n", safe::markdown(audit.name()));
    for finding in &audit.findings {
        let source = audit.source(finding);
        let (start, _) = source.location(finding.span, Unit::CodePoint);
        let file = if finding.file == 0 { String::new() } else { format!("{} ", safe::markdown(source.name())) };
        let help = finding.help.as_ref().map(|help| format!("<br>{}", safe::markdown(help))).unwrap_or_default();
        text.push_str(&format!(
            "| {file}{} | {} | [{}]({}) | {}{help} |\n",
            start.line,
            mark(finding.severity),
            safe::markdown(&finding.rule.id),
            finding.rule.url(),
            safe::markdown(&finding.message),
        ));
    }
    Part { text: safe::workflow_log(&text).into_owned(), ranked: vec![(worst, String::new())] }
}

/// The whole summary. `cut` cards did not fit.
pub(super) fn document(cards: &[String], summary: &Summary, cut: usize, statistics: bool) -> String {
    let mut out = format!("## cardlint\n\n{}.\n", summary.sentence());
    if !summary.by_rule.is_empty() && (statistics || summary.cards > 1) {
        out.push_str("\n| Rule | Findings | Errors | Warnings | Notes |\n|---|---:|---:|---:|---:|\n");
        let mut rows: Vec<_> = summary.by_rule.iter().collect();
        rows.sort_by(|a, b| b.1.findings().cmp(&a.1.findings()).then(a.0.cmp(b.0)));
        for (id, count) in rows {
            let [notes, warnings, errors] = count.by_severity;
            let (id, all) = (safe::markdown(id), count.findings());
            out.push_str(&format!("| {id} | {all} | {errors} | {warnings} | {notes} |\n"));
        }
    }
    for card in cards {
        out.push_str(card);
    }
    if cut > 0 {
        out.push_str(&format!(
            "\n{} with findings left out: a job summary is limited to one megabyte.\n",
            super::plural(cut, "card")
        ));
    }
    if !summary.errors.is_empty() {
        out.push_str("\n### Not audited\n\n");
        for (path, message) in &summary.errors {
            out.push_str(&format!("- {}: {}\n", safe::markdown(path), safe::markdown(message)));
        }
    }
    out
}
