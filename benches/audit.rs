//! The audit in memory against the bare cost of parsing the same bytes: `cargo bench`.
//!
//! `bare_parsing` is what nobody can do without: `pulldown-cmark` over the body and the YAML event
//! parser over the front matter. `whole_audit` must stay within 2.5 times of it (benches/README.md).

use std::fs;
use std::path::{Path, PathBuf};

use cardlint::card::split::split;
use cardlint::card::{Card, Siblings};
use cardlint::engine::{self, Input, Settings};
use cardlint::report::{Format, Style};
use cardlint::text::SourceFile;
use cardlint::yaml::reading::Reader;
use pulldown_cmark::{Options, Parser};

fn main() {
    divan::main();
}

/// The cards of the corpus, or of the fixtures where there is none.
fn cards() -> Vec<(String, Vec<u8>)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let corpus = root.join("../shared/corpus");
    let mut files = Vec::new();
    if corpus.is_dir() {
        collect(&corpus.join("models"), &mut files);
        collect(&corpus.join("datasets"), &mut files);
    } else {
        collect(&root.join("fixtures"), &mut files);
    }
    files.sort();
    files.into_iter().map(|path| (path.display().to_string(), fs::read(&path).expect("a card"))).collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.file_name().is_some_and(|name| name == "README.md") {
            into.push(path);
        }
    }
}

fn parse_bare(text: &str) -> usize {
    let block = split(text, Reader::JavaScript);
    let body = block.map_or(0, |block| block.close.end as usize);
    let mut events = 0;
    if let Some(block) = block {
        let yaml = &text[block.yaml.range()];
        events += granit_parser::Parser::new_from_str(yaml).take_while(Result::is_ok).count();
    }
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    events + Parser::new_ext(&text[body..], options).into_offset_iter().count()
}

#[divan::bench(sample_count = 10)]
fn bare_parsing(bencher: divan::Bencher<'_, '_>) {
    let texts: Vec<String> = cards().into_iter().filter_map(|(_, bytes)| String::from_utf8(bytes).ok()).collect();
    bencher.bench(|| texts.iter().map(|text| parse_bare(text)).sum::<usize>());
}

/// What cards disclose, without the reading of the cards: at most as long as bare parsing.
#[divan::bench(sample_count = 10)]
fn disclosure(bencher: divan::Bencher<'_, '_>) {
    let sources: Vec<SourceFile> = cards()
        .into_iter()
        .filter_map(|(name, bytes)| Some(SourceFile::new(name, String::from_utf8(bytes).ok()?)))
        .collect();
    let cards: Vec<Card<'_>> =
        sources.iter().map(|source| Card::read(source, Vec::new(), Siblings::none(), None)).collect();
    bencher
        .bench_local(|| cards.iter().map(|card| cardlint::disclosure::read_page(card).unfilled.len()).sum::<usize>());
}

fn audit(cards: Vec<(String, Vec<u8>)>, format: Option<Format>) -> usize {
    let (settings, style) = (Settings::default(), Style::default());
    let mut findings = 0;
    for (name, bytes) in cards {
        let input = Input { name, bytes, kind: None, home: None, files: None };
        if let Some(audit) = engine::audit(input, &settings, false) {
            findings += audit.findings.len();
            if let Some(format) = format {
                divan::black_box(format.card(&audit, &style));
            }
        }
    }
    findings
}

#[divan::bench(sample_count = 10)]
fn whole_audit(bencher: divan::Bencher<'_, '_>) {
    let cards = cards();
    // An audit takes the bytes that it reads: copies of them are no part of it.
    bencher.with_inputs(|| cards.clone()).bench_values(|cards| audit(cards, None));
}

#[divan::bench(sample_count = 10)]
fn whole_audit_and_ndjson(bencher: divan::Bencher<'_, '_>) {
    let cards = cards();
    bencher.with_inputs(|| cards.clone()).bench_values(|cards| audit(cards, Some(Format::Ndjson)));
}

#[divan::bench(sample_count = 10)]
fn whole_audit_and_sarif(bencher: divan::Bencher<'_, '_>) {
    let cards = cards();
    bencher.with_inputs(|| cards.clone()).bench_values(|cards| audit(cards, Some(Format::Sarif)));
}
