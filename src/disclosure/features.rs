//! What is known of a segment, as features that weights (`rules/topics/weights.tsv`) are learned for: its cues, those
//! of what introduces it, the topics of its headings and label, its shape and place, and its words.

use super::data::{self, Topic, vocabulary};
use super::hash::{self, pair, single};
use super::page::{self, Page};
use super::segments::{self, Kind, Segment, builtin};
use super::words::{self, spelled};
use crate::card::Card;
use crate::text::head;

/// Bytes of a segment whose words count.
pub(super) const TEXT: usize = 1_500;
/// Words of a listing that count.
const LISTING: usize = 80;

/// Something that holds for a segment.
#[derive(Clone, Copy, Debug)]
pub(super) enum Feature<'a> {
    /// It holds a cue.
    Cue(usize),
    /// What introduces it holds a cue that it does not hold itself.
    Lead(usize),
    /// A heading above it names a topic.
    Under(usize),
    /// Its label, or that of what introduces it, names a topic.
    Label(usize),
    /// Of its shape or place; an index into [`SHAPES`].
    Shape(usize),
    /// A word, or two in a row: their hash, and where they stand.
    Word(u64, Text<'a>),
    /// Likewise of its own heading.
    Heading(u64, Text<'a>),
}

/// One or two words, as they stand in the text.
pub(super) type Text<'a> = (Option<&'a str>, &'a str);

/// Names of the features of shape and place.
pub(super) const SHAPES: &[&str] = &[
    "prose",
    "list-item",
    "table",
    "listing",
    "row",
    "introduced",
    "first",
    "before-headings",
    "after-prose",
    "after-list-item",
    "after-table",
    "after-listing",
];

impl Feature<'_> {
    /// Its name in the table of weights.
    pub(super) fn name(self) -> String {
        let vocabulary = data::vocabulary();
        let cue = |cue: usize| vocabulary.cue_names[cue].as_str();
        let topic = |topic: usize| vocabulary.topics[topic].id.as_str();
        let text = |(before, word): Text<'_>| match before.map(spelled) {
            Some(before) => format!("{before} {}", spelled(word)),
            None => spelled(word),
        };
        match self {
            Feature::Cue(at) => format!("cue:{}", cue(at)),
            Feature::Lead(at) => format!("lead:{}", cue(at)),
            Feature::Under(at) => format!("under:{}", topic(at)),
            Feature::Label(at) => format!("label:{}", topic(at)),
            Feature::Shape(at) => format!("shape:{}", SHAPES[at]),
            Feature::Word(_, words) => format!("word:{}", text(words)),
            Feature::Heading(_, words) => format!("heading:{}", text(words)),
        }
    }
}

/// Calls `found` with each feature of a segment but those of its heading; words that come twice are given twice.
pub(super) fn each<'a>(page: &Page<'_>, card: &'a Card<'_>, at: usize, mut found: impl FnMut(Feature<'a>)) {
    let segment = &page.segments[at];
    segment.cues.iter().for_each(|cue| found(Feature::Cue(cue)));
    let lead = segment.lead.map(|lead| &page.segments[lead]);
    if let Some(lead) = lead {
        lead.cues.without(&segment.cues).iter().for_each(|cue| found(Feature::Lead(cue)));
    }
    let above = segment.section.map_or(0, |section| page.sections.all[section]);
    bits(above).for_each(|topic| found(Feature::Under(topic)));
    let labels = segment.label.iter().chain(lead.iter().flat_map(|lead| &lead.label));
    bits(labels.fold(0, |set, topic| set | 1 << topic)).for_each(|topic| found(Feature::Label(topic)));
    shape(page, at, segment, &mut found);
    if segment.markup {
        return;
    }
    let inner = head(&card.source.text()[segment.span.range()], TEXT);
    let most = if segment.kind == Kind::Code { LISTING } else { TEXT };
    each_word(WORD, inner, most, |hash, words| found(Feature::Word(hash, words)));
}

/// Calls `found` with each word of the heading of a section; the title names the model and counts for none.
pub(super) fn each_of_heading<'a>(card: &'a Card<'_>, section: Option<usize>, mut found: impl FnMut(Feature<'a>)) {
    let heading = section.map(|section| &card.outline.headings[section].text);
    if let Some(heading) = heading.filter(|heading| Some(heading.as_str()) != card.outline.title()) {
        each_word(HEADING, head(heading, TEXT), TEXT, |hash, words| found(Feature::Heading(hash, words)));
    }
}

/// The kinds of words.
pub(super) const WORD: u64 = hash::text("word");
const HEADING: u64 = hash::text("heading");

/// Calls `found` with the hash of each word, and of each two in a row.
pub(super) fn each_word<'a>(kind: u64, text: &'a str, most: usize, mut found: impl FnMut(u64, Text<'a>)) {
    let mut before: Option<(u64, &str)> = None;
    words::each(text, most, |hash, word| {
        if let Some((first, text)) = before {
            found(pair(kind, first, hash), (Some(text), word));
        }
        found(single(kind, hash), (None, word));
        before = Some((hash, word));
    });
}

fn bits(mut set: super::TopicSet) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(bit)
    })
}

fn shape<'a>(page: &Page<'_>, at: usize, segment: &Segment, found: &mut impl FnMut(Feature<'a>)) {
    let kind = |kind: Kind| match kind {
        Kind::Prose => 0,
        Kind::Item => 1,
        Kind::Table => 2,
        Kind::Code => 3,
    };
    let before = at.checked_sub(1).map(|before| 8 + kind(page.segments[before].kind));
    let held = [
        (kind(segment.kind), true),
        (4, segment.table.is_some()),
        (5, segment.lead.is_some()),
        (6, page.first == Some(at)),
        (7, segment.section.is_none()),
    ];
    held.into_iter()
        .filter_map(|(shape, holds)| holds.then_some(shape))
        .chain(before)
        .for_each(|shape| found(Feature::Shape(shape)));
}

/// The first paragraph of prose.
pub(super) fn first(segments: &[Segment]) -> Option<usize> {
    segments.iter().position(|segment| {
        let cues = &segment.cues;
        segment.kind == Kind::Prose
            && cues.contains(const { builtin("sentence") })
            && !cues.contains(const { builtin("heading") })
    })
}

/// A segment of a card, as weights are learned from it (`examples/features.rs`).
#[derive(Clone, Debug, serde::Serialize)]
pub struct Known {
    /// First and last line, from 1.
    pub lines: [usize; 2],
    /// Names of what holds for it.
    pub features: Vec<String>,
    /// The best level that clauses of topics give it.
    pub fits: std::collections::BTreeMap<String, u8>,
}

/// What is known of each segment of a card that says something.
#[must_use]
pub fn known(card: &Card<'_>) -> Vec<Known> {
    let vocabulary = vocabulary();
    let mut segments = segments::cut(card);
    let hits = segments::scan(card, vocabulary, &mut segments);
    let sections = page::sections(card, vocabulary);
    let page = Page::new(vocabulary, &segments, &sections, &hits);
    let line = |byte: u32| card.source.text()[..byte as usize].matches('\n').count() + 1;
    let known = |(at, segment): (usize, &Segment)| {
        let mut names = Vec::new();
        each(&page, card, at, |feature| names.push(feature.name()));
        each_of_heading(card, segment.section, |feature| names.push(feature.name()));
        names.sort_unstable();
        names.dedup();
        let level = |topic: &Topic| {
            let fitting = topic.clauses.iter().filter(|clause| page.possible(clause) && page.fits(clause, at, segment));
            Some((topic.id.clone(), fitting.map(|clause| clause.level as u8).max()?))
        };
        let fits = vocabulary.topics.iter().filter_map(level).collect();
        Known { lines: [line(segment.span.start), line(segment.span.end)], features: names, fits }
    };
    segments.iter().enumerate().filter(|(_, segment)| !segment.empty).map(known).collect()
}
