//! Findings for people and machines.
//!
//! A report is made in two steps, so that cards can be rendered in parallel and in bounded memory:
//! [`Format::card`] is a pure function of one audit; a [`Writer`] puts the parts in order and adds
//! what belongs to the whole. Everything that comes from a card passes through [`crate::text::safe`]
//! here.

pub mod coverage;
mod github;
mod gitlab;
mod json;
mod junit;
pub mod licenses;
mod markdown;
pub mod openness;
mod rdjson;
mod sarif;
mod table;
mod terminal;
mod text;

pub use json::SCHEMA_VERSION;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::card::Kind;
use crate::engine::{Audit, Silencer};
use crate::rule::{Finding, Profile, Severity};
use crate::text::{prose, safe};

pub use terminal::Style;
pub use text::fault;

/// Output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One table a card.
    Table,
    /// Annotated source.
    Text,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// SARIF 2.1.0 as GitHub code scanning reads it.
    Sarif,
    /// GitHub workflow commands.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// `JUnit` XML.
    Junit,
    /// Reviewdog Diagnostic Format.
    Rdjson,
    /// Markdown for a job summary.
    Markdown,
    /// The licence table as CSV.
    LicenseCsv,
    /// The licence table in Markdown.
    LicenseMarkdown,
}

impl Format {
    /// All formats with their names.
    pub const ALL: &'static [(&'static str, Format)] = &[
        ("table", Format::Table),
        ("text", Format::Text),
        ("json", Format::Json),
        ("ndjson", Format::Ndjson),
        ("sarif", Format::Sarif),
        ("github", Format::Github),
        ("gitlab", Format::Gitlab),
        ("junit", Format::Junit),
        ("rdjson", Format::Rdjson),
        ("markdown", Format::Markdown),
        ("license-csv", Format::LicenseCsv),
        ("license-markdown", Format::LicenseMarkdown),
    ];

    /// The format of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|&(_, format)| format)
    }

    /// True for formats that people read.
    #[must_use]
    pub fn is_human(self) -> bool {
        matches!(self, Format::Table | Format::Text | Format::Markdown)
    }

    /// Renders one card.
    #[must_use]
    pub fn card(self, audit: &Audit, style: &Style) -> Part {
        match self {
            Format::Table => Part::text(table::card(audit, style)),
            Format::Text => Part::text(text::card(audit, style)),
            Format::Json | Format::Ndjson => Part::text(json::card(audit, self == Format::Ndjson)),
            Format::Markdown => markdown::card(audit),
            Format::Github => Part { text: String::new(), ranked: github::card(audit, style) },
            Format::Sarif => Part { text: String::new(), ranked: sarif::card(audit, style) },
            Format::Gitlab => Part { text: String::new(), ranked: gitlab::card(audit, style) },
            Format::Rdjson => Part { text: String::new(), ranked: rdjson::card(audit) },
            Format::Junit => Part::text(junit::card(audit, style)),
            Format::LicenseCsv | Format::LicenseMarkdown if audit.kind == Kind::Other => Part::default(),
            Format::LicenseCsv => Part::text(safe::workflow_log(&safe::csv(&licenses::row(audit))).into_owned()),
            Format::LicenseMarkdown => {
                Part::text(safe::workflow_log(&licenses::markdown(&licenses::row(audit))).into_owned())
            }
        }
    }
}

/// What one card contributes to a report.
#[derive(Debug, Default)]
pub struct Part {
    /// Text that goes out at once, in order.
    text: String,
    /// Lines or objects that are sorted worst first at the end.
    ranked: Vec<(Severity, String)>,
}

impl Part {
    fn text(text: String) -> Self {
        Self { text, ranked: Vec::new() }
    }
}

/// Counts over a whole run.
#[derive(Debug, Default)]
pub struct Summary {
    /// Cards audited.
    pub cards: usize,
    /// Findings by severity: notes, warnings, errors.
    pub by_severity: [usize; 3],
    /// Findings by rule.
    pub by_rule: BTreeMap<&'static str, RuleCount>,
    /// Findings with a fix that a person should look at.
    pub unsafe_fixes: usize,
    /// Those of the silenced that are known from a baseline.
    pub known: usize,
    /// Findings that a comment or the baseline silences.
    pub silenced: usize,
    /// Files that could not be read, with the reason.
    pub errors: Vec<(String, String)>,
}

/// Findings of one rule.
#[derive(Clone, Copy, Debug, Default)]
pub struct RuleCount {
    /// By severity: notes, warnings, errors.
    pub by_severity: [usize; 3],
    /// Those that have a fix.
    pub fixable: usize,
}

impl RuleCount {
    /// All of them.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.by_severity.iter().sum()
    }
}

impl Summary {
    /// Counts one card.
    pub fn add(&mut self, audit: &Audit) {
        self.cards += 1;
        self.silenced += audit.silenced.len();
        self.known += audit.silenced.iter().filter(|one| matches!(one.by, Silencer::Baseline)).count();
        for finding in &audit.findings {
            self.by_severity[finding.severity as usize] += 1;
            let count = self.by_rule.entry(finding.rule.id.as_str()).or_default();
            count.by_severity[finding.severity as usize] += 1;
            count.fixable += usize::from(finding.fix.is_some());
            self.unsafe_fixes +=
                usize::from(finding.fix.as_ref().is_some_and(|fix| fix.safety == crate::rule::Safety::Unsafe));
        }
    }

    /// Adds the counts of another part of the run.
    pub fn merge(&mut self, other: Summary) {
        self.cards += other.cards;
        self.silenced += other.silenced;
        self.known += other.known;
        self.unsafe_fixes += other.unsafe_fixes;
        for (mine, theirs) in self.by_severity.iter_mut().zip(other.by_severity) {
            *mine += theirs;
        }
        for (id, theirs) in other.by_rule {
            let mine = self.by_rule.entry(id).or_default();
            mine.fixable += theirs.fixable;
            for (mine, theirs) in mine.by_severity.iter_mut().zip(theirs.by_severity) {
                *mine += theirs;
            }
        }
        self.errors.extend(other.errors);
    }

    /// Findings of all severities.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.by_severity.iter().sum()
    }

    /// Findings of one severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.by_severity[severity as usize]
    }

    /// "3 errors, 1 warning and 2 notes in 5 cards".
    #[must_use]
    pub fn sentence(&self) -> String {
        let cards = plural(self.cards, "card");
        if self.findings() == 0 && self.cards == 0 {
            return "No card was read".to_owned();
        }
        if self.findings() == 0 {
            return format!("No findings in {cards}");
        }
        let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
            .into_iter()
            .filter(|&severity| self.count(severity) > 0)
            .map(|severity| plural(self.count(severity), severity.as_str()))
            .collect();
        format!("{} in {cards}", prose::listed(&counts, "and"))
    }
}

/// "1 card", "2 cards".
#[must_use]
pub fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Facts of the run that reports state.
#[derive(Clone, Debug)]
pub struct Run {
    /// The profile in force.
    pub profile: &'static Profile,
    /// Absolute `file:` URI of the folder that paths are relative to, ending in `/`.
    pub root_uri: String,
    /// Replace findings by counts a rule, in formats for people.
    pub statistics: bool,
}

/// Puts the parts of one report into their order on a stream.
pub struct Writer<W: Write> {
    format: Format,
    style: Style,
    run: Run,
    out: W,
    started: bool,
    ranked: Vec<(Severity, String)>,
    dropped: usize,
    written: usize,
}

/// Bytes of Markdown that a job summary holds; GitHub refuses more than 1 MiB a step
/// (docs.github.com, workflow commands, read 2026-08).
const MAX_SUMMARY: usize = 1_000_000;

impl<W: Write> Writer<W> {
    /// A report in `format` on `out`.
    pub fn new(format: Format, style: Style, run: Run, out: W) -> Self {
        Self { format, style, run, out, started: false, ranked: Vec::new(), dropped: 0, written: 0 }
    }

    /// Adds the next card.
    ///
    /// # Errors
    /// What the stream says.
    pub fn add(&mut self, part: Part) -> io::Result<()> {
        if matches!(self.format, Format::Json | Format::Junit | Format::LicenseCsv | Format::LicenseMarkdown) {
            self.start()?;
        }
        if self.format == Format::Json && self.written > 0 {
            self.out.write_all(b",\n")?;
        }
        self.written += 1;
        let quiet = self.run.statistics && self.format.is_human();
        if !part.text.is_empty() && !quiet {
            match self.format {
                Format::Markdown => {
                    let size: usize = self.ranked.iter().map(|(_, text)| text.len()).sum();
                    if size + part.text.len() < MAX_SUMMARY {
                        let worst = part.ranked.first().map_or(Severity::Note, |&(severity, _)| severity);
                        self.ranked.push((worst, part.text));
                    } else {
                        self.dropped += 1;
                    }
                }
                _ => self.out.write_all(part.text.as_bytes())?,
            }
        }
        if self.format != Format::Markdown {
            self.ranked.extend(part.ranked);
            self.trim();
        }
        Ok(())
    }

    /// Keeps only as many ranked entries as the format can hold, worst first.
    fn trim(&mut self) {
        let limit = match self.format {
            Format::Sarif => sarif::MAX_RESULTS,
            _ => return,
        };
        if self.ranked.len() > limit * 2 {
            self.cut(limit);
        }
    }

    fn cut(&mut self, limit: usize) {
        // A stable sort keeps the order of cards within a severity.
        self.ranked.sort_by_key(|item| std::cmp::Reverse(item.0));
        if self.ranked.len() > limit {
            self.dropped += self.ranked.len() - limit;
            self.ranked.truncate(limit);
        }
    }

    fn start(&mut self) -> io::Result<()> {
        if !self.started {
            self.started = true;
            let head = match self.format {
                Format::LicenseCsv => licenses::csv_head(),
                Format::LicenseMarkdown => licenses::markdown_head(),
                Format::Junit => junit::head(),
                _ => json::head(&self.run),
            };
            self.out.write_all(head.as_bytes())?;
        }
        Ok(())
    }

    /// Writes what belongs to the whole run and flushes.
    ///
    /// # Errors
    /// What the stream says.
    pub fn finish(mut self, summary: &Summary) -> io::Result<()> {
        match self.format {
            Format::Table | Format::Text => {
                if self.run.statistics {
                    self.out.write_all(table::statistics(summary, &self.style).as_bytes())?;
                }
                self.out.write_all(table::summary(summary, &self.style).as_bytes())?;
            }
            Format::Json => {
                self.start()?;
                self.out.write_all(json::tail(summary).as_bytes())?;
            }
            Format::LicenseCsv | Format::LicenseMarkdown => self.start()?,
            Format::Junit => {
                self.start()?;
                self.out.write_all(junit::tail(summary).as_bytes())?;
            }
            Format::Gitlab | Format::Rdjson => {
                let entries: Vec<String> = std::mem::take(&mut self.ranked).into_iter().map(|(_, text)| text).collect();
                let text = match self.format {
                    Format::Gitlab => gitlab::document(&entries),
                    _ => rdjson::document(&entries),
                };
                self.out.write_all(text.as_bytes())?;
            }
            Format::Ndjson => self.out.write_all(json::lines_tail(summary).as_bytes())?,
            Format::Markdown => {
                let cut = self.dropped;
                let cards: Vec<String> = std::mem::take(&mut self.ranked).into_iter().map(|(_, text)| text).collect();
                self.out.write_all(markdown::document(&cards, summary, cut, self.run.statistics).as_bytes())?;
            }
            Format::Github => {
                self.ranked.sort_by_key(|item| std::cmp::Reverse(item.0));
                self.out.write_all(github::lines(&self.ranked, summary).as_bytes())?;
            }
            Format::Sarif => {
                self.cut(sarif::MAX_RESULTS);
                let results: Vec<String> = std::mem::take(&mut self.ranked).into_iter().map(|(_, text)| text).collect();
                self.out.write_all(sarif::document(&results, summary, &self.run, self.dropped).as_bytes())?;
            }
        }
        self.out.flush()
    }
}

/// The readers of a finding as a clause, empty when there are none.
fn readers(finding: &Finding) -> String {
    finding.readers.iter().map(|effect| effect.sentence()).collect::<Vec<_>>().join("; ")
}

/// Message and help for formats with one text a finding.
fn with_help(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{} {}", sentence(&finding.message), sentence(help)),
        None => sentence(&finding.message),
    }
}

/// The text with its full stop.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// A table of texts that are safe already, as wide as the style allows.
#[must_use]
pub fn plain_table(columns: &[&str], rows: &[Vec<String>], style: &Style) -> String {
    table::plain(columns, rows, style)
}

/// A path for people. It may begin a line, where the runner of GitHub Actions would read a command.
fn path(name: &str) -> String {
    safe::workflow_log(&safe::line(name)).into_owned()
}

/// JSON text made harmless for a workflow log.
#[must_use]
pub fn json_text(json: &str) -> String {
    safe::json(json).into_owned()
}
