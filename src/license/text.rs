//! Which licence is this text? Told from fingerprints, without the texts themselves.
//!
//! A text is reduced to its words (runs of letters and digits, lower case), and every five words in a
//! row to a hash of 32 bits. `rules/licenses/texts.yaml` holds the smallest two hundred hashes of each
//! licence (a bottom-k sketch). From them follow, for any text, the share of the licence that the text
//! holds, and the share of the text that the licence explains: a heading, another holder or wrapping
//! change little, a further clause does. Near twins (the versions of a family) are told apart by what
//! the beginning of the text says.

use std::sync::LazyLock;

use serde::Deserialize;

use super::knowledge::{Class, License, find};
use crate::embedded::table;

/// Words in a row that make one hash.
const GRAM: usize = 5;
/// Words of the beginning in which titles stand.
const BEGINNING: usize = 450;
/// Largest text that is looked at, in bytes; the longest licences have a tenth of it.
pub const MAX_TEXT: usize = 1 << 20;

/// How surely a text is that licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// The text, give or take a heading, a holder, wrapping.
    Same,
    /// Most of the text, with clauses added, changed or left out.
    Modified,
    /// A text of the same family, which is none of those known.
    Variant,
}

/// What a text was found to be.
#[derive(Clone, Copy, Debug)]
pub struct Identified {
    /// The nearest licence.
    pub license: &'static License,
    /// How near.
    pub likeness: Likeness,
    /// Dice coefficient of the two texts, zero to one.
    pub score: f64,
}

#[derive(Deserialize)]
struct File {
    /// Words that turn a text into something else when the licence itself does not hold them.
    foreign: Vec<String>,
    texts: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    grams: usize,
    #[serde(default)]
    title: Vec<String>,
    #[serde(default)]
    holds: Vec<String>,
    sketch: String,
}

struct Fingerprint {
    license: &'static License,
    /// Distinct hashes of the whole text.
    grams: usize,
    title: Vec<String>,
    /// Words of [`Table::foreign`] that the licence has.
    holds: Vec<String>,
    /// The smallest hashes, sorted.
    sketch: Vec<u32>,
    /// Greatest hash of the sketch; all smaller ones of the text are in it.
    limit: u32,
}

impl Fingerprint {
    /// The share of the licence that a text with these hashes holds, and the share of the text that the licence explains.
    fn shares(&self, sorted: &[u32]) -> (f64, f64) {
        let common = common(&self.sketch, sorted);
        // All hashes of the licence up to the limit are in its sketch.
        let comparable = sorted.partition_point(|&hash| hash <= self.limit);
        (share(common, self.sketch.len()), share(common, comparable))
    }
}

struct Table {
    foreign: Vec<String>,
    prints: Vec<Fingerprint>,
}

fn fingerprints() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let file = table::<File>("rules/licenses/texts.yaml");
        let print = |entry: Entry| {
            let sketch: Vec<u32> = entry
                .sketch
                .as_bytes()
                .chunks(8)
                .filter_map(|hex| u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok())
                .collect();
            let whole = entry.grams <= sketch.len();
            Some(Fingerprint {
                license: find(&entry.id)?,
                grams: entry.grams,
                title: entry.title,
                holds: entry.holds,
                limit: if whole { u32::MAX } else { sketch.last().copied().unwrap_or(u32::MAX) },
                sketch,
            })
        };
        Table { foreign: file.foreign, prints: file.texts.into_iter().filter_map(print).collect() }
    });
    &TABLE
}

/// True for the names of files that hold the licence of a repository, in any case: `LICENSE`,
/// `LICENCE.md`, `COPYING`, `LICENSE-MIT`, `MODEL_LICENSE.txt`.
#[must_use]
pub fn is_license_file(name: &str) -> bool {
    let upper = name.to_uppercase();
    let (stem, extension) = upper.rsplit_once('.').unwrap_or((&upper, ""));
    // `LICENSE-APACHE-2.0` has no extension.
    let (stem, extension) =
        if extension.bytes().all(|b| b.is_ascii_digit()) { (upper.as_str(), "") } else { (stem, extension) };
    let named = ["LICENSE", "LICENCE", "COPYING", "UNLICENSE", "MODEL_LICENSE", "MODEL-LICENSE"];
    // `LICENSE.weights`
    let extended = matches!(extension, "" | "TXT" | "MD" | "RST" | "LESSER" | "MODEL" | "WEIGHTS");
    extended && named.iter().any(|word| stem.starts_with(word))
}

/// True where the name of a licence file says that it covers something else than the model or dataset: `LICENSE-CODE`.
#[must_use]
pub fn covers_other(name: &str) -> bool {
    let upper = name.to_uppercase();
    ["CODE", "SOFTWARE", "DATASET", "-DATA", "_DATA", "DOCS", "THIRD", "3RD"].iter().any(|word| upper.contains(word))
}

/// True where the name of a licence file says that it covers the model: `LICENSE-MODEL`, `MODEL_LICENSE`.
#[must_use]
pub fn covers_model(name: &str) -> bool {
    let upper = name.to_uppercase();
    ["MODEL", "WEIGHTS"].iter().any(|word| upper.contains(word))
}

/// Bytes of the longest line that introduces such notices.
const HEAD: usize = 160;

/// The text without the notices of third parties that stand behind it.
pub(crate) fn without_others(text: &str) -> &str {
    const HEADS: &[&str] = &[
        "third-party notice",
        "third party notice",
        "third-party licen",
        "third party licen",
        "third-party software",
        "third-party component",
        "third party component",
        "bundled software",
        "bundled components",
        "contains code from",
        "this software contains code",
        "this repository contains code",
        "this project contains code",
        "this product contains code",
        "this software includes code",
        "this repository includes code",
        "this project includes code",
        "includes code from",
    ];
    let (mut at, mut first) = (0, true);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if !first && bare.len() < HEAD && HEADS.iter().any(|head| bare.starts_with(head)) {
            return &text[..at];
        }
        first &= bare.is_empty();
        at += line.len();
    }
    text
}

/// True for the names of files that hold notices: `NOTICE`, `Notice.txt`, `NOTICE.md`.
#[must_use]
pub fn is_notice_file(name: &str) -> bool {
    let upper = name.to_uppercase();
    matches!(upper.as_str(), "NOTICE" | "NOTICE.TXT" | "NOTICE.MD" | "NOTICES" | "NOTICES.TXT" | "ATTRIBUTION.MD")
}

/// Ids of the licences whose texts are known.
pub fn known() -> impl Iterator<Item = &'static License> {
    fingerprints().prints.iter().map(|print| print.license)
}

/// Runs of letters and digits, lower case.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::with_capacity(text.len() / 6);
    for run in text.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()) {
        words.push(run.to_lowercase());
    }
    words
}

/// FNV-1a and the finaliser of `SplitMix64`, upper half: as `scripts/licenses/fingerprints.py`.
fn hash(gram: &[String]) -> u32 {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325;
    let mut eat = |byte: u8| state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for (at, word) in gram.iter().enumerate() {
        if at > 0 {
            eat(b' ');
        }
        word.bytes().for_each(&mut eat);
    }
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let [upper @ .., _, _, _, _] = (state ^ (state >> 31)).to_be_bytes();
    u32::from_be_bytes(upper)
}

/// The hashes of the words of a text, each once, sorted.
fn grams(words: &[String]) -> Vec<u32> {
    let mut sorted: Vec<u32> = words.windows(GRAM).map(hash).collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

/// The licence whose text this is, or is nearest to; `None` when it is near to none.
#[must_use]
pub fn identify(text: &str) -> Option<Identified> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let words = words(without_others(text));
    let sorted = grams(&words);
    if sorted.is_empty() {
        return None;
    }
    let beginning = format!(" {} ", words[..words.len().min(BEGINNING)].join(" "));
    let named = |print: &Fingerprint| {
        print.title.iter().all(|words| words.split('|').any(|words| beginning.contains(&format!(" {words} "))))
    };
    // Share of the licence that is there, share of the text that it explains, and their mean.
    let mut near: Vec<(&Fingerprint, f64, f64, f64)> = fingerprints()
        .prints
        .iter()
        .filter_map(|print| {
            let (shared, explained) = print.shares(&sorted);
            if shared < 0.6 {
                return None;
            }
            let dice = if shared + explained > 0.0 { 2.0 * shared * explained / (shared + explained) } else { 0.0 };
            Some((print, shared, explained, dice))
        })
        .collect();
    near.sort_by(|a, b| b.3.total_cmp(&a.3));
    let &(first, _, _, best) = near.first()?;
    // Among near twins the beginning decides; a text that names none of them is a further one.
    let chosen = near.iter().filter(|(print, .., dice)| named(print) && *dice > best - 0.12).max_by(|a, b| {
        // Of two that are named, the one that asks for more is the more exact.
        a.0.title.len().cmp(&b.0.title.len()).then((a.1 + a.3).total_cmp(&(b.1 + b.3)))
    });
    let Some(&(print, shared, explained, dice)) = chosen else {
        return (best >= 0.75).then_some(Identified {
            license: first.license,
            likeness: Likeness::Variant,
            score: best,
        });
    };
    let permissive = matches!(print.license.class, Class::Permissive | Class::PublicDomain);
    let all = words.join(" ");
    let foreign =
        fingerprints().foreign.iter().any(|phrase| !print.holds.contains(phrase) && all.contains(phrase.as_str()));
    // A short text differs much by the few words of a holder.
    let slack = match print.grams {
        0..=150 => 0.15,
        151..=400 => 0.10,
        _ => 0.0,
    };
    // Texts are shipped with appendices and lists of holders.
    let padded = shared >= 0.97 - slack && explained >= if permissive { 0.70 } else { 0.80 };
    // A policy for use may stand behind a licence that has one.
    let foreign = foreign && (permissive || dice < 0.97);
    let same = shared >= 0.95 - slack && (explained >= 0.90 - slack || padded) && !foreign;
    let likeness = if same { Likeness::Same } else { Likeness::Modified };
    (same || shared >= 0.75).then_some(Identified { license: print.license, likeness, score: dice })
}

/// The share of a licence's text that a text holds, where it holds a good part of it and hardly anything else; `None` for
/// the whole text, a notice of a few lines, and other texts.
#[must_use]
pub fn part_of(text: &str, license: &License) -> Option<f64> {
    let print = fingerprints().prints.iter().find(|print| print.license.id == license.id)?;
    if text.len() > MAX_TEXT {
        return None;
    }
    let words = words(text);
    let (shared, explained) = print.shares(&grams(&words));
    // A notice that names the licence is a part of some texts.
    (PART.contains(&shared) && explained >= 0.85 && words.len() >= FEW).then_some(shared)
}

/// How much of a licence's text is a part of it: more than its notice, and less than the text with few words changed.
const PART: std::ops::Range<f64> = 0.15..0.9;
/// Words of the shortest text that holds a part of a licence.
const FEW: usize = 60;

/// Numbers that two sorted lists have in common.
fn common(one: &[u32], other: &[u32]) -> usize {
    let (mut at, mut count) = (0, 0);
    for hash in one {
        at += other[at..].partition_point(|other| other < hash);
        count += usize::from(other.get(at) == Some(hash));
    }
    count
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
