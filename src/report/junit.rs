//! `JUnit` XML: one suite a card, one case a finding: failed where it makes the run fail (`--fail-on`), skipped with its
//! message else (a server takes any failure for a broken build); one passed case for a card without findings
//! (testmoapp/junitxml, read 2026-11). Cases of a suite have names of their own: GitLab drops all others of a name
//! (docs.gitlab.com, unit test reports, read 2026-11).

use std::collections::HashMap;

use super::{Style, Summary, sentence, with_help};
use crate::engine::Audit;
use crate::rule::Severity;
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
pub(super) fn card(audit: &Audit, style: &Style) -> String {
    let name = xml(audit.name());
    let count = audit.findings.len();
    let fails = |severity: Severity| style.fails.is_some_and(|least| severity >= least);
    let failures = audit.findings.iter().filter(|finding| fails(finding.severity)).count();
    let mut names: HashMap<&str, usize> = HashMap::new();
    let mut out = format!(
        "<testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{}\">\n",
        count.max(1),
        count - failures
    );
    for finding in &audit.findings {
        let source = audit.source(finding);
        let (start, _) = source.location(finding.span, Unit::CodePoint);
        let file = xml(source.name());
        let (rule, line, column) = (xml(&finding.rule.id), start.line, start.column);
        let (message, text) = (xml(&sentence(&finding.message)), xml(&with_help(finding)));
        let severity = finding.severity.as_str();
        let outcome = if fails(finding.severity) {
            format!("<failure type=\"{severity}\" message=\"{message}\">{file}:{line}:{column}: {text}</failure>")
        } else {
            format!(
                "<skipped message=\"{severity}: {message}\"/><system-out>{file}:{line}:{column}: {text}</system-out>"
            )
        };
        let number = names.entry(&finding.rule.id).or_default();
        *number += 1;
        let rule = if *number > 1 { format!("{rule} ({number})") } else { rule };
        out.push_str(&format!(
            "<testcase name=\"{rule}\" classname=\"{name}\" file=\"{file}\" line=\"{line}\">{outcome}</testcase>\n"
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
