//! What a template left in a card, found without reading what the card discloses.

use std::sync::LazyLock;

use super::data::{Placeholders, vocabulary};
use super::segments::{self, Segment};
use crate::card::Card;
use crate::text::Span;

/// Words of the paragraph on bias that many cards have word for word.
pub(super) const COPIED_BIAS: &str = "explored bias and fairness";

/// What a template left in a card.
#[derive(Debug, Default)]
pub struct Leftovers {
    /// Its placeholders, each with the label of its field, if it has one.
    pub placeholders: Vec<(Span, Option<Span>)>,
    /// The paragraph on bias that many cards share.
    pub copied_bias: bool,
}

/// Finds what a template left in the body. Most cards have no word of it, which their lines show.
#[must_use]
pub fn leftovers(card: &Card<'_>) -> Leftovers {
    let body = &card.source.text()[card.front.body_start()..];
    let copied_bias = body.contains(COPIED_BIAS);
    if !copied_bias && !body.lines().any(may_be_placeholder) {
        return Leftovers::default();
    }
    Leftovers { placeholders: placeholders(&segments::cut(card, vocabulary())), copied_bias }
}

/// Bytes of a line behind which no label ends.
const LABEL: usize = 80;

/// Whether a line, or what stands in it behind a label, begins like a placeholder.
fn may_be_placeholder(line: &str) -> bool {
    let bare = bare(line);
    let value = || {
        let end = bare.bytes().take(LABEL).position(|byte| matches!(byte, b':' | b'|' | 0xef))?;
        Some(self::bare(bare.get(end + 1..).or_else(|| bare.get(end + 3..))?))
    };
    begins(bare) || value().is_some_and(begins)
}

/// A text without the marks before it.
fn bare(text: &str) -> &str {
    let marks = text.bytes().take_while(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()).count();
    &text[marks..]
}

/// Whether a text begins with a placeholder, in whatever case.
fn begins(text: &str) -> bool {
    /// The placeholders by their first byte, in lower case.
    static WORDS: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
        let mut words = vec![Vec::new(); 256];
        for word in Placeholders::load().placeholders {
            words[word.bytes().next().map_or(0, usize::from)].push(word);
        }
        words
    });
    let Some(first) = text.bytes().next() else { return false };
    let words = &WORDS[usize::from(first.to_ascii_lowercase())];
    words.iter().any(|word| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
}

/// The placeholders among some segments, each with the label of its field, if it has one.
pub(super) fn placeholders(segments: &[Segment]) -> Vec<(Span, Option<Span>)> {
    segments.iter().filter(|segment| segment.placeholder).map(|segment| (segment.span, segment.name)).collect()
}
