//! The vocabulary: topics, cues and boilerplate, embedded and read at first use.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Level;
use super::numbers::{Numbers, number};
use super::traits::Marks;
use super::trie::Trie;
use crate::embedded;

/// Bits of a [`Cues`]; the tables have fewer cues than that, which a test holds.
pub(super) const MAX_CUES: usize = 320;

/// A set of cues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cues([u64; MAX_CUES / 64]);

impl Cues {
    #[inline]
    pub(super) fn insert(&mut self, cue: usize) {
        self.0[cue / 64] |= 1 << (cue % 64);
    }

    #[inline]
    pub(super) fn contains(&self, cue: usize) -> bool {
        self.0[cue / 64] & (1 << (cue % 64)) != 0
    }

    /// The cues of the set, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().enumerate();
        words.flat_map(|(at, word)| {
            let mut word = *word;
            std::iter::from_fn(move || {
                let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
                word &= word - 1;
                Some(at * 64 + bit)
            })
        })
    }

    #[inline]
    pub(super) fn union(&mut self, other: &Cues) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine |= theirs;
        }
    }

    /// The cues that the other has not.
    #[inline]
    pub(super) fn without(&self, other: &Cues) -> Cues {
        let mut left = *self;
        for (mine, theirs) in left.0.iter_mut().zip(other.0) {
            *mine &= !theirs;
        }
        left
    }

    #[inline]
    pub(super) fn holds_all(&self, other: &Cues) -> bool {
        self.0.iter().zip(other.0).all(|(mine, theirs)| mine & theirs == theirs)
    }

    #[inline]
    pub(super) fn holds_any(&self, other: &Cues) -> bool {
        self.0.iter().zip(other.0).any(|(mine, theirs)| mine & theirs != 0)
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

/// The cues that clauses ask for.
pub(super) fn asked(clauses: &[Clause]) -> Cues {
    let mut cues = Cues::default();
    for clause in clauses {
        cues.union(&clause.all);
        cues.union(&clause.any);
    }
    cues
}

/// How a pattern must stand in the text; `build.rs` numbers them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A whole word or phrase.
    Words,
    /// The beginning of a word.
    Stems,
    /// Behind a number.
    Units,
    /// Before a number.
    Values,
    /// Anywhere, addresses included.
    Urls,
    /// Behind a large number.
    Counts,
}

const FORMS: [Form; 6] = [Form::Words, Form::Stems, Form::Units, Form::Values, Form::Urls, Form::Counts];

/// A pattern of the scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pattern {
    pub(super) cue: usize,
    pub(super) form: Form,
}

/// Cues that the structure of a segment gives, in this order before those of the table.
pub(super) const BUILTIN: &[&str] = &[
    "sentence",
    "long",
    "number",
    "percent",
    "decimal",
    "link",
    "link-paper",
    "link-code",
    "link-hub",
    "link-data",
    "email",
    "code",
    "table",
    "numeric-table",
    "item",
    "filled",
    "name",
    "boilerplate",
    "image",
    "link-web",
    "heading",
    "statement",
    "link-profile",
    "grouped-rows",
];

/// A way in which a segment or section shows a topic.
#[derive(Debug)]
pub(super) struct Clause {
    pub(super) level: Level,
    pub(super) all: Cues,
    pub(super) any: Cues,
    pub(super) none: Cues,
    /// The segment must stand under a heading or label of one of these topics.
    pub(super) under: Option<u128>,
    /// The segment must not stand under a heading of one of these topics.
    pub(super) outside: u128,
    /// The whole own section counts, not the segment alone.
    pub(super) section: bool,
    /// Distinct patterns of a cue that are needed.
    pub(super) count: Vec<(usize, usize)>,
}

/// A topic of the vocabulary.
#[derive(Debug)]
pub struct Topic {
    /// Its id, such as `bias.known-biases`.
    pub id: String,
    /// What it is about.
    pub definition: String,
    /// When it is answered.
    pub substantive: String,
    /// Every public card should answer it.
    pub core: bool,
    /// When it applies.
    pub applies: Applies,
    /// Keys of the front matter that answer it in part.
    pub front_matter: Vec<String>,
    /// Keys of the front matter that answer it, those within others behind a dot.
    pub declared: Vec<String>,
    pub(super) clauses: Vec<Clause>,
    /// The cues that its clauses ask for.
    pub(super) asked: Cues,
    /// Cues of which a segment must have one to answer it, whatever its words weigh.
    pub(super) needs: Cues,
    /// Cues of which a segment must have one to meet the topic's test.
    pub(super) test_needs: Cues,
    /// Topics under whose headings nothing answers it, unless the heading names it, too.
    pub(super) beyond: u128,
    /// Topics that, where the card answers them, answer it in part.
    pub(super) implied_by: Vec<usize>,
    /// Cues that mention it.
    pub(super) hints: Cues,
    /// Cues that show that a hint means something else.
    pub(super) unlike: Cues,
}

impl Topic {
    /// Its definition as part of a sentence.
    #[must_use]
    pub fn label(&self) -> String {
        inner(&self.definition)
    }

    /// When it is answered, as part of a sentence.
    #[must_use]
    pub fn asks(&self) -> String {
        inner(self.substantive.trim_end_matches('.'))
    }
}

/// A sentence without its capital, abbreviations left as they are.
fn inner(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// To which models a topic applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applies {
    /// To all.
    Always,
    /// To those that generate text, images, sound.
    Generative,
    /// To models of language or speech.
    NlpOrSpeech,
    /// To models that derive from others.
    Derived,
    /// To models with classes and thresholds.
    Classifier,
    /// To classifiers and scorers of people.
    DecisionAboutPeople,
    /// Where outputs affect people gravely.
    HighStakes,
    /// To models of health care.
    Health,
}

/// `rules/topics/cues.yaml` without its phrases, which `build.rs` puts into a trie, like the headings of topics.
#[derive(Deserialize)]
struct CueFile {
    cues: Vec<CueEntry>,
}

#[derive(Deserialize)]
struct CueEntry {
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicFile {
    #[serde(default)]
    topics: Vec<TopicEntry>,
    #[serde(default)]
    claims: Vec<ClaimEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimEntry {
    id: String,
    /// The topic that it answers, in part unless it meets its test.
    #[serde(default)]
    answers: Option<String>,
    #[serde(default)]
    meets: bool,
    /// Keys of the front matter that say it, too.
    #[serde(default)]
    declared: Vec<String>,
    clauses: Vec<ClauseEntry>,
}

/// Something that a card may say and that a rule looks for, such as that the model has no bias.
pub(super) struct Claim {
    pub(super) id: String,
    /// The topic that it answers, and how far.
    pub(super) answers: Option<(usize, Level)>,
    /// Keys of the front matter that say it, too.
    pub(super) declared: Vec<String>,
    pub(super) clauses: Vec<Clause>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicEntry {
    id: String,
    definition: String,
    when: String,
    #[serde(default)]
    core: bool,
    #[serde(default = "always")]
    applies: Applies,
    #[serde(default)]
    front_matter: Vec<String>,
    #[serde(default)]
    declared: Vec<String>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    test_needs: Vec<String>,
    #[serde(default)]
    beyond: Vec<String>,
    /// Ids of topics.
    #[serde(default)]
    implied_by: Vec<String>,
    #[serde(default)]
    hints: Vec<String>,
    /// Cues beside which a hint means something else.
    #[serde(default)]
    unlike: Vec<String>,
    #[serde(default)]
    partial: Vec<ClauseEntry>,
    #[serde(default)]
    substantive: Vec<ClauseEntry>,
}

fn always() -> Applies {
    Applies::Always
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClauseEntry {
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
    #[serde(default)]
    under: bool,
    /// Ids of other topics whose headings do as well.
    #[serde(default)]
    below: Vec<String>,
    /// Ids of topics whose headings rule it out.
    #[serde(default)]
    outside: Vec<String>,
    #[serde(default)]
    section: bool,
    #[serde(default)]
    count: HashMap<String, usize>,
}

/// Everything that the detector reads.
pub(super) struct Vocabulary {
    pub(super) cue_names: Vec<String>,
    pub(super) topics: Vec<Topic>,
    pub(super) claims: Vec<Claim>,
    /// Finds the patterns of the cues.
    pub(super) cues: Trie,
    pub(super) patterns: Vec<Pattern>,
    /// Finds the headings of topics.
    pub(super) headings: Trie,
    /// The topic of each heading pattern.
    pub(super) heading_topics: Numbers,
    pub(super) boilerplate: usize,
    /// What a training library writes by itself: a short segment that holds it says nothing of the model.
    pub(super) stub: usize,
    /// What people are grouped by.
    pub(super) grouping: usize,
    /// The cue of what cites a work.
    pub(super) bibtex: usize,
    /// Cues that tell what a model is.
    pub(super) marks: Marks,
    /// Cues of the mere shape.
    pub(super) shapes: Cues,
}

impl Vocabulary {
    fn load() -> Self {
        let file: CueFile = embedded::table("rules/topics/cues.yaml");
        let mut ids: HashMap<&str, usize> = BUILTIN.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        for entry in &file.cues {
            let next = ids.len();
            ids.insert(&entry.id, next);
        }
        let cue = |id: &String| *ids.get(id.as_str()).unwrap_or_else(|| panic!("rules/topics: no cue `{id}`"));
        let (boilerplate, stub, grouping, bibtex) = (ids["boilerplate"], ids["stub"], ids["grouping"], ids["bibtex"]);
        let (cues, numbers) = Trie::read(include_bytes!(concat!(env!("OUT_DIR"), "/cues.bin")));
        let pattern = |number: u32| match number {
            u32::MAX => Pattern { cue: boilerplate, form: Form::Stems },
            number => Pattern {
                cue: BUILTIN.len() + (number >> 8) as usize,
                form: FORMS[(number & 0xff) as usize % FORMS.len()],
            },
        };
        let patterns = numbers.iter().copied().map(number).map(pattern).collect();
        let (headings, heading_topics) = Trie::read(include_bytes!(concat!(env!("OUT_DIR"), "/headings.bin")));
        let paths = embedded::DATA_FILES.iter().map(|&(path, _)| path);
        let files: Vec<TopicFile> = paths
            .filter(|path| {
                path.starts_with("rules/topics/")
                    && !["/cues.yaml", "/denials.yaml", "/placeholders.yaml"].iter().any(|other| path.ends_with(other))
            })
            .map(embedded::table)
            .collect();
        let entries: Vec<&TopicEntry> = files.iter().flat_map(|file| &file.topics).collect();
        let set = |ids: &[String]| {
            let mut set = Cues::default();
            for id in ids {
                set.insert(cue(id));
            }
            set
        };
        let shapes = set(&["sentence", "long", "item", "filled", "name", "code", "table"].map(String::from));
        let number = |id: &String| {
            let found = entries.iter().position(|topic| topic.id == *id);
            found.unwrap_or_else(|| panic!("rules/topics: no topic `{id}`"))
        };
        let below = |topic: usize, entry: &ClauseEntry| {
            let own = if entry.under { 1 << topic } else { 0_u128 };
            let set = entry.below.iter().fold(own, |set, id| set | 1 << number(id));
            (set != 0).then_some(set)
        };
        let clause = |level: Level, under: Option<u128>, entry: &ClauseEntry| Clause {
            level,
            all: set(&entry.all),
            any: set(&entry.any),
            none: set(&entry.none),
            under,
            outside: entry.outside.iter().fold(0, |set, id| set | 1 << number(id)),
            section: entry.section,
            count: entry.count.iter().map(|(id, count)| (cue(id), *count)).collect(),
        };
        let claims = (files.iter().flat_map(|file| &file.claims))
            .map(|claim| {
                // A claim has no headings of its own.
                let under = |entry: &ClauseEntry| {
                    let set = entry.below.iter().fold(0, |set, id| set | 1 << number(id));
                    (set != 0).then_some(set)
                };
                let clauses = claim.clauses.iter().map(|entry| clause(Level::Partial, under(entry), entry));
                Claim {
                    id: claim.id.clone(),
                    answers: claim
                        .answers
                        .as_ref()
                        .map(|topic| (number(topic), if claim.meets { Level::Substantive } else { Level::Partial })),
                    declared: claim.declared.clone(),
                    clauses: clauses.collect(),
                }
            })
            .collect();
        let mut topics = Vec::with_capacity(entries.len());
        for (at, entry) in entries.iter().enumerate() {
            let clause = |level: Level, entry: &ClauseEntry| clause(level, below(at, entry), entry);
            let clauses = entry.substantive.iter().map(|entry| clause(Level::Substantive, entry));
            let clauses: Vec<Clause> =
                clauses.chain(entry.partial.iter().map(|entry| clause(Level::Partial, entry))).collect();
            topics.push(Topic {
                asked: asked(&clauses),
                id: entry.id.clone(),
                definition: entry.definition.clone(),
                substantive: entry.when.clone(),
                core: entry.core,
                applies: entry.applies,
                front_matter: entry.front_matter.clone(),
                declared: entry.declared.clone(),
                clauses,
                needs: set(&entry.needs),
                test_needs: set(&entry.test_needs),
                beyond: entry.beyond.iter().map(number).fold(0, |set, topic| set | 1 << topic),
                implied_by: entry.implied_by.iter().map(number).collect(),
                hints: set(&entry.hints),
                unlike: set(&entry.unlike),
            });
        }
        let cue_names =
            BUILTIN.iter().map(|id| (*id).to_owned()).chain(file.cues.iter().map(|cue| cue.id.clone())).collect();
        Self {
            cue_names,
            topics,
            claims,
            cues,
            patterns,
            headings,
            heading_topics,
            boilerplate,
            stub,
            grouping,
            bibtex,
            marks: Marks::new(|id| ids[id]),
            shapes,
        }
    }
}

pub(super) fn vocabulary() -> &'static Vocabulary {
    static TABLE: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::load);
    &TABLE
}

/// All topics, by file and then in the order of the file.
#[must_use]
pub fn topics() -> &'static [Topic] {
    &vocabulary().topics
}

/// The topic with this id.
#[must_use]
pub fn topic(id: &str) -> Option<usize> {
    topics().iter().position(|topic| topic.id == id)
}
