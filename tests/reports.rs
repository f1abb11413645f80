//! Machine-readable reports against their schemas, and what the schemas do not say.

mod common;

use std::fs;

use cardlint::engine::Audit;
use cardlint::report::{Format, Run, Style, Summary, Writer};
use cardlint::rule::Profile;
use common::{audit_bytes, audit_folder, corpus, corpus_cards, folders, root};
use serde_json::Value;

/// The faulty repository and every card of the rules' fixtures: all rules, all sorts of places.
fn audits() -> Vec<Audit> {
    let mut all = vec![audit_folder(&root().join("fixtures/repositories/helpdesk-8b"))];
    for rule in folders(&root().join("fixtures/rules")) {
        for case in folders(&rule.join("fires")) {
            all.push(audit_folder(&case));
        }
    }
    assert!(all.len() > 100, "the fixtures are gone");
    all
}

/// The whole report as the command line writes it.
fn report(format: Format, audits: &[Audit], errors: &[(&str, &str)]) -> String {
    let run = Run {
        profile: Profile::named("strict").expect("a profile"),
        root_uri: "file:///work/".to_owned(),
        statistics: false,
    };
    let mut out = Vec::new();
    let mut writer = Writer::new(format, Style::default(), run, &mut out);
    let mut summary = Summary::default();
    for audit in audits {
        summary.add(audit);
        writer.add(format.card(audit, &Style::default())).expect("memory");
    }
    summary.errors = errors.iter().map(|&(path, why)| (path.to_owned(), why.to_owned())).collect();
    writer.finish(&summary).expect("memory");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::options().offline().should_validate_formats(true).build(schema).expect("a schema")
}

fn read(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(root().join(path)).expect(path)).expect("JSON")
}

fn assert_valid(validator: &jsonschema::Validator, document: &Value) {
    let faults: Vec<String> =
        validator.iter_errors(document).take(5).map(|e| format!("{}: {e:.300}", e.instance_path())).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn array<'a>(value: &'a Value, member: &str) -> &'a Vec<Value> {
    value[member].as_array().unwrap_or_else(|| panic!("`{member}` is no list in {value:.200}"))
}

#[test]
fn json_meets_its_schema() {
    let validator = validator(&read("schemas/report.schema.json"));
    let audits = audits();
    let document: Value =
        serde_json::from_str(&report(Format::Json, &audits, &[("x/README.md", "permission denied")])).expect("JSON");
    assert_valid(&validator, &document);
    assert_eq!(array(&document, "cards").len(), audits.len());
    assert_valid(&validator, &serde_json::from_str(&report(Format::Json, &[], &[])).expect("JSON"));
}

#[test]
fn every_line_of_ndjson_meets_its_schema() {
    let mut schema = read("schemas/report.schema.json");
    schema["$ref"] = "#/$defs/line".into();
    for member in ["type", "required", "properties", "additionalProperties"] {
        schema.as_object_mut().expect("object").remove(member);
    }
    let validator = validator(&schema);
    let audits = audits();
    let text = report(Format::Ndjson, &audits, &[("x/README.md", "permission denied")]);
    for line in text.lines() {
        assert_valid(&validator, &serde_json::from_str(line).expect("a JSON line"));
    }
    assert_eq!(text.lines().count(), audits.len() + 2, "one line a card, one an error, one summary");
}

/// JSON's positions lead back to the bytes, counted in code points.
#[test]
fn json_positions_are_those_of_the_text() {
    let emoji = "---\nlicense: mit\ntags:\n- 😀\n- é: x\nlanguage: [en, 'é', no]\n---\n# X\n\nText.\n";
    let audit = audit_bytes("README.md", emoji.as_bytes().to_vec(), None);
    let card: Value =
        serde_json::from_str(report(Format::Ndjson, &[audit], &[]).lines().next().expect("line")).expect("JSON");
    let lines: Vec<&str> = emoji.lines().collect();
    for finding in array(&card, "findings") {
        let at = &finding["location"];
        let number = |member: &str| usize::try_from(at[member].as_u64().expect(member)).expect("small");
        let slice = &emoji[number("byte_start")..number("byte_end")];
        if number("line") == number("end_line") {
            let line: Vec<char> = lines[number("line") - 1].chars().collect();
            let shown: String = line[number("column") - 1..number("end_column") - 1].iter().collect();
            assert_eq!(shown, slice, "{finding}");
        }
    }
    assert!(array(&card, "findings").iter().any(|finding| finding["location"]["line"] == 6));
}

#[test]
fn sarif_meets_the_oasis_schema() {
    let validator = validator(&read("tests/vendor/sarif-2.1.0.json"));
    for (audits, errors) in [(audits(), vec![("x/README.md", "permission denied")]), (Vec::new(), Vec::new())] {
        let text = report(Format::Sarif, &audits, &errors);
        assert_valid(&validator, &serde_json::from_str(&text).expect("JSON"));
    }
}

/// What GitHub asks for and no validator sees (docs.github.com, "SARIF support for code scanning").
#[test]
fn sarif_is_what_github_reads() {
    let audits = audits();
    let log: Value = serde_json::from_str(&report(Format::Sarif, &audits, &[])).expect("JSON");
    let run = &log["runs"][0];
    assert_eq!(array(&log, "runs").len(), 1);
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let root = run["originalUriBaseIds"]["%SRCROOT%"]["uri"].as_str().expect("root");
    assert!(root.starts_with("file:///") && root.ends_with('/'));
    let rules = array(&run["tool"]["driver"], "rules");
    for rule in rules {
        let id = &rule["id"];
        for member in ["shortDescription", "fullDescription", "help"] {
            let text = rule[member]["text"].as_str().expect(member);
            assert!(!text.is_empty() && (member == "help" || text.chars().count() <= 1024), "{id}: {member}");
        }
        assert!(rule["name"].as_str().expect("name").chars().count() <= 255);
        assert!(rule["properties"]["tags"].as_array().is_none_or(|tags| tags.len() <= 20), "{id}: tags");
        let precision = rule["properties"]["precision"].as_str().expect("precision");
        assert!(["very-high", "high", "medium", "low"].contains(&precision));
        // It would make a security rule of it.
        assert!(rule["properties"].get("security-severity").is_none());
    }
    let results = array(run, "results");
    assert_eq!(results.len(), audits.iter().map(|audit| audit.findings.len()).sum::<usize>());
    let rank = |level: &Value| ["error", "warning", "note"].iter().position(|known| level == known).expect("level");
    assert!(results.windows(2).all(|pair| rank(&pair[0]["level"]) <= rank(&pair[1]["level"])), "worst first");
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("ruleIndex")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("uri");
        assert!(!uri.contains("..") && !uri.contains([' ', '\\']) && !uri.starts_with('/'), "{uri}");
        for member in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(place["region"][member].as_u64().is_some_and(|number| number >= 1), "{result}");
        }
        for print in ["primaryLocationLineHash", "cardlint/v1"] {
            assert!(result["partialFingerprints"][print].as_str().is_some_and(|text| !text.is_empty()), "{result}");
        }
        assert!(result["message"]["text"].as_str().expect("text").ends_with(['.', '?', '!']), "{result}");
    }
}

#[test]
fn sarif_columns_are_utf16_units() {
    let text = "---\nlicense: mit\ntags: [😀, 😀]\n---\n# X\n\nText.\n";
    let audit = audit_bytes("a b/é/README.md", text.as_bytes().to_vec(), None);
    let log: Value = serde_json::from_str(&report(Format::Sarif, &[audit], &[])).expect("JSON");
    let results = array(&log["runs"][0], "results");
    let twice = results.iter().find(|result| result["ruleId"] == "list-duplicate").expect("the repetition");
    let place = &twice["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b/%C3%A9/README.md");
    // `tags: [😀, ` is seven units, two for the character, and two more.
    assert_eq!((place["region"]["startColumn"].as_u64(), place["region"]["endColumn"].as_u64()), (Some(12), Some(14)));
}

/// GitHub takes 25,000 results a run: the worst stay, and the log says how many were cut.
#[test]
fn sarif_and_github_tell_what_they_leave_out() {
    let item = "- a\n".repeat(1_500);
    let text = format!("---\nlicense: MIT\ntags:\n{item}---\n# X\n");
    let audits: Vec<Audit> =
        (0..26).map(|at| audit_bytes(&format!("{at}/README.md"), text.clone().into_bytes(), None)).collect();
    let repeated = |audit: &Audit| audit.findings.iter().filter(|f| f.rule.id == "list-duplicate").count();
    assert_eq!(repeated(&audits[0]), 1_000);
    assert!(audits[0].findings.iter().any(|f| f.message.ends_with("(and 499 more findings of this rule)")));
    let found: usize = audits.iter().map(|audit| audit.findings.len()).sum();
    assert!(found > 25_000);
    let log: Value = serde_json::from_str(&report(Format::Sarif, &audits, &[])).expect("JSON");
    let run = &log["runs"][0];
    assert_eq!(array(run, "results").len(), 25_000);
    assert_eq!(run["results"][0]["ruleId"], "license-unknown");
    let note = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().expect("a notice");
    assert!(note.contains(&(found - 25_000).to_string()), "{note}");
    let lines = report(Format::Github, &audits, &[]);
    assert!(lines.starts_with("::error title=cardlint license-unknown"));
    // Ten of a level are shown; here the count takes one place of the notices.
    assert!(lines.lines().count() <= 30 && lines.lines().last().expect("line").contains("are not shown here"));
}

/// The fingerprint of a finding does not move with what stands above it, and no two are alike.
#[test]
fn fingerprints_stay_and_differ() {
    let card = "---\nlicense: MIT\ntags: [x, x, x]\nlanguage: [english, english]\n---\n# X\n\nText.\n";
    let moved = card.replace("tags", "# a comment\n\ntags").replace("# X", "# X\n\nMore.");
    let prints = |text: &str| -> Vec<String> {
        let audit = audit_bytes("README.md", text.as_bytes().to_vec(), None);
        audit.findings.iter().map(|finding| finding.fingerprint.clone()).collect()
    };
    let before = prints(card);
    assert!(before.len() > 5);
    assert_eq!(before, prints(&moved));
    let distinct: std::collections::HashSet<&String> = before.iter().collect();
    assert_eq!(distinct.len(), before.len());
}

/// No card of the corpus makes an invalid report.
#[test]
fn reports_on_the_corpus_are_valid() {
    let Some(corpus) = corpus() else { return };
    let mut audits = Vec::new();
    for (path, kind) in corpus_cards(&corpus) {
        let name = path.strip_prefix(&corpus).expect("below").display().to_string();
        audits.push(audit_bytes(&name, fs::read(&path).expect("card"), Some(kind)));
    }
    assert!(audits.len() > 2_000);
    let sarif: Value = serde_json::from_str(&report(Format::Sarif, &audits, &[])).expect("JSON");
    assert_valid(&validator(&read("tests/vendor/sarif-2.1.0.json")), &sarif);
    let json: Value = serde_json::from_str(&report(Format::Json, &audits, &[])).expect("JSON");
    assert_valid(&validator(&read("schemas/report.schema.json")), &json);
}

/// An editor goes to the column that is told, whatever a tab looks like.
#[test]
fn columns_count_a_tab_once() {
    let text = "---\nlicense: mit\ntags: [a,\t1]\n---\n# X\n\nText.\n";
    let audit = audit_bytes("t.md", text.as_bytes().to_vec(), None);
    let shown = report(Format::Text, &[audit], &[]);
    assert!(shown.contains("t.md:3:11"), "{shown}");
}
