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
mod numbers;
pub mod openness;
mod phrases;
mod place;
mod segments;
mod shape;
mod tongue;
pub mod traits;
mod trie;
mod weights;
mod words;

use std::cell::OnceCell;
use std::ops::Range;

use crate::card::{Card, Siblings};
use crate::facts::{self, descent};
use crate::license::Relation;
use crate::markdown::Heading;
use crate::text::{SourceFile, Span};
use data::{Clause, Cues, Vocabulary, vocabulary};
use phrases::Hit;
use place::{Piece, Voice};
use segments::{Kind, Segment};
use weights::Verdict;

pub use data::{Applies, Topic, topic, topics};
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
    pub near: bool,
}

/// Places kept for one topic.
const MAX_EVIDENCE: usize = 2;

/// Hits in a section that are looked at for how many of them differ.
const COUNTED: usize = 2_000;

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
    let sections = sections(card, vocabulary);
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
        believe(card, &segments, &sections, &mut disclosures);
    }
    let claims: Vec<(&'static str, Span)> = (vocabulary.claims.iter())
        .filter_map(|claim| Some((claim.id.as_str(), *page.weigh(&claim.clauses, card).evidence.first()?)))
        .collect();
    for claim in &vocabulary.claims {
        let Some((topic, level)) = claim.answers else { continue };
        let Some((_, span)) = claims.iter().find(|(id, _)| *id == claim.id) else { continue };
        if disclosures[topic].level < level {
            disclosures[topic] = Disclosure { level, evidence: vec![*span], segment: None, near: true };
        }
    }
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
            let near = own.near | other.near;
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
                *disclosure =
                    Disclosure { level: Level::Partial, evidence: vec![segment.span], segment: None, near: true };
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
            disclosures[at] = Disclosure { level: Level::Partial, evidence, segment: None, near: false };
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
                *disclosure = Disclosure { level, evidence: vec![span], segment: None, near: false };
            }
        }
    }
    // The words of generated cards are copied, and what they name is the card's own.
    if let Some(lineage) = topic("model.lineage").map(|lineage| &mut found.disclosures[lineage])
        && lineage.level < Level::Substantive
        && let Some((span, _)) = descent::sentence(card)
    {
        *lineage = Disclosure { level: Level::Substantive, evidence: vec![*span], segment: None, near: false };
    }
    for claim in data::vocabulary().claims.iter().filter(|claim| !claim.declared.is_empty()) {
        let span =
            if found.claims.iter().any(|(id, _)| *id == claim.id) { None } else { filled(card, &claim.declared) };
        found.claims.extend(span.map(|span| (claim.id.as_str(), span)));
    }
    found
}

/// The topics that each heading names, those of its parents included. The title names none: it is the
/// model's name.
fn sections(card: &Card<'_>, vocabulary: &Vocabulary) -> Vec<TopicSet> {
    let headings = &card.outline.headings;
    let title = card.outline.title();
    let mut sets: Vec<TopicSet> = Vec::with_capacity(headings.len());
    for heading in headings {
        let mut set = heading.parent.map_or(0, |parent| sets[parent]);
        if heading.level > 1 || Some(heading.text.as_str()) != title {
            for topic in segments::heading_topics(vocabulary, &heading.text, false) {
                set |= 1 << topic;
            }
        }
        sets.push(set);
    }
    sets
}

/// The segments that hold each cue, and where those of each cue begin.
fn holders(cues: &[Cues]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; data::MAX_CUES + 1];
    for cue in cues.iter().flat_map(Cues::iter) {
        starts[cue + 1] += 1;
    }
    for cue in 0..data::MAX_CUES {
        starts[cue + 1] += starts[cue];
    }
    let mut next = starts.clone();
    let mut holders = vec![0; starts[data::MAX_CUES] as usize];
    for (at, cues) in (0..).zip(cues) {
        for cue in cues.iter() {
            holders[next[cue] as usize] = at;
            next[cue] += 1;
        }
    }
    (starts, holders)
}

/// A card, ready to be judged.
struct Page<'a> {
    vocabulary: &'a Vocabulary,
    segments: &'a [Segment],
    sections: &'a [TopicSet],
    /// Topics that a segment stands under, by heading or label, its own or of what introduces it.
    under: Vec<TopicSet>,
    /// Cues of each segment and of what introduces it.
    cues: Vec<Cues>,
    /// Cues of all segments of the same own section.
    windows: Vec<Cues>,
    /// The window of each segment.
    window_of: Vec<usize>,
    /// The phrases found, and the part of each window.
    hits: &'a [Hit],
    found: Vec<Range<usize>>,
    /// Cues of the whole card.
    all: Cues,
    /// The segments that hold each cue, one cue after the other.
    holders: Vec<u32>,
    /// Which segments only deny, as far as it was asked.
    denied: Vec<OnceCell<bool>>,
    /// The sentences and lines of segments that show something.
    pieces: Vec<OnceCell<Vec<Piece>>>,
    /// Where the holders of each cue begin; one more for the end.
    starts: Vec<u32>,
    /// The last item of the list that each segment introduces.
    introduced: Vec<Option<usize>>,
    /// Topics that labels name, each with its segment.
    labelled: Vec<(usize, usize)>,
    /// Topics that any segment stands under.
    anywhere: TopicSet,
    /// The first paragraph.
    first: Option<usize>,
}

impl<'a> Page<'a> {
    fn new(vocabulary: &'a Vocabulary, segments: &'a [Segment], sections: &'a [TopicSet], hits: &'a [Hit]) -> Self {
        let (mut under, mut windows, mut window_of) = (Vec::new(), Vec::<Cues>::new(), Vec::new());
        let mut found: Vec<Range<usize>> = Vec::new();
        let (mut all, mut last) = (Cues::default(), None);
        let mut cues = Vec::with_capacity(segments.len());
        for segment in segments {
            let lead = segment.lead.map(|lead| &segments[lead]);
            let mut own = segment.cues;
            if let Some(lead) = lead.filter(|lead| !lead.empty) {
                own.union(&lead.cues);
            }
            cues.push(own);
            let mut set = segment.section.map_or(0, |section| sections[section]);
            for topic in segment.label.iter().chain(lead.iter().flat_map(|lead| &lead.label)) {
                set |= 1 << topic;
            }
            under.push(set);
            if last != Some(segment.section) {
                windows.push(Cues::default());
                found.push(segment.found.clone());
                last = Some(segment.section);
            }
            let window = windows.len() - 1;
            window_of.push(window);
            windows[window].union(&segment.cues);
            // An empty segment has no part.
            if !segment.found.is_empty() {
                let from = if found[window].is_empty() { segment.found.start } else { found[window].start };
                found[window] = from..segment.found.end.max(found[window].end);
            }
            all.union(&segment.cues);
        }
        let mut introduced: Vec<Option<usize>> = vec![None; segments.len()];
        for (at, segment) in segments.iter().enumerate() {
            let Some(lead) = segment.lead.filter(|_| segment.kind == Kind::Item && segment.table.is_none()) else {
                continue;
            };
            // The items at once behind it.
            let goes_on = introduced[lead].unwrap_or(lead) + 1 == at;
            if goes_on && (segment.span.end - segments[lead].span.start) as usize <= segments::LISTING {
                introduced[lead] = Some(at);
            }
        }
        let (starts, holders) = holders(&cues);
        let labelled =
            segments.iter().enumerate().flat_map(|(at, segment)| segment.label.iter().map(move |topic| (*topic, at)));
        let labelled = labelled.collect();
        let anywhere = under.iter().fold(0, |all, set| all | set);
        Self {
            vocabulary,
            segments,
            sections,
            under,
            cues,
            windows,
            window_of,
            hits,
            found,
            all,
            denied: vec![OnceCell::new(); segments.len()],
            pieces: segments.iter().map(|_| OnceCell::new()).collect(),
            holders,
            starts,
            introduced,
            labelled,
            anywhere,
            first: features::first(segments),
        }
    }

    /// The segments that hold a cue.
    fn holders(&self, cue: usize) -> &[u32] {
        &self.holders[self.starts[cue] as usize..self.starts[cue + 1] as usize]
    }

    /// The cues of the card, without that it judges people where only what it is not for says so.
    fn said(&self) -> Cues {
        let marks = &self.vocabulary.marks;
        let beyond = topic("intended-use.out-of-scope").map_or(0, |topic| 1 << topic);
        let excluded =
            |at: usize| self.under[at] & beyond != 0 || marks.exclusions.iter().any(|cue| self.cues[at].contains(*cue));
        let cue = marks.judges_people;
        if !self.holders(cue).iter().all(|at| excluded(*at as usize)) {
            return self.all;
        }
        let mut only = Cues::default();
        only.insert(cue);
        self.all.without(&only)
    }

    /// What the card says to a topic; `verdict` where weights decide it.
    fn judge(&self, topic: usize, verdict: Option<&Verdict>, card: &Card<'_>) -> Disclosure {
        let mut found = if let Some(Verdict { shown, near, better, column }) = verdict {
            let shown = shown.iter().map(|shown| (shown.segment, shown.level, shown.clarity));
            let votes = self.undenied(topic, shown.collect(), card);
            let found = self.choose(
                votes,
                card,
                Voice { topic: Some(topic), column: Some(*column), cues: &self.vocabulary.topics[topic].asked },
            );
            let near = if found.level == Level::Absent { *near } else { *better };
            Disclosure { near, ..found }
        } else {
            let Topic { clauses, asked, .. } = &self.vocabulary.topics[topic];
            self.choose(
                self.undenied(topic, self.votes(clauses), card),
                card,
                Voice { topic: Some(topic), column: None, cues: asked },
            )
        };
        if found.level == Level::Absent {
            self.mentions(topic, card, &mut found);
        }
        found
    }

    /// What only denies has mentioned a topic and no more, unless a denial answers it.
    fn undenied(&self, topic: usize, mut votes: Vec<(usize, Level, i32)>, card: &Card<'_>) -> Vec<(usize, Level, i32)> {
        if !denial::answers(topic) {
            for (segment, level, _) in votes.iter_mut().filter(|vote| vote.1.is_disclosed()) {
                let denies = || denial::is_denial(card.source.slice(self.segments[*segment].span));
                if *self.denied[*segment].get_or_init(denies) {
                    *level = Level::Mentioned;
                }
            }
        }
        votes
    }

    /// The level that the clauses give, and the places that show it.
    fn weigh(&self, clauses: &[Clause], card: &Card<'_>) -> Disclosure {
        self.choose(self.votes(clauses), card, Voice { topic: None, column: None, cues: &data::asked(clauses) })
    }

    /// The segments that clauses fit, in order, each with its best level and in how many ways it fits, the better ones
    /// twice.
    fn votes(&self, clauses: &[Clause]) -> Vec<(usize, Level, i32)> {
        let mut votes: Vec<(usize, Level, i32)> = Vec::new();
        for clause in clauses {
            if !self.possible(clause) {
                continue;
            }
            let weight = if clause.level == Level::Substantive { 2 } else { 1 };
            let mut take = |at: usize| {
                if self.fits(clause, at, &self.segments[at]) {
                    votes.push((at, clause.level, weight));
                }
            };
            // Few segments hold the rarest of the cues that are all needed.
            let rarest = clause.all.iter().map(|cue| self.holders(cue)).min_by_key(|list| list.len());
            match rarest.filter(|_| !clause.section) {
                Some(list) => list.iter().for_each(|at| take(*at as usize)),
                None => (0..self.segments.len()).for_each(take),
            }
        }
        votes.sort_unstable_by_key(|vote| vote.0);
        votes.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                *kept = (kept.0, kept.1.max(next.1), kept.2 + next.2);
            }
            same
        });
        votes
    }

    /// The best level of some segments, and those that show it most clearly.
    fn choose(&self, mut votes: Vec<(usize, Level, i32)>, card: &Card<'_>, voice: Voice<'_>) -> Disclosure {
        let level = votes.iter().map(|vote| vote.1).max().unwrap_or_default();
        let mut found = Disclosure { level, ..Disclosure::default() };
        votes.retain(|vote| vote.1 == found.level);
        // What stands where it is asked for answers before what comes elsewhere.
        let asked =
            |vote: &(usize, Level, i32)| voice.topic.is_some_and(|topic| self.under[vote.0] & (1 << topic) != 0);
        if votes.iter().any(asked) {
            votes.retain(asked);
        }
        let most = votes.iter().map(|vote| vote.2).max().unwrap_or_default();
        votes.retain(|vote| vote.2 == most);
        // A second place is shown where it goes on with the first.
        let section = votes.first().map(|vote| self.segments[vote.0].section);
        for (at, segment) in votes.iter().map(|vote| (vote.0, &self.segments[vote.0])) {
            let goes_on = Some(segment.section) == section && segment.kind == Kind::Item;
            found.segment = found.segment.or(Some(segment.span));
            if found.evidence.is_empty() || goes_on && found.evidence.len() < MAX_EVIDENCE {
                found.evidence.push(place::telling(self, card, at, voice));
            }
        }
        found.evidence.dedup();
        found
    }

    /// True when a segment, or what introduces it, has one of these cues, or there are none.
    fn has_one(&self, cues: &Cues, at: usize) -> bool {
        cues.is_empty() || self.cues[at].holds_any(cues)
    }

    /// Whether a segment has what a topic needs, and stands where it may be answered.
    fn may_answer(&self, topic: usize, at: usize) -> bool {
        let Topic { needs, beyond, .. } = &self.vocabulary.topics[topic];
        let under = self.under[at];
        self.has_one(needs, at) && (under & beyond == 0 || under & (1 << topic) != 0)
    }

    /// Cheap refusal: the card as a whole lacks what the clause needs.
    fn possible(&self, clause: &Clause) -> bool {
        clause.under.is_none_or(|topics| self.anywhere & topics != 0)
            && self.all.holds_all(&clause.all)
            && (clause.any.is_empty() || self.all.holds_any(&clause.any))
    }

    fn fits(&self, clause: &Clause, at: usize, segment: &Segment) -> bool {
        if segment.empty
            || self.under[at] & clause.outside != 0
            || clause.under.is_some_and(|topics| self.under[at] & topics == 0)
        {
            return false;
        }
        let cues = if clause.section { &self.windows[self.window_of[at]] } else { &self.cues[at] };
        if !cues.holds_all(&clause.all) || segment.cues.holds_any(&clause.none) {
            return false;
        }
        if !clause.any.is_empty() && !cues.holds_any(&clause.any) {
            return false;
        }
        // What only its introduction says is shown there.
        if segment.lead.is_some() && !clause.section && !self.adds(clause, segment) {
            return false;
        }
        // With a window, the place shown is what holds a part of it.
        // A heading says something by its words, not by standing in its section.
        let heading = segment.cues.contains(const { segments::builtin("heading") });
        if heading && (clause.under.is_some() || clause.section) {
            return false;
        }
        if clause.section && !(segment.cues.holds_any(&clause.all) || segment.cues.holds_any(&clause.any)) {
            return false;
        }
        clause.count.iter().all(|&(cue, least)| {
            let found = if clause.section { &self.found[self.window_of[at]] } else { &segment.found };
            // A window is looked at from each of its segments.
            let patterns = self.hits[found.clone()].iter().take(COUNTED).map(|hit| hit.pattern);
            let mut distinct: Vec<u32> =
                patterns.filter(|pattern| self.vocabulary.patterns[*pattern as usize].cue == cue).collect();
            distinct.sort_unstable();
            distinct.dedup();
            distinct.len() >= least
        })
    }

    /// True when a segment says a part of the clause itself.
    fn adds(&self, clause: &Clause, segment: &Segment) -> bool {
        let own = segment.cues.without(&self.vocabulary.shapes);
        let asked = [clause.all, clause.any].map(|cues| cues.without(&self.vocabulary.shapes));
        let asks = asked.iter().any(|cues| !cues.is_empty());
        !asks || asked.iter().any(|cues| own.holds_any(cues))
    }

    /// A heading or label of the topic, or a word of it.
    fn mentions(&self, topic: usize, card: &Card<'_>, found: &mut Disclosure) {
        let bit: TopicSet = 1 << topic;
        for (heading, set) in card.outline.headings.iter().zip(self.sections) {
            let inherited = heading.parent.map_or(0, |parent| self.sections[parent]);
            if set & bit != 0 && inherited & bit == 0 {
                found.level = Level::Mentioned;
                found.evidence.push(heading.span);
            }
        }
        let Topic { hints, unlike, .. } = &self.vocabulary.topics[topic];
        let hinted = |at: &usize| {
            let Segment { cues, kind, .. } = &self.segments[*at];
            cues.holds_any(hints) && !cues.holds_any(unlike) && *kind != Kind::Code
        };
        let holders = hints.iter().flat_map(|cue| self.holders(cue)).map(|at| *at as usize).filter(hinted);
        let labelled = self.labelled.iter().filter(|(label, _)| *label == topic).map(|(_, at)| *at);
        let mut mentions: Vec<usize> = holders.chain(labelled).collect();
        mentions.sort_unstable();
        mentions.dedup();
        for span in mentions.into_iter().map(|at| self.segments[at].span) {
            found.level = Level::Mentioned;
            if found.evidence.len() < MAX_EVIDENCE && !found.evidence.contains(&span) {
                found.evidence.push(span);
            }
        }
    }
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
pub fn features(card: &Card<'_>) -> Vec<Known> {
    let vocabulary = vocabulary();
    let mut segments = segments::cut(card);
    let hits = segments::scan(card, vocabulary, &mut segments);
    let sections = sections(card, vocabulary);
    let page = Page::new(vocabulary, &segments, &sections, &hits);
    let line = |byte: u32| card.source.text()[..byte as usize].matches('\n').count() + 1;
    let known = |(at, segment): (usize, &Segment)| {
        let mut names = Vec::new();
        features::each(&page, card, at, |feature| names.push(feature.name()));
        features::each_of_heading(card, segment.section, |feature| names.push(feature.name()));
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
