//! Reviewdog Diagnostic Format (reviewdog/reviewdog, `proto/rdf`, read 2026-08): columns count bytes from 1, ends are
//! exclusive.

use serde_json::{Value, json};

use super::with_help;
use crate::engine::Audit;
use crate::rule::{Finding, Severity};
use crate::text::{SourceFile, Span, Unit, safe};

fn range(source: &SourceFile, span: Span) -> Value {
    let (start, end) = source.location(span, Unit::CodePoint);
    let column = |line: usize, at: u32| at.saturating_sub(source.lines().line_span(source.text(), line).start) + 1;
    json!({
        "start": {"line": start.line, "column": column(start.line, span.start)},
        "end": {"line": end.line, "column": column(end.line, span.end)},
    })
}

/// The diagnostics of one card, in source order.
pub(super) fn card(audit: &Audit) -> Vec<(Severity, String)> {
    audit.findings.iter().map(|finding| (finding.severity, one(audit, finding))).collect()
}

fn one(audit: &Audit, finding: &Finding) -> String {
    let source = audit.source(finding);
    let severity = match finding.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "INFO",
    };
    let path = safe::line(source.name().trim_start_matches("./")).into_owned();
    let mut diagnostic = json!({
        "message": safe::line(&with_help(finding)),
        "location": {"path": path, "range": range(source, finding.span)},
        "severity": severity,
        "code": {"value": finding.rule.id, "url": finding.rule.url()},
    });
    // A suggestion is one replacement; a fix of several stands or falls as a whole.
    if let Some([edit]) = finding.fix.as_ref().map(|fix| fix.edits.as_slice()) {
        diagnostic["suggestions"] = json!([{"range": range(source, edit.span), "text": edit.replacement}]);
    }
    safe::json(&diagnostic.to_string()).into_owned()
}

/// The whole report.
pub(super) fn document(diagnostics: &[String]) -> String {
    let source = json!({"name": "cardlint", "url": env!("CARGO_PKG_REPOSITORY")});
    format!("{{\"source\":{source},\"diagnostics\":[\n{}\n]}}\n", diagnostics.join(",\n"))
}
