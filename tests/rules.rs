//! Rule files, their examples and their fixtures.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cardlint::card::Kind;
use cardlint::checks::registry;
use cardlint::engine::Rules;
use cardlint::rule::{self, Check, Profile};
use cardlint::schema::Schema;
use common::{audit_folder, audit_text, fired, folders, root};

/// Fenced examples of a rule page: (invalid, kind, text).
fn examples(docs: &str) -> Vec<(bool, Kind, String)> {
    let mut out = Vec::new();
    let mut rest = docs;
    while let Some(start) = rest.find("````") {
        let info_end = rest[start..].find('\n').expect("an info string ends") + start;
        let info = rest[start + 4..info_end].to_owned();
        let end = rest[info_end..].find("\n````").expect("a fence closes") + info_end;
        let kind = if info.ends_with("dataset") { Kind::Dataset } else { Kind::Model };
        out.push((info.starts_with("invalid"), kind, format!("{}\n", &rest[info_end + 1..end])));
        rest = &rest[end + 5..];
    }
    out
}

#[test]
fn every_example_does_what_it_says() {
    let mut faults = Vec::new();
    for rule in rule::all() {
        for (invalid, kind, text) in examples(rule.docs) {
            let audit = audit_text(&text, Some(kind));
            let count = fired(&audit).iter().filter(|id| **id == rule.id).count();
            if count != usize::from(invalid) {
                faults.push(format!("{}: fires {count} times on\n{text}{:?}", rule.id, fired(&audit)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn every_fixture_does_what_its_folder_says() {
    let mut faults = Vec::new();
    for rule in rule::all() {
        let base = root().join("fixtures/rules").join(&rule.id);
        // `field-missing` stands by for schemas to come: today's fields have rules of their own.
        let (fires, silent) = (folders(&base.join("fires")), folders(&base.join("silent")));
        if silent.is_empty() || (fires.is_empty() && rule.id != "field-missing") {
            faults.push(format!("{}: needs fixtures that fire and fixtures that stay silent", rule.id));
        }
        for (cases, wanted) in [(fires, true), (silent, false)] {
            for case in cases {
                let audit = audit_folder(&case);
                let found = fired(&audit);
                if found.contains(&rule.id.as_str()) != wanted {
                    faults.push(format!("{}: {} has {found:?}", rule.id, case.display()));
                }
                // A silent case is a near miss of a sound card: no error of any rule.
                let errors: Vec<_> =
                    audit.findings.iter().filter(|f| f.severity == rule::Severity::Error).map(|f| &f.message).collect();
                if !wanted && !errors.is_empty() {
                    faults.push(format!("{}: {} has errors {errors:?}", rule.id, case.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn fixtures_belong_to_rules() {
    for folder in folders(&root().join("fixtures/rules")) {
        let id = folder.file_name().expect("name").to_string_lossy().into_owned();
        assert!(rule::find(&id).is_some(), "fixtures/rules/{id} belongs to no rule");
    }
}

#[test]
fn registry_and_files_agree() {
    let in_table: BTreeSet<&str> =
        registry::BUILTINS.iter().flat_map(|builtin| builtin.rules).chain(registry::BY_THE_ENGINE).copied().collect();
    let in_files: BTreeSet<&str> =
        rule::all().iter().filter(|rule| matches!(rule.check, Check::Builtin)).map(|rule| rule.id.as_str()).collect();
    assert_eq!(in_table, in_files);
    for rule in rule::all() {
        let path = root().join("rules").join(&rule.group).join(format!("{}.md", rule.id));
        assert!(path.is_file(), "{} lies in the wrong place", rule.id);
    }
}

#[test]
fn rule_files_meet_their_schema_and_form() {
    let schema = Schema::new(cardlint::schema::text("rule").expect("schema")).expect("schema");
    for (path, text) in cardlint::embedded::RULE_FILES {
        let front = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")).expect("front matter").0;
        let value: serde_json::Value = serde_yaml::from_str(front).expect("YAML");
        let faults = schema.violations_of(&value);
        assert!(faults.is_empty(), "{path}: {faults:?}");
    }
    let sections = ["What it checks", "Why it matters", "Examples", "How to fix", "References"];
    for rule in rule::all() {
        let found: Vec<&str> = rule.docs.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(found, sections, "{}", rule.id);
        let fix = rule.section("How to fix").expect("section");
        assert!(fix.ends_with('.'), "{}: the way to fix is a sentence", rule.id);
    }
}

#[test]
fn schemas_name_rules_that_exist() {
    fn visit(value: &serde_json::Value, into: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(map) => {
                if let Some(note) = map.get("x-cardlint").and_then(|note| note.as_object()) {
                    for (key, value) in note {
                        if !matches!(key.as_str(), "noun" | "accepts" | "readers" | "help") {
                            into.insert(value.as_str().expect("a rule id").to_owned());
                        }
                    }
                }
                map.values().for_each(|value| visit(value, into));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|value| visit(value, into)),
            _ => {}
        }
    }
    let mut named = BTreeSet::new();
    for name in cardlint::schema::names() {
        let json = serde_json::from_str(cardlint::schema::text(name).expect("schema")).expect("JSON");
        visit(&json, &mut named);
    }
    for id in &named {
        assert!(rule::find(id).is_some(), "a schema names the rule {id}");
    }
    let defaults = ["field-type", "field-value", "field-missing"];
    for rule in rule::all().iter().filter(|rule| matches!(rule.check, Check::Schema)) {
        assert!(named.contains(&rule.id) || defaults.contains(&rule.id.as_str()), "no schema names {}", rule.id);
    }
}

#[test]
fn vocabularies_meet_their_schemas() {
    let schemas: serde_json::Value =
        serde_json::from_str(cardlint::schema::text("vocabulary").expect("schema")).expect("JSON");
    for (path, text) in cardlint::embedded::DATA_FILES {
        let Some(name) = path.strip_prefix("rules/hub/").and_then(|file| file.strip_suffix(".yaml")) else { continue };
        let mut schema = schemas.clone();
        schema["$ref"] = format!("#/$defs/{name}").into();
        let schema = Schema::new(&schema.to_string()).expect("schema");
        let value: serde_json::Value = serde_yaml::from_str(text).expect("YAML");
        let faults = schema.violations_of(&value);
        assert!(faults.is_empty(), "{path}: {faults:?}");
    }
}

#[test]
fn schemas_compile_and_agree() {
    for name in cardlint::schema::names() {
        Schema::new(cardlint::schema::text(name).expect("schema")).expect(name);
    }
    let json =
        |name| serde_json::from_str::<serde_json::Value>(cardlint::schema::text(name).expect("schema")).expect("JSON");
    let (card, index) = (json("model-card"), json("model-index"));
    for (name, definition) in index["$defs"].as_object().expect("definitions") {
        assert_eq!(&card["$defs"][name], definition, "model-card and model-index differ in {name}");
    }
    let tasks: BTreeSet<&str> = cardlint::vocab::tasks().items.iter().map(|task| task.tag.as_str()).collect();
    let listed: BTreeSet<&str> = card["properties"]["pipeline_tag"]["enum"]
        .as_array()
        .expect("enum")
        .iter()
        .filter_map(|v| v.as_str())
        .collect();
    assert!(tasks.is_subset(&listed));
    let extra: Vec<_> = listed.difference(&tasks).copied().collect();
    assert!(extra.iter().all(|tag| cardlint::vocab::tasks().retired(tag).is_some()), "{extra:?}");
}

#[test]
fn pages_are_current() {
    let folder = root().join("docs/rules");
    let mut pages = BTreeMap::from([("README.md".to_owned(), cardlint::cli::rule_index())]);
    pages.extend(rule::all().iter().map(|rule| (format!("{}.md", rule.id), cardlint::cli::rule_page(rule))));
    if std::env::var("SNAPSHOTS").is_ok_and(|action| action == "overwrite") {
        for (name, page) in &pages {
            fs::write(folder.join(name), page).expect("the page can be written");
        }
    }
    let there: BTreeSet<String> = fs::read_dir(&folder)
        .expect("docs/rules is there")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(there, pages.keys().cloned().collect(), "docs/rules holds other pages than there are rules");
    for (name, page) in &pages {
        let current = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(current == *page, "docs/rules/{name} is old: run `SNAPSHOTS=overwrite cargo test --test rules`");
    }
}

#[test]
fn options_are_those_of_the_configuration() {
    let config: serde_json::Value =
        serde_json::from_str(cardlint::schema::text("config").expect("schema")).expect("JSON");
    for rule in rule::all() {
        for key in &rule.options {
            let path = format!("/properties/{}", key.replace('.', "/properties/"));
            let about = config.pointer(&path).and_then(|option| option["description"].as_str());
            assert!(about.is_some(), "{}: the configuration describes no `{key}`", rule.id);
        }
    }
}

#[test]
fn profiles_name_rules_and_severities() {
    let schema = Schema::new(cardlint::schema::text("profile").expect("schema")).expect("schema");
    for (path, text) in cardlint::embedded::DATA_FILES.iter().filter(|(path, _)| path.starts_with("rules/profiles/")) {
        let faults = schema.violations_of(&serde_json::from_str(text).expect("JSON"));
        assert!(faults.is_empty(), "{path}: {faults:?}");
    }
    let names: Vec<&str> = Profile::all().iter().map(|profile| profile.id.as_str()).collect();
    assert_eq!(names, ["hub", "recommended", "strict", "sensitive"]);
    for profile in Profile::all() {
        Rules::new(profile, &[], &[]).expect("a profile names rules, groups and severities");
    }
    let config: serde_json::Value =
        serde_json::from_str(cardlint::schema::text("config").expect("schema")).expect("JSON");
    assert_eq!(config["properties"]["profile"]["enum"], serde_json::json!(names));
}
