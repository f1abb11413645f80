//! GitLab's Code Quality report (docs.gitlab.com, "Code Quality report format", read 2026-11).

use serde_json::json;

use super::{Style, with_help};
use crate::engine::Audit;
use crate::rule::Severity;
use crate::text::{Unit, safe};

/// The entries of one card, in source order.
pub(super) fn card(audit: &Audit, style: &Style) -> Vec<(Severity, String)> {
    let entry = |finding: &crate::rule::Finding| {
        let source = audit.source(finding);
        let (start, end) = source.location(finding.span, Unit::CodePoint);
        let severity = match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        };
        let entry = json!({
            "description": safe::line(&with_help(finding)),
            "check_name": finding.rule.id,
            // Fingerprints are unique within a card; GitLab wants them so within the report.
            "fingerprint": format!("{}:{}", safe::line(&style.place(audit.name())), finding.fingerprint),
            "severity": severity,
            "location": {
                "path": safe::line(style.place(source.name()).trim_start_matches("./")),
                "lines": {"begin": start.line, "end": end.line},
            },
        });
        (finding.severity, safe::json(&entry.to_string()).into_owned())
    };
    audit.findings.iter().map(entry).collect()
}

/// The whole report.
pub(super) fn document(entries: &[String]) -> String {
    format!("[\n{}\n]\n", entries.join(",\n"))
}
