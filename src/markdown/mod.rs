//! The body of a card as an outline: headings and their sections, links, images, tables, code,
//! HTML comments, all as byte spans of the whole file.
//!
//! This module owns `pulldown-cmark` (nothing else names it). It must not know what a card is.

mod html;

use std::cell::OnceCell;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::text::Span;

/// How a heading is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadingKind {
    /// `## Title`
    Atx,
    /// Underlined with `===` or `---`.
    Setext,
    /// `<h2>Title</h2>`
    Html,
    /// A paragraph that is one bold line: used as a heading, but none.
    Pseudo,
}

impl HeadingKind {
    /// The kind as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            HeadingKind::Atx => "atx",
            HeadingKind::Setext => "setext",
            HeadingKind::Html => "html",
            HeadingKind::Pseudo => "pseudo",
        }
    }
}

/// A heading and the section that it opens.
#[derive(Debug)]
pub struct Heading {
    /// 1 to 6; a pseudo-heading stands one level below the real heading before it.
    pub level: u8,
    /// Text without markup.
    pub text: String,
    /// Bytes of the heading with its markup.
    pub span: Span,
    /// How it is written.
    pub kind: HeadingKind,
    /// Bytes from behind the heading to the next heading of the same or a higher level.
    pub section: Span,
    /// Index of the heading whose section holds this one.
    pub parent: Option<usize>,
}

/// A link or image.
#[derive(Debug)]
pub struct Link {
    /// Bytes of the link with its markup.
    pub span: Span,
    /// Destination with references resolved.
    pub target: String,
}

/// A GFM table.
#[derive(Debug)]
pub struct Table {
    /// Bytes of the table.
    pub span: Span,
    /// Cells of the header row, then of each row, as spans of their content.
    pub rows: Vec<Vec<Span>>,
}

/// A fenced or indented code block.
#[derive(Debug)]
pub struct CodeBlock {
    /// Bytes with the fences.
    pub span: Span,
    /// The info string of a fence; `None` for an indented block.
    pub info: Option<String>,
}

/// What a body holds, in source order.
#[derive(Debug, Default)]
pub struct Outline {
    /// Headings of all kinds.
    pub headings: Vec<Heading>,
    /// Links, autolinks included.
    pub links: Vec<Link>,
    /// Images.
    pub images: Vec<Link>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Code blocks.
    pub code: Vec<CodeBlock>,
    /// HTML comments from `<!--` to `-->`.
    pub comments: Vec<Span>,
    /// Index of the heading that is the title, once somebody asks.
    title: OnceCell<Option<usize>>,
}

impl Outline {
    /// The nearest heading before a byte: what stands there is in its section.
    #[must_use]
    pub fn heading_at(&self, at: usize) -> Option<&Heading> {
        let behind = self.headings.partition_point(|heading| heading.span.start as usize <= at);
        behind.checked_sub(1).map(|last| &self.headings[last])
    }

    /// Whether a byte stands in a listing or a comment, where nothing is said to readers.
    #[must_use]
    pub fn hides(&self, at: usize) -> bool {
        // Listings are in order, and do not overlap; nor do comments.
        let next = self.code.partition_point(|code| code.span.end as usize <= at);
        let code = self.code.get(next).is_some_and(|code| code.span.start as usize <= at);
        let next = self.comments.partition_point(|comment| comment.end as usize <= at);
        code || self.comments.get(next).is_some_and(|comment| comment.start as usize <= at)
    }

    /// The text of the first level-1 heading, else of the first heading that is one.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        let at = self.title.get_or_init(|| {
            let real = |heading: &Heading| heading.kind != HeadingKind::Pseudo;
            let first = self.headings.iter().position(|heading| real(heading) && heading.level == 1);
            first.or_else(|| self.headings.iter().position(real))
        });
        at.map(|at| self.headings[at].text.as_str())
    }
}

/// The Markdown that the Hub renders: `CommonMark` with the GFM extensions.
fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// Reads `body`, which begins at byte `base` of its file.
#[must_use]
pub fn outline(body: &str, base: usize) -> Outline {
    let mut reader = Reader { base, outline: Outline::default(), capture: None, depth: 0, above: (0, 0), html: None };
    for (event, range) in Parser::new_ext(body, options()).into_offset_iter() {
        reader.event(event, range, body);
    }
    let mut outline = reader.outline;
    close_sections(&mut outline.headings, base + body.len());
    outline
}

/// Text being collected: a heading, or a paragraph that may turn out to be a pseudo-heading.
struct Capture {
    text: String,
    span: Span,
    /// Level of a real heading; `None` for a paragraph.
    level: Option<u8>,
    kind: HeadingKind,
    /// Everything so far stands inside one bold span.
    bold: Bold,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bold {
    /// Nothing seen yet.
    Before,
    /// Inside the bold span.
    Inside,
    /// Behind it.
    After,
    /// Something else stands in the paragraph.
    Broken,
}

struct Reader {
    base: usize,
    outline: Outline,
    capture: Option<Capture>,
    /// Open containers (lists, quotes, tables, footnotes): bold lines inside are no headings.
    depth: usize,
    /// Level of the last heading that is no pseudo-heading, among the first so many.
    above: (u8, usize),
    /// Start of the HTML block being read.
    html: Option<usize>,
}

impl Reader {
    fn span(&self, range: &std::ops::Range<usize>) -> Span {
        Span::new(self.base + range.start, self.base + range.end)
    }

    fn event(&mut self, event: Event<'_>, range: std::ops::Range<usize>, body: &str) {
        match event {
            Event::Start(tag) => self.start(tag, &range, body),
            Event::End(tag) => self.end(tag, &range, body),
            Event::Text(text) | Event::Code(text) => self.text(&text),
            Event::SoftBreak | Event::HardBreak => {
                if let Some(capture) = &mut self.capture {
                    capture.text.push(' ');
                    if capture.level.is_none() {
                        capture.bold = Bold::Broken;
                    }
                }
            }
            Event::InlineHtml(text) => {
                html::comments(&text, self.base + range.start, &mut self.outline.comments);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        let Some(capture) = &mut self.capture else { return };
        if capture.level.is_some() || capture.bold == Bold::Inside {
            capture.text.push_str(text);
        } else if capture.bold != Bold::After || !text.trim_matches([':', ' ', '.']).is_empty() {
            capture.bold = Bold::Broken;
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: &std::ops::Range<usize>, body: &str) {
        let span = self.span(range);
        match tag {
            Tag::Heading { level, .. } => {
                let written = body[range.clone()].trim_start();
                let kind = if written.starts_with('#') { HeadingKind::Atx } else { HeadingKind::Setext };
                let span = trim_span(span, &body[range.clone()]);
                self.capture =
                    Some(Capture { text: String::new(), span, level: Some(level as u8), kind, bold: Bold::Before });
            }
            Tag::Paragraph if self.depth == 0 => {
                let written = body[range.clone()].trim_start();
                if written.starts_with("**") || written.starts_with("__") {
                    let span = trim_span(span, &body[range.clone()]);
                    self.capture = Some(Capture {
                        text: String::new(),
                        span,
                        level: None,
                        kind: HeadingKind::Pseudo,
                        bold: Bold::Before,
                    });
                }
            }
            Tag::Strong => {
                if let Some(capture) = &mut self.capture
                    && capture.level.is_none()
                {
                    capture.bold = if capture.bold == Bold::Before { Bold::Inside } else { Bold::Broken };
                }
            }
            Tag::BlockQuote(_) | Tag::List(_) | Tag::FootnoteDefinition(_) => self.depth += 1,
            Tag::Table(_) => {
                self.depth += 1;
                self.outline.tables.push(Table { span: trim_span(span, &body[range.clone()]), rows: Vec::new() });
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = self.outline.tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            Tag::TableCell => {
                let span = trim_span(span, &body[range.clone()]);
                if let Some(row) = self.outline.tables.last_mut().and_then(|table| table.rows.last_mut()) {
                    row.push(span);
                }
            }
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => Some(info.into_string()),
                    CodeBlockKind::Indented => None,
                };
                self.outline.code.push(CodeBlock { span, info });
            }
            Tag::Link { dest_url, .. } => self.outline.links.push(Link { span, target: dest_url.into_string() }),
            Tag::Image { dest_url, .. } => self.outline.images.push(Link { span, target: dest_url.into_string() }),
            Tag::HtmlBlock => self.html = Some(range.start),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: &std::ops::Range<usize>, body: &str) {
        match tag {
            TagEnd::Heading(_) => {
                if let Some(capture) = self.capture.take() {
                    self.push_heading(&capture);
                }
            }
            TagEnd::Paragraph => {
                if let Some(capture) = self.capture.take()
                    && capture.bold == Bold::After
                    && capture.text.chars().count() <= MAX_PSEUDO_HEADING
                {
                    self.push_heading(&capture);
                }
            }
            TagEnd::Strong => {
                if let Some(capture) = &mut self.capture
                    && capture.level.is_none()
                    && capture.bold == Bold::Inside
                {
                    capture.bold = Bold::After;
                }
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::FootnoteDefinition | TagEnd::Table => {
                self.depth = self.depth.saturating_sub(1);
            }
            TagEnd::HtmlBlock => {
                if let Some(start) = self.html.take() {
                    html::block(&body[start..range.end], self.base + start, &mut self.outline);
                }
            }
            _ => {}
        }
    }

    fn push_heading(&mut self, capture: &Capture) {
        let (mut above, seen) = self.above;
        for heading in &self.outline.headings[seen..] {
            if heading.kind != HeadingKind::Pseudo {
                above = heading.level;
            }
        }
        self.above = (above, self.outline.headings.len());
        let level = capture.level.unwrap_or((above + 1).min(6));
        self.outline.headings.push(Heading {
            level,
            text: capture.text.trim().to_owned(),
            span: capture.span,
            kind: capture.kind,
            section: Span::default(),
            parent: None,
        });
    }
}

/// Longest bold line, in characters, that is taken for a heading rather than an emphasised sentence.
const MAX_PSEUDO_HEADING: usize = 80;

/// `span` without the blank space at the ends of its text.
fn trim_span(span: Span, text: &str) -> Span {
    let lead = text.len() - text.trim_start().len();
    let end = text.trim_end().len().max(lead);
    Span::new(span.start as usize + lead, span.start as usize + end)
}

/// Gives every heading its section and its parent.
fn close_sections(headings: &mut [Heading], end: usize) {
    let mut open: Vec<usize> = Vec::new();
    for index in 0..headings.len() {
        let (level, start) = (headings[index].level, headings[index].span.start as usize);
        while let Some(&top) = open.last() {
            if headings[top].level < level {
                break;
            }
            headings[top].section = Span::new(headings[top].span.end as usize, start);
            open.pop();
        }
        headings[index].parent = open.last().copied();
        open.push(index);
    }
    for index in open {
        headings[index].section = Span::new(headings[index].span.end as usize, end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(body: &str) -> Vec<(u8, String, &'static str)> {
        outline(body, 0).headings.iter().map(|h| (h.level, h.text.clone(), h.kind.as_str())).collect()
    }

    #[test]
    fn listings_in_html_are_code() {
        let body = "<details>\n<pre><code>\n- loss\n- valid\n</code></pre>\n<predict>\n</details>\n\n```\nx\n```\n";
        let outline = outline(body, 0);
        let code: Vec<&str> = outline.code.iter().map(|code| &body[code.span.range()]).collect();
        assert_eq!(code, ["<pre><code>\n- loss\n- valid\n</code></pre>", "```\nx\n```"]);
    }

    #[test]
    fn all_kinds_of_headings() {
        let body = "# One *a*\n\nTwo\n---\n\n<h2 align=\"center\">Three &amp; <b>more</b></h2>\n\n**Four:**\n\ntext **bold** text\n\n- **Item**\n\n<!--\n## Hidden\n<h3>Hidden too</h3>\n-->\n\n## `Five`\n";
        assert_eq!(
            headings(body),
            [
                (1, "One a".into(), "atx"),
                (2, "Two".into(), "setext"),
                (2, "Three & more".into(), "html"),
                (3, "Four:".into(), "pseudo"),
                (2, "Five".into(), "atx"),
            ]
        );
    }

    #[test]
    fn sections_nest() {
        let body = "# A\na\n## B\nb\n### C\nc\n## D\nd\n";
        let outline = outline(body, 100);
        let section = |i: usize| {
            let span = outline.headings[i].section;
            &body[span.start as usize - 100..span.end as usize - 100]
        };
        assert_eq!(section(0), "\na\n## B\nb\n### C\nc\n## D\nd\n");
        assert_eq!(section(1), "\nb\n### C\nc\n");
        assert_eq!(outline.headings[2].parent, Some(1));
        assert_eq!(outline.headings[3].parent, Some(0));
    }

    #[test]
    fn links_tables_code_comments() {
        let body = "[a](b.md) ![i](c.png) <https://x.y>\n\n| h | g |\n|---|---|\n| 1 | 2 |\n\n```python\nx\n```\n\n<!-- c --> x\n";
        let outline = outline(body, 0);
        assert_eq!(outline.links.iter().map(|l| l.target.as_str()).collect::<Vec<_>>(), ["b.md", "https://x.y"]);
        assert_eq!(outline.images[0].target, "c.png");
        assert_eq!(&body[outline.tables[0].rows[1][1].range()], "2");
        assert_eq!(outline.code[0].info.as_deref(), Some("python"));
        assert_eq!(&body[outline.comments[0].range()], "<!-- c -->");
    }
}
