//! What stands under the cursor: a finding, a metadata key, a licence.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::place::{self, Encoding};
use super::{Document, complete};
use crate::license::{self, knowledge::Term};
use crate::text::{Span, safe};

/// What is known of the place.
pub(super) fn at(document: &Document, position: Position, encoding: Encoding) -> Option<Hover> {
    let at = place::offset(&document.source, position, encoding);
    let mut parts = Vec::new();
    let mut span: Option<Span> = None;
    for finding in document.audit.iter().flat_map(|audit| &audit.findings) {
        if finding.file != 0 || !holds(finding.span, at) {
            continue;
        }
        let rule = finding.rule;
        let mut part = format!("**[{}]({})**: {}", rule.id, rule.url(), rule.title);
        for section in ["What it checks", "Why it matters"] {
            if let Some(text) = rule.section(section) {
                part.push_str(&format!("\n\n{text}"));
            }
        }
        parts.push(part);
        span = span.or(Some(finding.span));
    }
    document.with_card(|card| {
        let Some((yaml, root)) = card.mapping() else { return };
        for &(key, value) in yaml.pairs(root) {
            let name = yaml.text(key).unwrap_or_default();
            let written = yaml.node(key).span;
            if holds(written, at) {
                parts.extend(complete::about(name, card.kind));
                span = span.or(Some(written));
            }
            if name != "license" && name != "license_name" {
                continue;
            }
            let items = yaml.items(value).map_or_else(|| vec![value], <[_]>::to_vec);
            for item in items.into_iter().filter(|item| holds(yaml.node(*item).span, at)) {
                parts.extend(yaml.text(item).and_then(terms));
                span = span.or(Some(yaml.node(item).span));
            }
        }
    });
    if parts.is_empty() {
        return None;
    }
    let contents =
        HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: parts.join("\n\n---\n\n") });
    Some(Hover { contents, range: span.map(|span| place::range(&document.source, span, encoding)) })
}

fn holds(span: Span, at: usize) -> bool {
    (span.start as usize..=span.end as usize).contains(&at)
}

/// What a licence allows, restricts and demands, in short.
fn terms(id: &str) -> Option<String> {
    let license = license::find(id)?;
    let mut out = format!("**{}** (`{}`): {}", license.name, license.id, license.class.as_str());
    for (title, restriction) in [("Restricts", true), ("Demands", false)] {
        let words: Vec<_> =
            (license.terms.iter()).filter(|term| term.atom.is_restriction() == restriction).map(Term::words).collect();
        if !words.is_empty() {
            out.push_str(&format!("\n\n{title}: {}.", words.join("; ")));
        }
    }
    if let Some(url) = &license.url {
        out.push_str(&format!("\n\n[Text]({url})"));
    }
    out.push_str(&format!("\n\n`cardlint license show {}` has the sections. Not legal advice.", safe::line(id)));
    Some(out)
}
