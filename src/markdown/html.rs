//! The little HTML that cards use for structure: headings and comments inside HTML blocks.

use super::{CodeBlock, Heading, HeadingKind, Outline};
use crate::text::Span;

/// Adds the comments of `html`, which begins at byte `base`.
pub(super) fn comments(html: &str, base: usize, into: &mut Vec<Span>) {
    let mut from = 0;
    while let Some(start) = html[from..].find("<!--").map(|at| from + at) {
        let end = html[start + 4..].find("-->").map_or(html.len(), |at| start + 4 + at + 3);
        into.push(Span::new(base + start, base + end));
        from = end;
    }
}

/// Adds the listings of `html`: what stands between `<pre>` and its end.
fn listings(html: &str, base: usize, into: &mut Vec<CodeBlock>) {
    let opens = |rest: &str| matches!(rest.as_bytes().get(4), Some(b'>' | b' ' | b'\n' | b'\r'));
    let mut from = 0;
    while let Some(start) = html[from..].find("<pre").map(|at| from + at) {
        from = start + 4;
        if opens(&html[start..]) {
            from = html[start..].find("</pre>").map_or(html.len(), |at| start + at + "</pre>".len());
            into.push(CodeBlock { span: Span::new(base + start, base + from), info: None });
        }
    }
}

/// Longest opening tag that is read, in bytes.
const MAX_TAG: usize = 2_000;

/// Adds the comments, listings and headings of an HTML block, which begins at byte `base`.
pub(super) fn block(html: &str, base: usize, outline: &mut Outline) {
    let first_comment = outline.comments.len();
    comments(html, base, &mut outline.comments);
    listings(html, base, &mut outline.code);
    let hidden: Vec<Span> = outline.comments[first_comment..].to_vec();
    let bytes = html.as_bytes();
    let mut from = 0;
    // Levels of which no closing tag is left, so that a search that fails is not repeated.
    let mut unclosed = [false; 7];
    while let Some(open) = memchr::memchr(b'<', &bytes[from..]).map(|at| from + at) {
        from = open + 1;
        let Some(level) = heading_level(&bytes[open..]) else { continue };
        let before = hidden.partition_point(|span| span.start as usize <= base + open);
        if before.checked_sub(1).is_some_and(|at| hidden[at].range().contains(&(base + open))) {
            continue;
        }
        let tag = &bytes[open..bytes.len().min(open + MAX_TAG)];
        let Some(content) = memchr::memchr(b'>', tag).map(|at| open + at + 1) else { continue };
        if unclosed[usize::from(level)] {
            continue;
        }
        let Some(close) = closing_tag(html, content, level) else {
            unclosed[usize::from(level)] = true;
            continue;
        };
        let end = html[close..].find('>').map_or(html.len(), |at| close + at + 1);
        outline.headings.push(Heading {
            level,
            text: plain_text(&html[content..close]),
            span: Span::new(base + open, base + end),
            kind: HeadingKind::Html,
            section: Span::default(),
            parent: None,
        });
        from = end;
    }
}

/// The level when the bytes begin with `<h1` … `<h6` and a tag boundary.
fn heading_level(tag: &[u8]) -> Option<u8> {
    match tag {
        [b'<', b'h' | b'H', digit @ b'1'..=b'6', b'>' | b' ' | b'\t' | b'\n' | b'\r', ..] => Some(digit - b'0'),
        _ => None,
    }
}

fn closing_tag(html: &str, from: usize, level: u8) -> Option<usize> {
    let bytes = html.as_bytes();
    memchr::memmem::find_iter(&bytes[from..], b"</").map(|at| from + at).find(|&at| {
        matches!(bytes.get(at + 2), Some(b'h' | b'H')) && bytes.get(at + 3).is_some_and(|d| *d == b'0' + level)
    })
}

/// Text without tags, with the five common entities decoded and blanks folded.
fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut in_tag = false;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            c if !in_tag => text.push(c),
            _ => {}
        }
    }
    let text = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
