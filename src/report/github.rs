//! GitHub workflow commands: annotations on a pull request (actions/toolkit `command.ts`).

use super::{Style, Summary, with_help};
use crate::engine::Audit;
use crate::rule::Severity;
use crate::text::{Unit, safe};

/// Annotations of one level that GitHub shows for a step; the rest is dropped without a word
/// (actions/toolkit, `docs/problem-matchers.md`, "Limitations").
const SHOWN: usize = 10;
/// Longest message that the runner keeps, in characters.
const MAX_MESSAGE: usize = 4_000;

/// The annotations of one card.
pub(super) fn card(audit: &Audit, style: &Style) -> Vec<(Severity, String)> {
    audit
        .findings
        .iter()
        .map(|finding| {
            let source = audit.source(finding);
            let (start, end) = source.location(finding.span, Unit::CodePoint);
            let command = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "notice",
            };
            let mut line = format!(
                "::{command} title={},file={},line={},endLine={}",
                safe::command_property(&format!("cardlint {}", finding.rule.id)),
                safe::command_property(&style.place(source.name())),
                start.line,
                end.line
            );
            // The runner drops columns of annotations over several lines.
            if start.line == end.line {
                line.push_str(&format!(",col={},endColumn={}", start.column, end.column));
            }
            let message: String = with_help(finding).chars().take(MAX_MESSAGE).collect();
            line.push_str(&format!("::{}", safe::command_data(&message)));
            (finding.severity, line)
        })
        .collect()
}

/// All lines, worst first, as many as are shown; a last notice tells what was left out.
pub(super) fn lines(ranked: &[(Severity, String)], summary: &Summary) -> String {
    let mut out = String::new();
    let mut shown = [0; 3];
    let mut cut = 0;
    for (severity, line) in ranked {
        if room(&mut shown, *severity, SHOWN) {
            out.push_str(line);
            out.push('\n');
        } else {
            cut += 1;
        }
    }
    for (path, message) in summary.errors.iter().take(SHOWN) {
        out.push_str(&format!(
            "::error title=cardlint,file={}::{}\n",
            safe::command_property(path),
            safe::command_data(message)
        ));
    }
    if cut > 0 {
        let message = format!(
            "{}; {cut} of them are not shown here, because GitHub shows {SHOWN} annotations a level. The job summary or the SARIF report has them all.",
            summary.sentence()
        );
        out.push_str(&format!("::notice title=cardlint::{}\n", safe::command_data(&message)));
    }
    out
}

/// Counts a line in; false when its level is full. One notice is kept for the count.
fn room(shown: &mut [usize; 3], severity: Severity, limit: usize) -> bool {
    let most = if severity == Severity::Note { limit.saturating_sub(1) } else { limit };
    let count = &mut shown[severity as usize];
    *count += 1;
    *count <= most
}
