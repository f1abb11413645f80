//! A card, ready to be judged: what stands where, and which places answer a topic.

use std::cell::OnceCell;
use std::ops::Range;

use super::data::{self, Clause, Cues, MAX_CUES, Vocabulary};
use super::phrases::Hit;
use super::place::{self, Piece, Voice};
use super::segments::{self, Kind, Segment};
use super::weights::Verdict;
use super::{Disclosure, Level, Near, Topic, TopicSet, denial, features, topic};
use crate::card::Card;

/// Places kept for one topic.
const MAX_EVIDENCE: usize = 2;

/// Hits in a section that are looked at for how many of them differ.
const COUNTED: usize = 2_000;

/// The topics that headings name.
pub(super) struct Sections {
    /// Those of each heading, and of its parents.
    pub(super) all: Vec<TopicSet>,
    /// Those of each heading alone.
    own: Vec<TopicSet>,
    /// The parent of each.
    parents: Vec<Option<usize>>,
}

/// The topics that each heading names. The title names none: it is the model's name.
pub(super) fn sections(card: &Card<'_>, vocabulary: &Vocabulary) -> Sections {
    let headings = &card.outline.headings;
    let title = card.outline.title();
    let (mut all, mut sets): (Vec<TopicSet>, Vec<TopicSet>) = Default::default();
    for heading in headings {
        let mut own = 0;
        if heading.level > 1 || Some(heading.text.as_str()) != title {
            for topic in segments::heading_topics(vocabulary, &heading.text, false) {
                own |= 1 << topic;
            }
        }
        all.push(heading.parent.map_or(0, |parent| all[parent]) | own);
        sets.push(own);
    }
    Sections { all, own: sets, parents: headings.iter().map(|heading| heading.parent).collect() }
}

/// The segments that hold each cue, and where those of each cue begin.
fn holders(cues: &[Cues]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; MAX_CUES + 1];
    for cue in cues.iter().flat_map(Cues::iter) {
        starts[cue + 1] += 1;
    }
    for cue in 0..MAX_CUES {
        starts[cue + 1] += starts[cue];
    }
    let mut next = starts.clone();
    let mut holders = vec![0; starts[MAX_CUES] as usize];
    for (at, cues) in (0..).zip(cues) {
        for cue in cues.iter() {
            holders[next[cue] as usize] = at;
            next[cue] += 1;
        }
    }
    (starts, holders)
}

/// The last item of the list that each segment introduces.
fn introduced(segments: &[Segment]) -> Vec<Option<usize>> {
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
    introduced
}

/// A segment that shows a topic.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vote {
    pub(super) segment: usize,
    /// How well it answers.
    pub(super) level: Level,
    /// How clearly, on a scale of its own for clauses (in how many ways one fits) and for weights.
    pub(super) clarity: i32,
}

/// A card, ready to be judged.
pub(super) struct Page<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) segments: &'a [Segment],
    pub(super) sections: &'a Sections,
    /// Topics that a segment stands under, by heading or label, its own or of what introduces it.
    under: Vec<TopicSet>,
    /// Cues of each segment and of what introduces it.
    cues: Vec<Cues>,
    /// Cues of all segments of the same own section.
    windows: Vec<Cues>,
    /// The window of each segment.
    window_of: Vec<usize>,
    /// The phrases found, and the part of each window.
    pub(super) hits: &'a [Hit],
    found: Vec<Range<usize>>,
    /// Cues of the whole card.
    all: Cues,
    /// The segments that hold each cue, one cue after the other.
    holders: Vec<u32>,
    /// Which segments only deny, as far as it was asked.
    denied: Vec<OnceCell<bool>>,
    /// Likewise, which only exclude.
    excluded: Vec<OnceCell<bool>>,
    /// The sentences and lines of segments that show something.
    pub(super) pieces: Vec<OnceCell<Vec<Piece>>>,
    /// Where the holders of each cue begin; one more for the end.
    starts: Vec<u32>,
    /// The last item of the list that each segment introduces.
    pub(super) introduced: Vec<Option<usize>>,
    /// Topics that labels name, each with its segment.
    labelled: Vec<(usize, usize)>,
    /// Topics that any segment stands under.
    anywhere: TopicSet,
    /// The first paragraph.
    pub(super) first: Option<usize>,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        vocabulary: &'a Vocabulary,
        segments: &'a [Segment],
        sections: &'a Sections,
        hits: &'a [Hit],
    ) -> Self {
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
            let mut set = segment.section.map_or(0, |section| sections.all[section]);
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
            excluded: vec![OnceCell::new(); segments.len()],
            pieces: segments.iter().map(|_| OnceCell::new()).collect(),
            holders,
            starts,
            introduced: introduced(segments),
            labelled,
            anywhere,
            first: features::first(segments),
        }
    }

    /// The topics that a segment stands under, by heading or label.
    pub(super) fn under(&self, at: usize) -> TopicSet {
        self.under[at]
    }

    /// The segments that hold a cue.
    pub(super) fn holders(&self, cue: usize) -> &[u32] {
        &self.holders[self.starts[cue] as usize..self.starts[cue + 1] as usize]
    }

    /// The cues of the card, with that it judges people where its beginning says so, and without where only what it is not
    /// for does.
    pub(super) fn said(&self) -> Cues {
        let marks = &self.vocabulary.marks;
        let beyond = topic("intended-use.out-of-scope").map_or(0, |topic| 1 << topic);
        let excluded =
            |at: usize| self.under[at] & beyond != 0 || marks.exclusions.iter().any(|cue| self.cues[at].contains(*cue));
        let cue = marks.judges_people;
        let heading = const { segments::builtin("heading") };
        let title = self.segments.iter().position(|segment| segment.cues.contains(heading));
        let opens = |at: usize| self.segments[at].cues.contains(marks.judges_people_if_first) && !excluded(at);
        if title.filter(|at| self.segments[*at].section == Some(0)).into_iter().chain(self.first).any(opens) {
            let mut all = self.all;
            all.insert(cue);
            return all;
        }
        if !self.holders(cue).iter().all(|at| excluded(*at as usize)) {
            return self.all;
        }
        let mut only = Cues::default();
        only.insert(cue);
        self.all.without(&only)
    }

    /// What the card says to a topic; `verdict` where weights decide it.
    pub(super) fn judge(&self, topic: usize, verdict: Option<&Verdict>, card: &Card<'_>) -> Disclosure {
        let Topic { clauses, asked, .. } = &self.vocabulary.topics[topic];
        let told = || {
            let mut votes = self.votes(clauses);
            votes.retain(|vote| !self.is_aside(topic, vote.segment));
            votes
        };
        let votes = verdict.map_or_else(told, |verdict| verdict.shown.clone());
        let voice = Voice { topic: Some(topic), column: verdict.map(|verdict| verdict.column), cues: asked };
        let mut found = self.choose(self.undenied(topic, votes, card), card, voice);
        if let Some(Verdict { near, better, .. }) = verdict {
            found.near = match (found.level.is_disclosed(), *better) {
                (true, true) => Near::Meant,
                (true, false) => Near::No,
                (false, _) => *near,
            };
        }
        if found.level == Level::Absent {
            self.mentions(topic, card, &mut found);
        }
        found
    }

    /// What only denies has mentioned a topic and no more, unless a denial answers it; likewise what only says what a
    /// model is not for, where what it is for is asked.
    fn undenied(&self, topic: usize, mut votes: Vec<Vote>, card: &Card<'_>) -> Vec<Vote> {
        if !denial::answers(topic) {
            for vote in votes.iter_mut().filter(|vote| vote.level.is_disclosed()) {
                let text = || card.source.slice(self.segments[vote.segment].span);
                let denies = || *self.denied[vote.segment].get_or_init(|| denial::is_denial(text()));
                if denies() || self.is_contrary(topic, vote.segment, card) {
                    vote.level = Level::Mentioned;
                }
            }
        }
        votes
    }

    /// The level that the clauses give, and the places that show it.
    pub(super) fn weigh(&self, clauses: &[Clause], card: &Card<'_>) -> Disclosure {
        self.choose(self.votes(clauses), card, Voice { topic: None, column: None, cues: &data::asked(clauses) })
    }

    /// The segments that clauses fit, in order, each with its best level and in how many ways it fits, the better ones
    /// twice.
    pub(super) fn votes(&self, clauses: &[Clause]) -> Vec<Vote> {
        let mut votes: Vec<Vote> = Vec::new();
        for clause in clauses {
            if !self.possible(clause) {
                continue;
            }
            let clarity = if clause.level == Level::Substantive { 2 } else { 1 };
            let mut take = |at: usize| {
                if self.fits(clause, at, &self.segments[at]) {
                    votes.push(Vote { segment: at, level: clause.level, clarity });
                }
            };
            // Few segments hold the rarest of the cues that are all needed.
            let rarest = clause.all.iter().map(|cue| self.holders(cue)).min_by_key(|list| list.len());
            match rarest.filter(|_| !clause.section) {
                Some(list) => list.iter().for_each(|at| take(*at as usize)),
                None => (0..self.segments.len()).for_each(take),
            }
        }
        votes.sort_unstable_by_key(|vote| vote.segment);
        votes.dedup_by(|next, kept| {
            let same = next.segment == kept.segment;
            if same {
                kept.level = kept.level.max(next.level);
                kept.clarity += next.clarity;
            }
            same
        });
        votes
    }

    /// The best level of some segments, and those that show it most clearly.
    fn choose(&self, mut votes: Vec<Vote>, card: &Card<'_>, voice: Voice<'_>) -> Disclosure {
        let level = votes.iter().map(|vote| vote.level).max().unwrap_or_default();
        let mut found = Disclosure { level, ..Disclosure::default() };
        votes.retain(|vote| vote.level == found.level);
        // What stands where it is asked for answers before what comes elsewhere.
        let asked = |vote: &Vote| voice.topic.is_some_and(|topic| self.under[vote.segment] & (1 << topic) != 0);
        if votes.iter().any(asked) {
            votes.retain(asked);
        }
        let most = votes.iter().map(|vote| vote.clarity).max().unwrap_or_default();
        votes.retain(|vote| vote.clarity == most);
        // A second place is shown where it goes on with the first.
        let section = votes.first().map(|vote| self.segments[vote.segment].section);
        for (at, segment) in votes.iter().map(|vote| (vote.segment, &self.segments[vote.segment])) {
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
    pub(super) fn has_one(&self, cues: &Cues, at: usize) -> bool {
        cues.is_empty() || self.cues[at].holds_any(cues)
    }

    /// Whether a segment has what a topic needs, and stands where it may be answered.
    pub(super) fn may_answer(&self, topic: usize, at: usize) -> bool {
        self.has_one(&self.vocabulary.topics[topic].needs, at) && !self.is_aside(topic, at)
    }

    /// Whether a segment stands where something else is answered than a topic.
    pub(super) fn is_aside(&self, topic: usize, at: usize) -> bool {
        let beyond = self.vocabulary.topics[topic].beyond;
        self.under[at] & beyond != 0 && self.is_beyond(at, 1 << topic, beyond)
    }

    /// Whether a segment, or what introduces it, only says what a model is not for, where what it is for is asked.
    pub(super) fn is_contrary(&self, topic: usize, at: usize, card: &Card<'_>) -> bool {
        let text = |at: usize| card.source.slice(self.segments[at].span);
        let excludes = || {
            let lead = || self.segments[at].lead.is_some_and(|lead| denial::is_exclusion(text(lead)));
            *self.excluded[at].get_or_init(|| denial::is_exclusion(text(at)) || lead())
        };
        denial::is_positive(topic) && excludes()
    }

    /// Whether of what a segment stands under, what is nearest to it of these topics is one of `beyond`: its label, that of
    /// what introduces it, its heading, and those above.
    fn is_beyond(&self, at: usize, own: TopicSet, beyond: TopicSet) -> bool {
        let segment = &self.segments[at];
        let set = |labels: &[usize]| labels.iter().fold(0, |set: TopicSet, topic| set | 1 << topic);
        let lead = segment.lead.map_or(0, |lead| set(&self.segments[lead].label));
        let parent = |section: &usize| self.sections.parents[*section];
        let above = std::iter::successors(segment.section, parent).map(|section| self.sections.own[section]);
        let mut under = [set(&segment.label), lead].into_iter().chain(above);
        under.find(|set| set & (own | beyond) != 0).is_some_and(|set| set & own == 0)
    }

    /// Cheap refusal: the card as a whole lacks what the clause needs.
    pub(super) fn possible(&self, clause: &Clause) -> bool {
        clause.under.is_none_or(|topics| self.anywhere & topics != 0)
            && self.all.holds_all(&clause.all)
            && (clause.any.is_empty() || self.all.holds_any(&clause.any))
    }

    pub(super) fn fits(&self, clause: &Clause, at: usize, segment: &Segment) -> bool {
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
        for (heading, set) in card.outline.headings.iter().zip(&self.sections.all) {
            let inherited = heading.parent.map_or(0, |parent| self.sections.all[parent]);
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
