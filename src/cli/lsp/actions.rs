//! Quick-fixes, and all safe fixes at once.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, Range, TextEdit, Uri,
    WorkspaceEdit,
};

use super::place::{self, Encoding};
use super::{Document, FIX_ALL};
use crate::cli::fix::{Mode, apart};
use crate::rule::{Edit, Fix, Safety};

/// The actions for a range.
pub(super) fn within(document: &Document, params: &CodeActionParams, encoding: Encoding) -> CodeActionResponse {
    let Some(audit) = &document.audit else { return Vec::new() };
    let uri = &params.text_document.uri;
    let asked = |kind: &str| {
        // A kind stands for all below it: `source` for `source.fixAll.cardlint`.
        let below = |only: &CodeActionKind| kind == only.as_str() || kind.starts_with(&format!("{}.", only.as_str()));
        params.context.only.as_ref().is_none_or(|only| only.iter().any(below))
    };
    let mut actions = Vec::new();
    let here = audit.findings.iter().filter(|finding| finding.file == 0);
    if asked(CodeActionKind::QUICKFIX.as_str()) {
        for finding in here.clone() {
            let range = place::range(&document.source, finding.span, encoding);
            let Some(fix) = finding.fix.as_ref().filter(|_| touches(range, params.range)) else { continue };
            let look = if fix.safety == Safety::Unsafe { " (look at it first)" } else { "" };
            actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: format!("cardlint: {}{look}", fix.title),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![place::diagnostic(finding, uri, &document.source, encoding)]),
                edit: Some(edit(document, uri, fix.edits.iter(), encoding)),
                is_preferred: Some(fix.safety == Safety::Safe),
                ..CodeAction::default()
            }));
        }
    }
    if asked(FIX_ALL) {
        let safe = Mode { unsafe_fixes: false, write: false };
        // As on the command line, none that would bring other findings.
        let here = here.filter(|finding| !document.held.contains(&finding.fingerprint));
        let fixes: Vec<&Fix> =
            apart(document.source.text(), here, 0, safe).iter().filter_map(|f| f.fix.as_ref()).collect();
        if !fixes.is_empty() {
            actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: "cardlint: apply all safe fixes".to_owned(),
                kind: Some(CodeActionKind::from(FIX_ALL)),
                edit: Some(edit(document, uri, fixes.iter().flat_map(|fix| &fix.edits), encoding)),
                ..CodeAction::default()
            }));
        }
    }
    actions
}

fn touches(a: Range, b: Range) -> bool {
    a.start <= b.end && b.start <= a.end
}

fn edit<'e>(
    document: &Document,
    uri: &Uri,
    edits: impl Iterator<Item = &'e Edit>,
    encoding: Encoding,
) -> WorkspaceEdit {
    let edits = edits.map(|edit| TextEdit {
        range: place::range(&document.source, edit.span, encoding),
        new_text: edit.replacement.clone(),
    });
    WorkspaceEdit { changes: Some(HashMap::from([(uri.clone(), edits.collect())])), ..WorkspaceEdit::default() }
}
