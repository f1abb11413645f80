//! What cards disclose, measured against labels.

mod common;

use std::collections::BTreeMap;
use std::fs;

use cardlint::card::{Card, Siblings, decode};
use cardlint::disclosure::{self, Level};
use cardlint::text::SourceFile;
use common::root;
use serde_json::Value;

/// Levels of one card, by topic.
fn read(text: Vec<u8>) -> Vec<disclosure::Disclosure> {
    let (text, faults) = decode(text);
    let source = SourceFile::new("README.md", text);
    disclosure::read(&Card::read(&source, faults, Siblings::none(), None))
}

/// Counts of yes and no, predicted and true.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    tp: f64,
    tn: f64,
    fp: f64,
    fne: f64,
}

impl Counts {
    fn add(&mut self, predicted: bool, truth: bool) {
        match (predicted, truth) {
            (true, true) => self.tp += 1.0,
            (false, false) => self.tn += 1.0,
            (true, false) => self.fp += 1.0,
            (false, true) => self.fne += 1.0,
        }
    }

    /// Matthews correlation coefficient.
    fn mcc(self) -> f64 {
        let Self { tp, tn, fp, fne } = self;
        let root = ((tp + fp) * (tp + fne) * (tn + fp) * (tn + fne)).sqrt();
        if root > 0.0 { (tp * tn - fp * fne) / root } else { 0.0 }
    }

    fn balanced(self) -> f64 {
        f64::midpoint(self.tp / (self.tp + self.fne), self.tn / (self.tn + self.fp))
    }

    fn precision(self) -> f64 {
        self.tp / (self.tp + self.fp)
    }
}

fn labels(path: &str) -> Option<Value> {
    let path = root().join("../shared/corpus").join(path);
    let Ok(text) = fs::read_to_string(&path) else {
        eprintln!("skipped: {} is absent", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// The half of the cards that the vocabulary was made with; the other half is what is quoted.
fn learned(card: &str) -> bool {
    card.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)) % 2 == 0
}

#[test]
fn levels_agree_with_readers() {
    let Some(labels) = labels("levels/labels.json") else { return };
    let show = std::env::var("CARDLINT_SHOW").ok();
    let mut halves = [(Counts::default(), 0.0, 0.0), (Counts::default(), 0.0, 0.0)];
    let mut by_topic: BTreeMap<String, [Counts; 2]> = BTreeMap::new();
    for (card, answers) in labels["cards"].as_object().expect("cards") {
        let bytes = fs::read(root().join("../shared/corpus").join(card)).expect("card");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let found = read(bytes);
        let half = usize::from(!learned(card));
        for (topic, answer) in answers.as_object().expect("topics") {
            let level = |reader: &str| answer[reader].as_u64().expect("level");
            let (a, b) = (level("a"), level("b"));
            let disclosure = &found[disclosure::topic(topic).expect("topic")];
            let predicted = disclosure.level as u64;
            let (counts, exact, all) = &mut halves[half];
            if a == b {
                *all += 1.0;
                *exact += f64::from(u8::from(predicted == a));
            }
            if (a >= 2) == (b >= 2) {
                counts.add(predicted >= 2, a >= 2);
                by_topic.entry(topic.clone()).or_default()[half].add(predicted >= 2, a >= 2);
                let wanted = show.as_deref().is_some_and(|show| show == topic || show == "all");
                if wanted && half == 0 && (predicted >= 2) != (a >= 2) {
                    let lines = |span: cardlint::text::Span| text[span.range()].chars().take(160).collect::<String>().replace('\n', " ");
                    let place: Vec<String> = disclosure.evidence.iter().take(2).map(|span| lines(*span)).collect();
                    let wanted: Vec<&str> = answer["a_lines"].as_array().map(|list| list.iter().take(2).filter_map(|line| text.lines().nth(usize::try_from(line.as_u64()?).ok()? - 1)).collect()).unwrap_or_default();
                    println!("{topic} {} {}: predicted {predicted}, readers {a}/{b}\n    found {place:?}\n    labelled {:.300?}", if predicted >= 2 { "FP" } else { "FN" }, card.rsplit('/').nth(1).unwrap_or(""), wanted);
                }
            }
        }
    }
    for (topic, [learned, other]) in &by_topic {
        let mut both = *learned;
        both.tp += other.tp;
        both.tn += other.tn;
        both.fp += other.fp;
        both.fne += other.fne;
        println!("{topic:32} learned {:5.2}  other {:5.2}  both {:5.2}  {both:?}", learned.mcc(), other.mcc(), both.mcc());
    }
    for (name, (counts, exact, all)) in ["learned", "other"].iter().zip(halves) {
        println!("{name}: Matthews correlation {:.3}, exact level {:.3} {counts:?}", counts.mcc(), exact / all);
    }
}

#[test]
fn presence_agrees_with_people() {
    let Some(labels) = labels("labelled/labels.json") else { return };
    let mut all = Counts::default();
    let mut subjects: BTreeMap<String, Counts> = BTreeMap::new();
    let (mut inside, mut shown) = (0, 0);
    for (card, entry) in labels["cards"].as_object().expect("cards") {
        let path = root().join("../shared/corpus/labelled").join(card).join("README.md");
        let bytes = fs::read(path).expect("card");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let found = read(bytes);
        for (subject, answer) in entry["labels"].as_object().expect("labels") {
            let topics: Vec<usize> = answer["topics"].as_array().expect("topics").iter().filter_map(|id| disclosure::topic(id.as_str()?)).collect();
            if topics.is_empty() {
                continue;
            }
            let truth = answer["present"].as_bool().expect("present");
            let predicted = topics.iter().any(|topic| found[*topic].level.is_disclosed());
            if predicted != truth && std::env::var("CARDLINT_SHOW").is_ok_and(|show| subject.contains(&show)) {
                let first = |span: &cardlint::text::Span| text[span.range()].chars().take(150).collect::<String>().replace('\n', " ");
                let place: Vec<String> = topics.iter().flat_map(|topic| found[*topic].evidence.iter().take(2).map(first)).collect();
                let lines: Vec<&str> = answer["evidence_lines"].as_array().map(|list| list.iter().take(3).filter_map(|line| text.lines().nth(usize::try_from(line.as_u64()?).ok()? - 1)).collect()).unwrap_or_default();
                println!("{} {subject} {card}\n    found {place:?}\n    labelled {:.400?}", if predicted { "FP" } else { "FN" }, lines);
            }
            all.add(predicted, truth);
            subjects.entry(subject.clone()).or_default().add(predicted, truth);
            let lines: Vec<u64> = answer["evidence_lines"].as_array().expect("lines").iter().filter_map(Value::as_u64).collect();
            if truth && predicted && !lines.is_empty() {
                let line = |byte: u32| text[..byte as usize].matches('\n').count() as u64 + 1;
                for span in topics.iter().flat_map(|topic| &found[*topic].evidence) {
                    shown += 1;
                    inside += usize::from(lines.iter().any(|at| (line(span.start)..=line(span.end)).contains(at)));
                }
            }
        }
    }
    let scored: Vec<(&String, &Counts)> = subjects.iter().filter(|(_, counts)| counts.tn + counts.fp >= 3.0).collect();
    for (subject, counts) in &scored {
        println!("{subject:60} balanced {:.2} {counts:?}", counts.balanced());
    }
    #[expect(clippy::cast_precision_loss, reason = "a few subjects")]
    let mean = scored.iter().map(|(_, counts)| counts.balanced()).sum::<f64>() / scored.len() as f64;
    println!("presence: Matthews correlation {:.3}, mean balanced accuracy {mean:.3}, precision {:.3}; spans within labelled lines {inside} of {shown}", all.mcc(), all.precision());
    assert!(Level::Partial.is_disclosed());
}
