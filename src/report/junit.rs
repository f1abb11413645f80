//! `JUnit` XML: one suite a card, one failed case a finding, one passed case for a card without any
//! (testmoapp/junitxml, read 2026-11).

use super::{Summary, sentence, with_help};
use crate::engine::Audit;
use crate::text::{Unit, safe};

/// Text for elements and attributes. What XML 1.0 does not allow even escaped is made visible by [`safe::html`], but
/// for two noncharacters.
fn xml(text: &str) -> String {
    safe::workflow_log(&safe::html(text)).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

pub(super) fn head() -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cardlint\">\n".to_owned()
}

/// The suite of one card.
pub(super) fn card(audit: &Audit) -> String {
    let name = xml(audit.name());
    let count = audit.findings.len();
    let mut out = format!(
        "<testsuite name=\"{name}\" tests=\"{}\" failures=\"{count}\" errors=\"0\" skipped=\"0\">\n",
        count.max(1)
    );
    for finding in &audit.findings {
        let source = audit.source(finding);
        let (start, _) = source.location(finding.span, Unit::CodePoint);
        let file = xml(source.name());
        out.push_str(&format!(
            "<testcase name=\"{rule}\" classname=\"{name}\" file=\"{file}\" line=\"{line}\"><failure type=\"{severity}\" message=\"{message}\">{file}:{line}:{column}: {text}</failure></testcase>\n",
            rule = xml(&finding.rule.id),
            line = start.line,
            column = start.column,
            severity = finding.severity.as_str(),
            message = xml(&sentence(&finding.message)),
            text = xml(&with_help(finding)),
        ));
    }
    if count == 0 {
        out.push_str(&format!("<testcase name=\"cardlint\" classname=\"{name}\" file=\"{name}\"/>\n"));
    }
    out.push_str("</testsuite>\n");
    out
}

/// What could not be audited, and the end.
pub(super) fn tail(summary: &Summary) -> String {
    let mut out = String::new();
    for (path, reason) in &summary.errors {
        let (name, reason) = (xml(path), xml(reason));
        out.push_str(&format!(
            "<testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n<testcase name=\"cardlint\" classname=\"{name}\"><error type=\"unreadable\" message=\"{reason}\"/></testcase>\n</testsuite>\n"
        ));
    }
    out.push_str("</testsuites>\n");
    out
}
