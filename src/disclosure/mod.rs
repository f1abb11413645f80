//! What a card discloses: for each topic of the vocabulary, how far the text answers it, and where.
//!
//! The body is cut into segments (`segments.rs`): paragraphs, list items, rows of narrow tables, tables and
//! code blocks. One pass over a trie of phrases finds cues in them, and their shape gives a few more
//! (a number, a link to a paper, a label with a value). Topics (`rules/topics/`) say as data which cues
//! together answer them, under which headings, and how well; for topics that enough labelled cards answer, learned
//! weights (`weights.rs`) decide, and the clauses advise. Placeholders, labels without a value and copied
//! sentences are taken out first, so that an unfilled template answers nothing.

pub mod data;
mod denial;
mod features;
mod fields;
mod fold;
pub mod framework;
mod gloss;
mod hash;
mod leftovers;
mod links;
mod nothing;
mod numbers;
pub mod openness;
mod page;
mod phrases;
mod place;
mod segments;
pub mod sentences;
mod shape;
mod tongue;
pub mod traits;
mod trie;
mod weights;
mod words;

use crate::card::{Card, Siblings};
use crate::facts::{self, descent};
use crate::license::Relation;
use crate::markdown::Heading;
use crate::text::{SourceFile, Span};
use data::{Cues, vocabulary};
use page::Page;
use segments::{Kind, Segment};

pub use data::{Applies, Topic, topic, topics};
pub use features::{Known, known};
pub(crate) use fields::filled;
pub use leftovers::{Leftovers, leftovers};
pub use traits::Traits;

/// How far a topic is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing speaks to it.
    #[default]
    Absent,
    /// A heading, a placeholder, a copied sentence or a bare word.
    Mentioned,
    /// Something of this model, short of the topic's test.
    Partial,
    /// The topic's test holds.
    Substantive,
}

impl Level {
    /// The word of reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Absent => "absent",
            Level::Mentioned => "mentioned",
            Level::Partial => "partial",
            Level::Substantive => "substantive",
        }
    }

    /// Partial or better.
    #[must_use]
    pub fn is_disclosed(self) -> bool {
        self >= Level::Partial
    }
}

/// What a card says to one topic.
#[derive(Clone, Debug, Default)]
pub struct Disclosure {
    /// How far the body answers it.
    pub level: Level,
    /// Where it does, best first; headings and placeholders for what is only mentioned.
    pub evidence: Vec<Span>,
    /// The paragraph, item, table or listing that the first of them is a part of.
    pub segment: Option<Span>,
    /// Whether something comes near to a better answer: too little to say that it answers, or meets the topic's test, too
    /// much to say that nothing does.
    pub near: Near,
}

/// How something comes near to an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Near {
    /// Nothing does.
    #[default]
    No,
    /// What clearly answers another question.
    Beside,
    /// What has the words of an answer, and is far from one as a whole.
    Words,
    /// What may be meant for an answer.
    Meant,
}

/// Topics as bits.
type TopicSet = u128;

/// What was read of a card.
#[derive(Debug)]
pub struct Reading {
    /// What body and front matter disclose: one entry a topic, in the order of [`topics`].
    pub disclosures: Vec<Disclosure>,
    /// Placeholders, labels without a value and sentences of templates.
    pub unfilled: Vec<Span>,
    /// Those of them that are a template's placeholders, each with the label of its field, if it has one.
    pub placeholders: Vec<(Span, Option<Span>)>,
    /// The first paragraph.
    pub opening: Option<Span>,
    /// What the card claims (`rules/topics/claims.yaml`), with where.
    pub claims: Vec<(&'static str, Span)>,
    /// The paragraph on bias that many cards have word for word.
    pub copied_bias: Option<Span>,
    /// What the model is.
    pub traits: Traits,
    /// Where headings begin that name a topic by their words in English, in a card in another language.
    translated: Vec<u32>,
    /// The language that most of its prose is in, where that is not English.
    tongue: Option<tongue::Tongue>,
    /// Paragraphs, items and tables of the card's own, or copied.
    pub own: usize,
}

/// Ids of the topics that a heading names.
#[must_use]
pub fn heading_topics(text: &str) -> Vec<&'static str> {
    let found = segments::heading_topics(vocabulary(), text, false);
    found.into_iter().map(|topic| topics()[topic].id.as_str()).collect()
}

/// Ids of the topics that a heading promises to speak of: those that it is called, or that its last word names. "Dataset
/// embeddings" are no data.
#[must_use]
pub fn promised_topics(text: &str) -> Vec<&'static str> {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let found = [text, last].into_iter().flat_map(|text| segments::heading_topics(vocabulary(), text, true));
    found.map(|topic| topics()[topic].id.as_str()).collect()
}

/// Reads what the body of a card discloses: one entry a topic, in the order of [`topics`].
#[must_use]
pub fn read(card: &Card<'_>) -> Vec<Disclosure> {
    read_body(card).disclosures
}

fn read_body(card: &Card<'_>) -> Reading {
    let mut reading = read_words(card);
    if let Some(gloss) = reading.tongue.and_then(|tongue| gloss::of(card, tongue)) {
        let source = SourceFile::new(card.source.name(), gloss.text.as_str());
        let english = Card::read(&source, Vec::new(), Siblings::none(), Some(card.kind));
        let topical = english.outline.headings.iter().filter(|heading| !heading_topics(&heading.text).is_empty());
        reading.translated = topical.map(|heading| gloss.place(heading.span).start).collect();
        reading.add(read_words(&english), |span| gloss.place(span));
    }
    reading
}

/// Reads the body by the words that stand in it.
fn read_words(card: &Card<'_>) -> Reading {
    let vocabulary = vocabulary();
    let mut segments = segments::cut(card);
    let own = leftovers::own(&segments);
    let hits = segments::scan(card, vocabulary, &mut segments);
    let sections = page::sections(card, vocabulary);
    let page = Page::new(vocabulary, &segments, &sections, &hits);
    let verdicts = weights::verdicts(&page, card);
    let opening = page.first.map_or_else(Cues::default, |first| segments[first].cues);
    let mut traits = Traits::read(card, vocabulary, &page.said(), &opening);
    let copied = |segment: &&Segment| segment.cues.contains(const { segments::builtin("boilerplate") });
    let mut disclosures: Vec<Disclosure> =
        verdicts.iter().enumerate().map(|(topic, verdict)| page.judge(topic, verdict.as_ref(), card)).collect();
    imply(&vocabulary.topics, &mut disclosures);
    if topic("model.lineage").is_some_and(|lineage| disclosures[lineage].level == Level::Substantive) {
        traits.derive();
    }
    let tongue = tongue::of(card.source.text(), &segments);
    if tongue.is_some() {
        believe(card, &segments, &sections.all, &mut disclosures);
    }
    let mut claims: Vec<(&'static str, Span)> = (vocabulary.claims.iter())
        .filter_map(|claim| Some((claim.id.as_str(), *page.weigh(&claim.clauses, card).evidence.first()?)))
        .filter(|&(claim, span)| !sentences::denies(card, claim, span))
        .collect();
    for claim in &vocabulary.claims {
        let Some((topic, level)) = claim.answers else { continue };
        let Some((_, span)) = claims.iter().find(|(id, _)| *id == claim.id) else { continue };
        if disclosures[topic].level < level {
            disclosures[topic] = Disclosure { level, evidence: vec![*span], segment: None, near: Near::Meant };
        }
    }
    let mut skipped = Cues::default();
    for cue in [const { segments::builtin("boilerplate") }, vocabulary.bibtex] {
        skipped.insert(cue);
    }
    // "Carbon Emitted: unknown" is an answer, of which nothing is read further.
    if let Some(span) = told_unknown(card, &segments, "environment.carbon") {
        claims.push(("claim.carbon-unknown", span));
    }
    let held = |id: &str| {
        claims.iter().any(|(claim, _)| *claim == id)
            || topic(id).is_some_and(|topic| disclosures[topic].level.is_disclosed())
    };
    let said = sentences::claims(card, &page, &skipped, &held);
    claims.extend(said);
    Reading {
        disclosures,
        unfilled: segments
            .iter()
            .filter(|segment| segment.empty || copied(segment))
            .map(|segment| segment.span)
            .collect(),
        placeholders: leftovers::placeholders(card, &segments),
        opening: page.first.map(|first| segments[first].span),
        claims,
        copied_bias: segments.iter().filter(copied).find_map(|segment| leftovers::copied_bias(card, segment)),
        traits,
        translated: Vec::new(),
        tongue,
        own,
    }
}

/// Where a label of a topic has a word for nothing behind it, such as "unknown"; a placeholder is none.
fn told_unknown(card: &Card<'_>, segments: &[Segment], id: &str) -> Option<Span> {
    let topic = topic(id)?;
    let told = |segment: &&Segment| {
        let behind = |name: Span| Span::new(name.end as usize, segment.span.end as usize);
        let says = |name| card.source.slice(behind(name)).contains(char::is_alphabetic);
        segment.empty && !segment.placeholder && segment.label.contains(&topic) && segment.name.is_some_and(says)
    };
    segments.iter().find(told).map(|segment| segment.span)
}

impl Reading {
    /// Whether most of the prose is not in English, so that much of what it answers is not known.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.tongue.is_some()
    }

    /// Whether the card is that of a copy of another model in another format.
    #[must_use]
    pub fn is_of_copy(&self, card: &Card<'_>) -> bool {
        let bases = descent::named(card, "base_model").len();
        descent::relation(card, bases, facts::place(card).1) == Relation::Quantized
            || self.claims.iter().any(|(claim, _)| *claim == "claim.converted-copy")
    }

    /// Whether a heading names a topic, in its own words or in English ones.
    #[must_use]
    pub fn knows(&self, heading: &Heading) -> bool {
        self.translated.binary_search(&heading.span.start).is_ok() || !heading_topics(&heading.text).is_empty()
    }

    /// Adds what was read of the same card with English words.
    fn add(&mut self, other: Reading, place: impl Fn(Span) -> Span) {
        for (own, other) in self.disclosures.iter_mut().zip(other.disclosures) {
            let near = own.near.max(other.near);
            if other.level > own.level {
                let evidence = other.evidence.into_iter().map(&place).collect();
                *own = Disclosure { evidence, segment: other.segment.map(&place), ..other };
            }
            own.near = near;
        }
        for (claim, span) in other.claims {
            if self.claims.iter().all(|(known, _)| *known != claim) {
                self.claims.push((claim, place(span)));
            }
        }
        self.traits.add(&other.traits);
    }
}

/// Takes what stands under the heading of a topic for an answer, where its words cannot be judged.
fn believe(card: &Card<'_>, segments: &[Segment], sections: &[TopicSet], disclosures: &mut [Disclosure]) {
    for segment in segments.iter().filter(|segment| !segment.empty && segment.kind != Kind::Code) {
        let heading = segment.cues.contains(const { segments::builtin("heading") });
        let Some(section) = segment.section.filter(|_| !heading && segment.span.len() >= leftovers::FEW) else {
            continue;
        };
        let copied = segment.cues.contains(const { segments::builtin("boilerplate") });
        let parent = card.outline.headings[section].parent.map_or(0, |parent| sections[parent]);
        for (topic, disclosure) in disclosures.iter_mut().enumerate() {
            // What the heading itself names, not what it stands below.
            let named = sections[section] & !parent & (1 << topic) != 0;
            if named && !copied && disclosure.level < Level::Partial {
                *disclosure = Disclosure {
                    level: Level::Partial,
                    evidence: vec![segment.span],
                    segment: None,
                    near: Near::Meant,
                };
            }
        }
    }
}

/// Fills in the topics that others answer in part.
fn imply(topics: &[Topic], disclosures: &mut [Disclosure]) {
    for (at, topic) in topics.iter().enumerate() {
        let other = topic.implied_by.iter().find(|other| disclosures[**other].level == Level::Substantive);
        if let Some(other) = other.filter(|_| !disclosures[at].level.is_disclosed()) {
            let evidence = disclosures[*other].evidence.clone();
            disclosures[at] = Disclosure { level: Level::Partial, evidence, segment: None, near: Near::No };
        }
    }
}

/// Reads what a card discloses in its body and its front matter together.
#[must_use]
pub fn read_page(card: &Card<'_>) -> Reading {
    let mut found = read_body(card);
    for (topic, disclosure) in topics().iter().zip(&mut found.disclosures) {
        for (keys, level) in [(&topic.declared, Level::Substantive), (&topic.front_matter, Level::Partial)] {
            // A field is a better place than a sentence that says no more.
            let better = level > disclosure.level || level == Level::Substantive && disclosure.level == level;
            if better && let Some(span) = filled(card, keys) {
                *disclosure = Disclosure { level, evidence: vec![span], segment: None, near: Near::No };
            }
        }
    }
    // The words of generated cards are copied, and what they name is the card's own.
    if let Some(lineage) = topic("model.lineage").map(|lineage| &mut found.disclosures[lineage])
        && lineage.level < Level::Substantive
        && let Some((span, _)) = descent::sentence(card)
    {
        *lineage = Disclosure { level: Level::Substantive, evidence: vec![*span], segment: None, near: Near::No };
    }
    for claim in data::vocabulary().claims.iter().filter(|claim| !claim.declared.is_empty()) {
        let span =
            if found.claims.iter().any(|(id, _)| *id == claim.id) { None } else { filled(card, &claim.declared) };
        found.claims.extend(span.map(|span| (claim.id.as_str(), span)));
    }
    found
}
