//! Licence facts and judgements.

mod common;

use std::collections::BTreeSet;
use std::fs;

use cardlint::license::lineage::{Source, inputs};
use cardlint::license::{
    self, Atom, Declared, Input, Judgement, Nothing, Published, Relation, Role, Terms, Verdict, judge, licenses,
};
use common::root;
use proptest::prelude::*;
use serde_json::Value;
use snapbox::cmd::{Command, cargo_bin};

fn cardlint(arguments: &[&str]) -> snapbox::cmd::OutputAssert {
    Command::new(cargo_bin!("cardlint")).args(arguments).env_clear().current_dir(root()).assert()
}

fn words(value: &Value) -> BTreeSet<&str> {
    value.as_array().expect("a list").iter().map(|word| word.as_str().expect("text")).collect()
}

/// The cases as the command line answers them.
#[test]
fn cases_are_judged_as_expected() {
    let path = "fixtures/license/cases.json";
    let file: Value = serde_json::from_str(&fs::read_to_string(root().join(path)).expect("cases")).expect("JSON");
    let output = cardlint(&["license", "check", "--cases", path, "--format", "json"]).code(0);
    let answers: Value = serde_json::from_slice(&output.get_output().stdout).expect("JSON");
    let cases = file["cases"].as_array().expect("cases");
    assert!(cases.len() >= 20);
    let mut faults = Vec::new();
    for (case, answer) in cases.iter().zip(answers["cases"].as_array().expect("answers")) {
        assert_eq!(case["id"], answer["id"]);
        // The data calls a lost obligation laundering.
        let wanted = case["expect"]["verdict"].as_str().expect("verdict").replace("laundering", "obligation-lost");
        let verdict = answer["verdict"].as_str().expect("verdict");
        if verdict != wanted {
            faults.push(format!("{}: {verdict}, not {wanted}", case["id"]));
        }
        for member in ["lost", "duties", "unmet"] {
            let (found, wanted) = (words(&answer[member]), words(&case["expect"][member]));
            if found != wanted {
                faults.push(format!("{}: {member} {found:?}, not {wanted:?}", case["id"]));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn facts_are_whole() {
    let mut names = BTreeSet::new();
    assert_eq!(licenses().count(), 145);
    for license in licenses() {
        assert!(names.insert(&license.id), "{} stands twice", license.id);
        assert!(
            !license.sources.is_empty() && license.sources.iter().all(|key| license::knowledge::source(key).is_some()),
            "{}",
            license.id
        );
        for (right, answer) in &license.grants {
            assert!(
                ["yes", "no", "conditional", "unknown"].contains(&answer.as_str()),
                "{}: {right} {answer}",
                license.id
            );
        }
        for term in &license.terms {
            assert!(!term.atom.words().is_empty(), "{:?}", term.atom);
            assert!(term.scope.chars().all(|c| "ucdoghDM".contains(c)), "{}: scope {}", license.id, term.scope);
            if term.atom.is_share_alike() {
                assert!(term.accepted().count() > 0, "{}: {:?} accepts nothing", license.id, term.atom);
                for id in term.accepted() {
                    assert!(license::find(id).is_some(), "{} accepts the unknown {id}", license.id);
                }
            }
            if matches!(term.atom, Atom::NamePrefix | Atom::NameNotPrimary | Atom::DisplayText) {
                assert!(
                    term.texts().all(|text| !text.is_empty()) && term.text().is_some(),
                    "{}: {:?}",
                    license.id,
                    term.atom
                );
            }
        }
        // Every id of the Hub's list has facts, under that very id.
        if let Some(hub) = &license.hub {
            assert_eq!(hub, &license.id);
            assert!(cardlint::vocab::licenses().find(hub).is_some(), "{hub} is not on the Hub's list");
        }
    }
    for listed in &cardlint::vocab::licenses().items {
        let nameless = matches!(listed.id.as_str(), "other" | "unknown");
        assert!(nameless || license::find(&listed.id).is_some(), "no facts about {}", listed.id);
    }
}

/// Every table of licences and base models meets its schema.
#[test]
fn tables_meet_their_schemas() {
    let tables = common::tables_meet("licenses", |path| match path.strip_suffix(".yaml")?.rsplit_once('/')? {
        ("rules/licenses", name @ ("rules" | "sources" | "names" | "texts" | "statements" | "restrictions")) => {
            ["rules", "sources", "names", "texts", "statements", "restrictions"]
                .into_iter()
                .find(|known| *known == name)
        }
        ("rules/licenses", _) => Some("licenses"),
        ("rules/models", name) => {
            ["copies", "descent", "families", "base-models"].into_iter().find(|known| *known == name)
        }
        _ => None,
    });
    assert_eq!(tables, 18);
}

#[test]
fn base_models_name_licences_that_exist() {
    let text = cardlint::embedded::data("rules/models/base-models.yaml").expect("table");
    let table: Value = serde_json::from_str(text).expect("JSON");
    let models = table["models"].as_array().expect("models");
    assert!(models.len() >= 508);
    for model in models {
        let repo = model["repo"].as_str().expect("repo");
        let known = license::base_model(&repo.to_uppercase()).expect("any case");
        if let Some(id) = &known.id {
            assert!(license::find(id).is_some(), "{repo}: {id}");
        }
        for other in known.mirror_of.iter().chain(&known.ancestors) {
            assert!(license::base_model(other).is_some(), "{repo}: nothing is known of {other}");
        }
    }
}

#[test]
fn declarations_resolve() {
    let shown = |license: &[&str], name: Option<&str>| {
        let terms = license::resolve(Declared { license, name, link: None });
        terms.expression().or(terms.unknown).unwrap_or_else(|| "nothing".to_owned())
    };
    for (license, name, wanted) in [
        (vec!["mit"], None, "MIT"),
        (vec!["MIT"], None, "MIT"),
        (vec!["Apache-2.0 OR MIT"], None, "Apache-2.0 OR MIT"),
        (vec!["apache-2.0", "mit"], None, "Apache-2.0 AND MIT"),
        (vec!["(MIT OR Apache-2.0) AND CC-BY-4.0"], None, "(MIT AND CC-BY-4.0) OR (Apache-2.0 AND CC-BY-4.0)"),
        (vec!["GPL-3.0-or-later"], None, "GPL-3.0-or-later"),
        (vec!["other"], Some("gemma-terms-of-use"), "LicenseRef-scancode-gemma-tou-2024-04-01"),
        (vec!["other"], None, "`other` names no licence"),
        (vec!["other"], Some("other"), "`other` is not a licence that cardlint knows"),
        (vec![], None, "nothing"),
        (vec!["cc"], None, "`cc` is a family of licences with opposite terms"),
        (vec!["my-own-licence"], None, "`my-own-licence` is not a licence that cardlint knows"),
        (vec!["bsl-1.0"], None, "BSL-1.0"),
    ] {
        let found = shown(&license, name);
        if wanted.starts_with("LicenseRef") {
            assert!(found.starts_with("LicenseRef") && found.contains("gemma"), "{license:?}: {found}");
        } else {
            assert_eq!(found, wanted, "{license:?} {name:?}");
        }
    }
    assert!(shown(&["other"], Some("modified-mit")).contains("several texts"));
}

#[test]
fn mirrors_and_hidden_ancestors_are_followed() {
    let found = |repo: &str, owner: Option<&str>| -> Vec<(String, bool)> {
        let source = Source { role: Role::Base, name: repo, declared: Declared::default(), same_owner: false };
        inputs(source, owner, &Nothing).inputs.into_iter().map(|input| (input.name, input.same_owner)).collect()
    };
    assert_eq!(
        found("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", Some("deepseek-ai")),
        [("deepseek-ai/DeepSeek-R1-Distill-Llama-8B".to_owned(), true), ("meta-llama/Llama-3.1-8B".to_owned(), false)]
    );
    assert_eq!(found("org/unheard-of", None), [("org/unheard-of".to_owned(), false)]);
}

fn input(license: &str, role: Role) -> Input {
    let terms = license::resolve(Declared { license: &[license], name: None, link: None });
    Input::given(role, format!("org/{license}"), terms)
}

fn published(license: &str) -> Published {
    Published {
        name: "Llama-3-EXAONE".to_owned(),
        terms: license::resolve(Declared { license: &[license], name: None, link: None }),
    }
}

/// Publishing under the input's own licence is fine, unless that forbids to publish.
#[test]
fn judgement_is_reflexive() {
    let forbids = |license: &license::License| {
        license.ambiguous
            || license.terms.iter().any(|term| matches!(term.atom, Atom::NoDerivatives | Atom::NoRedistribution))
    };
    let mut exceptions = 0;
    for license in licenses() {
        let verdict = judge(Relation::Finetune, &[input(&license.id, Role::Base)], &published(&license.id)).verdict();
        if forbids(license) {
            exceptions += 1;
            assert!(verdict > Verdict::Ok, "{}", license.id);
        } else {
            assert_eq!(verdict, Verdict::Ok, "{}", license.id);
        }
    }
    assert_eq!(exceptions, 5);
}

fn any_license() -> impl Strategy<Value = String> {
    proptest::sample::select(license::ids().collect::<Vec<_>>()).prop_map(str::to_owned)
}

fn any_role() -> impl Strategy<Value = Role> {
    prop_oneof![3 => Just(Role::Base), 1 => Just(Role::Teacher), 1 => Just(Role::Dataset)]
}

fn any_relation() -> impl Strategy<Value = Relation> {
    prop::sample::select(vec![
        Relation::Finetune,
        Relation::Adapter,
        Relation::Quantized,
        Relation::Merge,
        Relation::Distilled,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A further input never improves a verdict, and nothing is lost that was not there; but for a base of a teacher's
    /// family, which makes the model one of those that the teacher's answers may improve.
    #[test]
    fn judgement_is_monotone(
        some in prop::collection::vec((any_license(), any_role()), 1..4),
        more in (any_license(), any_role()),
        declared in any_license(),
        relation in any_relation(),
    ) {
        let family = |id: &str| id.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default().to_owned();
        let taught = |one: &(String, Role)| one.1 == Role::Teacher && family(&one.0) == family(&more.0);
        prop_assume!(more.1 != Role::Base || !some.iter().any(taught));
        let mut list: Vec<Input> = some.iter().map(|(license, role)| input(license, *role)).collect();
        let before = judge(relation, &list, &published(&declared));
        list.push(input(&more.0, more.1));
        let after = judge(relation, &list, &published(&declared));
        prop_assert!(after.verdict() >= before.verdict(), "{:?} {:?}", before.verdict(), after.verdict());
        prop_assert!(after.duties.len() >= before.duties.len());
    }

    /// A verdict of loss or conflict never rests on an unknown licence.
    #[test]
    fn unknown_inputs_are_never_blamed(license in any_license(), declared in any_license(), relation in any_relation()) {
        let mut unknown = input(&license, Role::Base);
        unknown.terms = Terms { unknown: Some("it is not known".to_owned()), ..Terms::default() };
        let judgement: Judgement = judge(relation, &[unknown], &published(&declared));
        prop_assert_eq!(judgement.verdict(), Verdict::Unknown);
    }

    /// More choices than are tried make nothing out to be fine.
    #[test]
    fn too_many_choices_are_unknown(declared in any_license()) {
        let many = "MIT OR Apache-2.0 OR GPL-3.0-only OR MPL-2.0 OR ISC";
        let list: Vec<Input> = (0..40).map(|_| input(many, Role::Base)).collect();
        prop_assert_eq!(judge(Relation::Merge, &list, &published(&declared)).verdict(), Verdict::Unknown);
    }

    /// The ways out are ways out.
    #[test]
    fn ways_out_lead_out(license in any_license(), other in any_license(), relation in any_relation()) {
        let list = [input(&license, Role::Base), input(&other, Role::Base)];
        for way in license::advice::ways_out(relation, &list, &published("mit")) {
            prop_assert!(judge(relation, &list, &published(&way.id)).verdict() < Verdict::ObligationLost);
        }
    }
}

#[test]
fn report_covers_a_tree_and_cannot_be_used_against_its_reader() {
    let report =
        |format| cardlint(&["license", "report", "fixtures/repositories", "--format", format]).code(0).stderr_eq("");
    report("csv").stdout_eq(snapbox::file!["snapshots/license-report.csv"]);
    report("table").stdout_eq(snapbox::file!["snapshots/license-report.txt"]);
    report("markdown").stdout_eq(snapbox::file!["snapshots/license-report.md"]);
    let json: Value = serde_json::from_slice(&report("json").get_output().stdout).expect("JSON");
    assert_eq!(json["repositories"].as_array().expect("a list").len(), 2);
    let folder = tempfile::tempdir().expect("folder");
    let place = folder.path().join("=cmd()/x");
    fs::create_dir_all(&place).expect("folder");
    fs::write(place.join("README.md"), "---\nlicense: \"=1+1\\n\\e[31m\\\"##[error]\"\nlibrary_name: peft\n---\n# X\n")
        .expect("card");
    for format in ["csv", "table", "markdown", "json"] {
        let output = Command::new(cargo_bin!("cardlint"))
            .args(["license", "report", ".", "--format", format])
            .env_clear()
            .current_dir(folder.path())
            .assert()
            .code(0);
        let text = String::from_utf8(output.get_output().stdout.clone()).expect("UTF-8");
        assert!(!text.contains('\u{1b}') && !text.contains("##["), "{format}: {text}");
        assert!(format != "csv" || text.contains("\"'=cmd()/x\",\"'=1+1"), "{text}");
    }
}

/// What is not known is not fine: no licence, a base whose licence nobody knows, a duty that is not met; and the policy.
#[test]
fn report_calls_nothing_fine_that_was_not_judged() {
    let place = tempfile::tempdir().expect("folder");
    let row = |front_matter: &str, config: &str| -> (Value, i32) {
        repository(place.path(), "acme/x", front_matter);
        fs::write(place.path().join("cardlint.toml"), config).expect("file");
        let run = |arguments: &[&str]| {
            let command =
                Command::new(cargo_bin!("cardlint")).args([&["license", "report", "acme"], arguments].concat());
            command.env_clear().current_dir(place.path()).output().expect("a run")
        };
        let report: Value = serde_json::from_slice(&run(&["--format", "json"]).stdout).expect("JSON");
        (report["repositories"][0].clone(), run(&["--fail-on", "review"]).status.code().expect("a code"))
    };
    let (none, code) = row("language: en\nlibrary_name: peft\n", "");
    assert_eq!((&none["verdict"], code), (&Value::from("unknown"), 1));
    let (alone, code) = row("license: mit\n", "");
    assert_eq!((&alone["verdict"], code), (&Value::Null, 0));
    let (sibling, code) = row("license: mit\nbase_model: acme/y\n", "");
    assert_eq!((&sibling["verdict"], code), (&Value::from("unknown"), 1));
    let (denied, code) = row("license: cc-by-nc-4.0\n", "[license]\ndeny = [\"noncommercial\"]\n");
    assert!(denied["policy"].as_str().expect("text").starts_with("denied: "), "{denied}");
    assert_eq!(code, 1);
    cardlint(&["license", "check", "--declared", "lama3.1", "--base", "gemma"])
        .code(2)
        .stderr_eq("error: `lama3.1` is not a licence that cardlint knows; did you mean `llama3.1`?\n");
}

/// Of a choice the best counts; a set is as good as its worst.
#[test]
fn policy_judges_expressions() {
    use cardlint::license::policy::{Decision, Matcher, Policy};
    let policy = Policy { allow: vec![Matcher::parse("permissive").expect("a class")], ..Policy::default() };
    let judge =
        |text: &str| policy.judge(&license::resolve(Declared { license: &[text], name: None, link: None }), &[]);
    assert_eq!(judge("AGPL-3.0-only OR MIT"), Decision::Allowed);
    assert!(matches!(judge("AGPL-3.0-only AND MIT"), Decision::Denied(_)));
    assert!(matches!(judge("other"), Decision::Review(_)));
    // A licence that is denied by its class stands on no list.
    let list = |word: &str| vec![Matcher::parse(word).expect("a word")];
    let free = license::resolve(Declared { license: &["mit"], name: None, link: None });
    let by_class = Policy { deny: list("permissive"), ..Policy::default() };
    let Decision::Denied(why) = by_class.judge(&free, &[]) else { panic!("denied") };
    assert_eq!(why, "`mit` is `permissive`, a class that the policy denies");
    assert!(Matcher::parse("permisive").unwrap_err().ends_with("did you mean `permissive`?"));
    // A family of the Hub is all that belongs to it, and no other one.
    for (family, belongs, other) in [
        ("gpl", "gpl-3.0", "lgpl-3.0"),
        ("lgpl", "lgpl-2.1", "gpl-2.0"),
        ("bsd", "bsd-3-clause", "bsl-1.0"),
        ("cc", "cc0-1.0", "c-uda"),
        ("openrail", "creativeml-openrail-m", "bigscience-bloom-rail-1.0"),
    ] {
        let family = Matcher::parse(family).expect("a family");
        assert!(family.fits(license::find(belongs).expect("a licence")), "{belongs}");
        assert!(!family.fits(license::find(other).expect("a licence")), "{other}");
    }
    // What is not known is looked at, or what the lists say of it; exceptions are for a repository and what derives from it.
    let nothing = license::resolve(Declared { license: &[], name: None, link: None });
    let known = license::resolve(Declared { license: &["gemma"], name: None, link: None });
    assert!(matches!(policy.judge(&nothing, &[]), Decision::Review(_)));
    let strict = Policy { deny: list("unknown"), allow: list("permissive"), ..Policy::default() };
    assert!(matches!(strict.judge(&nothing, &[]), Decision::Denied(_)));
    let loose = Policy { allow: list("unknown"), ..Policy::default() };
    assert_eq!(loose.judge(&nothing, &[]), Decision::Allowed);
    let exception = license::policy::Exception {
        repository: "acme/helper".to_owned(),
        license: Matcher::parse("gemma").expect("a licence"),
        reason: "ticket 1".to_owned(),
        expires: None,
        used: false.into(),
    };
    let policy = Policy { deny: list("gemma"), exceptions: vec![exception], ..Policy::default() };
    let base = (Some("google"), Some("gemma-2-9b"));
    assert!(matches!(policy.judge(&known, &[base, (Some("acme"), Some("other"))]), Decision::Denied(_)));
    let excepted = policy.judge(&known, &[base, (Some("acme"), Some("Helper"))]);
    assert!(matches!(excepted, Decision::Excepted { review: false, exception: 0, .. }), "{excepted:?}");
    let exception = license::policy::Exception {
        repository: "acme/helper".to_owned(),
        license: Matcher::parse("gemma").expect("a licence"),
        reason: "ticket 1".to_owned(),
        expires: Some("2026-01-31".to_owned()),
        used: false.into(),
    };
    let over = Policy {
        deny: list("gemma"),
        exceptions: vec![exception],
        today: "2026-02-01".to_owned(),
        ..Policy::default()
    };
    let Decision::Denied(why) = over.judge(&known, &[(Some("acme"), Some("helper"))]) else { panic!("denied") };
    assert!(why.ends_with("its exception expired on 2026-01-31"), "{why}");
}

/// Names that lead elsewhere today, and copies that are called like their originals.
#[test]
fn moved_and_copied_models_are_known() {
    for (base, license) in [
        ("meta-llama/Meta-Llama-3.1-8B", "llama3.1"),
        ("CohereForAI/c4ai-command-r-v01", "cohere-cc-by-nc-aup"),
        ("unsloth/Meta-Llama-3.1-8B-bnb-4bit", "llama3.1"),
        ("bartowski/Llama-3.2-3B-Instruct-GGUF", "llama3.2"),
        ("TheBloke/nobody-knows-GGUF", "licence unknown"),
        ("acme/Llama-3.2-3B-Instruct-GGUF", "licence unknown"),
    ] {
        let answer = cardlint(&["license", "check", "--declared", "mit", "--base", base]);
        let answer = String::from_utf8_lossy(&answer.get_output().stdout).into_owned();
        assert!(answer.contains(&format!("← {base} ({license}")), "{answer}");
    }
}

/// What stands between a loss and nothing: a person must decide.
#[test]
fn what_the_texts_leave_open_is_for_review() {
    let verdict = |arguments: &[&str]| {
        let arguments =
            [&["license", "check", "--name", "acme/Llama-Model", "--format", "json"][..], arguments].concat();
        let answer: Value = serde_json::from_slice(&cardlint(&arguments).get_output().stdout).expect("JSON");
        (answer["verdict"].as_str().expect("a verdict").to_owned(), answer.to_string())
    };
    let teacher = "meta-llama/Meta-Llama-3-70B-Instruct";
    // Llama 3 excepts Llama 3 and what derives from it, section 1.b.v.
    for (declared, base, expected) in [
        ("llama3", "meta-llama/Meta-Llama-3-8B", "ok"),
        ("llama3.1", "meta-llama/Llama-3.1-8B", "review"),
        ("apache-2.0", "apache-2.0", "conflict"),
    ] {
        let (found, answer) = verdict(&["--declared", declared, "--base", base, "--teacher", teacher]);
        assert_eq!(found, expected, "{answer}");
        assert!(expected == "ok" || answer.contains("any other large language model"), "{answer}");
    }
    // Another RAIL has another list of forbidden uses; no RAIL has none.
    assert_eq!(verdict(&["--declared", "openrail", "--base", "openrail++"]).0, "review");
    assert_eq!(verdict(&["--declared", "mit", "--base", "openrail++"]).0, "obligation-lost");
    let (_, answer) = verdict(&["--declared", "mit", "--base", "meta-llama/Llama-3.2-11B-Vision"]);
    assert!(answer.contains("no licence in EU for multimodal models of this generation"), "{answer}");
    // One that reads text alone is given there, too.
    let (_, answer) = verdict(&["--declared", "mit", "--base", "meta-llama/Llama-3.2-3B"]);
    assert!(!answer.contains("no licence in EU"), "{answer}");
    assert!(answer.contains("up to 700,000,000 monthly active users"), "{answer}");
}

/// Whoever takes a model may choose among the licences that are offered, whoever makes it among those of the inputs.
#[test]
fn choices_belong_to_those_who_have_them() {
    for (declared, base, code) in [
        ("GPL-3.0-only OR MIT", "gpl-3.0", 1),
        ("mit", "MIT OR GPL-2.0-only", 0),
        ("MIT OR Apache-2.0", "MIT OR Apache-2.0", 0),
        // A later version is a choice, too.
        ("gpl-3.0", "GPL-2.0-or-later", 0),
        ("GPL-2.0-or-later", "GPL-2.0-or-later", 0),
        ("GPL-2.0-or-later", "gpl-3.0", 1),
        // OSADL: Apache-2.0 and GPL-2.0-only exclude each other.
        ("gpl-2.0", "apache-2.0", 1),
        ("gpl-3.0", "apache-2.0", 0),
        // Ids as the Hub writes them.
        ("mit", "apache-2.0 or mit", 0),
        ("mit", "llama3.1 AND mit", 1),
    ] {
        cardlint(&["license", "check", "--declared", declared, "--base", base]).code(code);
    }
    // A teacher's licence is a way out of what it asks for.
    let answer = cardlint(&["license", "check", "--declared", "mit", "--teacher", "gemma"]).code(1);
    let answer = String::from_utf8_lossy(&answer.get_output().stdout).into_owned();
    assert!(answer.contains("suggestion: publish it under `license: gemma`"), "{answer}");
}

#[test]
fn check_answers_without_a_card() {
    cardlint(&[
        "license",
        "check",
        "--declared",
        "apache-2.0",
        "--name",
        "acme/Helpdesk-8B",
        "--base",
        "meta-llama/Llama-3.1-8B:finetune",
        "--dataset",
        "cc-by-nc-4.0",
    ])
    .code(1)
    .stdout_eq(snapbox::file!["snapshots/license-check.txt"])
    .stderr_eq("");
    cardlint(&[
        "license",
        "check",
        "--declared",
        "llama3.1",
        "--name",
        "acme/Llama-Helpdesk-8B",
        "--base",
        "meta-llama/Llama-3.1-8B",
    ])
    .code(0);
    cardlint(&["license", "check", "--declared", "mit", "--base", "org/nobody-knows"]).code(0);
    cardlint(&["license", "check"]).code(2);
    cardlint(&["license", "show", "llama3.1"]).code(0).stdout_eq(snapbox::file!["snapshots/license-show.txt"]);
    cardlint(&["license", "show", "GPL-3.0-only"]).code(0);
    // An expression has a page for each licence; what was assumed to find one is said.
    for (expression, words) in [
        ("mit AND gpl-3.0", &["MIT (mit)", "(gpl-3.0)"][..]),
        ("GPL-3.0-or-later", &["assumed: "]),
        ("gpl", &["depends on the version"]),
        // As reports print it.
        ("LicenseRef-scancode-llama-3.1-license-2024", &["(llama3.1)"]),
    ] {
        let shown = cardlint(&["license", "show", expression]).code(0);
        let shown = String::from_utf8_lossy(&shown.get_output().stdout).into_owned();
        assert!(words.iter().all(|words| shown.contains(words)), "{expression}: {shown}");
    }
    cardlint(&["license", "show", "lama3.1"])
        .code(2)
        .stderr_eq("error: cardlint has no facts about the licence `lama3.1`; did you mean `llama3.1`?\n");
    let list = cardlint(&["license", "list", "--class", "rail"]).code(0);
    assert_eq!(String::from_utf8_lossy(&list.get_output().stdout).lines().count(), 13);
    cardlint(&["license", "list", "--grant", "comercial"]).code(2);
}

/// A folder named like a Hub id, with a card.
fn repository(folder: &std::path::Path, id: &str, front_matter: &str) {
    let place = folder.join(id);
    fs::create_dir_all(&place).expect("folder");
    fs::write(place.join("README.md"), format!("---\n{front_matter}---\n# {id}\n")).expect("card");
}

/// Licences of base models come from the command line, then the same audit, then the cache of the Hub,
/// then the table; chains are followed.
#[test]
fn licences_of_base_models_are_found_in_their_order() {
    let place = tempfile::tempdir().expect("folder");
    let tree = place.path().join("tree");
    repository(&tree, "acme/tickets-lora", "license: mit\nbase_model: acme-labs/tickets-7b\n");
    repository(&tree, "acme-labs/tickets-7b", "license: apache-2.0\nbase_model: third/tickets-base\n");
    let hub = place.path().join("hub");
    let cached = hub.join("models--third--tickets-base");
    fs::create_dir_all(cached.join("refs")).expect("folder");
    fs::write(cached.join("refs/main"), "0123abcd").expect("file");
    fs::create_dir_all(cached.join("snapshots/0123abcd")).expect("folder");
    let card = "---\nlicense: cc-by-nc-4.0\n---\n# Base\n";
    fs::write(cached.join("snapshots/0123abcd/README.md"), card).expect("card");
    let lineage = |more: &[&str]| -> Vec<(String, String, String)> {
        let tree = tree.display().to_string();
        let output = Command::new(cargo_bin!("cardlint"))
            .args(["audit", &tree, "--no-config", "--select", "license", "--format", "json", "--fail-on", "never"])
            .args(more)
            .env_clear()
            .env("HF_HUB_CACHE", &hub)
            .current_dir(root())
            .assert()
            .code(0);
        let report: Value = serde_json::from_slice(&output.get_output().stdout).expect("JSON");
        let card = report["cards"]
            .as_array()
            .expect("cards")
            .iter()
            .find(|card| card["path"].as_str().expect("path").contains("tickets-lora"));
        let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
        card.expect("the card")["lineage"]
            .as_array()
            .expect("lineage")
            .iter()
            .map(|input| (text(&input["name"]), text(&input["origin"]), text(&input["license"])))
            .collect()
    };
    let found = |name: &str, origin: &str, license: &str| (name.to_owned(), origin.to_owned(), license.to_owned());
    let neighbour = found("acme-labs/tickets-7b", "neighbour", "Apache-2.0");
    assert_eq!(lineage(&[]), [neighbour.clone(), found("third/tickets-base", "hub-cache", "CC-BY-NC-4.0")]);
    assert_eq!(
        lineage(&["--license-of", "third/tickets-base=mit"]),
        [neighbour.clone(), found("third/tickets-base", "configuration", "MIT")]
    );
    assert_eq!(lineage(&["--no-hub-cache"]), [neighbour, found("third/tickets-base", "unknown", "none")]);
    let wrong = tree.display().to_string();
    let output = cardlint(&["audit", &wrong, "--license-of", "third/tickets-base=no-such-licence"]).code(2);
    let message = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(message.contains("no-such-licence"), "{message}");
}

/// What a card derives from, in the text when the front matter is silent.
#[test]
fn a_sentence_names_a_base_model_when_nothing_else_does() {
    use cardlint::license::Origin;
    let lineage = |text: &str| -> Vec<(String, bool)> {
        let audit = common::audit_text(text, None);
        audit.lineage.into_iter().map(|input| (input.name, input.certain)).collect()
    };
    let trainer = "---\nlicense: apache-2.0\n---\n# x\n\nThis model is a fine-tuned version of [meta-llama/Llama-3.1-8B](https://huggingface.co/meta-llama/Llama-3.1-8B) on the tickets dataset.\n";
    assert_eq!(lineage(trainer), [("meta-llama/Llama-3.1-8B".to_owned(), false)]);
    let bare = "---\nlicense: mit\n---\n# x\n\nThis is a quantized version of `google/gemma-2-9b`.\n";
    assert_eq!(lineage(bare), [("google/gemma-2-9b".to_owned(), false)]);
    let declared = trainer.replace("---\n# x", "base_model: org/other\n---\n# x");
    assert_eq!(lineage(&declared)[0].0, "org/other");
    let about_others = "---\nlicense: mit\n---\n# x\n\nAlpaca, a fine-tuned version of [meta-llama/Llama-2-7b](https://huggingface.co/meta-llama/Llama-2-7b), was compared.\n";
    assert_eq!(lineage(about_others), []);
    assert_eq!(Origin::default(), Origin::Unknown);
}

/// Copies are known by their names, in whatever format, where all models called so are under one licence.
#[test]
fn copies_keep_the_terms_of_what_they_copy() {
    for (copy, id) in [
        ("unsloth/llama-3-8b-bnb-4bit", Some("llama3")),
        ("unsloth/llama-2-7b-bnb-4bit", Some("llama2")),
        ("TheBloke/CodeLlama-7B-Instruct-GGUF", Some("llama2")),
        ("unsloth/nothing-7b", None),
        ("acme/llama-2-7b", None),
    ] {
        let found = license::knowledge::copied(copy).and_then(|model| model.id.as_deref());
        assert_eq!(found, id, "{copy}");
    }
}

/// No licence of the model cures what its teacher's licence forbids.
#[test]
fn a_teacher_is_not_cured_by_a_declaration() {
    let teacher = [
        "license",
        "check",
        "--declared",
        "apache-2.0",
        "--name",
        "acme/Tickets",
        "--teacher",
        "meta-llama/Llama-2-70b-chat-hf",
    ];
    let output = cardlint(&teacher).code(1);
    let text = String::from_utf8(output.get_output().stdout.clone()).expect("UTF-8");
    assert!(text.contains("no licence of the model cures") && !text.contains("publish it under"), "{text}");
}

/// A licence other than the declared one is told in many words, of the model and of other things.
#[test]
fn licences_are_stated_in_many_words() {
    let differs = |text: &str| {
        let card = format!("---\nlicense: mit\n---\n# Ebbe\n\n{text}\n");
        common::audit_text(&card, None).findings.iter().any(|finding| finding.rule.id == "license-body-differs")
    };
    for text in [
        "This model is open access and available to all, with a CreativeML OpenRAIL-M license further specifying rights.",
        "The license of this model is CC BY-NC 4.0.",
        "## License\n\nThe license is CC BY-NC 4.0.",
        "## License\n\nThis model is CC BY-NC 4.0.",
        "## License & Usage\n\nCC-BY-NC-4.0",
        "## Usage\n\n- **License:** CC BY-NC 4.0",
        "This model uses the CC BY-NC 4.0 license.",
        "It is under the CC BY-NC 4.0 license.",
        "> **Note:** the weights are licensed under CC-BY-NC-SA-4.0",
        "Please note that the model is released under CC-BY-NC-4.0.",
        "The model is released under GNU AGPL v3.",
    ] {
        assert!(differs(text), "{text}");
    }
    for text in [
        "The license of the base model is CC BY-NC 4.0.",
        "The license of the training data is CC BY-NC 4.0.",
        "The base model uses the CC BY-NC 4.0 license.",
        "The dataset has a CC BY-NC 4.0 license.",
        "Some of the photos are under the CC BY-NC 4.0 license.",
        "Unlike the others, which are under the CC BY-NC 4.0 license, this one is free.",
        "## Base model\n\nThe license is CC BY-NC 4.0.",
        "Versions before 1.2 were released under CC BY-NC 4.0. Since 1.2, the weights are under the MIT license.",
        "This model was fine-tuned on a dataset that is under the CC BY-NC 4.0 license.",
    ] {
        assert!(!differs(text), "{text}");
    }
}

/// Terms that forbid commercial use are told in many words and languages, of the model and of other things.
#[test]
fn commercial_use_is_forbidden_in_many_words() {
    let forbids = |text: &str| {
        let card = format!("---\nlicense: mit\n---\n# Ebbe\n\n{text}\n");
        common::audit_text(&card, None).findings.iter().any(|finding| finding.rule.id == "license-body-restricts")
    };
    for text in [
        "The model may not be used in commercial products.",
        "You are not allowed to use Ebbe in commercial products.",
        "**License:** Non-commercial (research only)",
        "Companies need a paid license.",
        "Commercial usage: not allowed",
        "For commercial licensing, contact us.",
        "The model may only be used for educational purposes.",
        "L'uso commerciale non è consentito.",
        "商业使用需事先获得书面授权。",
        "商用利用には許諾が必要です。",
        "本模型仅供研究使用。",
        "Free for non-commercial use.",
        "- Commercial use: no",
        "The weights may be used for research purposes only.",
        "> **Note**\n> Not for commercial use.",
        "Das Modell darf nicht kommerziell genutzt werden.",
        "Kommerzielle Nutzung ist untersagt.",
        "L'utilisation commerciale du modèle est interdite.",
        "El modelo no puede utilizarse con fines comerciales.",
        "O modelo não pode ser usado para fins comerciais.",
        "Коммерческое использование модели запрещено.",
        "本模型不得用于商业用途。",
        "商用利用は禁止します。",
        "이 모델은 상업적 사용이 금지됩니다.",
        "The checkpoint is released to the community for\nnon-commercial purposes.",
        "Commercial use needs a written agreement.",
        "<p><b>For personal, non-commercial use only.</b></p>",
    ] {
        assert!(forbids(text), "{text}");
    }
    for text in [
        "\"It may be used for research purposes only\", said the card of version 0.9.",
        "We lifted the clause \"commercial use is prohibited\".",
        "Many speech models may only be used for non-commercial purposes. Ours has no such limit.",
        "早期版本禁止商用，从 2.0 版起允许商用。",
        "不同于禁止商用的模型，本模型没有此限制。",
        "Ebbe is a trademark; commercial use of the name requires permission.",
        "Commercial use is allowed.",
        "Commercial use of the recordings is not permitted.",
        "The training data may not be used commercially.",
        "The base model is for non-commercial use only.",
        "It was trained on data under non-commercial licenses.",
        "> For non-commercial use only.",
        "Kommerzielle Nutzung ist nicht verboten.",
        "Die Scans der Archive dürfen nicht kommerziell genutzt werden.",
        "本模型支持商业用途。",
        "The recordings that it was trained on are for\nnon-commercial use only.",
        "Commercial use of the model is allowed, but it must not be used for surveillance.",
        "Das Modell darf kommerziell genutzt werden, Missbrauch ist verboten.",
        "Le modèle peut être utilisé à des fins commerciales ou non commerciales.",
        "Модель можно использовать и в коммерческих, и в некоммерческих целях.",
        "Ebbe-70B is for non-commercial use only.",
        "The model is no longer under a non-commercial license.",
        "本模型允许商用，但不得用于违法目的，也不得用于生成虚假信息、侵害他人权益或从事其他任何损害公共利益与社会公德的活动。",
    ] {
        assert!(!forbids(text), "{text}");
    }
}

/// What a card derives from is told in many ways, and much that sounds alike speaks of something else.
#[test]
fn what_a_model_was_made_from_is_told_in_many_ways() {
    let told = |title: &str, text: &str| -> Option<String> {
        let card = format!("---\nlicense: mit\n---\n# {title}\n\n{text}\n");
        common::audit_text(&card, None).lineage.into_iter().next().map(|input| input.name)
    };
    let link = "[harbour-tide](https://huggingface.co/coast/harbour-tide)";
    for text in [
        "We started from LINK and trained all layers on our logs.",
        "An ONNX export of LINK for the browser.",
        "GGUF / ggml conversions and quantisations of LINK, made with llama.cpp.",
        "A Danish fine-tune of LINK for\nwritten complaints.",
        "Ebbe is obtained from LINK by pruning a third of its heads.",
        "LINK fine-tuned on tide tables.",
        "This model was merged with linear weights using LINK as a base.",
        "The model is built on `coast/harbour-tide`.",
        "Continued pre-training of `coast/harbour-tide` on tide tables.",
        "An abliterated version of coast/harbour-tide (https://huggingface.co/coast/harbour-tide).",
        "### Base model\n\nLINK",
        "- **Source:** LINK",
        "| Original model | LINK |",
        "Базовая модель: LINK",
        "Le modèle est basé sur LINK.",
        "Das Modell wurde feinabgestimmt auf Basis von LINK.",
        "이 모델은 LINK를 파인튜닝한 모델입니다.",
        "LINKをファインチューニングしたモデルです。",
        "```yaml\nbase_model: coast/harbour-tide\nadapter: lora\n```",
        "```sh\npython run.py --model_name_or_path coast/harbour-tide --do_train\n```",
        "```sh\ntrl sft --model_name_or_path coast/harbour-tide --dataset_name acme/tides\n```",
        "```yaml\nmodel_name_or_path: coast/harbour-tide\nfinetuning_type: lora\n```",
        "```python\nbase = AutoModel.from_pretrained(\"coast/harbour-tide\")\nm = PeftModel.from_pretrained(base, \"acme/ebbe\")\n```",
        "The following models were included in the merge:\n* LINK\n* [x](https://huggingface.co/a/b-c)",
        "I took LINK and trained it on logs of the harbour.",
        "本模型以 LINK 为基座，在两万条记录上微调。",
    ] {
        assert_eq!(told("Ebbe", &text.replace("LINK", link)).as_deref(), Some("coast/harbour-tide"), "{text}");
    }
    for text in [
        "The tokenizer is based on LINK.",
        "Flut, a fine-tuned version of LINK, was compared with it.",
        "Flut is a fine-tuned version of LINK.",
        "Ebbe was trained from scratch and is smaller than a fine-tuned version of LINK.",
        "When fine-tuned from `coast/harbour-tide` instead, it is slower.",
        "Quantized version of this model: LINK",
        "- Flut: fine-tuned from LINK",
        "## Training your own\n\n```yaml\nbase_model: coast/harbour-tide\nadapter: lora\n```",
        "- **Source:** `coast/harbour-tide`",
        "Le modèle de comparaison est une version affinée de LINK.",
        "Ebbe is **not** a fine-tuned version of LINK.",
        "This model is neither a fine-tuned version of LINK nor a merge.",
        "The chat template of this model comes from LINK.",
        "This model card is based on the one of LINK.",
        "The model was trained from scratch.\n\nThis model is smaller than others and is based on LINK.",
        "As an upper bound we fine-tuned LINK on the same pairs.",
        "A smaller version of [tide-large](https://huggingface.co/coast/tide-base).",
        "## How to fine-tune it\n\n```sh\npython run.py --model_name_or_path coast/harbour-tide --do_train\n```",
    ] {
        assert_eq!(told("Ebbe", &text.replace("LINK", link)), None, "{text}");
    }
    assert_eq!(
        told("Harbour Tide", "Other formats: GGUF conversion of [it](https://huggingface.co/x/harbour-tide-gguf)"),
        None
    );
}

/// The folder that a card lies in is its name, from wherever it is audited, and exceptions are idle only where all
/// cards were seen.
#[test]
fn exceptions_fit_from_every_folder() {
    let place = tempfile::tempdir().expect("folder");
    let at = place.path();
    repository(at, "acme/Helpdesk-8B", "license: gemma\n");
    repository(at, "acme--Helpdesk-8B", "license: gemma\n");
    repository(at, "acme/other", "license: mit\n");
    let policy = "[license]\ndeny = [\"gemma\"]\n\n[[license.exceptions]]\nrepository = \"acme/Helpdesk-8B\"\nlicense = \"gemma\"\nreason = \"settled\"\n";
    fs::write(at.join("cardlint.toml"), policy).expect("configuration");
    let said = |from: &str, arguments: &[&str]| {
        let output = Command::new(cargo_bin!("cardlint"))
            .args(["audit", "--select", "license-policy,license-policy-exception"])
            .args(arguments)
            .env_clear()
            .current_dir(at.join(from))
            .output()
            .expect("cardlint runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    for (from, arguments) in [
        ("", &["."][..]),
        ("", &["acme--Helpdesk-8B"]),
        ("acme", &["Helpdesk-8B"]),
        ("acme/Helpdesk-8B", &["."]),
        ("acme/Helpdesk-8B", &["README.md"]),
        // A part of the cards does not tell what the others need.
        ("acme/other", &["."]),
        ("", &["--only-cards", "acme/other/README.md"]),
    ] {
        assert!(said(from, arguments).contains("No findings"), "{from} {arguments:?}: {}", said(from, arguments));
    }
    fs::remove_dir_all(at.join("acme/Helpdesk-8B")).expect("removed");
    fs::remove_dir_all(at.join("acme--Helpdesk-8B")).expect("removed");
    assert!(said("", &["."]).contains("was not needed"), "{}", said("", &["."]));
}

/// Chains are followed to their end, and circles in them are told with their way.
#[test]
fn chains_are_followed_to_any_depth() {
    use cardlint::license::{Lookup, Origin, Stated};

    struct Row;
    impl Lookup for Row {
        fn lookup(&self, _: Role, repo: &str) -> Vec<(Origin, Stated)> {
            let number: usize = repo.trim_start_matches("m/").parse().expect("a number");
            let next = if number == 20 { 5 } else { number + 1 };
            vec![(Origin::HubCache, Stated { bases: vec![format!("m/{next}")], ..Stated::default() })]
        }
    }
    let source = Source { role: Role::Base, name: "m/0", declared: Declared::default(), same_owner: false };
    let chain = inputs(source, None, &Row);
    assert_eq!(chain.inputs.len(), 21);
    let circle = chain.circle.expect("a circle");
    assert_eq!((circle.len(), circle[0].as_str(), circle[15].as_str()), (16, "m/5", "m/20"));
}

/// The normal form keeps exceptions and later versions, which the alternatives do not show.
#[test]
fn normal_forms_lose_nothing() {
    let form = |value: &str| license::resolve(Declared { license: &[value], name: None, link: None }).expression();
    for (declared, normal) in [
        ("gpl-3.0-or-later", "GPL-3.0-or-later"),
        ("gpl-2.0+", "GPL-2.0-or-later"),
        ("lgpl-2.1-or-later", "LGPL-2.1-or-later"),
        ("agpl-3.0", "AGPL-3.0-only"),
        ("apache-2.0+", "Apache-2.0+"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("mit or (gemma and gpl-2.0+)", "MIT OR (LicenseRef-scancode-gemma-tou-2025-03-24 AND GPL-2.0-or-later)"),
    ] {
        assert_eq!(form(declared).as_deref(), Some(normal), "{declared}");
    }
    let named = Declared { license: &["other"], name: Some("Apache-2.0 WITH LLVM-exception"), link: None };
    assert_eq!(license::resolve(named).expression().as_deref(), Some("Apache-2.0 WITH LLVM-exception"));
}
