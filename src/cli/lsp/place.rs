//! Places in the client's units, and findings as diagnostics.

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Position,
    PositionEncodingKind, Range, Uri,
};

use crate::rule::{Finding, Severity};
use crate::text::{SourceFile, Span, Unit, safe};

/// What a column counts, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units.
    Utf16,
    /// Code points.
    Utf32,
}

impl Encoding {
    /// The protocol's word.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
            Encoding::Utf32 => text.chars().count(),
        }
    }
}

/// A byte as line and column.
fn position(source: &SourceFile, at: usize, encoding: Encoding) -> Position {
    let line = source.location(Span::at(at), Unit::CodePoint).0.line;
    let start = source.lines().line_span(source.text(), line).start as usize;
    let column = encoding.units(source.text().get(start..at).unwrap_or_default());
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position { line: small(line - 1), character: small(column) }
}

/// A span as a range.
pub(super) fn range(source: &SourceFile, span: Span, encoding: Encoding) -> Range {
    Range { start: position(source, span.start as usize, encoding), end: position(source, span.end as usize, encoding) }
}

/// The byte of a position; columns behind the end of a line mean its end.
pub(super) fn offset(source: &SourceFile, position: Position, encoding: Encoding) -> usize {
    let line = (position.line as usize + 1).min(source.lines().count());
    let span = source.lines().line_span(source.text(), line);
    let (text, mut left) = (source.slice(span), position.character as usize);
    for (at, c) in text.char_indices() {
        let width = encoding.units(c.encode_utf8(&mut [0; 4]));
        if left < width {
            return span.start as usize + at;
        }
        left -= width;
    }
    span.end as usize
}

/// A finding as the client shows it.
pub(super) fn diagnostic(finding: &Finding, uri: &Uri, source: &SourceFile, encoding: Encoding) -> Diagnostic {
    let message = match &finding.help {
        Some(help) => format!("{}\n{}", safe::line(&finding.message), safe::line(help)),
        None => safe::line(&finding.message).into_owned(),
    };
    let related = finding.related.iter().map(|related| DiagnosticRelatedInformation {
        location: Location { uri: uri.clone(), range: range(source, related.span, encoding) },
        message: safe::line(&related.message).into_owned(),
    });
    Diagnostic {
        range: range(source, finding.span, encoding),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.rule.id.clone())),
        code_description: finding.rule.url().parse().ok().map(|href| CodeDescription { href }),
        source: Some("cardlint".to_owned()),
        message,
        related_information: Some(related.collect()),
        ..Diagnostic::default()
    }
}
