//! What a pipeline sees: reports, names of files, changed files without the rest of the tree.

mod common;

use std::fs;
use std::path::Path;

use snapbox::cmd::{Command, cargo_bin};

const BAD: &str = "---\nlicense: our-own\nlanguage: [klingonish, elvishly]\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n# A model\n";
const GOOD: &str =
    "---\nlicense: mit\nlanguage: en\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n# A model\n";

fn put(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("folder")).expect("folders");
    fs::write(path, text).expect("file");
}

/// Exit code, standard output, standard error.
fn run(folder: &Path, variables: &[(&str, &Path)], arguments: &[&str], input: &str) -> (i32, String, String) {
    let command = Command::new(cargo_bin!("cardlint")).args(arguments).env_clear().current_dir(folder);
    let command = variables.iter().fold(command, |command, (name, value)| command.env(name, value));
    let output = command.stdin(input.to_owned()).output().expect("a run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

fn audit(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    run(folder, &[], &[&["audit"], arguments].concat(), "")
}

#[test]
fn reports_are_not_written_over_cards() {
    let place = tempfile::tempdir().expect("folder");
    put(place.path(), "m/README.md", BAD);
    for arguments in [
        &["m", "-o", "m/README.md"][..],
        &["m", "--report", "json=m/../m/README.md"],
        &["m/README.md", "--write-baseline", "m/README.md"],
    ] {
        let (code, _, error) = audit(place.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert_eq!(fs::read_to_string(place.path().join("m/README.md")).expect("card"), BAD);
    }
    for arguments in [&["coverage"][..], &["openness"], &["license", "report"]] {
        let (code, ..) = run(place.path(), &[], &[arguments, &["m", "-o", "m/README.md"]].concat(), "");
        assert_eq!(code, 2, "{arguments:?}");
        assert_eq!(fs::read_to_string(place.path().join("m/README.md")).expect("card"), BAD);
    }
    assert_eq!(audit(place.path(), &["m", "-o", "-", "--format", "ndjson"]).1.lines().count(), 2);
}

#[test]
fn changed_files_are_judged_by_the_configuration_of_the_repository() {
    let place = tempfile::tempdir().expect("folder");
    put(place.path(), "cardlint.toml", "ignore = [\"license-unknown\"]\n");
    put(place.path(), "models/a/cardlint.toml", "ignore = [\"language-invalid\"]\n");
    put(place.path(), "models/a/README.md", BAD);
    put(place.path(), "models/b/README.md", BAD);
    put(place.path(), "other/README.md", BAD);
    let rules = |folder: &str, arguments: &[&str]| -> (bool, bool) {
        let (_, report, _) = audit(&place.path().join(folder), arguments);
        (report.contains("license-unknown"), report.contains("language-invalid"))
    };
    assert_eq!(rules(".", &["models/a/README.md"]), (true, false), "the nearest one");
    for changed in [&["models/a/README.md"][..], &["models/a/README.md", "models/b/README.md"]] {
        assert_eq!(rules(".", &[&["--only-cards"], changed].concat()), (false, true), "{changed:?}");
    }
    assert_eq!(rules("models/a", &["--only-cards", "README.md"]), (true, false), "below a configuration");
    assert_eq!(rules("models/a", &["--only-cards", "../../other/README.md"]), (false, true), "outside");
}

#[test]
fn options_without_use_are_refused() {
    let place = tempfile::tempdir().expect("folder");
    put(place.path(), "README.md", BAD);
    for arguments in [
        &["--select", "license", "--ignore", "license"][..],
        &["--statistics", "--format", "json"],
        &["--diff", "--report", "sarif=x.sarif"],
    ] {
        assert_eq!(audit(place.path(), arguments).0, 2, "{arguments:?}");
    }
}

#[test]
fn junit_fails_where_the_run_fails() {
    let place = tempfile::tempdir().expect("folder");
    put(place.path(), "README.md", BAD);
    let failures = |fail_on: &str| {
        let report = audit(place.path(), &["--format", "junit", "--fail-on", fail_on]).1;
        let mut names: Vec<&str> =
            report.split("<testcase name=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{report}");
        report.matches("<failure").count()
    };
    let (never, error, note) = (failures("never"), failures("error"), failures("note"));
    assert!(never == 0 && error > 0 && note >= error, "{never} {error} {note}");
}

#[test]
fn files_are_named_from_the_top_of_a_checkout() {
    let place = tempfile::tempdir().expect("folder");
    put(place.path(), "models/a/README.md", BAD);
    put(place.path(), "models/b/README.md", BAD);
    let below = place.path().join("models/a");
    let shown = |variable: &str, arguments: &[&str]| {
        run(&below, &[(variable, place.path())], &[&["audit"], arguments].concat(), "").1
    };
    assert!(shown("GITHUB_WORKSPACE", &["--format", "github"]).contains("file=models/a/README.md,"));
    assert!(shown("GITHUB_WORKSPACE", &["../b", "--format", "sarif"]).contains("\"uri\":\"models/b/README.md\""));
    assert!(shown("CI_PROJECT_DIR", &["../b", "--format", "gitlab"]).contains("\"path\":\"models/b/README.md\""));
    assert!(shown("OTHER", &["../b", "--format", "github"]).contains("file=../b/README.md,"));
}

/// With `--only-cards`, a list of changed files finds what the whole tree finds of their cards.
#[test]
fn changed_files_lead_to_their_cards() {
    let place = tempfile::tempdir().expect("folder");
    let here = place.path();
    let told = |arguments: &[&str]| audit(here, &[&["--only-cards", "--format", "github"], arguments].concat()).1;
    // Weights without a card, and a card that is gone.
    put(here, "bare/model.safetensors", "x");
    assert!(told(&["bare/model.safetensors"]).contains("card-missing"));
    assert!(told(&["bare/README.md"]).contains("card-missing"));
    // A file deeper in the repository.
    put(here, "acme/deep/README.md", BAD);
    put(here, "acme/deep/1_Pooling/config.json", "{}");
    assert!(told(&["acme/deep/1_Pooling/config.json"]).contains("license-unknown"));
    // A base model beside it that has not changed.
    put(here, "meta/base/README.md", GOOD.replace("mit", "cc-by-nc-4.0"));
    put(here, "acme/child/README.md", GOOD.replace("license: mit", "license: apache-2.0\nbase_model: meta/base"));
    assert!(told(&["acme/child/README.md"]).contains("license-restriction-lost"));
    // Not where it lies outside of the folder in which cardlint runs.
    let inside = here.join("acme");
    let report = run(&inside, &[], &["audit", "--only-cards", "--format", "github", "child/README.md"], "").1;
    assert!(!report.contains("license-restriction-lost"), "{report}");
    // UTF-16 is no reason to be passed over.
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(BAD.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    put(here, "wide/README.md", wide);
    assert!(told(&["wide/README.md"]).contains("encoding-invalid"));
}

#[test]
fn standard_input_is_judged_by_its_name() {
    let place = tempfile::tempdir().expect("folder");
    put(
        place.path(),
        "cardlint.toml",
        "[files]\nexclude = [\"drafts/**\"]\n[[overrides]]\npaths = [\"old/**\"]\nignore = [\"license-unknown\"]\n",
    );
    let told = |name: &str| {
        let arguments = ["audit", "-", "--only-cards", "--format", "github", "--stdin-filename", name];
        run(place.path(), &[], &arguments, BAD).1
    };
    assert!(told("new/README.md").contains("license-unknown"));
    assert!(!told("old/README.md").contains("license-unknown") && told("old/README.md").contains("language"));
    assert_eq!(told("drafts/README.md"), "");
}

#[test]
fn the_licence_report_reads_the_configuration() {
    let place = tempfile::tempdir().expect("folder");
    put(place.path(), "acme/x/README.md", GOOD.replace("license: mit", "license: mit\nbase_model: other/base"));
    put(place.path(), "acme/draft/README.md", GOOD);
    put(
        place.path(),
        "cardlint.toml",
        "[files]\nexclude = [\"acme/draft/**\"]\n[license.known]\n\"other/base\" = \"cc-by-nc-4.0\"\n",
    );
    let report = |arguments: &[&str]| {
        run(place.path(), &[], &[&["license", "report", ".", "--format", "csv"], arguments].concat(), "")
    };
    let (code, text, _) = report(&[]);
    assert!(code == 0 && text.contains("other/base (CC-BY-NC-4.0)") && !text.contains("draft"), "{text}");
    assert_eq!(report(&["--fail-on", "obligation-lost"]).0, 1);
    assert_eq!(report(&["--fail-on", "conflict"]).0, 0);
    let (_, text, _) = report(&["--no-config", "-o", "out.csv"]);
    let written = fs::read_to_string(place.path().join("out.csv")).expect("a file");
    assert!(text.is_empty() && written.contains("other/base (unknown)") && written.contains("draft"), "{written}");
}

#[test]
fn what_the_base_model_restricts_is_not_free() {
    let place = tempfile::tempdir().expect("folder");
    let card = |base: &str| GOOD.replace("license: mit", &format!("license: mit\nbase_model: {base}"));
    put(place.path(), "a/README.md", card("meta-llama/Llama-3.1-8B"));
    put(place.path(), "b/README.md", card("openai/whisper-tiny"));
    let shown =
        |name: &str| run(place.path(), &[], &["coverage", name, "--framework", "osaid", "--format", "csv"], "").1;
    let freedoms =
        |name: &str| shown(name).lines().find(|line| line.contains("Four freedoms")).expect("a row").to_owned();
    assert!(
        freedoms("a").contains("partial") && freedoms("b").contains("covered"),
        "{}{}",
        freedoms("a"),
        freedoms("b")
    );
}
