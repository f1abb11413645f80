//! What cards disclose, measured against labels. `CARDLINT_SHOW=TOPIC` (or a subject, or `all`) prints the verdicts that
//! differ, of the half that is learned from.

#![allow(clippy::print_stderr, clippy::print_stdout, reason = "the figures are what these tests are read for")]

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
    card.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
        % 2
        == 0
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
                    let lines = |span: cardlint::text::Span| {
                        text[span.range()].chars().take(160).collect::<String>().replace('\n', " ")
                    };
                    let place: Vec<String> = disclosure.evidence.iter().take(2).map(|span| lines(*span)).collect();
                    let wanted: Vec<&str> = answer["a_lines"]
                        .as_array()
                        .map(|list| {
                            list.iter()
                                .take(2)
                                .filter_map(|line| text.lines().nth(usize::try_from(line.as_u64()?).ok()? - 1))
                                .collect()
                        })
                        .unwrap_or_default();
                    println!(
                        "{topic} {} {}: predicted {predicted}, readers {a}/{b}\n    found {place:?}\n    labelled {:.300?}",
                        if predicted >= 2 { "FP" } else { "FN" },
                        card.rsplit('/').nth(1).unwrap_or(""),
                        wanted
                    );
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
        println!(
            "{topic:32} learned {:5.2}  other {:5.2}  both {:5.2}  {both:?} {:?} {:?}",
            learned.mcc(),
            other.mcc(),
            both.mcc(),
            [learned.fp, learned.fne],
            [other.fp, other.fne]
        );
    }
    println!("baselines (README of the labels): headings 0.31, headings and keywords 0.44; two readers 0.95");
    // Just below what is reached; the half that was not learned from is what counts.
    for (name, (counts, exact, all), floor) in [("learned", halves[0], 0.94), ("other", halves[1], 0.81)] {
        println!("{name}: Matthews correlation {:.3}, exact level {:.3} {counts:?}", counts.mcc(), exact / all);
        assert!(counts.mcc() >= floor, "{name}: {:.3}", counts.mcc());
        assert!(exact / all >= 0.80, "{name}: {:.3}", exact / all);
    }
}

/// What a template says by itself answers nothing.
#[test]
fn unfilled_templates_answer_nothing() {
    let template = fs::read(root().join("fixtures/generated/model-template-untouched/README.md")).expect("card");
    let trainer = "---\nlibrary_name: transformers\n---\n\n# my-model\n\nThis model is a fine-tuned version of [](https://huggingface.co/) on an unknown dataset.\n\n## Model description\n\nMore information needed\n\n## Intended uses & limitations\n\nMore information needed\n\n## Training and evaluation data\n\nMore information needed\n";
    let bias = "# x\n\n## Bias, Risks, and Limitations\n\nSignificant research has explored bias and fairness issues with language models (see, e.g., [Sheng et al. (2021)](https://aclanthology.org/2021.acl-long.330.pdf) and [Bender et al. (2021)](https://dl.acm.org/doi/pdf/10.1145/3442188.3445922)). Predictions generated by the model may include disturbing and harmful stereotypes across protected classes; identity characteristics; and sensitive, social, and occupational groups.\n\n### Recommendations\n\nUsers (both direct and downstream) should be made aware of the risks, biases and limitations of the model.\n";
    // As peft and trl write them when a model is pushed.
    let peft = [template.as_slice(), b"\n### Framework versions\n\n- PEFT 0.17.1\n"].concat();
    let trl = "---\nbase_model: acme/base\nlibrary_name: transformers\nmodel_name: out\ntags:\n- generated_from_trainer\n- trl\n- sft\nlicence: license\n---\n\n# Model Card for out\n\nThis model is a fine-tuned version of [acme/base](https://huggingface.co/acme/base).\nIt has been trained using [TRL](https://github.com/huggingface/trl).\n\n## Quick start\n\n```python\nfrom transformers import pipeline\n\nquestion = \"If you had a time machine, but could only go to the past or the future once and never return, which would you choose and why?\"\ngenerator = pipeline(\"text-generation\", model=\"None\", device=\"cuda\")\noutput = generator([{\"role\": \"user\", \"content\": question}], max_new_tokens=128, return_full_text=False)[0]\nprint(output[\"generated_text\"])\n```\n\n## Training procedure\n\nThis model was trained with SFT.\n\n### Framework versions\n\n- TRL: 0.24.0\n- Transformers: 4.57.1\n- Pytorch: 2.9.0\n- Datasets: 4.3.0\n- Tokenizers: 0.22.1\n\n## Citations\n\nCite TRL as:\n\n```bibtex\n@misc{vonwerra2022trl,\n\ttitle        = {{TRL: Transformer Reinforcement Learning}},\n\tauthor       = {Leandro von Werra and Younes Belkada},\n\tyear         = 2020,\n\thowpublished = {\\url{https://github.com/huggingface/trl}}\n}\n```\n";
    let cards = [
        ("template", template),
        ("Trainer", trainer.into()),
        ("copied paragraph", bias.into()),
        ("PEFT", peft),
        ("TRL", trl.into()),
    ];
    for (name, text) in cards {
        let found = read(text);
        let answered: Vec<&str> = disclosure::topics()
            .iter()
            .zip(&found)
            .filter(|(topic, found)| topic.core && found.level.is_disclosed())
            .map(|(topic, _)| topic.id.as_str())
            .collect();
        assert!(answered.is_empty(), "{name}: {answered:?}");
    }
}

/// How a card is laid out changes next to nothing.
#[test]
fn layout_does_not_matter() {
    let Some(labels) = labels("levels/labels.json") else { return };
    let shift = |text: &str| {
        let lines = text.lines().map(|line| if line.starts_with('#') { format!("#{line}") } else { line.to_owned() });
        lines.collect::<Vec<_>>().join("\n")
    };
    let emoji = |text: &str| {
        let lines = text.lines().map(|line| match line.split_once(' ') {
            Some((marks, title)) if marks.starts_with('#') && marks.bytes().all(|b| b == b'#') => {
                format!("{marks} 🚀 {title}")
            }
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let crlf = |text: &str| text.replace('\n', "\r\n");
    // Paragraphs on lines of some sixty characters; what is no plain paragraph stays.
    let reflow = |text: &str| {
        let blocks = text.split("\n\n").map(|block| {
            let plain = block.lines().all(|line| line.starts_with(|c: char| c.is_alphabetic()));
            if !plain || block.contains("  \n") {
                return block.to_owned();
            }
            let (mut out, mut width) = (String::new(), 0);
            for word in block.split_whitespace() {
                if width > 0 {
                    out.push(if width + word.len() > 60 { '\n' } else { ' ' });
                    width = if width + word.len() > 60 { 0 } else { width + 1 };
                }
                out.push_str(word);
                width += word.len();
            }
            out
        });
        blocks.collect::<Vec<_>>().join("\n\n")
    };
    let html = |text: &str| {
        let lines = text.lines().map(|line| match line.split_once(' ') {
            Some((marks @ ("##" | "###" | "####"), title)) => {
                format!("<h{0}>{title}</h{0}>\n", marks.len())
            }
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let bold = |text: &str| {
        let lines = text.lines().map(|line| match line.split_once(' ') {
            Some(("###" | "####" | "#####", title)) if !title.contains('*') => format!("**{}**\n", title.trim()),
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let (mut changed, mut all) = ([0; 6], 0);
    for card in labels["cards"].as_object().expect("cards").keys() {
        let text = String::from_utf8_lossy(&fs::read(root().join("../shared/corpus").join(card)).expect("card"))
            .replace("\r\n", "\n");
        let before = read(text.clone().into_bytes());
        all += before.len();
        for (at, after) in
            [shift(&text), emoji(&text), crlf(&text), reflow(&text), html(&text), bold(&text)].into_iter().enumerate()
        {
            let after = read(after.into_bytes());
            let differ = |(one, other): &(&disclosure::Disclosure, &disclosure::Disclosure)| {
                one.level.is_disclosed() != other.level.is_disclosed()
            };
            changed[at] += before.iter().zip(&after).filter(differ).count();
        }
    }
    println!(
        "verdicts changed by shifted headings, emoji, CRLF, reflow, HTML headings, bold headings: {changed:?} of {all}"
    );
    for changed in changed {
        assert!(changed * 100 <= all, "{changed} of {all}");
    }
}

#[test]
fn presence_agrees_with_people() {
    let Some(labels) = labels("labelled/labels.json") else { return };
    let mut all = Counts::default();
    let mut subjects: BTreeMap<String, Counts> = BTreeMap::new();
    // Without the answers "present" for which nobody gave a line: most of what is missed has none.
    let mut lined: BTreeMap<String, Counts> = BTreeMap::new();
    let (mut inside, mut shown) = (0, 0);
    for (card, entry) in labels["cards"].as_object().expect("cards") {
        let path = root().join("../shared/corpus/labelled").join(card).join("README.md");
        let bytes = fs::read(path).expect("card");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let found = read(bytes);
        for (subject, answer) in entry["labels"].as_object().expect("labels") {
            let topics: Vec<usize> = answer["topics"]
                .as_array()
                .expect("topics")
                .iter()
                .filter_map(|id| disclosure::topic(id.as_str()?))
                .collect();
            if topics.is_empty() {
                continue;
            }
            let truth = answer["present"].as_bool().expect("present");
            let predicted = topics.iter().any(|topic| found[*topic].level.is_disclosed());
            if predicted != truth && std::env::var("CARDLINT_SHOW").is_ok_and(|show| subject.contains(&show)) {
                let first = |span: &cardlint::text::Span| {
                    text[span.range()].chars().take(150).collect::<String>().replace('\n', " ")
                };
                let place: Vec<String> =
                    topics.iter().flat_map(|topic| found[*topic].evidence.iter().take(2).map(first)).collect();
                let lines: Vec<&str> = answer["evidence_lines"]
                    .as_array()
                    .map(|list| {
                        list.iter()
                            .take(3)
                            .filter_map(|line| text.lines().nth(usize::try_from(line.as_u64()?).ok()? - 1))
                            .collect()
                    })
                    .unwrap_or_default();
                println!(
                    "{} {subject} {card}\n    found {place:?}\n    labelled {:.400?}",
                    if predicted { "FP" } else { "FN" },
                    lines
                );
            }
            all.add(predicted, truth);
            subjects.entry(subject.clone()).or_default().add(predicted, truth);
            let lines: Vec<u64> =
                answer["evidence_lines"].as_array().expect("lines").iter().filter_map(Value::as_u64).collect();
            if !truth || !lines.is_empty() {
                lined.entry(subject.clone()).or_default().add(predicted, truth);
            }
            if truth && predicted && !lines.is_empty() {
                let line = |byte: u32| text[..byte as usize].matches('\n').count() as u64 + 1;
                for span in topics.iter().flat_map(|topic| &found[*topic].evidence) {
                    shown += 1;
                    inside += usize::from(lines.iter().any(|at| (line(span.start)..=line(span.end)).contains(at)));
                }
            }
        }
    }
    let scored = |subjects: &BTreeMap<String, Counts>| -> Vec<(String, Counts)> {
        let both = subjects.iter().filter(|(_, counts)| counts.tn + counts.fp >= 3.0 && counts.tp + counts.fne > 0.0);
        both.map(|(subject, counts)| (subject.clone(), *counts)).collect()
    };
    for (subject, counts) in scored(&subjects) {
        println!("{subject:60} balanced {:.2} {counts:?}", counts.balanced());
    }
    #[expect(clippy::cast_precision_loss, reason = "a few subjects")]
    let mean = |scored: Vec<(String, Counts)>| {
        scored.iter().map(|(_, counts)| counts.balanced()).sum::<f64>() / scored.len() as f64
    };
    let (mean, mean_lined) = (mean(scored(&subjects)), mean(scored(&lined)));
    println!(
        "presence: Matthews correlation {:.3}, mean balanced accuracy {mean:.3} ({mean_lined:.3} where people who say \
         present give a line), precision {:.3}; spans within labelled lines {inside} of {shown}",
        all.mcc(),
        all.precision()
    );
    println!("baselines (issue 4): Matthews correlation 0.42, balanced accuracy 0.63, precision 0.87");
    assert!(all.mcc() >= 0.60 && mean >= 0.72 && mean_lined >= 0.75 && all.precision() >= 0.88);
}

/// A fence with nothing in it shows no use, and a request to cite names no paper.
#[test]
fn what_announces_an_answer_is_none() {
    let level = |body: &str, topic: &str| {
        let found = read(format!("---\nlicense: mit\n---\n# Helper\n\n{body}\n").into_bytes());
        found[disclosure::topic(topic).expect("a topic")].level
    };
    let listing = |code: &str| format!("## How to use\n\n```python\n{code}\n```");
    assert!(!level(&listing(""), "usage.how-to").is_disclosed());
    assert!(level(&listing("model = AutoModel.from_pretrained('a/helper')"), "usage.how-to").is_disclosed());
    let cite = |entry: &str| format!("## Citation\n\nIf you use it, please cite our paper:\n\n{entry}");
    assert!(!level(&cite(""), "model.references").is_disclosed());
    assert!(level(&cite("Doe, A Helper, https://arxiv.org/abs/2401.00001"), "model.references").is_disclosed());
}

/// What a card is said to disclose, and where.
struct Pair {
    set: &'static str,
    card: String,
    subject: String,
    topics: Vec<usize>,
    lines: Vec<u64>,
}

/// How many verdicts fell, of how many; how many of the others stand on what is left of a block, and how many rightly,
/// because what is left still answers the topic.
#[derive(Default)]
struct Fallen {
    fell: usize,
    all: usize,
    rests: usize,
    rightly: usize,
}

/// How well what is left of a card still answers a subject, as it was read: by set, card and subject.
fn rests() -> BTreeMap<(&'static str, &'static str, &'static str), u8> {
    let lines = include_str!("../scripts/disclosure/rests.tsv").lines().filter(|line| !line.starts_with('#'));
    let entry = |line: &'static str| {
        let mut fields = line.split('\t');
        let mut next = || fields.next().expect("four fields");
        ((next(), next(), next()), next().parse().expect("a level"))
    };
    lines.map(entry).collect()
}

/// Whether what is shown is the rest of a paragraph, table or listing that lines were taken from.
fn is_rest(text: &str, left: &str, shown: cardlint::text::Span, taken: &[u64]) -> bool {
    let first = left[..shown.start as usize].matches('\n').count();
    let last = left[..shown.end as usize].matches('\n').count();
    let (mut fenced, mut block) = (false, 0);
    // The block of each line; a listing may have blank lines.
    let blocks: Vec<usize> = text
        .lines()
        .map(|line| {
            let fence = line.trim_start().starts_with("```");
            block += usize::from(!fenced && (fence || line.trim().is_empty()));
            fenced ^= fence;
            block
        })
        .collect();
    let Some(own) = blocks.get(first..=last.min(blocks.len().saturating_sub(1))) else { return false };
    taken.iter().filter_map(|line| blocks.get(usize::try_from(*line).ok()? - 1)).any(|block| own.contains(block))
}

/// A card without the lines given, which are left empty.
fn without(text: &str, lines: &[u64]) -> String {
    let kept = text.lines().zip(1..).map(|(line, number)| if lines.contains(&number) { "" } else { line });
    kept.collect::<Vec<_>>().join("\n")
}

/// Take the lines away that show a subject, and the verdict should fall: twice, for people's lines (`labelled/`), of
/// which there are few for a subject, and for those of two readers who were asked for all of them (`levels/`).
#[test]
fn verdicts_fall_with_their_evidence() {
    let mut pairs: Vec<Pair> = Vec::new();
    if let Some(labels) = labels("labelled/labels.json") {
        for (card, entry) in labels["cards"].as_object().expect("cards") {
            for (subject, answer) in entry["labels"].as_object().expect("labels") {
                if answer["present"].as_bool().expect("present") {
                    pairs.push(Pair {
                        set: "labelled",
                        card: format!("labelled/{card}/README.md"),
                        subject: subject.clone(),
                        topics: ids(&answer["topics"]),
                        lines: numbers(&answer["evidence_lines"]),
                    });
                }
            }
        }
    }
    if let Some(labels) = labels("levels/labels.json") {
        for (card, answers) in labels["cards"].as_object().expect("cards") {
            for (topic, answer) in answers.as_object().expect("topics") {
                if ["a", "b"].iter().all(|reader| answer[reader].as_u64().expect("level") >= 2) {
                    let lines = [numbers(&answer["a_lines"]), numbers(&answer["b_lines"])].concat();
                    pairs.push(Pair {
                        set: if learned(card) { "levels, learned" } else { "levels, other" },
                        card: card.clone(),
                        subject: topic.clone(),
                        topics: disclosure::topic(topic).into_iter().collect(),
                        lines,
                    });
                }
            }
        }
    }
    let (mut fallen, read_rests) = (BTreeMap::<&str, Fallen>::new(), rests());
    let mut cards: BTreeMap<String, (String, Vec<disclosure::Disclosure>)> = BTreeMap::new();
    for Pair { set, card, subject, topics, lines } in pairs {
        let (text, before) = cards.entry(card.clone()).or_insert_with(|| {
            let bytes = fs::read(root().join("../shared/corpus").join(&card)).expect("card");
            (String::from_utf8_lossy(&bytes).into_owned(), read(bytes))
        });
        let disclosed =
            |found: &[disclosure::Disclosure]| topics.iter().find(|topic| found[**topic].level.is_disclosed()).copied();
        if lines.is_empty() || disclosed(before).is_none() {
            continue;
        }
        let left = without(text, &lines);
        let after = read(left.clone().into_bytes());
        let counts = fallen.entry(set).or_default();
        counts.all += 1;
        let Some(topic) = disclosed(&after) else {
            counts.fell += 1;
            continue;
        };
        let set_read = set.split(',').next().unwrap_or(set);
        counts.rightly += usize::from(read_rests.get(&(set_read, &*card, &*subject)).is_some_and(|level| *level >= 2));
        counts.rests += usize::from(is_rest(text, &left, after[topic].evidence[0], &lines));
        if std::env::var("CARDLINT_SHOW").is_ok_and(|show| show == "survivors" || show == subject) {
            let span = after[topic].evidence[0];
            let shown = left[span.range()].chars().take(170).collect::<String>().replace('\n', " ");
            println!("SURVIVES {set} {} {card} | {shown}", disclosure::topics()[topic].id);
        }
    }
    for (set, Fallen { fell, all, rests, rightly }) in &fallen {
        println!(
            "deletion: {fell} of {all} verdicts fall ({set}; baseline 15 %); {rests} stand on the rest of a paragraph, \
             table or listing that lines were taken from; {rightly} stand rightly, as read; of those with nothing left \
             to stand on {} % fall",
            fell * 100 / (all - rightly)
        );
        let [floor, floor_of_silent] =
            DELETION_FLOORS.iter().find(|(name, _)| name == set).map_or([0, 0], |(_, floors)| *floors);
        assert!(fell * 100 >= all * floor, "{set}: {fell} of {all}");
        assert!(fell * 100 >= (all - rightly) * floor_of_silent, "{set}: {fell} of {all}, {rightly} rightly");
    }
}

/// Per cent of verdicts that fall with their evidence, of all and of those with nothing left to stand on, just below
/// what is reached. What is left of the half that was learned from was not read.
const DELETION_FLOORS: [(&str, [usize; 2]); 3] =
    [("labelled", [12, 66]), ("levels, learned", [68, 0]), ("levels, other", [45, 78])];
/// Per cent of spans within the labelled lines, just below what is reached.
const PLACE_FLOOR: usize = 92;

/// What is shown stands where readers saw it.
#[test]
fn evidence_stands_where_readers_saw_it() {
    let Some(labels) = labels("levels/labels.json") else { return };
    let (mut inside, mut all) = (0, 0);
    for (card, answers) in labels["cards"].as_object().expect("cards") {
        let bytes = fs::read(root().join("../shared/corpus").join(card)).expect("card");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let found = read(bytes);
        for (topic, answer) in answers.as_object().expect("topics") {
            let both = ["a", "b"].iter().all(|reader| answer[reader].as_u64().expect("level") >= 2);
            let lines: Vec<u64> = [numbers(&answer["a_lines"]), numbers(&answer["b_lines"])].concat();
            let disclosure = &found[disclosure::topic(topic).expect("topic")];
            if !both || lines.is_empty() || !disclosure.level.is_disclosed() {
                continue;
            }
            let line = |byte: u32| text[..byte as usize].matches('\n').count() as u64 + 1;
            for span in &disclosure.evidence {
                all += 1;
                inside += usize::from(lines.iter().any(|at| (line(span.start)..=line(span.end)).contains(at)));
            }
        }
    }
    println!("evidence: {inside} of {all} spans within the lines that readers gave");
    assert!(inside * 100 >= all * PLACE_FLOOR, "{inside} of {all}");
}

/// Of a long paragraph or table, the sentence or row that answers is shown.
#[test]
fn the_telling_part_is_shown() {
    let shown = |text: &str, topic: &str| -> String {
        let span = read(text.as_bytes().to_vec())[disclosure::topic(topic).expect("a topic")].evidence[0];
        text[span.range()].to_owned()
    };
    let paragraph = "The model reads invoices in German and gives the sum, the date and the sender. It was trained for \
                     3 epochs on 4 NVIDIA A100 GPUs, which took 12 hours. Write to us if a field is missing (e.g. the \
                     tax number). It should not be used to decide on payments without a person who checks them.";
    let card = format!("---\nlicense: mit\n---\n# Invoices\n\n{paragraph}\n");
    assert_eq!(
        shown(&card, "training.compute"),
        "It was trained for 3 epochs on 4 NVIDIA A100 GPUs, which took 12 hours."
    );
    assert_eq!(
        shown(&card, "intended-use.out-of-scope"),
        "It should not be used to decide on payments without a person who checks them."
    );
    let rows = [
        "| Field | Said | Source |",
        "|---|---|---|",
        "| Architecture | A transformer encoder with 12 layers and 768 hidden units | the authors |",
        "| Out of scope | It must not be used for medical diagnosis or for hiring decisions | the authors |",
        "| Contact | Write to the maintainers at the address below | the authors |",
    ];
    let card = format!("---\nlicense: mit\n---\n# Table\n\n{}\n", rows.join("\n"));
    assert_eq!(shown(&card, "intended-use.out-of-scope"), rows[3]);
    // Far behind in a long paragraph.
    let filler = "Training is described here in general words that say nothing of it. ".repeat(25);
    let last = "The final run used 4 NVIDIA A100 GPUs for 12 hours of training.";
    let card = format!("---\nlicense: mit\n---\n# Long\n\n{filler}{last}\n");
    assert_eq!(shown(&card, "training.compute"), last);
    // A line of a listing; what introduces a list, with the list.
    let listing = "```python\nfrom helper import tag\nwords = tag('An Anna in Rom')\nprint(words)\n# output: [('Anna', \
                   'PERSON'), ('Rom', 'PLACE')]\nprint(len(words))\nprint(tag.model_names, tag.other_settings)\n```";
    let list = "It was fine-tuned from BERT in two stages with a cross-entropy loss:\n- on tickets\n- on letters";
    let behind = "```\nx = 1\n```\n\n- of the shop";
    let card = format!("---\nlicense: mit\n---\n# Tags\n\n{listing}\n\n## Training procedure\n\n{list}\n\n{behind}\n");
    assert_eq!(shown(&card, "model.outputs"), "# output: [('Anna', 'PERSON'), ('Rom', 'PLACE')]");
    assert_eq!(shown(&card, "training.procedure"), list);
}

fn ids(list: &Value) -> Vec<usize> {
    list.as_array().expect("a list").iter().filter_map(|id| disclosure::topic(id.as_str()?)).collect()
}

fn numbers(list: &Value) -> Vec<u64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}

/// Every topic that a framework names exists, and every topic has a clause.
#[test]
fn frameworks_and_topics_agree() {
    let topics = disclosure::topics();
    assert_eq!(topics.len(), 91);
    for framework in disclosure::framework::frameworks() {
        for requirement in &framework.requirements {
            assert!(!requirement.topics.is_empty(), "{}", requirement.id);
            for id in &requirement.topics {
                assert!(disclosure::topic(id).is_some(), "{}: no topic {id}", requirement.id);
            }
        }
    }
    let claims = cardlint::embedded::data("rules/topics/claims.yaml").expect("table");
    for framework in disclosure::framework::frameworks() {
        let claimed = framework.requirements.iter().flat_map(|one| one.claim.iter().chain(&one.answered_by));
        for claim in claimed {
            assert!(claims.contains(&format!("\"{claim}\"")), "{}: no {claim}", framework.id);
        }
    }
    let table: Value = serde_json::from_str(cardlint::embedded::data("rules/gaps.yaml").expect("table")).expect("JSON");
    let claims = cardlint::embedded::data("rules/topics/claims.yaml").expect("table");
    let claims: Value = serde_json::from_str(claims).expect("JSON");
    let claims = claims["claims"].as_array().expect("claims");
    let said: Value =
        serde_json::from_str(cardlint::embedded::data("rules/sentences.yaml").expect("table")).expect("JSON");
    let said = said["statements"].as_array().expect("statements");
    let known = |list: &Value| {
        for id in list.as_array().expect("a list").iter().filter_map(Value::as_str) {
            let claimed = claims.iter().any(|claim| claim["id"] == *id) || said.iter().any(|one| one["claim"] == *id);
            assert!(claimed || disclosure::topic(id).is_some(), "no topic or claim {id}");
        }
    };
    for statement in said.iter().filter(|statement| !statement["spared"].is_null()) {
        known(&statement["spared"]);
    }
    let rule = |id: &Value| assert!(id.as_str().is_none_or(|id| cardlint::rule::find(id).is_some()), "no rule {id}");
    for gap in table["gaps"].as_array().expect("gaps") {
        rule(&gap["rule"]);
        rule(&gap["copied"]);
        known(&gap["topics"]);
        for list in
            ["unless", "beside", "wholly", "headings"].map(|key| &gap[key]).into_iter().filter(|list| !list.is_null())
        {
            known(list);
        }
    }
    for followup in table["followups"].as_array().expect("followups") {
        rule(&followup["rule"]);
        known(&followup["when"]);
        known(&followup["unless"]);
        if !followup["claims"].is_null() {
            known(&followup["claims"]);
        }
    }
    rule(&table["partial"]["rule"]);
    let lists = [&table["partial"]["topics"], &table["sensitive"]["owes"]];
    for begun in lists.iter().flat_map(|list| list.as_array().expect("topics")) {
        known(&serde_json::json!([begun["topic"]]));
        if !begun["unless"].is_null() {
            known(&begun["unless"]);
        }
    }
    rule(&table["sensitive"]["rule"]);
    let table: Value =
        serde_json::from_str(cardlint::embedded::data("rules/scaffold.yaml").expect("table")).expect("JSON");
    for section in table["sections"].as_array().expect("sections") {
        rule(&section["rule"]);
        let heading = section["heading"].as_str().expect("heading");
        let topic = section["topic"].as_str().expect("topic");
        assert!(disclosure::heading_topics(heading).contains(&topic), "{heading} does not name {topic}");
    }
    let total: usize = disclosure::framework::frameworks().iter().map(|framework| framework.requirements.len()).sum();
    assert_eq!((disclosure::framework::frameworks().len(), total), (44, 867));
    assert!(Level::Partial.is_disclosed() && !Level::Mentioned.is_disclosed());
}

/// Each statement of `rules/sentences.yaml` has sentences that make it (`+`), or make it under its headings alone (`_`),
/// and such that do not (`-`).
#[test]
fn sentences_say_what_they_are_to_say() {
    let table: Value =
        serde_json::from_str(cardlint::embedded::data("rules/sentences.yaml").expect("table")).expect("JSON");
    let mut wrong = Vec::new();
    for statement in table["statements"].as_array().expect("statements") {
        let claim = statement["claim"].as_str().expect("claim");
        let name = claim.strip_prefix("claim.").expect("prefix");
        let file = format!("fixtures/sentences/{name}.txt");
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut seen = [0, 0];
        for line in text.lines() {
            let (mark, sentence) = line.split_once(' ').expect("a mark and a sentence");
            let says = |below| disclosure::sentences::says(claim, "Heron", sentence, below);
            let (made, right) = match mark {
                "+" => (true, says(false)),
                "_" => (true, says(true) && !says(false)),
                "-" => (false, !says(true)),
                other => panic!("{file}: {other}"),
            };
            seen[usize::from(made)] += 1;
            if !right {
                wrong.push(format!("{name} {line}"));
            }
        }
        assert!(seen.iter().all(|count| *count >= 2), "{file}: {seen:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every table meets its schema.
#[test]
fn tables_meet_their_schemas() {
    let tables = common::tables_meet("disclosure", |path| match path {
        "rules/topics/cues.yaml" => Some("cues"),
        "rules/topics/denials.yaml" => Some("denials"),
        "rules/topics/placeholders.yaml" => Some("placeholders"),
        "rules/gaps.yaml" => Some("gaps"),
        "rules/hardware.yaml" => Some("hardware"),
        "rules/openness.yaml" => Some("openness"),
        "rules/results.yaml" => Some("results"),
        "rules/sentences.yaml" => Some("sentences"),
        "rules/scaffold.yaml" => Some("scaffold"),
        "rules/traits.yaml" => Some("traits"),
        path if path.starts_with("rules/topics/") => Some("topics"),
        path if path.starts_with("rules/frameworks/") => Some("framework"),
        _ => None,
    });
    assert_eq!(tables, 57);
}

/// What a requirement asks beyond its topics, of whom, and with what together.
#[test]
fn requirements_say_what_they_ask() {
    use snapbox::cmd::{Command, cargo_bin};
    let place = tempfile::tempdir().expect("folder");
    let card = "---\nlicense: mit\nlanguage: en\npipeline_tag: text-classification\nmodel-index:\n- name: x\n  results: []\n---\n\
        # Tickets 1.0\n\nIt sorts English support tickets by how angry they sound.\n\n## Limitations\n\n\
        It fails on tickets shorter than five words, and takes irony for praise.\n\n## Training\n\n\
        It was trained for 3 days on 8 A100 GPUs.\n\n## Citation\n\n```bibtex\n@misc{x, title={Tickets}, author={A. Author}}\n```\n";
    fs::write(place.path().join("README.md"), card).expect("card");
    let of = |framework: &str, id: &str| {
        let arguments = ["coverage", "--framework", framework, "--format", "json"];
        let output =
            Command::new(cargo_bin!("cardlint")).args(arguments).env_clear().current_dir(place.path()).output();
        let report: Value = serde_json::from_slice(&output.expect("a run").stdout).expect("JSON");
        let sheets = report["coverage"].as_array().expect("sheets");
        let mut rows = sheets.iter().flat_map(|sheet| sheet["requirements"].as_array().expect("rows"));
        let row = rows.find(|row| row["id"] == id).unwrap_or_else(|| panic!("{id}"));
        (row["status"].as_str().expect("status").to_owned(), row["reason"].as_str().unwrap_or_default().to_owned())
    };
    let status = |framework: &str, id: &str| of(framework, id).0;
    // What answers the rest of a requirement, and what does not.
    assert_eq!(status("hf-template", "hf-template:CIT"), "covered");
    assert_eq!(status("fmti-2025", "fmti-2025:23"), "covered");
    let (partial, why) = of("fmti-2025", "fmti-2025:21");
    assert!(partial == "partial" && why.contains("amount of compute"), "{partial}: {why}");
    // Limits alone are no evaluation of limits by others.
    assert_eq!(status("fmti-2023", "fmti-2023:49"), "gap");
    // An index without results has none.
    assert_eq!(status("hf-template", "hf-template:FM.model-index"), "gap");
    // Asked of every model, though its topic is not.
    assert_eq!(status("owasp-aibom", "owasp-aibom:autonomyType"), "gap");
    // Of all frameworks, those that are for another field ask for nothing; one that is named does.
    let (waived, why) = of("all", "consort-ai:1");
    assert!(waived == "not applicable" && why.contains("health care") && why.contains("by its id"), "{waived}: {why}");
    assert_ne!(status("consort-ai", "consort-ai:1"), "not applicable");
}

/// A card that points at its parent's leaves to it what it does not say; the classes follow from the components.
#[test]
fn pointers_and_openness() {
    use snapbox::cmd::{Command, cargo_bin};
    let place = tempfile::tempdir().expect("folder");
    let run = |arguments: &[&str]| {
        let output =
            Command::new(cargo_bin!("cardlint")).args(arguments).env_clear().current_dir(place.path()).output();
        serde_json::from_slice::<Value>(&output.expect("a run").stdout).expect("JSON")
    };
    let card = "---\nlicense: apache-2.0\nbase_model: acme/base\nlibrary_name: transformers\n---\n# Copy\n\nSee the \
        [original model card](https://huggingface.co/acme/base) for training data, limits and bias.\n";
    fs::write(place.path().join("README.md"), card).expect("card");
    let report = run(&["coverage", "--framework", "bias-profile", "--format", "json"]);
    let requirements = report["coverage"][0]["requirements"].as_array().expect("requirements");
    let inherited: Vec<&Value> =
        requirements.iter().filter(|one| one["status"] == "left to the base model's card").collect();
    assert!(inherited.len() > 5, "{requirements:?}");
    assert!(inherited.iter().all(|one| one["lines"] == serde_json::json!([8])), "{inherited:?}");
    // Six components make class III.
    let open = "---\nlicense: apache-2.0\n---\n# Model\n\nIt is intended for researchers and support teams, \
        and can be used to classify English e-mails by urgency, such as complaints of customers.\nIt is described in our [paper](https://arxiv.org/abs/2401.00001).\n\n## Model architecture\n\nA BERT \
        encoder with 12 layers.\n\n## Training data\n\nIt was trained on 48,000 e-mails from \
        [here](https://huggingface.co/datasets/acme/mails).\n\n## Evaluation\n\nOn the GLUE test set the accuracy is 0.91.\n";
    fs::write(place.path().join("README.md"), open).expect("card");
    let class = |report: &Value| report["openness"][0]["class"].clone();
    assert_eq!(class(&run(&["openness", "--format", "json"])), Value::Null);
    fs::write(place.path().join("model.safetensors"), "").expect("file");
    let report = run(&["openness", "--format", "json"]);
    assert_eq!(class(&report), "III", "{report:#}");
    assert_eq!(report["openness"][0]["next"]["class"], "II");
    // A licence that restricts use is no open one.
    fs::write(place.path().join("README.md"), open.replace("apache-2.0", "cc-by-nc-4.0")).expect("card");
    assert_eq!(class(&run(&["openness", "--format", "json"])), Value::Null);
}

/// Coverage in all forms, and nothing of a card gets through to a page.
#[test]
fn coverage_is_shown_in_every_form() {
    use snapbox::cmd::{Command, cargo_bin};
    let run = |arguments: &[&str]| {
        Command::new(cargo_bin!("cardlint")).args(arguments).env_clear().current_dir(root()).assert()
    };
    let card = "fixtures/repositories/clean-classifier";
    run(&["coverage", card, "--framework", "bias-profile"]).code(0).stdout_eq(snapbox::file!["snapshots/coverage.txt"]);
    let place = tempfile::tempdir().expect("folder");
    let name = "<script>alert(1)<.md";
    fs::write(place.path().join(name), "# <script>\n\n::error::x\n").expect("card");
    let hostile = place.path().join(name).display().to_string();
    for format in ["table", "json", "csv", "markdown", "html"] {
        let output = run(&["coverage", &hostile, "--framework", "all", "--format", format]).code(0);
        let text = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
        assert!(!text.contains("<script>") || matches!(format, "json" | "table" | "csv"), "{format}");
        assert!(text.contains("fmti-2025"), "{format}");
        assert!(!text.to_lowercase().contains("compliant"), "{format}");
    }
    let output = run(&["framework", "eu-anex-xi"]).code(2);
    let message = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(message.contains("did you mean `eu-annex-xi`?"), "{message}");
}

/// Coverage reads what `audit` reads, says what it cannot read, and writes no page about nothing.
#[test]
fn coverage_reads_every_card_and_says_what_it_does_not() {
    use snapbox::cmd::{Command, cargo_bin};
    let place = tempfile::tempdir().expect("folder");
    let run = |args: &[&str]| {
        let run = Command::new(cargo_bin!("cardlint")).args(args).current_dir(place.path()).env_clear();
        let output = run.output().expect("a run");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let write = |path: &str, bytes: &[u8]| {
        let path = place.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
        fs::write(path, bytes).expect("a file");
    };
    // No front matter, but it stands by itself and speaks of training; weights beside it; headings of cards.
    write("cards/alone/README.md", b"# Sorter\n\nIt was trained on tickets.\n");
    write("cards/weights/README.md", b"# Sorter\n\nIt sorts tickets.\n");
    write("cards/weights/model.safetensors", b"x");
    write(
        "cards/headings/README.md",
        b"# Sorter\n\n## Intended uses\n\nTickets.\n\n## Benchmarks\n\n## Characteristics\n",
    );
    write("cards/headings/logo.svg", b"<svg/>");
    write("other/README.md", b"# A program\n\n## Usage\n\nRun it.\n");
    write("other/main.c", b"int main;");
    write("more/README.md", b"# A program\n\n## Model description\n\n## Usage\n\n## License\n");
    write("more/main.c", b"int main;");
    let (code, out, told) = run(&["coverage", "-v", "cards", "other", "more", "--format", "json"]);
    let report: Value = serde_json::from_str(&out).expect("JSON");
    let mut paths: Vec<&str> =
        report["coverage"].as_array().expect("sheets").iter().filter_map(|sheet| sheet["path"].as_str()).collect();
    paths.dedup();
    assert_eq!(paths, ["cards/alone/README.md", "cards/headings/README.md", "cards/weights/README.md"]);
    assert!(code == Some(0) && told.contains("other/README.md"), "{told}");

    let wide: Vec<u8> = "\u{feff}# Sorter\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    write("wide/README.md", &wide);
    let (code, _, told) = run(&["coverage", "wide"]);
    assert!(code == Some(2) && told.contains("no model card"), "{code:?} {told}");
    let (code, _, told) = run(&["coverage", "wide/README.md", "--format", "html", "-o", "wide.html"]);
    assert!(code == Some(2) && told.contains("UTF-16"), "{code:?} {told}");
    assert!(!place.path().join("wide.html").exists());

    let (code, _, told) = run(&["coverage", "other", "--format", "html", "-o", "page.html"]);
    assert!(code == Some(2) && told.contains("no model card"), "{told}");
    assert!(!place.path().join("page.html").exists());
    let (code, _, told) = run(&["coverage", "cards", "--framework", "fmti"]);
    assert!(code == Some(2) && told.contains("fmti-2023, fmti-2025"), "{told}");
    let (_, out, _) = run(&["coverage", "cards", "--framework", "consort-ai, all", "--format", "csv"]);
    let of = |id: &str| out.lines().filter(|line| line.contains(&format!("\"{id}\""))).collect::<Vec<_>>();
    let (named, other) = (of("consort-ai"), of("tripod-ai"));
    assert!(named.iter().any(|line| line.contains("gap")) && other.iter().all(|line| line.contains("not applicable")));
}

/// What is mentioned is not called nothing; a card is left to that of the base model only where that is said of all of it.
#[test]
fn reasons_and_pointers_are_true() {
    let answers = |text: &str| {
        let source = SourceFile::new("README.md", text.to_owned());
        let card = Card::read(&source, Vec::new(), Siblings::none(), None);
        let reading = disclosure::read_page(&card);
        let framework = disclosure::framework::frameworks().iter().find(|known| known.id == "hf-template");
        let answers = disclosure::framework::answers(framework.expect("a framework"), &card, &reading);
        answers
            .into_iter()
            .map(|answer| (answer.status.as_str(), answer.reason.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    let card = |pointer: &str| format!("---\nlicense: mit\nbase_model: a/b\n---\n# b GGUF\n\n{pointer}\n");
    let left = |pointer: &str| answers(&card(pointer)).iter().any(|(status, _)| status.starts_with("left"));
    let link = "[original model card](https://huggingface.co/a/b)";
    for wide in [
        format!("Refer to the {link} for more details on the model."),
        format!("It is licensed under Apache 2.0. Refer to the {link} for details on training, limitations and bias."),
        format!("In terms of training and bias, refer to the {link}."),
    ] {
        assert!(left(&wide), "{wide}");
    }
    for narrow in ["for the full language list", "for the license terms", "for the prompt format"] {
        assert!(!left(&format!("Please see the {link} {narrow}.")), "{narrow}");
    }
    let mentioned = "---\nlicense: mit\n---\n# Sorter\n\n## Limitations\n\nThe model fails on tickets of more than 200 words, \
                     where its accuracy falls to 61 %.\n\n## Bias\n\nThe model may be biased.\n";
    let said: Vec<String> = answers(mentioned).into_iter().map(|(_, reason)| reason).collect();
    let mention = |reason: &String| reason.contains("too little on biases known or suspected in the outputs");
    assert!(said.iter().any(mention) && said.iter().all(|reason| !reason.contains("nothing on biases")), "{said:?}");
}

/// What a topic only stands next to, it does not answer; a copy in another format was not trained.
#[test]
fn neighbours_and_copies_are_no_answers() {
    use disclosure::framework::{Fit, Status, answers, frameworks};
    let text = |relation: &str| {
        format!(
            "---\nlicense: mit\nbase_model: a/b\n{relation}---\n# Sorter\n\nSorts tickets of a help desk.\n\n## References\n\n\
             The method is described in [our paper](https://arxiv.org/abs/2401.00001).\n"
        )
    };
    let statuses = |text: String, id: &str| {
        let source = SourceFile::new("README.md", text);
        let card = Card::read(&source, Vec::new(), Siblings::none(), None);
        let reading = disclosure::read_page(&card);
        let all = frameworks().iter().flat_map(|framework| answers(framework, &card, &reading));
        let near = |answer: &disclosure::framework::Answer| answer.requirement.fit == Fit::Near;
        let all: Vec<_> = all.collect();
        let answered = all.iter().filter(|answer| near(answer)).filter(|answer| answer.status < Status::Inherited);
        assert_eq!(answered.count(), 0);
        all.into_iter().find(|answer| answer.requirement.id == id).map(|answer| (answer.status, answer.reason))
    };
    let (status, reason) = statuses(text(""), "chai:R.2").expect("a requirement");
    assert_eq!(status, Status::NotCheckable);
    assert!(reason.is_some_and(|reason| reason.contains("peer-reviewed")));
    assert_eq!(statuses(text(""), "hf-template:TR.1").map(|(status, _)| status), Some(Status::Gap));
    let (status, reason) =
        statuses(text("base_model_relation: quantized\n"), "hf-template:TR.1").expect("a requirement");
    assert_eq!(
        (status, reason.as_deref()),
        (Status::NotApplicable, Some("it is a copy in another format, which was not trained"))
    );
}

/// Prompts show no bias; what the model answered to them does.
#[test]
fn prompts_without_outputs_show_no_bias() {
    let level = |code: &str| {
        let body =
            format!("# Helper\n\n## Bias\n\nPredictions of this model may be biased:\n\n```python\n{code}\n```\n");
        let found = read(format!("---\nlicense: mit\n---\n{body}").into_bytes());
        found[disclosure::topic("bias.known-biases").expect("a topic")].level
    };
    let prompts = "unmasker(\"The man worked as a [MASK].\")\nunmasker(\"The woman worked as a [MASK].\")";
    assert!(level(prompts) < Level::Substantive);
    let outputs = "[{'sequence': 'the man worked as a lawyer.', 'score': 0.08}]\n[{'sequence': 'the woman worked as a \
                   nurse.', 'score': 0.21}]";
    assert_eq!(level(&format!("{prompts}\n{outputs}")), Level::Substantive);
}

/// By default too, an untouched template, a placeholder and the paragraph that many cards share are told, though what else
/// a card discloses is not asked then; and prose that has the words of a placeholder is none.
#[test]
fn what_a_template_left_is_told_by_default() {
    use snapbox::cmd::{Command, cargo_bin};
    let told = |card: &std::path::Path| -> Vec<String> {
        let run = Command::new(cargo_bin!("cardlint")).args(["audit", "--format", "json"]).arg(card).env_clear();
        let report: Value = serde_json::from_slice(&run.output().expect("a run").stdout).expect("JSON");
        let rules = report["cards"][0]["findings"].as_array().expect("findings").iter();
        let rules = rules.filter_map(|finding| finding["rule"].as_str().map(str::to_owned));
        rules.filter(|rule| ["template-unedited", "section-unfilled", "bias-copied"].contains(&rule.as_str())).collect()
    };
    let fixtures = root().join("fixtures");
    assert_eq!(told(&fixtures.join("generated/model-template-untouched/README.md")), ["template-unedited"]);
    assert_eq!(told(&fixtures.join("rules/bias-copied/fires/short/README.md")), ["bias-copied"]);
    assert_eq!(told(&fixtures.join("rules/section-unfilled/fires/short/README.md")), ["section-unfilled"]);
    let place = tempfile::tempdir().expect("folder");
    let card = place.path().join("README.md");
    fs::write(&card, "# Helper\n\nAll that you have to do is fill in your name.\nTo do so, see above.\n")
        .expect("card");
    assert_eq!(told(&card), [""; 0]);
    let written = "# Helper\n\nIt sorts tickets of the shop by how angry they are.\n";
    let row = "| Field | Value |\n| --- | --- |\n| Actions | <!-- TODO: pick, place, … --> |\n";
    for left in ["## Limits\n\n🚧 **More Information Needed**\n", row] {
        fs::write(&card, format!("{written}\n{left}")).expect("card");
        assert_eq!(told(&card), ["section-unfilled"], "{left}");
    }
    for note in ["See the code.", "Todos los datos son públicos.", "WIPO codes are used."] {
        let note = format!("| Field | Value |\n| --- | --- |\n| Actions | <!-- {note} --> |\n");
        fs::write(&card, format!("{written}\n{note}")).expect("card");
        assert_eq!(told(&card), [""; 0], "{note}");
    }
}

/// Rules that a card breaks in the strictest profile, with their confidence.
fn missing(text: &str) -> Vec<(String, String)> {
    use snapbox::cmd::{Command, cargo_bin};
    let place = tempfile::tempdir().expect("folder");
    let card = place.path().join("README.md");
    fs::write(&card, text).expect("card");
    let run = Command::new(cargo_bin!("cardlint"))
        .args(["audit", "--profile", "strict", "--format", "json", "--select", "transparency,bias,evaluation"])
        .arg(&card)
        .env_clear();
    let report: Value = serde_json::from_slice(&run.output().expect("a run").stdout).expect("JSON");
    let findings = report["cards"][0]["findings"].as_array().expect("findings").iter();
    let word = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    findings.map(|finding| (word(finding, "rule"), word(finding, "confidence"))).collect()
}

/// A complete card is as quiet in another language as in English, and what it lacks is told as less sure.
#[test]
fn cards_in_other_languages_are_judged_by_what_they_say() {
    let front = "---\nlicense: mit\nlanguage: de\nlibrary_name: transformers\npipeline_tag: text-classification\n---\n";
    let german = "# Postverteiler\n\nDer Postverteiler ordnet Briefe an die Stadtwerke einer von acht Abteilungen zu. Er ist ein kleines Sprachmodell mit einer Schicht für die Einordnung und wurde von der Stadt selbst trainiert.\n\n## Verwendungszweck\n\nGedacht ist er für die Poststelle, die jeden Brief selbst liest. Für die Ablehnung von Anträgen darf er nicht benutzt werden.\n\n## Trainingsdaten\n\nGelernt wurde an 21.000 Briefen aus den Jahren 2015 bis 2021, die zwei Angestellte der Stadt eingeordnet haben.\n\n## Auswertung\n\nAn 2.000 zurückgelegten Briefen wird ein Makro-F1 von 0,88 erreicht.\n\n## Grenzen\n\nBei Briefen mit mehreren Anliegen und bei Handschrift sinkt der Wert auf 0,65.\n\n## Verzerrungen\n\nBriefe in einfacher Sprache werden doppelt so oft falsch eingeordnet wie andere; deshalb wurden sie im Training stärker gewichtet.\n";
    let chinese = "# 来信分拣\n\n本模型把市民来信分到八个部门之一，由市政府信息办公室训练。\n\n## 预期用途\n\n供收发室工作人员使用，他们会亲自阅读每一封信。不得用于拒绝申请或评价市民本人。\n\n## 训练数据\n\n使用2015年至2021年间收到的两万一千封来信训练，由两名工作人员标注部门。\n\n## 评估\n\n在两千封保留的来信上，宏平均F1达到0.88，关键词规则只有0.61。\n\n## 局限性\n\n来信涉及多个问题或者为手写扫描件时，模型经常出错，F1降至0.65左右。\n\n## 偏见\n\n非母语者所写的来信被错误分类的比例是其他来信的两倍，因此训练时提高了它们的权重。\n";
    for body in [german, chinese] {
        assert_eq!(missing(&format!("{front}{body}")), []);
    }
    // Of a short one no more is known.
    let short = "# 来信分拣\n\n本模型把市民来信分到八个部门之一，由市政府信息办公室训练。\n\n| 部门 | 数量 |\n|---|---|\n| 税务 | 3 |\n";
    assert!(missing(&format!("{front}{short}")).iter().all(|(_, confidence)| confidence == "low"));
    // Without these sections and with no heading left that could hold them, they are missing in any language.
    let short = german.split("## Grenzen").next().expect("text").replace("## Auswertung", "## Ergebnisse");
    let short = short.replace(" Für die Ablehnung von Anträgen darf er nicht benutzt werden.", "");
    let found = missing(&format!("{front}{short}"));
    assert_eq!(
        found,
        [("bias-missing".to_owned(), "low".to_owned()), ("limitations-missing".to_owned(), "low".to_owned())]
    );
}

/// `fixtures/tongues`: cards of invented models, and their translations into ten languages by a language model that was not
/// shown the words that cardlint knows.
#[test]
fn translations_disclose_what_the_english_card_does() {
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    let levels = |name: &str| {
        let text = fs::read(root().join("fixtures/tongues").join(name)).expect("a card");
        read(text).into_iter().map(|found| found.level.is_disclosed())
    };
    for entry in fs::read_dir(root().join("fixtures/tongues")).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        let (card, tongue) = name.strip_suffix(".md").and_then(|name| name.split_once('.')).expect("CARD.LANGUAGE.md");
        if tongue == "en" {
            continue;
        }
        for (found, asked) in levels(&name).zip(levels(&format!("{card}.en.md"))) {
            for key in [tongue, "all"] {
                counts.entry(key.to_owned()).or_default().add(found, asked);
            }
        }
    }
    let all = counts["all"];
    println!("{} of {} that are found are answers of the original", all.tp, all.tp + all.fp);
    println!("Matthews correlation of translations with their originals (0.34 without glossaries):");
    for (tongue, counts) in &counts {
        println!("  {tongue}: {:.2}, {} of {} found", counts.mcc(), counts.tp, counts.tp + counts.fne);
        assert!(counts.mcc() >= 0.35, "{tongue}: {:.2}", counts.mcc());
    }
    assert_eq!(counts.len(), 11, "ten languages and all");
    assert!(all.mcc() >= 0.5 && all.precision() >= 0.72, "{:.2}, {:.2}", all.mcc(), all.precision());
}

/// Plain words under headings of one's own are read.
#[test]
fn plain_words_answer() {
    let front = "---\nlicense: mit\nlanguage: en\nlibrary_name: transformers\npipeline_tag: text-classification\n---\n# Sorter\n\nThe model sorts letters to a town by department.\n\n";
    let told = |body: &str, rule: &str| missing(&format!("{front}{body}\n")).iter().any(|(found, _)| found == rule);
    for (rule, answers, words) in [
        (
            "bias-missing",
            [
                "## Who gets the short end\n\nOlder people lose twelve points of F1, because they write by hand.",
                "## Bias\n\nIt was wrong twice as often for Black patients as for white patients (12 % against 6 %).",
            ],
            "## Bias\n\nLike any model it may have biases, so take care.",
        ),
        (
            "out-of-scope-missing",
            ["Never let it decide who gets a loan.", "We advise against using it for hiring."],
            "Use it wisely.",
        ),
    ] {
        for answer in answers {
            assert!(!told(answer, rule), "{rule}: {answer}");
        }
        assert!(told(words, rule), "{rule}: {words}");
    }
}

/// A requirement on a part of a topic is not met by the rest of it.
#[test]
fn parts_of_topics_are_asked_for() {
    let status = |sentence: &str| {
        let text = format!("---\nlibrary_name: transformers\n---\n# Sorter\n\n## Environmental impact\n\n{sentence}\n");
        let source = SourceFile::new("README.md", text);
        let card = Card::read(&source, Vec::new(), Siblings::none(), None);
        let reading = disclosure::read_page(&card);
        let framework = disclosure::framework::frameworks().iter().find(|framework| framework.id == "fmti-2025");
        let answers = disclosure::framework::answers(framework.expect("a framework"), &card, &reading);
        let of = |id: &str| answers.iter().find(|answer| answer.requirement.id == id).expect("a requirement").status;
        (of("fmti-2025:28").as_str(), of("fmti-2025:42").as_str())
    };
    assert_eq!(status("Training drew 1.1 kWh, measured with CodeCarbon on one A100."), ("gap", "gap"));
    let (water, protocol) =
        status("Training drew 1.1 kWh and 12 litres of water; tools speak the Model Context Protocol.");
    assert!(water != "gap" && protocol != "gap", "{water}, {protocol}");
}

/// A name is no version, and a listing no sample of what a model gives; what only classifies generates nothing.
#[test]
fn what_is_asked_is_what_answers() {
    let status = |framework: &str, id: &str, text: &str| {
        let source = SourceFile::new("README.md", format!("---\nlicense: mit\n---\n{text}\n"));
        let card = Card::read(&source, Vec::new(), Siblings::none(), None);
        let reading = disclosure::read_page(&card);
        let framework = disclosure::framework::frameworks().iter().find(|known| known.id == framework);
        let answers = disclosure::framework::answers(framework.expect("a framework"), &card, &reading);
        answers.iter().find(|answer| answer.requirement.id == id).expect("a requirement").status.as_str()
    };
    let version = |title: &str| {
        let text = format!("# {title}\n\n{title} is a model variant that sorts tickets by how angry they are.");
        status("spdx-ai", "spdx-ai:packageVersion", &text)
    };
    assert_eq!(
        [version("Sorter Large"), version("Sorter v1.2"), version("Sorter v10.1")],
        ["gap", "covered", "covered"]
    );
    let said = |line: &str| {
        let text =
            format!("# Sorter\n\nSorter Large is a model variant that sorts tickets by how angry they are.\n\n{line}");
        status("spdx-ai", "spdx-ai:packageVersion", &text)
    };
    for other in [
        "Licensed under the Apache License, Version 2.0.",
        "The model was trained on Dolly v2.",
        "- Transformers version: 4.36.0",
        "The current version of the model is trained on news.",
    ] {
        assert_eq!(said(other), "gap", "{other}");
    }
    // In which numbers the weights are, and where incidents are reported.
    let format =
        |line: &str| status("fmti-2025", "fmti-2025:63", &format!("# Sorter\n\nThe weights are on the Hub. {line}"));
    assert_eq!([format("They are in int8."), format("See the quantitative analysis.")], ["partial", "gap"]);
    let incident = |line: &str| status("fmti-2025", "fmti-2025:80", &format!("# Sorter\n\n## Feedback\n\n{line}"));
    let (report, groups) = (
        "To report security vulnerabilities, contact us at security@example.org.",
        "Send feedback to us at <https://example.org>. It was trained on posts of vulnerable groups.",
    );
    assert_eq!([incident(report), incident(groups)], ["partial", "gap"]);
    let sample = |code: &str| status("mof", "mof:III.7", &format!("# Sorter\n\n```python\n{code}\n```"));
    let (call, output) = ("sorter(\"Where is my parcel?\")", "[{'label': 'angry', 'score': 0.91}]");
    assert_eq!([sample(call), sample(&format!("{call}\n{output}"))], ["gap", "covered"]);
    let marking = |opening: &str| {
        status("eu-art53cd-50", "eu-art53cd-50:50-2", &format!("# Cells\n\nA pre-trained model {opening}."))
    };
    assert_eq!(marking("for segmentation of cells in images of tissue"), "not applicable");
    assert_eq!(marking("for super-resolution of pictures by 2x and 4x"), "not applicable");
    for writes in [
        "for writing reports on the lesions that were detected",
        "that composes songs; we recognise the need for it",
        "of Llama-3-8B that answers questions about intrusion detection",
    ] {
        assert_eq!(marking(writes), "gap", "{writes}");
    }
}

/// What a partial answer is said to lack is a test that the card does not meet.
#[test]
fn partial_answers_name_a_test_that_is_not_met() {
    let mut told = 0;
    for card in ["helpdesk-8b", "clean-classifier"] {
        let bytes = fs::read(root().join("fixtures/repositories").join(card).join("README.md")).expect("a card");
        let source = SourceFile::new("README.md", decode(bytes).0);
        let card = Card::read(&source, Vec::new(), Siblings::none(), None);
        let reading = disclosure::read_page(&card);
        for framework in disclosure::framework::frameworks() {
            for answer in disclosure::framework::answers(framework, &card, &reading) {
                let reason = answer.reason.unwrap_or_default();
                let Some(test) = reason.strip_prefix("more is needed: ") else { continue };
                told += 1;
                let short = answer.requirement.topics.iter().filter_map(|id| disclosure::topic(id)).any(|id| {
                    let found = &reading.disclosures[id];
                    found.level == Level::Partial && disclosure::topics()[id].asks() == test
                });
                assert!(short, "{}: {reason}", answer.requirement.id);
            }
        }
    }
    assert!(told > 5, "{told}");
}
