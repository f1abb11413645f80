//! Labels with values in the body: list items such as `- Parameters: 7B`, and rows of two cells.

use super::Card;
use crate::text::{Span, suggest};

/// A label and its value.
#[derive(Clone, Debug)]
pub struct Labelled<'a> {
    /// The label, folded: see [`suggest::fold`].
    pub label: String,
    /// The value, without markup around it.
    pub value: &'a str,
    /// Where the value stands.
    pub span: Span,
}

impl Card<'_> {
    /// Labels with values outside of code and comments, in no particular order.
    #[must_use]
    pub fn labelled(&self) -> Vec<Labelled<'_>> {
        let text = self.source.text();
        let mut found = Vec::new();
        for row in self.outline.tables.iter().flat_map(|table| &table.rows) {
            if let [label, value] = row.as_slice() {
                found.extend(entry(text, self.source.slice(*label), value.range()));
            }
        }
        let mut unread: Vec<_> = self.outline.code.iter().map(|code| code.span.range()).collect();
        unread.extend(self.outline.comments.iter().map(|comment| comment.range()));
        unread.sort_by_key(|range| range.start);
        let mut unread = unread.into_iter().peekable();
        let mut at = self.front.body_start();
        for line in text[at..].split_inclusive('\n') {
            while unread.next_if(|range| range.end <= at).is_some() {}
            let listing = unread.peek().is_some_and(|range| range.contains(&at));
            let item = line.trim_start().strip_prefix(['-', '*', '+']).filter(|_| !listing);
            if let Some((label, value)) = item.and_then(|item| item.split_once(':').or_else(|| item.split_once(" = ")))
            {
                let start = at + (value.as_ptr() as usize - line.as_ptr() as usize);
                found.extend(entry(text, label, start..start + value.len()));
            }
            at += line.len();
        }
        found
    }
}

fn entry<'a>(text: &'a str, label: &str, value: std::ops::Range<usize>) -> Option<Labelled<'a>> {
    let cell = &text[value.clone()];
    let bare = cell.trim_matches(|c: char| matches!(c, '*' | '_' | '`') || c.is_whitespace());
    if bare.is_empty() {
        return None;
    }
    let start = value.start + (bare.as_ptr() as usize - cell.as_ptr() as usize);
    let label = suggest::fold(label.trim_matches(|c: char| matches!(c, '*' | '_' | '`' | ':') || c.is_whitespace()));
    Some(Labelled { label: label.into_owned(), value: bare, span: Span::new(start, start + bare.len()) })
}
