//! Annotated source in the manner of rustc. Owns `annotate-snippets`.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Patch, Renderer, Snippet};

use super::{Style, path, readers};
use crate::engine::Audit;
use crate::rule::{Finding, Severity};
use crate::text::{SourceFile, Span, Unit, safe};

/// Longest excerpt of a source that is shown, in bytes: a line of a megabyte helps nobody.
const MAX_EXCERPT: usize = 2_000;
/// Bytes of a line before what is shown, beyond which the place is named alone: of so long a line nobody sees the rest,
/// and each finding would copy it.
const MAX_BEFORE: usize = 1_000;

/// The findings of one card; empty when there are none.
pub(super) fn card(audit: &Audit, style: &Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let decor = if style.terminal { DecorStyle::Unicode } else { DecorStyle::Ascii };
    let renderer = renderer.decor_style(decor).term_width(style.width.max(40));
    let mut out = String::new();
    for finding in &audit.findings {
        // The renderer's `:::` before a further place would be taken for a workflow command.
        let shown = one(audit.source(finding), finding, &renderer).replace(" ::: ", " --> ");
        out.push_str(&safe::workflow_log(&shown));
        out.push_str("\n\n");
    }
    out
}

/// A mistake in a file that is no card, with the line that it is on; the title has no level before it.
#[must_use]
pub fn fault(source: &SourceFile, span: Span, message: &str) -> String {
    let place = excerpt(source, span);
    let mark = place.marks.first().cloned().unwrap_or(0..0);
    let snippet = Snippet::source(place.text)
        .line_start(place.line)
        .path(path(source.name()))
        .annotation(AnnotationKind::Primary.span(mark));
    let title = Level::ERROR.no_name().primary_title(safe::line(message).into_owned());
    Renderer::plain().decor_style(DecorStyle::Ascii).render(&[title.element(snippet)])
}

/// The byte that the line of a span begins at.
fn text_line(source: &SourceFile, span: Span) -> usize {
    let (start, _) = source.location(span, Unit::CodePoint);
    source.lines().line_span(source.text(), start.line).start as usize
}

/// A place in the source: an excerpt with a mark, or its name alone; `label` is what is said of a further place.
fn shown<'a>(
    group: Group<'a>,
    source: &SourceFile,
    span: Span,
    kind: AnnotationKind,
    label: Option<String>,
) -> Group<'a> {
    let name = path(source.name());
    let (start, _) = source.location(span, Unit::CodePoint);
    if span.start as usize - text_line(source, span) > MAX_BEFORE {
        return group.element(Origin::path(name).line(start.line).char_column(start.column));
    }
    let place = excerpt(source, span);
    let mark = place.marks.first().cloned().unwrap_or(0..0);
    let annotation = kind.span(mark);
    let annotation = match label {
        Some(label) => annotation.label(label),
        None => annotation,
    };
    group.element(Snippet::source(place.text).line_start(place.line).path(name).annotation(annotation))
}

/// A stretch of the source made harmless, with the spans in it.
struct Excerpt {
    text: String,
    line: usize,
    marks: Vec<std::ops::Range<usize>>,
}

/// The lines of `spans` (the first one decides the stretch), unsafe characters made visible.
fn excerpt(source: &SourceFile, main: Span) -> Excerpt {
    let lines = source.lines();
    let (start, end) = source.location(main, Unit::CodePoint);
    // At most four lines: the place, not the whole block.
    let last = end.line.min(start.line + 3);
    let from = lines.line_span(source.text(), start.line).start as usize;
    let to = (lines.line_span(source.text(), last).end as usize).max(from);
    let text = source.text();
    let mut cut = to.min(from + MAX_EXCERPT);
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    let mut out = Excerpt { text: String::new(), line: start.line, marks: Vec::new() };
    let (a, b) = (main.start as usize, (main.end as usize).min(cut));
    out.text.push_str(&visible(&text[from..a.min(cut)]));
    let mark = out.text.len();
    out.text.push_str(&visible(text.get(a..b).unwrap_or_default()));
    // A line end within the mark ends it: the caret belongs under text.
    let marked = out.text[mark..].trim_end().len();
    out.marks.push(mark..mark + marked);
    out.text.push_str(&visible(text.get(b.max(a)..cut).unwrap_or_default()));
    out
}

/// As [`safe::line`], but line ends stay line ends and tabs become blanks.
fn visible(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| safe::line(&line.trim_end_matches('\r').replace('\t', "    ")).into_owned())
        .collect();
    lines.join("\n")
}

fn one(source: &SourceFile, finding: &Finding, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::INFO.with_name("note"),
    };
    let message = safe::line(&finding.message).into_owned();
    let group = Group::with_title(level.primary_title(message).id(finding.rule.id.as_str()));
    let mut group = shown(group, source, finding.span, AnnotationKind::Primary, None);
    for related in &finding.related {
        let label = safe::line(&related.message).into_owned();
        group = shown(group, source, related.span, AnnotationKind::Context, Some(label));
    }
    let readers = readers(finding);
    if !readers.is_empty() {
        group = group.element(Level::NOTE.message(readers));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(safe::line(help).into_owned()));
    }
    let mut groups = vec![group];
    if let Some(fix) = &finding.fix
        && let [edit] = fix.edits.as_slice()
        && edit.replacement.len() < 200
        && edit.span.start as usize - text_line(source, edit.span) <= MAX_BEFORE
    {
        let place = excerpt(source, edit.span);
        let mark = place.marks.first().cloned().unwrap_or(0..0);
        groups.push(
            Level::HELP.secondary_title(format!("{} fix: {}", fix.safety, safe::line(&fix.title))).element(
                Snippet::source(place.text)
                    .line_start(place.line)
                    .path(path(source.name()))
                    .patch(Patch::new(mark, visible(&edit.replacement))),
            ),
        );
    } else if let Some(fix) = &finding.fix {
        groups.push(Group::with_title(Level::HELP.secondary_title(format!(
            "{} fix: {}",
            fix.safety,
            safe::line(&fix.title)
        ))));
    }
    let shown = renderer.render(&groups);
    // The renderer counts what it shows, and a tab is shown as several blanks.
    let (start, _) = source.location(finding.span, Unit::CodePoint);
    let head = format!("{}:{}:", path(source.name()), start.line);
    match shown.split_once(&head) {
        Some((before, behind)) => {
            let behind = behind.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{before}{head}{}{behind}", start.column)
        }
        None => shown,
    }
}
