//! The default format: one table a card, then a summary. Owns `comfy-table`.

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::{Style, Summary, path, plural};
use crate::card::Kind;
use crate::engine::Audit;
use crate::rule::Severity;
use crate::text::{Unit, safe};

fn color(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Note => Color::Cyan,
    }
}

fn new_table(style: &Style) -> Table {
    let mut table = Table::new();
    table.load_style(if style.terminal {
        presets::UTF8_FULL_CONDENSED.with_rounded_corners()
    } else {
        presets::NOTHING
    });
    // Where nothing limits the width, each row is a line.
    if style.width == usize::MAX {
        table.set_content_arrangement(ContentArrangement::Disabled);
    } else {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(style.width.clamp(40, 200)).unwrap_or(80));
    }
    if style.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

/// Lines without blanks at their ends, so that nothing wraps by accident.
fn trimmed(table: &Table) -> String {
    let mut out = String::new();
    for line in table.to_string().lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The table of one card; empty when nothing was found.
pub(super) fn card(audit: &Audit, style: &Style) -> String {
    if audit.findings.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for (file, source) in audit.sources.iter().enumerate() {
        let findings: Vec<_> = audit.findings.iter().filter(|finding| finding.file == file).collect();
        if findings.is_empty() {
            continue;
        }
        // A configuration is no card.
        let kind = (file == 0 && audit.kind != Kind::Other).then(|| format!(" ({} card)", audit.kind));
        let kind = kind.unwrap_or_default();
        out.push_str(&style.paint("1", &path(source.name())));
        out.push_str(&kind);
        out.push('\n');
        let mut table = new_table(style);
        table.set_header(
            ["Line", "Severity", "Rule", "Finding"].map(|title| Cell::new(title).add_attribute(Attribute::Bold)),
        );
        for finding in findings {
            let (start, _) = source.location(finding.span, Unit::CodePoint);
            let mut text = safe::line(&finding.message).into_owned();
            let fix = finding.fix.as_ref().map(|fix| format!("{} fix", fix.safety));
            match (&finding.help, fix) {
                (Some(help), Some(fix)) => text.push_str(&format!("\n→ {} [{fix}]", safe::line(help))),
                (Some(help), None) => text.push_str(&format!("\n→ {}", safe::line(help))),
                (None, Some(fix)) => text.push_str(&format!("\n→ {fix}")),
                (None, None) => {}
            }
            table.add_row([
                Cell::new(format!("{}:{}", start.line, start.column)),
                Cell::new(finding.severity.as_str()).fg(color(finding.severity)),
                Cell::new(&finding.rule.id),
                Cell::new(text),
            ]);
        }
        // Rule ids are searched for: they are not broken where there is room.
        if style.width >= 72
            && let Some(column) = table.column_mut(2)
        {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        if let Some(column) = table.column_mut(1) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        if let Some(column) = table.column_mut(0) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        out.push_str(&safe::workflow_log(&trimmed(&table)));
        out.push('\n');
    }
    out
}

/// A table of texts.
pub(super) fn plain(columns: &[&str], rows: &[Vec<String>], style: &Style) -> String {
    let mut table = new_table(style);
    table.set_header(columns.iter().map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
    // Where the rows do not fit, a path or an id is broken behind its slashes.
    let is_path = |cell: &str| cell.contains('/') && !cell.contains(' ');
    let widest = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(String::as_str).chain([columns[at]]);
        cells.map(|cell| cell.chars().count() + EDGES + 1).max().unwrap_or(0)
    };
    let fits = style.width == usize::MAX || (0..columns.len()).map(widest).sum::<usize>() < style.width;
    for row in rows {
        table.add_row(
            row.iter().map(|text| if fits || !is_path(text) { text.clone() } else { text.replace('/', "/\n") }),
        );
    }
    // Words stay whole where there is room for them.
    let longest = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(String::as_str).chain([columns[at]]);
        let words = cells.flat_map(|cell| cell.split(if is_path(cell) { '/' } else { ' ' }));
        words.map(|word| word.chars().count() + 1).max().unwrap_or(0).min(WORD)
    };
    let least: Vec<usize> = (0..columns.len()).map(longest).collect();
    if style.width < usize::MAX && least.iter().map(|width| width + EDGES).sum::<usize>() < style.width {
        for (at, width) in least.into_iter().enumerate() {
            if let (Some(column), Ok(width)) = (table.column_mut(at), u16::try_from(width + EDGES)) {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
            }
        }
    }
    trimmed(&table)
}

/// Characters of a word that a column keeps whole: those of the longest id of a framework and more.
const WORD: usize = 28;
/// Characters of a column beside its text.
const EDGES: usize = 2;

/// Counts a rule.
pub(super) fn statistics(summary: &Summary, style: &Style) -> String {
    if summary.by_rule.is_empty() {
        return String::new();
    }
    let mut rows: Vec<_> = summary.by_rule.iter().collect();
    rows.sort_by(|a, b| b.1.findings().cmp(&a.1.findings()).then(a.0.cmp(b.0)));
    let mut table = new_table(style);
    table.set_header(
        ["Findings", "Errors", "Warnings", "Notes", "Fixable", "Rule"]
            .map(|title| Cell::new(title).add_attribute(Attribute::Bold)),
    );
    for (id, count) in rows {
        let of = |severity: Severity| match count.by_severity[severity as usize] {
            0 => Cell::new(""),
            some => Cell::new(some).fg(color(severity)),
        };
        table.add_row([
            Cell::new(count.findings()),
            of(Severity::Error),
            of(Severity::Warning),
            of(Severity::Note),
            Cell::new(count.fixable),
            Cell::new(id),
        ]);
    }
    format!("{}\n", trimmed(&table))
}

/// The last lines.
pub(super) fn summary(summary: &Summary, style: &Style) -> String {
    let code = if summary.count(Severity::Error) > 0 {
        "1;31"
    } else if summary.findings() > 0 {
        "1;33"
    } else {
        "1;32"
    };
    let fixable: usize = summary.by_rule.values().map(|count| count.fixable).sum();
    let mut out = style.paint(code, &format!("{}.", summary.sentence()));
    if fixable > 0 {
        let (safe, open) = (fixable - summary.unsafe_fixes.min(fixable), summary.unsafe_fixes);
        out.push_str(&match (safe, open) {
            (0, _) => format!(" {} can be fixed with --fix --unsafe-fixes.", plural(open, "finding")),
            (_, 0) => format!(" {} can be fixed with --fix.", plural(safe, "finding")),
            _ => format!(" {} can be fixed with --fix, {open} more with --unsafe-fixes.", plural(safe, "finding")),
        });
    }
    if summary.silenced > summary.known {
        out.push_str(&format!(" {} silenced.", plural(summary.silenced - summary.known, "finding")));
    }
    if summary.known > 0 {
        out.push_str(&format!(" {} known from the baseline.", plural(summary.known, "finding")));
    }
    if !summary.errors.is_empty() {
        out.push_str(&format!(" {} could not be audited.", plural(summary.errors.len(), "path")));
    }
    out.push('\n');
    out
}
