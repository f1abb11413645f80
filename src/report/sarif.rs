//! SARIF 2.1.0 in the shape that GitHub code scanning reads
//! (docs.github.com, "SARIF support for code scanning", read 2026-08).

use std::collections::{HashMap, VecDeque};

use serde_json::{Value, json};

use super::{Run, Style, Summary, sentence, with_help};
use crate::disclosure::framework::{Framework, Requirement, frameworks};
use crate::engine::{Audit, Silencer};
use crate::rule::{self, Confidence, Finding, Rule, Severity};
use crate::text::{SourceFile, Span, Unit, safe};

/// Results that GitHub accepts in a run.
pub(super) const MAX_RESULTS: usize = 25_000;
/// Locations that GitHub shows for a result.
const MAX_RELATED: usize = 100;
/// Longest short or full description that GitHub accepts, in characters.
const MAX_DESCRIPTION: usize = 1024;

fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn region(source: &SourceFile, span: Span) -> Value {
    let (start, end) = source.location(span, Unit::Utf16);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        // An empty region cannot be shown: one column is named.
        "endColumn": if start == end { end.column + 1 } else { end.column },
    })
}

/// The bytes that a fix deletes; unlike a location this may be empty.
fn deleted(source: &SourceFile, span: Span) -> Value {
    let (start, end) = source.location(span, Unit::Utf16);
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

/// Where a file lies: below the working directory, or by its whole address when it was named so (a relative reference
/// must not begin with a slash: SARIF 2.1.0, 3.4.4; GitHub resolves both against the checkout).
fn artifact(path: &str) -> Value {
    if path.starts_with('/') {
        return json!({"uri": format!("file://{}", safe::uri_path(path))});
    }
    json!({"uri": safe::uri_path(path.trim_start_matches("./")), "uriBaseId": "%SRCROOT%"})
}

fn location(source: &SourceFile, span: Span, style: &Style) -> Value {
    json!({"physicalLocation": {"artifactLocation": artifact(&style.place(source.name())), "region": region(source, span)}})
}

/// The results of one card.
///
/// GitHub shows suppressed results as alerts like any other, so that silenced findings are there only when `style`
/// asks for them.
pub(super) fn card(audit: &Audit, style: &Style) -> Vec<(Severity, String)> {
    let told = audit.findings.iter().map(|finding| (finding, None));
    let untold = audit.silenced.iter().filter(|_| style.silenced).map(|one| (&one.finding, Some(&one.by)));
    let all: Vec<(&Finding, Option<&Silencer>)> = told.chain(untold).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let hashes: Vec<Vec<LineHash>> = audit.sources.iter().map(|source| line_hashes(source.text())).collect();
    all.into_iter()
        .map(|(finding, silencer)| {
            let source = audit.source(finding);
            let (start, _) = source.location(finding.span, Unit::Utf16);
            let index = rule::all().iter().position(|rule| rule.id == finding.rule.id).unwrap_or_default();
            let mut result = json!({
                "ruleId": finding.rule.id,
                "ruleIndex": index,
                "level": level(finding.severity),
                "kind": "fail",
                "message": {"text": safe::sarif_message(&with_help(finding))},
                "locations": [location(source, finding.span, style)],
                "partialFingerprints": {
                    "primaryLocationLineHash": hashes[finding.file].get(start.line - 1).copied().map(shown),
                    "cardlint/v1": finding.fingerprint,
                },
                "properties": {"confidence": finding.confidence.as_str(), "readers": finding.readers.iter().map(|r| r.as_str()).collect::<Vec<_>>()},
            });
            if let Some(silencer) = silencer {
                result["suppressions"] = match silencer {
                    Silencer::Comment(reason) if reason.is_empty() => json!([{"kind": "inSource"}]),
                    Silencer::Comment(reason) => {
                        json!([{"kind": "inSource", "justification": safe::sarif_message(reason)}])
                    }
                    Silencer::Baseline => json!([{"kind": "external"}]),
                    Silencer::Exception(reason) => {
                        json!([{"kind": "external", "justification": safe::sarif_message(reason)}])
                    }
                };
            }
            if !finding.related.is_empty() {
                let related: Vec<Value> = finding
                    .related
                    .iter()
                    .take(MAX_RELATED)
                    .map(|related| {
                        let mut place = location(source, related.span, style);
                        place["message"] = json!({"text": safe::sarif_message(&related.message)});
                        place
                    })
                    .collect();
                result["relatedLocations"] = Value::Array(related);
            }
            if let Some(fix) = &finding.fix {
                let replacements: Vec<Value> = fix
                    .edits
                    .iter()
                    .map(|edit| json!({"deletedRegion": deleted(source, edit.span), "insertedContent": {"text": edit.replacement}}))
                    .collect();
                result["fixes"] = json!([{
                    "description": {"text": safe::sarif_message(&format!("{} fix: {}.", capital(fix.safety.as_str()), fix.title))},
                    "artifactChanges": [{"artifactLocation": artifact(&style.place(source.name())), "replacements": replacements}],
                }]);
            }
            (finding.severity, result.to_string())
        })
        .collect()
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

/// `front-matter-empty` as `FrontMatterEmpty`.
fn pascal(id: &str) -> String {
    id.split('-').map(capital).collect()
}

/// The first paragraph of a section as one line.
fn first_paragraph(rule: &Rule, section: &str) -> Option<String> {
    let text = rule.section(section)?;
    let paragraph = text.split("\n\n").next()?;
    Some(paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A framework that rules refer to, and its requirements that they name.
struct Taxonomy {
    framework: &'static Framework,
    taxa: Vec<&'static Requirement>,
}

/// The frameworks that rules refer to, by id.
fn taxonomies() -> Vec<Taxonomy> {
    let named = |requirement: &&Requirement| rule::all().iter().any(|rule| rule.frameworks.contains(&requirement.id));
    (frameworks().iter())
        .map(|framework| Taxonomy { framework, taxa: framework.requirements.iter().filter(named).collect() })
        .filter(|taxonomy| !taxonomy.taxa.is_empty())
        .collect()
}

impl Taxonomy {
    fn component(&self) -> Value {
        let taxa: Vec<Value> = (self.taxa.iter())
            .map(|taxon| json!({"id": taxon.id, "shortDescription": {"text": sentence(&taxon.title)}}))
            .collect();
        json!({
            "name": self.framework.id,
            "fullName": self.framework.name,
            "version": self.framework.version,
            "shortDescription": {"text": sentence(&self.framework.name)},
            "fullDescription": {"text": sentence(&format!("Read from: {}", self.framework.source))},
            "isComprehensive": false,
            "taxa": taxa,
        })
    }
}

/// What asks for what a rule looks at.
fn relationships(rule: &Rule, taxonomies: &[Taxonomy]) -> Vec<Value> {
    (taxonomies.iter().enumerate())
        .flat_map(|(at, taxonomy)| {
            let taxa = taxonomy.taxa.iter().enumerate();
            taxa.filter(|(_, taxon)| rule.frameworks.contains(&taxon.id)).map(move |(index, taxon)| {
                let component = json!({"name": taxonomy.framework.id, "index": at});
                json!({"target": {"id": taxon.id, "index": index, "toolComponent": component}, "kinds": ["relevant"]})
            })
        })
        .collect()
}

fn descriptor(rule: &Rule, taxonomies: &[Taxonomy]) -> Value {
    let full = first_paragraph(rule, "What it checks").unwrap_or_else(|| rule.title.clone());
    let full: String = full.chars().take(MAX_DESCRIPTION).collect();
    let help = first_paragraph(rule, "How to fix").unwrap_or_else(|| full.clone());
    let readers = rule.readers.iter().map(|effect| effect.sentence()).collect::<Vec<_>>().join("; ");
    let mut tags = vec![rule.group.clone(), format!("profile-{}", rule.profile)];
    tags.extend(rule.readers.iter().map(|effect| effect.as_str().to_owned()));
    tags.truncate(20);
    let mut descriptor = json!({
        "id": rule.id,
        "name": pascal(&rule.id),
        "shortDescription": {"text": format!("{}.", rule.title)},
        "fullDescription": {"text": sentence(&full)},
        "help": {
            "text": sentence(&if readers.is_empty() { help } else { format!("{help} Readers: {readers}.") }),
            "markdown": rule.docs,
        },
        "helpUri": rule.url(),
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {
            "tags": tags,
            "precision": match rule.confidence {
                Confidence::High => "very-high",
                Confidence::Medium => "high",
                Confidence::Low => "medium",
            },
            "problem.severity": match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
        },
    });
    let relationships = relationships(rule, taxonomies);
    if !relationships.is_empty() {
        descriptor["relationships"] = Value::Array(relationships);
    }
    descriptor
}

/// The whole log. `dropped` results did not fit.
pub(super) fn document(results: &[String], summary: &Summary, run: &Run, dropped: usize) -> String {
    let mut notifications: Vec<Value> = summary
        .errors
        .iter()
        .map(|(path, message)| {
            json!({
                "level": "error",
                "message": {"text": safe::sarif_message(&format!("{message}."))},
                "locations": [{"physicalLocation": {"artifactLocation": artifact(path)}}],
            })
        })
        .collect();
    if dropped > 0 {
        notifications.push(json!({
            "level": "warning",
            "message": {"text": format!("{dropped} results of lower severity are left out: GitHub accepts {MAX_RESULTS} in a run.")},
        }));
    }
    let taxonomies = taxonomies();
    let supported: Vec<Value> = (taxonomies.iter().enumerate())
        .map(|(index, taxonomy)| json!({"name": taxonomy.framework.id, "index": index}))
        .collect();
    let components: Vec<Value> = taxonomies.iter().map(Taxonomy::component).collect();
    let driver = json!({
        "name": "cardlint",
        "organization": "cardlint",
        "fullName": format!("cardlint {}", env!("CARGO_PKG_VERSION")),
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "language": "en-GB",
        "rules": rule::all().iter().map(|rule| descriptor(rule, &taxonomies)).collect::<Vec<_>>(),
        "supportedTaxonomies": supported,
    });
    let invocation = json!({
        "executionSuccessful": summary.errors.is_empty(),
        "toolExecutionNotifications": notifications,
    });
    // Results are rendered in parallel and may be many: they are spliced in as they are.
    let log = format!(
        "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\"taxonomies\":{},\"invocations\":[{invocation}],\"originalUriBaseIds\":{},\"columnKind\":\"utf16CodeUnits\",\"defaultEncoding\":\"utf-8\",\"results\":[{}]}}]}}\n",
        Value::Array(components),
        json!({"%SRCROOT%": {"uri": run.root_uri}}),
        results.join(",\n"),
    );
    safe::json(&log).into_owned()
}

/// A hash of a line and how many lines up to this one have it.
type LineHash = (u64, usize);

/// Characters that a line's hash covers.
const WINDOW: usize = 100;

/// The rolling hash of the last [`WINDOW`] characters, and the lines whose hash it will complete.
struct LineHasher {
    /// 37^100, for taking the character that leaves the window out again.
    power: u64,
    window: [u64; WINDOW],
    hash: u64,
    seen: usize,
    /// Where the lines begin whose hash is not complete, in order.
    open: VecDeque<usize>,
    counts: HashMap<u64, usize>,
    hashes: Vec<LineHash>,
}

impl LineHasher {
    fn step(&mut self, unit: u16) {
        let unit = u64::from(unit);
        let leaving = std::mem::replace(&mut self.window[self.seen % WINDOW], unit);
        self.hash = self.hash.wrapping_mul(37).wrapping_add(unit).wrapping_sub(self.power.wrapping_mul(leaving));
        self.seen += 1;
        while self.open.front().is_some_and(|start| self.seen - start >= WINDOW) {
            self.open.pop_front();
            let count = self.counts.entry(self.hash).or_default();
            *count += 1;
            self.hashes.push((self.hash, *count));
        }
    }
}

/// GitHub's hash of every line: a rolling hash over the hundred characters from the line's start,
/// blanks left out, counted where it repeats (github/codeql-action, `fingerprints.ts`).
fn line_hashes(text: &str) -> Vec<LineHash> {
    const END: u16 = 65535;
    let mut hasher = LineHasher {
        power: (0..WINDOW).fold(1, |power: u64, _| power.wrapping_mul(37)),
        window: [0; WINDOW],
        hash: 0,
        seen: 0,
        open: VecDeque::new(),
        counts: HashMap::new(),
        hashes: Vec::new(),
    };
    let mut line_start = true;
    let mut units = text.encode_utf16().peekable();
    while let Some(unit) = units.next() {
        if unit == u16::from(b' ') || unit == u16::from(b'\t') {
            continue;
        }
        let unit = if unit == u16::from(b'\r') {
            units.next_if_eq(&u16::from(b'\n'));
            u16::from(b'\n')
        } else {
            unit
        };
        if line_start {
            hasher.open.push_back(hasher.seen);
        }
        line_start = unit == u16::from(b'\n');
        hasher.step(unit);
    }
    if line_start {
        hasher.open.push_back(hasher.seen);
    }
    hasher.step(END);
    while !hasher.open.is_empty() {
        hasher.step(0);
    }
    hasher.hashes
}

/// The hash as GitHub writes it.
fn shown((hash, count): LineHash) -> String {
    format!("{hash:x}:{count}")
}

#[cfg(test)]
mod tests {
    fn line_hashes(text: &str) -> Vec<String> {
        super::line_hashes(text).into_iter().map(super::shown).collect()
    }

    #[test]
    fn line_hashes_are_those_of_github() {
        assert_eq!(line_hashes(""), ["c129715d7a2bc9a3:1"]);
        assert_eq!(
            line_hashes(" a\nb\n  \t\tc\n d"),
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
        );
        let lorem = "Lorem ipsum dolor sit amet.\n".repeat(10);
        let hashes = line_hashes(&lorem);
        assert_eq!(hashes[0], "a7f2ff13bc495cf2:1");
        assert_eq!(hashes[5], "a7f2ff13bc495cf2:6");
        assert_eq!(
            hashes[6..],
            [
                "a7f2ff1481e87703:1",
                "a9cf91f7bbf1862b:1",
                "55ec222b86bcae53:1",
                "cc97dc7b1d7d8f7b:1",
                "c129715d7a2bc9a3:1"
            ]
        );
    }
}
