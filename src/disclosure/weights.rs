//! Weights of features for topics, learned from labelled cards by `scripts/disclosure/learn.py`: for the topics that
//! enough labelled cards answer, they say better than clauses which segment answers them, and how well.

use std::sync::LazyLock;

use super::data::Cues;
use super::features::{self, Feature, SHAPES};
use super::hash::{self, HELD, NONE, higher, place};
use super::numbers::{Lists, Numbers, number};
use super::page::{Page, Vote};
use super::{Level, Near, data};
use crate::card::Card;

/// Columns that there may be.
const COLUMNS: usize = 96;
/// The table, ready for use.
struct Weights {
    /// Topic of each column, and what is added to whether it is shown and to whether its test is met, in hundredths.
    columns: Vec<(usize, [i16; 2])>,
    /// From which level on what a clause finds shows the topic of a column in any case.
    heard: Vec<Option<Level>>,
    /// The higher half of the hash of a feature's name and its row, by the lower bits of the hash, the next free place
    /// after a place that is taken.
    places: &'static [[[u8; 4]; 2]],
    /// The higher bits of the hashes, as bits.
    held: Numbers,
    shown: Rows,
    tested: Rows,
    /// Where in [`Rows::wide`] the features of each kind begin that have numbers.
    begins: Begins,
    /// What is added for each column where a clause finds a segment partial or better, and where substantive: to whether
    /// the topic is shown, and to whether its test is met.
    fits: Vec<[[i16; 2]; 2]>,
}

/// Features that have numbers, counted through: the cues, what introduces a segment, headings, labels, shapes.
#[derive(Default)]
struct Begins {
    leads: usize,
    under: usize,
    labels: usize,
    shapes: usize,
}

/// What is added up for the columns, in hundredths; what gets larger than it holds is certain in any case.
pub(super) type Sums = [i16; COLUMNS];

/// Cells of all rows, one row after the other.
struct Rows {
    starts: Numbers,
    /// A column, and a weight in hundredths.
    cells: Numbers,
    /// The rows of features that have numbers, which speak for most columns, with a cell for each.
    wide: Vec<Sums>,
}

impl Rows {
    #[inline]
    fn row(&self, row: u32) -> impl Iterator<Item = (usize, i16)> {
        let [from, to] = [row, row + 1].map(|at| number(self.starts[at as usize]) as usize);
        let cells = self.cells[from..to].iter().copied().map(number);
        cells.map(|cell| ((cell >> 16) as usize, ((cell & 0xffff) as u16).cast_signed()))
    }

    fn add(&self, rows: &[u32], sums: &mut Sums) {
        for row in rows {
            for (column, weight) in self.row(*row) {
                sums[column] = sums[column].saturating_add(weight);
            }
        }
    }

    fn add_wide(&self, features: &[usize], sums: &mut Sums) {
        for feature in features {
            for (sum, weight) in sums.iter_mut().zip(&self.wide[*feature]) {
                *sum = sum.saturating_add(*weight);
            }
        }
    }

    fn weight(&self, row: u32, column: usize) -> i16 {
        let held = (row != NONE).then(|| self.row(row).find(|cell| cell.0 == column)).flatten();
        held.map_or(0, |cell| cell.1)
    }

    fn weights(&self, rows: [u32; 2], column: usize) -> [i16; 2] {
        rows.map(|row| self.weight(row, column))
    }
}

impl Weights {
    fn load() -> Self {
        let mut lists = Lists::new(include_bytes!(concat!(env!("OUT_DIR"), "/weights.bin")));
        let heard = |level: u32| match level {
            2 => Some(Level::Partial),
            3 => Some(Level::Substantive),
            _ => None,
        };
        let columns = lists.next().as_chunks().0.iter().map(|column| column.map(u32::from_le_bytes));
        let (columns, heard) = columns
            .map(|[topic, shown, tested, level]| {
                ((topic as usize, [hundredths(shown), hundredths(tested)]), heard(level))
            })
            .unzip();
        let (places, held) = (lists.next().as_chunks().0, lists.next());
        let mut half = || Rows { starts: lists.next(), cells: lists.next(), wide: vec![] };
        let (shown, tested) = (half(), half());
        let mut table = Self { columns, heard, places, held, shown, tested, begins: Begins::default(), fits: vec![] };
        let fits = ["fits:partial", "fits:substantive"].map(|name| table.row(hash::feature(name)));
        table.fits = (0..table.columns.len())
            .map(|column| [table.shown.weights(fits, column), table.tested.weights(fits, column)])
            .collect();
        let vocabulary = data::vocabulary();
        let (cues, topics) = (vocabulary.cue_names.len(), vocabulary.topics.len());
        let mut widen = |count: usize, feature: fn(usize) -> Feature<'static>| {
            let begins = table.shown.wide.len();
            for at in 0..count {
                let row = table.row(hash::feature(&feature(at).name()));
                for half in [&mut table.shown, &mut table.tested] {
                    let mut sums = [0; COLUMNS];
                    if row != NONE {
                        half.add(&[row], &mut sums);
                    }
                    half.wide.push(sums);
                }
            }
            begins
        };
        widen(cues, Feature::Cue);
        table.begins = Begins {
            leads: widen(cues, Feature::Lead),
            under: widen(topics, Feature::Under),
            labels: widen(topics, Feature::Label),
            shapes: widen(SHAPES.len(), Feature::Shape),
        };
        table
    }

    /// The row of a feature by the hash of its name.
    #[inline]
    fn row(&self, hash: u64) -> u32 {
        let bit = place(hash >> 32, HELD);
        if number(self.held[bit / 32]) & (1 << (bit % 32)) == 0 {
            return NONE;
        }
        let mut at = place(hash, self.places.len());
        loop {
            match self.places[at].map(u32::from_le_bytes) {
                [_, NONE] => return NONE,
                [found, row] if found == higher(hash) => return row,
                _ => at = place(at as u64 + 1, self.places.len()),
            }
        }
    }

    /// Sums up what speaks for each column: whether it is shown (0), or whether its test is met (1).
    fn sum(&self, half: usize, known: &Held, fits: &[(usize, usize, Level)], sums: &mut Sums) {
        for (sum, (_, added)) in sums.iter_mut().zip(&self.columns) {
            *sum = added[half];
        }
        let rows = [&self.shown, &self.tested][half];
        rows.add_wide(&known.wide, sums);
        rows.add(&known.rows, sums);
        for &(_, column, level) in fits {
            let [partial, substantive] = self.fits[column][half];
            let added = partial + if level == Level::Substantive { substantive } else { 0 };
            sums[column] = sums[column].saturating_add(added);
        }
    }
}

/// The features of a segment.
#[derive(Default)]
struct Held {
    /// Those that have numbers, as indices into [`Rows::wide`].
    wide: Vec<usize>,
    /// Rows of the others.
    rows: Vec<u32>,
}

/// A weight of the table, which was made for numbers of this size.
fn hundredths(weight: u32) -> i16 {
    i16::try_from(weight.cast_signed()).expect("rules/topics/weights.tsv: a weight that is too large")
}

fn weights() -> &'static Weights {
    static TABLE: LazyLock<Weights> = LazyLock::new(Weights::load);
    &TABLE
}

/// What weights say of a topic.
#[derive(Clone, Debug, Default)]
pub(super) struct Verdict {
    /// The segments that show it.
    pub(super) shown: Vec<Vote>,
    /// Whether a segment comes near to it.
    pub(super) near: Near,
    /// Whether the words of one that shows it come near to its test, or meet it where clauses or cues refuse.
    pub(super) better: bool,
    /// The column of the table that says so.
    pub(super) column: usize,
}

/// How far below the line a segment is still near to it, in hundredths. With 100, the weights of 827 cards brought 312
/// findings of what is missing that those of 465 did not; of 56 of them readers found 38 true, 4 false and 14 doubtful,
/// most of these for sentences that came near (2026-11-27). With this margin 193 are left, and of the 56 that were read
/// 24 true, 3 false (two mended since) and 6 doubtful.
const NEAR: i16 = 190;

/// How far above the line a segment answers a topic beyond doubt, in hundredths, so that what it comes near to beside is
/// another matter: what a model is not for is full of words of what it is for, and of its limits.
const CLEAR: i16 = 300;

/// What weights say of each topic; `None` for topics that clauses alone decide.
pub(super) fn verdicts(page: &Page<'_>, card: &Card<'_>) -> Vec<Option<Verdict>> {
    let table = weights();
    let mut found: Vec<Option<Verdict>> = vec![None; page.vocabulary.topics.len()];
    // What the clauses give: segment, column, level.
    let mut fits: Vec<(usize, usize, Level)> = Vec::new();
    for (column, (topic, _)) in table.columns.iter().enumerate() {
        let votes = page.votes(&page.vocabulary.topics[*topic].clauses);
        let near = if votes.iter().any(|vote| vote.level.is_disclosed() && !page.is_aside(*topic, vote.segment)) {
            Near::Words
        } else {
            Near::No
        };
        found[*topic] = Some(Verdict { near, column, ..Verdict::default() });
        fits.extend(votes.into_iter().map(|vote| (vote.segment, column, vote.level)));
    }
    fits.sort_unstable_by_key(|fit| (fit.0, fit.1));
    let mut fits = fits.as_slice();
    let mut seen = vec![0_u32; table.shown.starts.len()];
    let (mut known, mut sums, mut shows) = (Held::default(), [0; COLUMNS], Vec::new());
    let mut levels = vec![Level::Absent; table.columns.len()];
    // What the heading adds is the same for all of its section.
    let (mut section, mut above) = (None, Vec::new());
    for (at, stamp) in (0..page.segments.len()).zip(1..) {
        let (fit, rest) = fits.split_at(fits.partition_point(|fit| fit.0 <= at));
        fits = rest;
        if page.segments[at].empty {
            continue;
        }
        let own = page.segments[at].section;
        if section != Some(own) {
            section = Some(own);
            above.clear();
            features::each_of_heading(card, own, |feature| {
                if let Feature::Word(hash, _) | Feature::Heading(hash, _) = feature {
                    above.extend(Some(table.row(hash)).filter(|row| *row != NONE));
                }
            });
            above.sort_unstable();
            above.dedup();
        }
        known.wide.clear();
        known.rows.clear();
        known.rows.extend_from_slice(&above);
        features::each(page, card, at, |feature| match feature {
            Feature::Cue(at) => known.wide.push(at),
            Feature::Lead(at) => known.wide.push(table.begins.leads + at),
            Feature::Under(at) => known.wide.push(table.begins.under + at),
            Feature::Label(at) => known.wide.push(table.begins.labels + at),
            Feature::Shape(at) => known.wide.push(table.begins.shapes + at),
            Feature::Word(hash, _) | Feature::Heading(hash, _) => {
                let row = table.row(hash);
                if row != NONE && std::mem::replace(&mut seen[row as usize], stamp) != stamp {
                    known.rows.push(row);
                }
            }
        });
        levels.fill(Level::Absent);
        for &(_, column, level) in fit {
            levels[column] = level;
        }
        table.sum(0, &known, fit, &mut sums);
        let sure = |column: usize| table.heard[column].is_some_and(|least| levels[column] >= least);
        shows.clear();
        let clear =
            sums.iter().zip(&table.columns).any(|(&sum, &(topic, _))| sum >= CLEAR && page.may_answer(topic, at));
        let near = if clear { Near::Beside } else { Near::Meant };
        for (column, (&sum, &(topic, _))) in sums.iter().zip(&table.columns).enumerate() {
            if (sum < -NEAR && !sure(column)) || !page.may_answer(topic, at) {
                continue;
            }
            if sum >= 0 || sure(column) {
                shows.push((column, i32::from(sum)));
            } else if let Some(verdict) = found[topic].as_mut().filter(|_| !page.is_contrary(topic, at, card)) {
                verdict.near = verdict.near.max(near);
            }
        }
        if shows.is_empty() {
            continue;
        }
        table.sum(1, &known, fit, &mut sums);
        for &(column, clarity) in &shows {
            // A segment that its clauses find wanting is, whatever its words are.
            let test_needs = &page.vocabulary.topics[table.columns[column].0].test_needs;
            let met =
                sure(column) || levels[column] != Level::Partial && sums[column] >= 0 && page.has_one(test_needs, at);
            let level = if met { Level::Substantive } else { Level::Partial };
            let near = !met && sums[column] >= -NEAR;
            if let Some(verdict) = &mut found[table.columns[column].0] {
                verdict.shown.push(Vote { segment: at, clarity, level });
                verdict.better |= near;
            }
        }
    }
    found
}

/// How clearly cues and the words of a text say that it shows the topic of each column.
pub(super) fn speaks(cues: &Cues, text: &str) -> Sums {
    let table = weights();
    let mut rows = Vec::new();
    features::each_word(features::WORD, text, features::TEXT, |hash, _| {
        rows.extend(Some(table.row(hash)).filter(|row| *row != NONE));
    });
    rows.sort_unstable();
    rows.dedup();
    let wide: Vec<usize> = cues.iter().collect();
    let mut sums = [0; COLUMNS];
    table.shown.add_wide(&wide, &mut sums);
    table.shown.add(&rows, &mut sums);
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cue or topic that was renamed would silently weigh nothing.
    #[test]
    fn every_feature_of_the_table_exists() {
        let text = include_str!("../../rules/topics/weights.tsv");
        let vocabulary = data::vocabulary();
        let cues = (0..vocabulary.cue_names.len()).flat_map(|at| [Feature::Cue(at), Feature::Lead(at)]);
        let topics = (0..vocabulary.topics.len()).flat_map(|at| [Feature::Under(at), Feature::Label(at)]);
        let shapes = (0..SHAPES.len()).map(Feature::Shape);
        let mut known: Vec<String> = cues.chain(topics).chain(shapes).map(Feature::name).collect();
        known.extend(["fits:partial", "fits:substantive"].map(str::to_owned));
        let mut features = 0;
        for name in text.lines().filter_map(|line| line.strip_prefix("feature\t")?.split('\t').next()) {
            features += 1;
            let word = name.starts_with("word:") || name.starts_with("heading:");
            assert!(word || known.iter().any(|known| known == name), "rules/topics/weights.tsv: no {name}");
            assert_ne!(weights().row(hash::feature(name)), NONE, "{name}");
        }
        assert!(features > 1_000 && features + 1 == weights().shown.starts.len() && weights().columns.len() <= COLUMNS);
    }

    /// What is hashed while a card is read is the name in the table.
    #[test]
    fn words_are_hashed_as_they_are_named() {
        let text = "Fine-tuned on 12,000 Größen at https://example.org/a (训练数据), ok.";
        let mut names = Vec::new();
        features::each_word(features::WORD, text, 100, |hashed, words| {
            let name = Feature::Word(hashed, words).name();
            assert_eq!(hashed, hash::feature(&name), "{name}");
            names.push(name);
        });
        for name in ["word:fine", "word:fine tuned", "word:0 0", "word:größen", "word:http", "word:训 练", "word:ok"]
        {
            assert!(names.iter().any(|held| held == name), "{name}: {names:?}");
        }
    }
}
