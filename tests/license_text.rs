//! Identifying licence texts: the reference texts of the spdx crate, and copies as people edit them.

mod common;

use cardlint::facts::restrictions::added_to;
use cardlint::license;
use cardlint::license::text::{Likeness, identify, is_license_file, known};

/// Licences whose text is known both to us and to the spdx crate.
fn references() -> Vec<(&'static str, &'static str)> {
    let texts = spdx::text::LICENSE_TEXTS;
    let found: Vec<_> = known()
        .filter_map(|license| {
            let spdx = license.spdx.as_deref()?;
            let (_, text) = texts.iter().find(|(name, _)| *name == spdx)?;
            // The SPDX text goes on with all of GPL-3.0: see below.
            if license.id == "lgpl-3.0" {
                return None;
            }
            Some((license.id.as_str(), *text))
        })
        .collect();
    assert!(found.len() > 45, "only {} texts", found.len());
    found
}

fn assert_identified(id: &str, text: &str, how: &str) {
    match identify(text) {
        Some(found) if found.license.id == id && found.likeness == Likeness::Same => {}
        other => panic!("{id}, {how}: {:?}", other.map(|found| (&found.license.id, found.likeness, found.score))),
    }
}

#[test]
fn reference_texts_are_identified() {
    for (id, text) in references() {
        assert_identified(id, text, "as it is");
    }
}

#[test]
fn edited_copies_are_identified() {
    for (id, text) in references() {
        let rewrapped =
            text.split_whitespace().collect::<Vec<_>>().chunks(9).map(|line| line.join(" ")).collect::<Vec<_>>();
        assert_identified(id, &rewrapped.join("\n"), "wrapped anew");
        assert_identified(
            id,
            &format!("# Licence\n\nCopyright (c) 2019-2024 Acme Robotics GmbH\n\n{text}"),
            "with a heading and a holder",
        );
        let quoted: Vec<String> = text.lines().map(|line| format!("> {line}")).collect();
        assert_identified(id, &quoted.join("\r\n"), "as a Markdown quotation with CRLF");
        assert_identified(id, &text.to_uppercase(), "in capitals");
    }
}

/// A text that asks for more is never taken for the licence that it began as.
#[test]
fn changed_texts_are_not_taken_for_the_plain_ones() {
    let clauses = [
        "If the Software is used by more than 100 million monthly active users, you shall prominently display its name.",
        "The Software may be used for non-commercial research purposes only.",
        "Use of the Software is subject to the Acceptable Use Policy of the licensor, which may change.",
    ];
    let mut tried = 0;
    for (id, text) in references() {
        if !["mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "isc", "zlib"].contains(&id) {
            continue;
        }
        for clause in clauses {
            let found = identify(&format!("{text}\n\n{clause}\n"));
            let same = found.is_some_and(|found| found.likeness == Likeness::Same);
            assert!(!same, "{id} with \"{clause}\"");
            tried += 1;
        }
    }
    assert!(tried >= 18);
}

/// No text that allows commercial use forbids it itself, and a sentence that does is found in each.
#[test]
fn what_is_added_is_no_part_of_the_text() {
    let limits = [license::Atom::NonCommercial, license::Atom::ResearchOnly];
    let mut tried = 0;
    for (id, text) in references() {
        let license = license::find(id).expect("a licence of ours");
        if license.terms.iter().any(|term| limits.contains(&term.atom)) {
            continue;
        }
        let permissive = license.class == license::Class::Permissive;
        assert_eq!(added_to(text, permissive), None, "{id}");
        let clause = "The licensee may not use the work for commercial purposes.";
        assert!(added_to(&format!("{text}\n\n{clause}\n"), permissive).is_some(), "{id}");
        tried += 1;
    }
    assert!(tried > 35, "only {tried}");
}

#[test]
fn other_texts_are_nothing() {
    for text in ["", "MIT", "See the LICENSE file.", &"All rights reserved. ".repeat(200), &"word ".repeat(50_000)] {
        assert!(identify(text).is_none(), "{:?}", &text[..text.len().min(40)]);
    }
    let readme = std::fs::read_to_string(common::root().join("README.md")).expect("README");
    assert!(identify(&readme).is_none());
}

#[test]
fn lesser_licence_before_the_general_one_is_not_the_general_one() {
    let (_, text) = spdx::text::LICENSE_TEXTS.iter().find(|(name, _)| *name == "LGPL-3.0-only").expect("text");
    let found = identify(text).expect("near to something");
    assert!(found.license.id != "gpl-3.0" || found.likeness != Likeness::Same);
    let own = text.split("GNU GENERAL PUBLIC LICENSE\n").next().expect("its own part");
    assert_identified("lgpl-3.0", own, "alone");
}

#[test]
fn names_of_licence_files() {
    for name in
        ["LICENSE", "license.txt", "LICENCE.md", "COPYING", "LICENSE-APACHE-2.0", "MODEL_LICENSE.md", "Unlicense"]
    {
        assert!(is_license_file(name), "{name}");
    }
    for name in ["license.py", "my-license.md", "LICENSES.json", "README.md", "NOTICE"] {
        assert!(!is_license_file(name), "{name}");
    }
}
