//! What a template left in a card, found without reading what the card discloses.

use std::sync::LazyLock;

use memchr::{memchr3, memmem};

use super::nothing;
use super::segments::{self, Kind, Segment};
use crate::card::Card;
use crate::text::{self, Span};

/// Words of the paragraph on bias that many cards have word for word.
const COPIED_BIAS: &str = "explored bias and fairness";

/// What a template left in a card.
#[derive(Debug, Default)]
pub struct Leftovers {
    /// Its placeholders, each with the label of its field, if it has one.
    pub placeholders: Vec<(Span, Option<Span>)>,
    /// The paragraph on bias that many cards share.
    pub copied_bias: bool,
    /// Paragraphs, items and tables of the card's own.
    pub own: usize,
}

/// Finds what a template left in the body. Most cards have no word of it, which their lines show.
#[must_use]
pub fn leftovers(card: &Card<'_>) -> Leftovers {
    static COPIED: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new(COPIED_BIAS));
    let body = &card.source.text()[card.front.body_start()..];
    let copied_bias = COPIED.find(body.as_bytes()).is_some();
    let within = || nothing::placeholders().within.find_iter(body.as_bytes()).next().is_some();
    if !copied_bias && !within() && !text::lines(body).any(|(_, line)| may_be_placeholder(line)) {
        return Leftovers::default();
    }
    let segments = segments::pieces(card);
    Leftovers { placeholders: placeholders(card, &segments), copied_bias, own: own(&segments) }
}

/// Where a segment has the paragraph on bias that many cards share: of a table, the row.
pub(super) fn copied_bias(card: &Card<'_>, segment: &Segment) -> Option<Span> {
    let text = card.source.slice(segment.span);
    let at = text.find(COPIED_BIAS)?;
    if segment.kind != Kind::Table {
        return Some(segment.span);
    }
    let start = segment.span.start as usize;
    let from = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let to = text[at..].find('\n').map_or(text.len(), |line| at + line);
    Some(Span::new(start + from, start + to))
}

/// Bytes of a segment that is more than a label and a word.
pub(super) const FEW: usize = 40;

/// How many segments say something of the card's own, as far as can be told without looking for copied sentences.
pub(super) fn own(segments: &[Segment]) -> usize {
    let heading = const { segments::builtin("heading") };
    let said = |segment: &&Segment| {
        !segment.empty && segment.span.len() >= FEW && segment.kind != Kind::Code && !segment.cues.contains(heading)
    };
    segments.iter().filter(said).count()
}

/// Bytes before a placeholder in which a line opens the backquotes that it stands in.
const MARKS: usize = 500;
/// Bytes of a line behind which no label ends.
const LABEL: usize = 80;

/// Bytes of a line that is too long for a placeholder with its label.
const LONG: usize = 400;

/// What stands before the text of a list item, a quotation or a cell.
const MARKERS: &[u8] = b"-*+>| \t";

/// Whether a line, or what stands in it behind a label, begins like a placeholder.
fn may_be_placeholder(line: &str) -> bool {
    if line.len() > LONG {
        return false;
    }
    let Some(text) = unmarked(line) else { return false };
    if begins(text) {
        return true;
    }
    let label = memchr3(b':', b'|', 0xef, &text.as_bytes()[..text.len().min(LABEL)]);
    let value = label.and_then(|end| text.get(end + 1..).or_else(|| text.get(end + 3..)));
    value.and_then(unmarked).is_some_and(begins)
}

/// A text from its first byte on that is no [marker](MARKERS).
fn unmarked(text: &str) -> Option<&str> {
    let at = text.bytes().position(|byte| !MARKERS.contains(&byte))?;
    text.get(at..)
}

/// Whether a text begins like a placeholder.
fn begins(text: &str) -> bool {
    let known = nothing::placeholders();
    if text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric) {
        return known.may_begin(text);
    }
    // Tags, variables and dots have no letter to begin with.
    let marked = || nothing::may_be_marked(text.trim_end_matches(['|', ' ', '\t', '\r']));
    known.may_begin(bare(text)) || text.starts_with(['<', '{', '[', '.', '…', '?']) && marked()
}

/// A text without the marks before it.
fn bare(text: &str) -> &str {
    let marks = text.bytes().take_while(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()).count();
    let rest = &text[marks..];
    // Behind an emoji stands what it decorates.
    if rest.bytes().next().is_some_and(|byte| !byte.is_ascii()) {
        rest.trim_start_matches(|c: char| !c.is_alphanumeric())
    } else {
        rest
    }
}

/// The placeholders among and in some segments, each with the label of its field, if it has one.
pub(super) fn placeholders(card: &Card<'_>, segments: &[Segment]) -> Vec<(Span, Option<Span>)> {
    let mut found = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        // In a list of words, one of them may be "TODO".
        let said = |other: Option<&Segment>| {
            other.is_some_and(|other| {
                other.kind == Kind::Item && other.section == segment.section && !other.empty && other.name.is_none()
            })
        };
        let beside = segment.kind == Kind::Item
            && segment.name.is_none()
            && (said(segments.get(at + 1)) || said(at.checked_sub(1).and_then(|before| segments.get(before))));
        if beside && segment.placeholder {
            continue;
        }
        if segment.placeholder {
            found.push((segment.span, segment.name));
        } else if segment.kind != Kind::Code && !segment.empty {
            let text = card.source.slice(segment.span);
            // What stands in backquotes shows how something is written.
            let shown = |at: usize| {
                let before = text::tail(&text[..at], MARKS);
                let line = before.rfind('\n').map_or(0, |end| end + 1);
                before[line..].matches('`').count() % 2 == 1 || before.ends_with(['"', '“'])
            };
            for word in nothing::placeholders().within.find_iter(text.as_bytes()).filter(|word| !shown(word.start())) {
                let start = segment.span.start as usize;
                found.push((Span::new(start + word.start(), start + word.end()), segment.name));
            }
        }
    }
    // The rows of a narrow table stand in it, too.
    found.sort_by_key(|(span, label)| (span.start, label.is_none()));
    found.dedup_by_key(|(span, _)| span.start);
    found
}
