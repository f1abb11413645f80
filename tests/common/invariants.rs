//! What holds for every input, however hostile: shared by the property tests, the hostile inputs and
//! the fuzz targets.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use cardlint::card::front_matter;
use cardlint::engine::{self, Audit, Input, Rules, Settings};
use cardlint::markdown;
use cardlint::report::{Format, Run, Style, Summary, Writer};
use cardlint::repository::Files;
use cardlint::rule::Profile;
use cardlint::text::{SourceFile, Span, Unit, safe};
use cardlint::yaml::{self, Kind, reading};

/// Inside `text`, start before end, both on character boundaries.
fn assert_span(text: &str, span: Span, what: &str) {
    let range = span.range();
    assert!(range.start <= range.end && range.end <= text.len(), "{what}: {span:?} in {} bytes", text.len());
    assert!(
        text.is_char_boundary(range.start) && text.is_char_boundary(range.end),
        "{what}: {span:?} cuts a character"
    );
}

/// The line and column of `offset`, counted anew.
fn recount(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let mut lines = 1;
    let mut start = 0;
    let bytes = before.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        let ends = byte == b'\n' || (byte == b'\r' && text.as_bytes().get(at + 1) != Some(&b'\n'));
        if ends {
            lines += 1;
            start = at + 1;
        }
    }
    (lines, before[start..].chars().count() + 1)
}

/// Front matter: what is found lies inside.
pub fn front_matter(text: &str) {
    let (top, parsed) = front_matter::find(text);
    assert_span(text, top.yaml, "yaml");
    assert_eq!(parsed.is_some(), top.block.is_some());
    for trap in &top.traps {
        assert_span(text, trap.span, "trap");
    }
    if let Some(Err(error)) = parsed {
        assert_span(text, error.span, "syntax error");
    }
}

/// YAML: every span is inside, plain scalars of one line are what their span says, and both readers
/// give an answer, the same by the short and the long way.
pub fn yaml(text: &str) {
    let Ok(document) = yaml::parse(text, 0) else { return };
    for id in document.ids() {
        let node = document.node(id);
        assert_span(text, node.span, "node");
        if let Kind::Scalar { value, style: yaml::Style::Plain } = &node.kind
            && !text[node.span.range()].contains(['\n', '\r'])
        {
            assert_eq!(
                text[node.span.range()].trim_end_matches([' ', '\t']),
                value.as_ref(),
                "a plain scalar is its source"
            );
        }
    }
    for comment in &document.comments {
        assert_span(text, comment.span, "comment");
    }
    for reader in [reading::Reader::Python, reading::Reader::JavaScript] {
        let long = reading::read(&document, text, 0, reader).map(|_| ());
        assert_eq!(reading::check(&document, text, 0, reader), long, "{reader:?}");
        if let Err(refusal) = long {
            assert_span(text, refusal.span, "refusal");
        }
    }
    // A schema says the same of the tree as of its copy in JSON.
    if let Some(root) = document.root() {
        let copy = yaml::project::to_json(&document, root);
        for name in ["model-card", "dataset-card"] {
            let schema = cardlint::schema::embedded(name);
            let (here, there) = (schema.violations(&document, root), schema.violations_of(&copy));
            assert_eq!(format!("{here:?}"), format!("{there:?}"), "{name}");
        }
    }
}

/// Markdown: every part of the outline lies inside, headings in order.
pub fn outline(text: &str) {
    let outline = markdown::outline(text, 0);
    for heading in &outline.headings {
        assert_span(text, heading.span, "heading");
        assert_span(text, heading.section, "section");
        assert!((1..=6).contains(&heading.level));
    }
    assert!(outline.headings.windows(2).all(|pair| pair[0].span.start <= pair[1].span.start), "headings in order");
    for link in outline.links.iter().chain(&outline.images) {
        assert_span(text, link.span, "link");
    }
    for span in outline.tables.iter().flat_map(|table| table.rows.iter().flatten()) {
        assert_span(text, *span, "cell");
    }
    for span in outline.code.iter().map(|code| code.span).chain(outline.comments.iter().copied()) {
        assert_span(text, span, "code or comment");
    }
}

/// The whole audit, and all that is written of it.
pub fn audit(bytes: &[u8]) -> Audit {
    audit_with(bytes, None)
}

/// Likewise, with the files of a repository.
pub fn audit_with(bytes: &[u8], files: Option<&dyn Files>) -> Audit {
    let rules = Rules::new(Profile::named("strict").expect("a profile"), &[], &[]).expect("no words to get wrong");
    let settings = Settings { rules, ..Settings::default() };
    let input = Input { name: "README.md".to_owned(), bytes: bytes.to_vec(), kind: None, home: None, files };
    let audit = engine::audit(input, &settings, false).expect("an explicit file is always audited");
    for finding in &audit.findings {
        let source = audit.source(finding);
        let what = &finding.rule.id;
        assert_span(source.text(), finding.span, what);
        assert_location(source, finding.span);
        for related in &finding.related {
            assert_span(source.text(), related.span, what);
        }
        if let Some(fix) = &finding.fix {
            assert!(!fix.edits.is_empty(), "{what}: a fix that does nothing");
            for edit in &fix.edits {
                assert_span(source.text(), edit.span, what);
            }
            assert!(fix.edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{what}: edits overlap");
        }
        assert!(!finding.message.is_empty() && !finding.message.ends_with('.'), "{what}: {}", finding.message);
        assert!(!finding.fingerprint.is_empty());
    }
    reports(&audit);
    audit
}

/// Line and column lead back to the byte.
fn assert_location(source: &SourceFile, span: Span) {
    // Counting anew is slow.
    if source.text().len() > 20_000 {
        return;
    }
    let (start, end) = source.location(span, Unit::CodePoint);
    assert_eq!((start.line, start.column), recount(source.text(), span.start as usize));
    assert_eq!((end.line, end.column), recount(source.text(), span.end as usize));
}

/// Nothing of a card reaches an output that the medium would obey.
fn reports(audit: &Audit) {
    for &(name, format) in Format::ALL {
        let style = Style::default();
        let run = Run {
            profile: Profile::named("strict").expect("a profile"),
            root_uri: "file:///".to_owned(),
            statistics: false,
        };
        let mut summary = Summary::default();
        summary.add(audit);
        let mut out = Vec::new();
        let mut writer = Writer::new(format, style.clone(), run, &mut out);
        writer.add(format.card(audit, &style)).expect("memory");
        writer.finish(&summary).expect("memory");
        let text = String::from_utf8(out).expect("reports are UTF-8");
        if let Some(c) = text.chars().find(|c| safe::is_unsafe(*c) && *c != '\n') {
            panic!("{name} lets U+{:04X} pass", u32::from(c));
        }
        assert!(!text.contains("##["), "{name} lets a workflow command pass");
        let forged = text.lines().filter(|line| line.trim_start().starts_with("::"));
        let own = if format == Format::Github { audit.findings.len() } else { 0 };
        assert!(forged.count() <= own + 1, "{name} lets a workflow command pass");
        if matches!(format, Format::Json | Format::Sarif) {
            serde_json::from_str::<serde_json::Value>(&text).expect(name);
        }
    }
}

/// Files in memory, and how much of them was read.
#[derive(Default)]
pub struct Memory {
    pub files: BTreeMap<String, Vec<u8>>,
    /// Bytes that a file has besides, all zero.
    pub more: u64,
    pub read: AtomicU64,
}

impl Files for Memory {
    fn names(&self, folder: &str) -> Vec<String> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let below = self.files.keys().filter_map(|path| path.strip_prefix(&prefix));
        below.filter_map(|path| path.split('/').next()).map(str::to_owned).collect()
    }

    fn size(&self, path: &str) -> Option<u64> {
        self.files.get(path).map(|bytes| bytes.len() as u64 + self.more)
    }

    fn read(&self, path: &str, from: u64, length: usize) -> Option<Vec<u8>> {
        let bytes = self.files.get(path)?;
        let size = bytes.len() as u64 + self.more;
        let left = size.saturating_sub(from).min(length as u64);
        self.read.fetch_add(left, Ordering::Relaxed);
        let at = |offset: u64| usize::try_from(offset).ok().and_then(|offset| bytes.get(offset)).copied().unwrap_or(0);
        Some((from..from + left).map(at).collect())
    }
}

/// Names of the files that each reader is for.
const READ: &[(&str, &[&str])] = &[
    ("gguf", &["model.gguf"]),
    ("safetensors", &["model.safetensors", "model.safetensors.index.json"]),
    (
        "records",
        &[
            "config.json",
            "adapter_config.json",
            "tokenizer_config.json",
            "trainer_state.json",
            "eval_results.json",
            "emissions.csv",
            "requirements.txt",
            ".gitattributes",
            "vocab.txt",
            "mergekit_config.yml",
        ],
    ),
];

/// A card that claims what the files could say otherwise.
const CLAIMS: &str = "---\nlicense: mit\nlibrary_name: timm\npipeline_tag: text-generation\nlanguage: [ta, ru]\nbase_model: a/b\nbase_model_relation: quantized\ndatasets: a/c\nco2_eq_emissions:\n  emissions: 5\n---\n# a 7B 4bit\n\n- Parameters: 7B\n- Tensor type: BF16\n- Context length: 8K\n- Vocabulary size: 32k\n- num_epochs: 3\n- learning_rate: 1e-5\n- accuracy: 0.5\n\n[x](y.md)\n";

/// A repository whose files of a reader all hold the same bytes.
pub fn repository(reader: &str, bytes: &[u8]) -> Audit {
    let names = READ.iter().filter(|(known, _)| *known == reader).flat_map(|(_, names)| *names);
    let files = names.map(|name| ((*name).to_owned(), bytes.to_vec())).collect();
    let memory = Memory { files, ..Memory::default() };
    audit_with(CLAIMS.as_bytes(), Some(&memory))
}
