//! What is said of cards that the Hub's own tools make (`scripts/readers/generate.py`): what they leave
//! open is told, and nothing that they write themselves is an error.

mod common;

use common::{audit_folder, folders, root};

#[test]
fn findings_on_generated_cards() {
    let cases = folders(&root().join("fixtures/generated"));
    assert!(cases.len() >= 8);
    let mut lines = Vec::new();
    for case in cases {
        let audit = audit_folder(&case);
        lines.push(format!("{} ({})", case.file_name().expect("name").to_string_lossy(), audit.kind.as_str()));
        for finding in &audit.findings {
            let shown = audit.source(finding).slice(finding.span);
            lines.push(format!("  {} {} at {shown:?}", finding.severity.as_str(), finding.rule.id));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}
