//! What single sentences say, whatever their exact words: "the AUC was measured on the comments that it was trained on".
//!
//! A pattern (`rules/sentences.yaml`) is a row of words, classes of words and gaps. Each word of a text is looked up once
//! and stands for the set of classes that it belongs to; patterns then run over those sets.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::data::Cues;
use super::segments::{self, Kind, Segment};
use crate::card::Card;
use crate::embedded::table;
use crate::text::Span;

/// `rules/sentences.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Words that may stand for one another, by the name of their class.
    classes: HashMap<String, Vec<String>>,
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
}

/// Most classes that there may be.
const MAX_CLASSES: usize = 512;

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Classes([u64; MAX_CLASSES / 64]);

impl Classes {
    fn insert(&mut self, class: usize) {
        self.0[class / 64] |= 1 << (class % 64);
    }

    fn contains(&self, class: usize) -> bool {
        self.0[class / 64] & (1 << (class % 64)) != 0
    }

    fn union(&mut self, other: &Self) {
        for (one, other) in self.0.iter_mut().zip(other.0) {
            *one |= other;
        }
    }

    fn holds_all(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).all(|(one, other)| one & other == other)
    }
}

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

#[derive(Debug)]
struct Pattern {
    parts: Vec<Part>,
    /// All classes that it asks for.
    asks: Classes,
}

struct Statement {
    claim: String,
    says: Vec<Pattern>,
    denied: Vec<Pattern>,
    unless: Vec<Pattern>,
    tables: bool,
    spared: Vec<String>,
}

struct Statements {
    statements: Vec<Statement>,
    words: HashMap<String, Classes>,
    /// Beginnings of words, by their first two bytes.
    stems: HashMap<[u8; 2], Vec<(String, Classes)>>,
}

/// The class of a number, of a word of the model's name, of what ends a part of a sentence, and of "22/25".
const NUMBER: usize = 0;
const NAME: usize = 1;
const STOP: usize = 2;
const FRACTION: usize = 3;

/// Reads the patterns of the table.
#[derive(Default)]
struct Builder {
    ids: HashMap<String, usize>,
    words: HashMap<String, Classes>,
    stems: HashMap<[u8; 2], Vec<(String, Classes)>>,
}

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
            if let Some(stem) = word.strip_suffix('*') {
                let &[first, second, ..] = stem.as_bytes() else {
                    panic!("rules/sentences.yaml: `{word}` is too short")
                };
                let stems = self.stems.entry([first, second]).or_default();
                match stems.iter_mut().find(|(known, _)| known == stem) {
                    Some((_, classes)) => classes.insert(id),
                    None => {
                        let mut classes = Classes::default();
                        classes.insert(id);
                        stems.push((stem.to_owned(), classes));
                    }
                }
            } else {
                self.words.entry(word.clone()).or_default().insert(id);
            }
        }
        id
    }

    /// Alternatives: classes, words and the beginning of the sentence. Words are a class of their own.
    fn word(&mut self, part: &str, asks: &mut Classes) -> Part {
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
        if let (&[class], false) = (classes.as_slice(), start) {
            asks.insert(class);
        }
        Part::Word { classes, start }
    }

    fn pattern(&mut self, text: &str) -> Pattern {
        let (mut parts, mut asks) = (Vec::new(), Classes::default());
        for part in text.split(' ') {
            parts.push(match part {
                "^" => Part::Start,
                "$" => Part::End,
                part if part.starts_with("..") => {
                    Part::Gap(part[2..].parse().unwrap_or_else(|_| panic!("rules/sentences.yaml: `{text}`")))
                }
                part => self.word(part, &mut asks),
            });
        }
        Pattern { parts, asks }
    }
}

fn statements() -> &'static Statements {
    static TABLE: LazyLock<Statements> = LazyLock::new(|| {
        let file: File = table("rules/sentences.yaml");
        let mut builder = Builder::default();
        for (id, name) in ["#", "NAME", "stop", "#/#"].into_iter().enumerate() {
            builder.ids.insert(name.to_owned(), id);
        }
        for (name, words) in &file.classes {
            builder.class(&format!("{{{name}}}"), words);
        }
        let statements: Vec<Statement> = (file.statements.iter())
            .map(|entry| Statement {
                claim: entry.claim.clone(),
                says: entry.says.iter().map(|text| builder.pattern(text)).collect(),
                denied: entry.denied.iter().map(|text| builder.pattern(text)).collect(),
                unless: entry.unless.iter().map(|text| builder.pattern(text)).collect(),
                tables: entry.tables,
                spared: entry.spared.clone(),
            })
            .collect();
        Statements { statements, words: builder.words, stems: builder.stems }
    });
    &TABLE
}

impl Statements {
    /// The classes of a word in lower case.
    fn look_up(&self, word: &str) -> Classes {
        let mut classes = self.words.get(word).copied().unwrap_or_default();
        let bytes = word.as_bytes();
        if let &[first, second, ..] = bytes {
            for (stem, of_stem) in self.stems.get(&[first, second]).into_iter().flatten() {
                if word.starts_with(stem.as_str()) {
                    classes.union(of_stem);
                }
            }
        }
        if bytes.first().is_some_and(u8::is_ascii_digit) {
            classes.insert(NUMBER);
            let parts = word.split_once('/');
            if parts.is_some_and(|(some, of)| [some, of].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()))) {
                classes.insert(FRACTION);
            }
        }
        classes
    }
}

/// Words of a sentence that are looked at.
const LONGEST: usize = 100;
/// Letters of the shortest word that is taken for one of the model's name.
const NAMED: usize = 3;

/// A sentence: the classes of its words, and all of them.
#[derive(Default)]
struct Sentence {
    start: usize,
    end: usize,
    words: Vec<Classes>,
    all: Classes,
}

impl Sentence {
    fn push(&mut self, classes: Classes, at: std::ops::Range<usize>) {
        if self.words.is_empty() {
            self.start = at.start;
        }
        self.end = at.end;
        if self.words.len() < LONGEST {
            self.all.union(&classes);
            self.words.push(classes);
        }
    }

    fn says(&self, pattern: &Pattern) -> bool {
        self.all.holds_all(&pattern.asks) && (0..self.words.len()).any(|from| fits(&pattern.parts, &self.words, from))
    }
}

impl Statement {
    fn is_made_by(&self, sentence: &Sentence) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| sentence.says(pattern));
        any(&self.says) && !any(&self.unless) && !self.is_denied_by(sentence)
    }

    fn is_denied_by(&self, sentence: &Sentence) -> bool {
        self.denied.iter().any(|pattern| sentence.says(pattern))
    }
}

/// Whether the parts of a pattern stand at some place of a sentence, one behind the other.
fn fits(parts: &[Part], words: &[Classes], at: usize) -> bool {
    let Some((part, rest)) = parts.split_first() else { return true };
    match part {
        Part::Start => at == 0 && fits(rest, words, at),
        Part::End => words.get(at).is_none_or(|word| word.contains(STOP)),
        Part::Word { classes, start } => {
            let is_one = |word: &Classes| classes.iter().any(|class| word.contains(*class));
            words.get(at).is_some_and(is_one) && fits(rest, words, at + 1) || *start && at == 0 && fits(rest, words, at)
        }
        Part::Gap(most) => (at..=(at + most).min(words.len())).any(|next| fits(rest, words, next)),
    }
}

/// Marks behind which a sentence has another part.
const STOPS: [char; 8] = [',', ':', ';', '(', ')', '–', '—', '|'];

/// Bytes at the beginning of a text that nobody reads: the target of a link, a tag, an address.
fn unread(text: &str) -> usize {
    let end = |from: usize, close: char| text[from..].find([close, '\n']).map_or(0, |end| from + end + 1);
    if text.starts_with("](") {
        end(2, ')')
    } else if text.starts_with('<') && text[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')
    {
        end(1, '>')
    } else if text[text.chars().next().map_or(0, char::len_utf8)..].starts_with("http") {
        text.char_indices().skip(1).find(|(_, c)| c.is_whitespace()).map_or(text.len(), |(end, _)| end)
    } else {
        0
    }
}

/// The sentences of a text, which begins at `offset`.
fn sentences(table: &Statements, text: &str, offset: usize, name: &[String]) -> Vec<Sentence> {
    let (mut sentences, mut sentence) = (Vec::new(), Sentence::default());
    let mut stop = Classes::default();
    stop.insert(STOP);
    let mut word: Option<usize> = None;
    let mut lower = String::new();
    let mut chars = text.char_indices().chain([(text.len(), ' ')]).peekable();
    let mut hidden = 0;
    while let Some((at, c)) = chars.next() {
        if at < hidden {
            continue;
        }
        let next = chars.peek().map(|&(_, next)| next);
        let inside = c.is_alphanumeric()
            || matches!(c, '\'' | '’')
            || matches!(c, '.' | ',' | '/') && word.is_some() && next.is_some_and(|next| next.is_ascii_digit())
            || c == '-' && word.is_some() && next.is_some_and(char::is_alphanumeric);
        if inside {
            word = word.or(Some(at));
            continue;
        }
        if let Some(start) = word.take() {
            lower.clear();
            lower.extend(text[start..at].chars().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }));
            let mut classes = table.look_up(lower.trim_matches('\''));
            if name.iter().any(|word| *word == lower) {
                classes.insert(NAME);
            }
            sentence.push(classes, offset + start..offset + at);
        }
        hidden = at + unread(&text[at..]);
        if hidden > at {
            continue;
        }
        if STOPS.contains(&c) {
            if !sentence.words.is_empty() {
                sentence.push(stop, offset + at..offset + at + c.len_utf8());
            }
        } else if matches!(c, '.' | '!' | '?') && next.is_none_or(char::is_whitespace) && !sentence.words.is_empty() {
            let whole = std::mem::take(&mut sentence);
            // A question claims nothing.
            if c != '?' {
                sentences.push(whole);
            }
        }
    }
    if !sentence.words.is_empty() {
        sentences.push(sentence);
    }
    sentences
}

/// The words of the model's name: those of the title.
fn name_of(card: &Card<'_>) -> Vec<String> {
    let title = card.outline.title().unwrap_or_default().to_lowercase();
    let parts = title.split(|c: char| !c.is_alphanumeric()).chain(title.split_whitespace());
    let words = parts.filter(|word| word.chars().count() >= NAMED && !word.bytes().all(|byte| byte.is_ascii_digit()));
    words.map(str::to_owned).collect()
}

/// The claims that sentences of the card make, each with the first that does.
///
/// `skipped`: cues of segments that are not read; `held`: whether a topic is answered, or a claim is known to be made.
pub(super) fn claims(
    card: &Card<'_>,
    segments: &[Segment],
    skipped: &Cues,
    held: &dyn Fn(&str) -> bool,
) -> Vec<(&'static str, Span)> {
    let table = statements();
    let wanted = |statement: &&Statement| !held(&statement.claim) && !statement.spared.iter().any(|id| held(id));
    let mut open: Vec<&'static Statement> = table.statements.iter().filter(wanted).collect();
    let name = name_of(card);
    let mut found = Vec::new();
    for segment in segments {
        let heading = segment.cues.contains(const { segments::builtin("heading") });
        if segment.empty || segment.markup || heading || segment.kind == Kind::Code || segment.cues.holds_any(skipped) {
            continue;
        }
        if open.is_empty() {
            break;
        }
        let is_table = segment.kind == Kind::Table || segment.table.is_some();
        if is_table && !open.iter().any(|statement| statement.tables) {
            continue;
        }
        let text = card.source.slice(segment.span);
        for sentence in sentences(table, text, segment.span.start as usize, &name) {
            open.retain(|statement| {
                let made = (statement.tables || !is_table) && statement.is_made_by(&sentence);
                if made {
                    found.push((statement.claim.as_str(), Span::new(sentence.start, sentence.end)));
                }
                !made
            });
        }
    }
    found
}

/// Whether a text denies or doubts a claim, and no sentence of it makes it.
pub(super) fn denies(card: &Card<'_>, claim: &str, span: Span) -> bool {
    let table = statements();
    let of_claim: Vec<&Statement> = table.statements.iter().filter(|statement| statement.claim == claim).collect();
    if of_claim.is_empty() {
        return false;
    }
    let sentences = sentences(table, card.source.slice(span), span.start as usize, &name_of(card));
    let any = |holds: fn(&Statement, &Sentence) -> bool| {
        sentences.iter().any(|sentence| of_claim.iter().any(|statement| holds(statement, sentence)))
    };
    any(Statement::is_denied_by) && !any(Statement::is_made_by)
}

/// Whether a sentence makes a claim, for tests of the table.
#[doc(hidden)]
#[must_use]
pub fn says(claim: &str, name: &str, text: &str) -> bool {
    let table = statements();
    let name: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    let mut of_claim = table.statements.iter().filter(|statement| statement.claim == claim);
    let sentences = sentences(table, text, 0, &name);
    of_claim.any(|statement| sentences.iter().any(|sentence| statement.is_made_by(sentence)))
}
