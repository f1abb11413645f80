//! Properties of every input, checked on generated cards.

mod common;
#[allow(dead_code, reason = "each user of the invariants needs a part of them")]
#[path = "common/invariants.rs"]
mod invariants;

use std::fs;

use cardlint::engine::Audit;
use common::{audit_bytes, fired, folders, root};
use proptest::prelude::*;

/// Pieces of cards that meet in odd ways.
const LINES: &[&str] = &[
    "---",
    "--- ",
    " ---",
    "----",
    "...",
    "",
    " ",
    "\t",
    "license: mit",
    "licence: MIT",
    "license: [mit, other]",
    "language: no",
    "language:",
    "- en",
    "- 'é'",
    "tags: [a, a, 😀]",
    "tags: &t [x]",
    "datasets: *t",
    "<<: *t",
    "base_model: a/b",
    "base_model_relation: fine-tune",
    "model-index:",
    "- name: x",
    "  results:",
    "  - task: {type: text-generation}",
    "    dataset: {name: d, type: d}",
    "    metrics: [{type: accuracy, value: 91}, {type: accuracy, value: 0.91}]",
    "key: |",
    "  block",
    "key: >-",
    "key: \"a\\",
    "  b\"",
    "? a",
    ": b",
    "!!python/tuple [1]",
    "co2_eq_emissions: 3 kg",
    "widget: {{ x }}",
    "{a: b, c: [d, {e: f}]}",
    "1e3: 017",
    "2024-02-30: yes",
    "# Title",
    "## Bias, Risks, and Limitations",
    "Title",
    "=====",
    "**Bold:**",
    "<h2>HTML <b>heading</b></h2>",
    "<!-- comment",
    "-->",
    "<!-- ::error::x -->",
    "| a | b |",
    "|---|---|",
    "| 1 | [x](y) |",
    "```python",
    "```",
    "[link](http://x.y \"t\")",
    "![i](c.png)",
    "text ##[error]x",
    "::error::forged",
    "\u{1b}[31mred\u{202e}",
    "\u{feff}",
    "\u{2028}",
    "\u{0}",
    "[a]: b",
    "> quote",
    "- item",
    "## Données d’entraînement",
    "Le modèle a été entraîné sur des lettres de la ville, et il ne doit pas être utilisé pour décider.",
    "模型在两千封来信上训练，不得用于评价市民。",
]; // fmt: skip

fn card() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        8 => prop::sample::select(LINES).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
        1 => "[ -~\t]{0,16}",
    ];
    let end = prop_oneof![20 => Just("\n"), 2 => Just("\r\n"), 1 => Just("\r")];
    (any::<bool>(), prop::collection::vec((line, end), 0..24)).prop_map(|(fenced, lines)| {
        let body: String = lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect();
        if fenced { format!("---\n{body}---\n# X\n") } else { body }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everything_holds_for_cards(text in card()) {
        invariants::front_matter(&text);
        invariants::yaml(&text);
        invariants::outline(&text);
        invariants::audit(text.as_bytes());
    }

    #[test]
    fn everything_holds_for_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        invariants::audit(&bytes);
        let fenced = [b"---\n".as_slice(), &bytes, b"\n---\n# X\n"].concat();
        invariants::audit(&fenced);
    }

    /// What stands below the front matter does not change what is said about it.
    #[test]
    fn body_leaves_the_metadata_findings(text in card()) {
        let fenced = format!("---\nlicense: mit\nlicence: mit\n---\n# X\n\n{}", text.replace("---", "- -"));
        let audit = invariants::audit(fenced.as_bytes());
        prop_assert!(fired(&audit).contains(&"key-unknown"));
    }
}

/// The cards of all fixtures of rules.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let mut cards = Vec::new();
    for rule in folders(&root().join("fixtures/rules")) {
        for case in folders(&rule.join("fires")).into_iter().chain(folders(&rule.join("silent"))) {
            let name = case.strip_prefix(root()).expect("below").display().to_string();
            cards.push((name, fs::read(case.join("README.md")).expect("card")));
        }
    }
    cards
}

/// Rules and the text that they name, in which line ends do not count.
fn shown(audit: &Audit) -> Vec<(String, String)> {
    let mut all: Vec<_> = audit
        .findings
        .iter()
        .map(|f| (f.rule.id.clone(), audit.source(f).slice(f.span).split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect();
    all.sort();
    all
}

#[test]
fn line_ends_and_marks_change_nothing() {
    for (name, bytes) in fixtures() {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        // Cards about these very things; `---` after `---` is seen as a block only with CRLF.
        if text.contains(['\r', '\u{feff}', '\0'])
            || ["line-ends", "bom", "lfs", "encoding", "front-matter-empty"].iter().any(|word| name.contains(word))
        {
            continue;
        }
        // Long enough for what is read by the paragraph, and without a word on anything.
        let text = if text.ends_with('\n') { text + &"\nThe river rises in March.\n".repeat(120) } else { text };
        let plain = shown(&audit_bytes("README.md", text.clone().into_bytes(), None));
        let crlf = shown(&audit_bytes("README.md", text.replace('\n', "\r\n").into_bytes(), None));
        assert_eq!(crlf, plain, "{name} with CRLF");
        if text.starts_with("---\n") {
            let mut marked = shown(&audit_bytes("README.md", format!("\u{feff}{text}").into_bytes(), None));
            marked.retain(|(rule, _)| rule != "front-matter-bom");
            assert_eq!(marked, plain, "{name} with a byte-order mark");
        }
    }
}

/// A fix ends its finding, brings no new error, and leaves the rest of the file alone.
#[test]
fn fixes_mend() {
    let mut mended = 0;
    for (name, bytes) in fixtures() {
        let before = audit_bytes("README.md", bytes, None);
        for finding in before.findings.iter().filter(|finding| finding.file == 0) {
            let Some(fix) = &finding.fix else { continue };
            let mut text = before.sources[0].text().to_owned();
            for edit in fix.edits.iter().rev() {
                text.replace_range(edit.span.range(), &edit.replacement);
            }
            let after = audit_bytes("README.md", text.clone().into_bytes(), Some(before.kind));
            let same = |audit: &Audit| {
                audit.findings.iter().filter(|f| f.rule.id == finding.rule.id && f.message == finding.message).count()
            };
            assert!(
                same(&after) < same(&before),
                "{name}: {} is still there after {:?}\n{text}",
                finding.rule.id,
                fix.title
            );
            let errors = |audit: &Audit| audit.findings.iter().filter(|f| f.severity.as_str() == "error").count();
            assert!(errors(&after) <= errors(&before), "{name}: {} brings an error\n{text}", finding.rule.id);
            mended += 1;
        }
    }
    assert!(mended > 35, "only {mended} fixes were tried");
}
