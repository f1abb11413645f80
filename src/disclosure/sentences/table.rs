//! The table of statements (`rules/sentences.yaml`): its classes of words and the patterns over them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::words::Lexicon;
use crate::disclosure::{TopicSet, topic};
use crate::embedded::table;

/// `rules/sentences.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Words that may stand for one another, by the name of their class.
    classes: HashMap<String, Vec<String>>,
    /// Words that most texts have.
    frequent: Vec<String>,
    statements: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    claim: String,
    says: Vec<String>,
    /// What denies it or doubts it.
    #[serde(default)]
    denied: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    /// A table does it, too.
    #[serde(default)]
    tables: bool,
    /// Topics and claims beside which no rule asks for it.
    #[serde(default)]
    spared: Vec<String>,
    /// Topics of which one must be named by a heading or label above it.
    #[serde(default)]
    below: Vec<String>,
}

/// Most classes that there may be.
const MAX_CLASSES: usize = 1024;

/// Most statements that there may be: a bit each.
const MAX_STATEMENTS: usize = 64;

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Classes([u64; MAX_CLASSES / 64]);

impl Classes {
    pub(super) fn insert(&mut self, class: usize) {
        self.0[class / 64] |= 1 << (class % 64);
    }

    pub(super) fn contains(&self, class: usize) -> bool {
        self.0[class / 64] & (1 << (class % 64)) != 0
    }

    pub(super) fn union(&mut self, other: &Self) {
        for (one, other) in self.0.iter_mut().zip(other.0) {
            *one |= other;
        }
    }

    pub(super) fn holds_all(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(one, other)| one & other == other)
    }

    fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(at, &bits)| {
            std::iter::successors(Some(bits).filter(|bits| *bits != 0), |bits| {
                Some(bits & (bits - 1)).filter(|rest| *rest != 0)
            })
            .map(move |bits| at * 64 + bits.trailing_zeros() as usize)
        })
    }
}

/// The class of a number, of a word of the model's name, of what ends a part of a sentence, and of "22/25".
pub(super) const NUMBER: usize = 0;
pub(super) const NAME: usize = 1;
pub(super) const STOP: usize = 2;
pub(super) const FRACTION: usize = 3;

/// A part of a pattern.
#[derive(Debug)]
enum Part {
    /// A word of one of these classes, or, if so marked, the beginning of the sentence.
    Word { classes: Vec<usize>, start: bool },
    /// Up to so many words.
    Gap(usize),
    /// The beginning of the sentence.
    Start,
    /// The end of the sentence, or a comma or bracket.
    End,
}

/// What a pattern is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Says,
    Unless,
    Denied,
}

/// A row of words and gaps.
#[derive(Debug)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    /// All classes that it asks for.
    asks: Classes,
    /// The statement that it is of.
    pub(super) statement: usize,
    pub(super) role: Role,
}

impl Pattern {
    /// Whether it fits somewhere in a sentence, of which all classes are known together.
    pub(super) fn is_in(&self, words: &[Classes], all: &Classes) -> bool {
        all.holds_all(&self.asks) && (0..words.len()).any(|from| fits(&self.parts, words, from))
    }
}

/// Whether the parts of a pattern stand at some place of a sentence, one behind the other.
fn fits(parts: &[Part], words: &[Classes], at: usize) -> bool {
    let Some((part, rest)) = parts.split_first() else { return true };
    match part {
        Part::Start => at == 0 && fits(rest, words, at),
        Part::End => words.get(at).is_none_or(|word| word.contains(STOP)) && fits(rest, words, at),
        Part::Word { classes, start } => {
            let is_one = |word: &Classes| classes.iter().any(|class| word.contains(*class));
            words.get(at).is_some_and(is_one) && fits(rest, words, at + 1) || *start && at == 0 && fits(rest, words, at)
        }
        Part::Gap(most) => (at..=(at + most).min(words.len())).any(|next| fits(rest, words, next)),
    }
}

/// A claim, and beside what it is not asked for.
pub(super) struct Statement {
    pub(super) claim: String,
    pub(super) tables: bool,
    pub(super) spared: Vec<String>,
    pub(super) below: Option<TopicSet>,
}

/// The table.
pub(super) struct Statements {
    pub(super) all: Vec<Statement>,
    pub(super) patterns: Vec<Pattern>,
    /// The patterns that a class may be the rarest part of, by the class.
    by_class: Vec<Vec<u16>>,
    pub(super) lexicon: Lexicon,
}

impl Statements {
    /// The patterns of which a rare part stands in a sentence with these classes; some of them more than once.
    pub(super) fn candidates<'t>(&'t self, all: &'t Classes) -> impl Iterator<Item = &'t Pattern> {
        all.iter().flat_map(|class| &self.by_class[class]).map(|pattern| &self.patterns[usize::from(*pattern)])
    }
}

/// Reads the patterns of the table.
#[derive(Default)]
struct Builder {
    ids: HashMap<String, usize>,
    /// Words that most texts have.
    frequent: HashSet<String>,
    /// How often words of each class stand in texts, roughly.
    weights: Vec<usize>,
    lexicon: Lexicon,
}

/// What each word of a class adds to its weight: most are rare.
const RARE: usize = 1;
/// Likewise of the words that most texts have.
const COMMON: usize = 100;
/// Numbers, names and commas.
const EVERYWHERE: usize = 1_000;

impl Builder {
    /// The class of some words, each of which may end in `*`.
    fn class(&mut self, name: &str, words: &[String]) -> usize {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        let id = self.ids.len();
        assert!(id < MAX_CLASSES, "rules/sentences.yaml: more than {MAX_CLASSES} classes");
        self.ids.insert(name.to_owned(), id);
        for word in words {
            self.lexicon.insert(word, id);
        }
        let weight = |word: &String| if self.frequent.contains(word) { COMMON } else { RARE };
        let weight = words.iter().map(weight).sum();
        self.weights.push(weight);
        id
    }

    /// Alternatives: classes, words and the beginning of the sentence. Words are a class of their own.
    fn word(&mut self, part: &str) -> Part {
        let (mut classes, mut start, mut words) = (Vec::new(), false, Vec::new());
        for one in part.split('|') {
            match one {
                "^" => start = true,
                "#" => classes.push(NUMBER),
                "#/#" => classes.push(FRACTION),
                "NAME" => classes.push(NAME),
                "stop" => classes.push(STOP),
                one if one.starts_with('{') => {
                    let id = self.ids.get(one);
                    classes.push(*id.unwrap_or_else(|| panic!("rules/sentences.yaml: no class {one}")));
                }
                one => words.push(one.to_owned()),
            }
        }
        if !words.is_empty() {
            classes.push(self.class(&words.join("|"), &words));
        }
        Part::Word { classes, start }
    }

    fn pattern(&mut self, text: &str, statement: usize, role: Role) -> Pattern {
        let mut parts = Vec::new();
        for part in text.split(' ') {
            parts.push(match part {
                "^" => Part::Start,
                "$" => Part::End,
                part if part.starts_with("..") => {
                    Part::Gap(part[2..].parse().unwrap_or_else(|_| panic!("rules/sentences.yaml: `{text}`")))
                }
                part => self.word(part),
            });
        }
        let mut asks = Classes::default();
        for part in &parts {
            if let Part::Word { classes, start: false } = part
                && let [class] = classes.as_slice()
            {
                asks.insert(*class);
            }
        }
        Pattern { parts, asks, statement, role }
    }

    /// The classes of the rarest part of a pattern.
    fn rarest<'p>(&self, pattern: &'p Pattern) -> &'p [usize] {
        let words = pattern.parts.iter().filter_map(|part| match part {
            Part::Word { classes, start: false } => Some(classes.as_slice()),
            _ => None,
        });
        let weight = |classes: &&[usize]| classes.iter().map(|class| self.weights[*class]).sum::<usize>();
        words.min_by_key(weight).unwrap_or_else(|| panic!("rules/sentences.yaml: a pattern without a word"))
    }
}

pub(super) fn statements() -> &'static Statements {
    static TABLE: LazyLock<Statements> = LazyLock::new(|| {
        let file: File = table("rules/sentences.yaml");
        let mut builder = Builder { frequent: file.frequent.into_iter().collect(), ..Builder::default() };
        for (id, name) in ["#", "NAME", "stop", "#/#"].into_iter().enumerate() {
            builder.ids.insert(name.to_owned(), id);
            builder.weights.push(EVERYWHERE);
        }
        for (name, words) in &file.classes {
            builder.class(&format!("{{{name}}}"), words);
        }
        let mut patterns = Vec::new();
        for (at, entry) in file.statements.iter().enumerate() {
            for (list, role) in
                [(&entry.says, Role::Says), (&entry.unless, Role::Unless), (&entry.denied, Role::Denied)]
            {
                patterns.extend(list.iter().map(|text| builder.pattern(text, at, role)));
            }
        }
        let mut by_class = vec![Vec::new(); MAX_CLASSES];
        for (number, pattern) in (0..).zip(&patterns) {
            for class in builder.rarest(pattern) {
                by_class[*class].push(number);
            }
        }
        assert!(file.statements.len() <= MAX_STATEMENTS, "rules/sentences.yaml: more than {MAX_STATEMENTS} statements");
        let statements = file.statements.into_iter();
        let bit = |id: &String| topic(id).map_or_else(|| panic!("rules/sentences.yaml: no topic {id}"), |at| 1 << at);
        let set = |ids: &[String]| ids.iter().map(bit).fold(0, |all: TopicSet, bit: TopicSet| all | bit);
        let statement = |Entry { claim, tables, spared, below, .. }| {
            let below = Some(set(&below)).filter(|set| *set != 0);
            Statement { claim, tables, spared, below }
        };
        let statements = statements.map(statement).collect();
        Statements { all: statements, patterns, by_class, lexicon: builder.lexicon }
    });
    &TABLE
}
