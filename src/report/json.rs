//! JSON: one document, or one object a line. The shape is promised by `schemas/report.schema.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Run, Summary};
use crate::engine::{Audit, Silencer, TopicAnswer};
use crate::license::Verdict;
use crate::rule::{Finding, Severity};
use crate::text::{SourceFile, Span, Unit, safe};

/// Version of the report's shape.
pub const SCHEMA_VERSION: &str = "1";

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    byte_start: u32,
    byte_end: u32,
}

impl<'a> Location<'a> {
    fn new(source: &'a SourceFile, span: Span) -> Self {
        let (start, end) = source.location(span, Unit::CodePoint);
        Self {
            path: source.name(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            byte_start: span.start,
            byte_end: span.end,
        }
    }
}

#[derive(Serialize)]
struct RelatedOut<'a> {
    message: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct EditOut<'a> {
    location: Location<'a>,
    replacement: &'a str,
}

#[derive(Serialize)]
struct FixOut<'a> {
    title: &'a str,
    safety: &'a str,
    edits: Vec<EditOut<'a>>,
}

#[derive(Serialize)]
struct FindingOut<'a> {
    rule: &'a str,
    severity: &'a str,
    confidence: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    url: String,
    location: Location<'a>,
    related: Vec<RelatedOut<'a>>,
    readers: Vec<&'a str>,
    frameworks: &'a [String],
    fix: Option<FixOut<'a>>,
    fingerprint: &'a str,
    suppressed: bool,
    suppression: Option<SuppressionOut<'a>>,
}

/// SARIF's words: `inSource` for a comment, `external` for a baseline.
#[derive(Serialize)]
struct SuppressionOut<'a> {
    kind: &'a str,
    reason: Option<&'a str>,
}

impl<'a> FindingOut<'a> {
    fn new(source: &'a SourceFile, finding: &'a Finding, silencer: Option<&'a Silencer>) -> Self {
        Self {
            rule: &finding.rule.id,
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            message: &finding.message,
            help: finding.help.as_deref(),
            url: finding.rule.url(),
            location: Location::new(source, finding.span),
            related: finding
                .related
                .iter()
                .map(|related| RelatedOut { message: &related.message, location: Location::new(source, related.span) })
                .collect(),
            readers: finding.readers.iter().map(|effect| effect.as_str()).collect(),
            frameworks: &finding.rule.frameworks,
            fix: finding.fix.as_ref().map(|fix| FixOut {
                title: &fix.title,
                safety: fix.safety.as_str(),
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| EditOut { location: Location::new(source, edit.span), replacement: &edit.replacement })
                    .collect(),
            }),
            fingerprint: &finding.fingerprint,
            suppressed: silencer.is_some(),
            suppression: silencer.map(|silencer| match silencer {
                Silencer::Comment(reason) => SuppressionOut {
                    kind: "inSource",
                    reason: Some(reason.as_str()).filter(|reason| !reason.is_empty()),
                },
                Silencer::Baseline => SuppressionOut { kind: "external", reason: None },
                Silencer::Exception(reason) => SuppressionOut { kind: "external", reason: Some(reason.as_str()) },
            }),
        }
    }
}

#[derive(Serialize)]
struct LicenseOut<'a> {
    declared: &'a [String],
    hub_id: Option<&'a str>,
    spdx: Option<&'a str>,
    expression: Option<&'a str>,
    classes: Vec<&'a str>,
    verdict: Option<&'a str>,
    location: Location<'a>,
}

#[derive(Serialize)]
struct AncestorOut<'a> {
    name: &'a str,
    role: &'a str,
    relation: Option<&'a str>,
    license: Option<&'a str>,
    origin: &'a str,
    certain: bool,
    behind: Option<&'a str>,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct EvidenceOut<'a> {
    location: Location<'a>,
    source: &'a str,
    text: String,
}

#[derive(Serialize)]
struct DisclosureOut<'a> {
    level: &'a str,
    applies: bool,
    reason: Option<&'a str>,
    evidence: Vec<EvidenceOut<'a>>,
}

/// Characters of an evidence that are shown.
const EVIDENCE: usize = 240;

impl<'a> DisclosureOut<'a> {
    fn new(source: &'a SourceFile, answer: &'a TopicAnswer) -> Self {
        Self {
            level: answer.level.as_str(),
            applies: answer.excluded.is_none(),
            reason: answer.excluded.as_deref(),
            evidence: answer
                .evidence
                .iter()
                .map(|&(span, front)| EvidenceOut {
                    location: Location::new(source, span),
                    source: if front { "front_matter" } else { "body" },
                    text: safe::excerpt(source.slice(span), EVIDENCE),
                })
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct CardOut<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    line_type: Option<&'a str>,
    path: &'a str,
    kind: &'a str,
    title: Option<&'a str>,
    license: Option<LicenseOut<'a>>,
    front_matter: &'a str,
    findings: Vec<FindingOut<'a>>,
    disclosures: BTreeMap<&'a str, DisclosureOut<'a>>,
    lineage: Vec<AncestorOut<'a>>,
}

#[derive(Serialize)]
struct SummaryOut<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    line_type: Option<&'a str>,
    cards: usize,
    findings: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
    by_rule: BTreeMap<&'a str, usize>,
}

#[derive(Serialize)]
struct ErrorOut<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    line_type: Option<&'a str>,
    path: &'a str,
    message: &'a str,
}

/// Serialises what cannot fail: maps have text keys, and no type here has fallible parts.
fn to_json(value: &impl Serialize) -> String {
    safe::json(&serde_json::to_string(value).unwrap_or_default()).into_owned()
}

/// One card; with `line`, as a line of NDJSON.
pub(super) fn card(audit: &Audit, line: bool) -> String {
    let out = CardOut {
        line_type: line.then_some("card"),
        path: audit.name(),
        kind: audit.kind.as_str(),
        title: audit.title.as_deref(),
        license: audit.license.as_ref().map(|license| LicenseOut {
            declared: &license.declared,
            hub_id: license.hub_id.as_deref(),
            spdx: license.spdx.as_deref(),
            expression: license.expression.as_deref(),
            classes: license.classes.iter().map(|class| class.as_str()).collect(),
            verdict: audit.verdict.map(Verdict::as_str),
            location: Location::new(&audit.sources[0], license.span),
        }),
        front_matter: audit.front_matter.as_str(),
        findings: (audit.findings.iter().map(|finding| (finding, None)))
            .chain(audit.silenced.iter().map(|silenced| (&silenced.finding, Some(&silenced.by))))
            .map(|(finding, silencer)| FindingOut::new(audit.source(finding), finding, silencer))
            .collect(),
        disclosures: (audit.disclosures.iter())
            .map(|answer| (answer.topic.id.as_str(), DisclosureOut::new(&audit.sources[0], answer)))
            .collect(),
        lineage: audit
            .lineage
            .iter()
            .map(|ancestor| AncestorOut {
                name: &ancestor.name,
                role: ancestor.role.as_str(),
                relation: ancestor.relation_word(),
                license: ancestor.license.as_deref(),
                origin: ancestor.origin,
                certain: ancestor.certain,
                behind: ancestor.behind.as_deref(),
                reason: ancestor.reason.as_deref(),
            })
            .collect(),
    };
    let mut json = to_json(&out);
    if line {
        json.push('\n');
    }
    json
}

/// Everything before the first card.
pub(super) fn head(run: &Run) -> String {
    let tool = to_json(&serde_json::json!({"name": "cardlint", "version": env!("CARGO_PKG_VERSION")}));
    format!(
        "{{\"schema_version\":\"{SCHEMA_VERSION}\",\"tool\":{tool},\"profile\":\"{}\",\"cards\":[\n",
        run.profile.id
    )
}

fn summary_out<'a>(summary: &'a Summary, line_type: Option<&'a str>) -> SummaryOut<'a> {
    SummaryOut {
        line_type,
        cards: summary.cards,
        findings: summary.findings(),
        errors: summary.count(Severity::Error),
        warnings: summary.count(Severity::Warning),
        notes: summary.count(Severity::Note),
        suppressed: summary.silenced,
        by_rule: summary.by_rule.iter().map(|(&id, count)| (id, count.findings())).collect(),
    }
}

fn errors<'a>(summary: &'a Summary, line_type: Option<&'a str>) -> Vec<ErrorOut<'a>> {
    summary.errors.iter().map(|(path, message)| ErrorOut { line_type, path, message }).collect()
}

/// Everything behind the last card.
pub(super) fn tail(summary: &Summary) -> String {
    format!(
        "\n],\"summary\":{},\"errors\":{}}}\n",
        to_json(&summary_out(summary, None)),
        to_json(&errors(summary, None))
    )
}

/// The lines behind the last card.
pub(super) fn lines_tail(summary: &Summary) -> String {
    let mut out = String::new();
    for error in errors(summary, Some("error")) {
        out.push_str(&to_json(&error));
        out.push('\n');
    }
    out.push_str(&to_json(&summary_out(summary, Some("summary"))));
    out.push('\n');
    out
}
