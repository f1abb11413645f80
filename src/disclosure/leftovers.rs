//! What a template left in a card, found without reading what the card discloses.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

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

/// Finds what a template left in the body. Most cards have no word of it, which one pass over the text shows; a placeholder
/// with other marks between its words than one blank is found by [`super::read_page`] alone.
#[must_use]
pub fn leftovers(card: &Card<'_>) -> Leftovers {
    static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let words = Placeholders::load().placeholders.into_iter().chain([COPIED_BIAS.to_owned()]);
        AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("few words")
    });
    let body = &card.source.text()[card.front.body_start()..];
    if !WORDS.is_match(body) {
        return Leftovers::default();
    }
    Leftovers {
        placeholders: placeholders(&segments::cut(card, vocabulary())),
        copied_bias: memchr::memmem::find(body.as_bytes(), COPIED_BIAS.as_bytes()).is_some(),
    }
}

/// The placeholders among some segments, each with the label of its field, if it has one.
pub(super) fn placeholders(segments: &[Segment]) -> Vec<(Span, Option<Span>)> {
    segments.iter().filter(|segment| segment.placeholder).map(|segment| (segment.span, segment.name)).collect()
}
