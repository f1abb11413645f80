//! The command line as a process: what goes to which stream, and the exit codes.

// snapbox writes its expectations with hashes.
#![allow(clippy::needless_raw_string_hashes)]

use std::path::Path;

use snapbox::cmd::{Command, OutputAssert, cargo_bin};
use snapbox::{file, str};

/// `cardlint ARGUMENTS` in the project's root with nothing of the caller's environment.
fn cardlint<const N: usize>(arguments: [&str; N]) -> Command {
    Command::new(cargo_bin!("cardlint"))
        .args(arguments)
        .env_clear()
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .timeout(std::time::Duration::from_secs(60))
}

fn run<const N: usize>(arguments: [&str; N]) -> OutputAssert {
    cardlint(arguments).assert()
}

const FAULTY: &str = "fixtures/repositories/helpdesk-8b";
const CLEAN: &str = "fixtures/repositories/clean-classifier";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
    std::fs::write(path, text).expect("file");
}

/// The picture in the README. `SNAPSHOTS=overwrite cargo test` draws it anew.
#[test]
fn picture_is_what_a_run_prints() {
    cardlint(["audit", FAULTY, "--color", "always"])
        .env("COLUMNS", "100")
        .assert()
        .code(1)
        .stdout_eq(file!["../docs/audit.term.svg"])
        .stderr_eq("");
}

#[test]
fn every_format_tells_the_same_and_exits_alike() {
    run(["audit", FAULTY]).code(1).stdout_eq(file!["snapshots/helpdesk.table.txt"]).stderr_eq("");
    run(["audit", FAULTY, "--format", "text"]).code(1).stdout_eq(file!["snapshots/helpdesk.text.txt"]);
    run(["audit", FAULTY, "--format", "github"]).code(1).stdout_eq(file!["snapshots/helpdesk.github.txt"]);
    run(["audit", FAULTY, "--format", "markdown"]).code(1).stdout_eq(file!["snapshots/helpdesk.markdown.md"]);
    run(["audit", FAULTY, "--format", "json"]).code(1).stdout_eq(file!["snapshots/helpdesk.json"]);
    run(["audit", FAULTY, "--format", "ndjson"]).code(1).stdout_eq(file!["snapshots/helpdesk.jsonl"]);
    run(["audit", FAULTY, "--format", "gitlab"]).code(1).stdout_eq(file!["snapshots/helpdesk.gitlab.json"]);
    run(["audit", FAULTY, "--format", "junit"]).code(1).stdout_eq(file!["snapshots/helpdesk.junit.xml"]);
    run(["audit", FAULTY, "--format", "rdjson"]).code(1).stdout_eq(file!["snapshots/helpdesk.rdjson.json"]);
    run(["audit", FAULTY, "--statistics"]).code(1).stdout_eq(file!["snapshots/helpdesk.statistics.txt"]);
}

#[test]
fn clean_card_is_silent() {
    run(["audit", CLEAN, "--profile", "strict"])
        .code(0)
        .stdout_eq(str![[r#"
No findings in 1 card.

"#]])
        .stderr_eq("");
}

#[test]
fn several_reports_from_one_run() {
    let out = folder();
    let (sarif, lines) = (out.path().join("out.sarif"), out.path().join("out.ndjson"));
    cardlint(["audit", FAULTY, "--report"])
        .arg(format!("sarif={}", sarif.display()))
        .arg(format!("--report=ndjson={}", lines.display()))
        .assert()
        .code(1)
        .stdout_eq(file!["snapshots/helpdesk.table.txt"]);
    let sarif: serde_json::Value = serde_json::from_slice(&std::fs::read(sarif).expect("file")).expect("JSON");
    let lines = std::fs::read_to_string(lines).expect("file");
    let card: serde_json::Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    let findings = card["findings"].as_array().expect("findings").len();
    assert!(findings > 10);
    assert_eq!(sarif["runs"][0]["results"].as_array().expect("results").len(), findings);
}

#[test]
fn standard_input() {
    cardlint(["audit", "-", "--stdin-filename", "models/x/README.md"])
        .stdin("---\nlicense: MIT\nlibrary_name: peft\npipeline_tag: text-generation\nlanguage: en\n---\n# X\n")
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
models/x/README.md (model card)
 Line  Severity  Rule             Finding
 2:10  error     license-unknown  `MIT` is not a Hub licence id (ids must match
                                  exactly); the id of this licence is `mit`
                                  → Write `mit` [safe fix]
 6:1   warning   card-missing     The card has metadata and no text: nothing
                                  says what the model is, what it is for and
                                  where it fails
                                  → Write it: `cardlint new` makes a skeleton
                                  from what the files say

1 error and 1 warning in 1 card. 1 finding can be fixed with --fix.

"#]]);
}

#[test]
fn fail_on_decides_the_code() {
    let note = ["audit", "-", "--select", "list-duplicate", "--fail-on"];
    let card = "---\ntags: [a, a]\n---\n# X\n";
    for (least, code) in [("never", 0), ("error", 0), ("warning", 0), ("note", 1)] {
        cardlint(note).arg(least).stdin(card).assert().code(code);
    }
}

#[test]
fn wrong_use_is_code_two() {
    run(["audit", "no/such/path"]).code(2).stdout_eq("No card was read. 1 path could not be audited.\n").stderr_eq(
        str![[r#"
error: no/such/path: no such file or folder

"#]],
    );
    run(["audit", CLEAN, "--select", "licence-unknown"]).code(2).stdout_eq("").stderr_eq(str![[r#"
error: there is no rule or group `licence-unknown`; did you mean `license-unknown`?

"#]]);
    run(["audit", "src"]).code(2).stderr_eq(str![[r#"
error: no model or dataset card found; name a file to audit it anyway, or pass --allow-empty

"#]]);
    run(["audit", "src", "--allow-empty"]).code(0);
    run(["audit", CLEAN, "--format", "pdf"]).code(2);
    run(["rule", "license-unknwon"]).code(2).stderr_eq(str![[r#"
error: there is no rule `license-unknwon`; did you mean `license-unknown`?

"#]]);
    run(["schema", "nothing"]).code(2);
}

#[test]
fn pages() {
    run(["--help"]).code(0).stdout_eq(file!["snapshots/help.txt"]);
    run(["audit", "-h"]).code(0).stdout_eq(file!["snapshots/help-audit.txt"]);
    run(["rule", "language-invalid"]).code(0).stdout_eq(file!["snapshots/rule.txt"]);
    run(["schema"]).code(0).stdout_eq(str![[r#"
baseline
config
dataset-card
disclosure
eval-results
licenses
model-card
model-index
profile
report
rule
vocabulary

"#]]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        run(["completions", shell]).code(0);
    }
}

#[test]
fn configuration_is_found_and_checked() {
    let folder = folder();
    let at = folder.path();
    write(at, "cards/README.md", "---\nlicence: mit\n---\n# X\n");
    write(at, "cards/drafts/README.md", "---\nlicence: mit\n---\n# X\n");
    write(at, "cards/about.md", "---\nlicence: mit\n---\n# X\n");
    write(
        at,
        "cardlint.toml",
        "select = [\"key-unknown\"]\nfail-on = \"note\"\nformat = \"github\"\n[severity]\nkey-unknown = \"note\"\n[files]\nexclude = [\"cards/drafts/**\"]\ninclude = [\"cards/about.md\"]\n",
    );
    cardlint(["audit"]).current_dir(at).assert().code(1).stdout_eq(str![[r#"
::notice title=cardlint key-unknown,file=cards/README.md,line=2,endLine=2,col=1,endColumn=8::The Hub does not recognise the key `licence`; did you mean `license`? Rename the key to `license`.
::notice title=cardlint key-unknown,file=cards/about.md,line=2,endLine=2,col=1,endColumn=8::The Hub does not recognise the key `licence`; did you mean `license`? Rename the key to `license`.

"#]]);
    write(at, "cardlint.toml", "profil = \"hub\"\n");
    cardlint(["audit"]).current_dir(at).assert().code(2).stderr_eq(str![[r#"
error: unknown field `profil`, expected one of `profile`, `select`, `ignore`, `binding`, `fail-on`, `format`, `severity`, `files`, `schemas`, `license`, `rule-packs`, `frameworks`, `baseline`, `overrides`, `extends`; did you mean `profile`?
 --> cardlint.toml:1:1
  |
1 | profil = "hub"
  | ^^^^^^

"#]]);
    // Every word that means nothing is told at once.
    write(
        at,
        "cardlint.toml",
        "profile = \"strikt\"\nignore = [\"licence-unknown\"]\nframeworks = [\"eu-annex-x\"]\n[severity]\nbias = \"warn\"\n",
    );
    cardlint(["audit"]).current_dir(at).assert().code(2).stderr_eq(str![[r#"
error: `strikt` is not a profile; choose from hub, recommended, strict, sensitive; did you mean `strict`?
 --> cardlint.toml:1:11
  |
1 | profile = "strikt"
  |           ^^^^^^^^

error: there is no rule or group `licence-unknown`; did you mean `license-unknown`?
 --> cardlint.toml:2:11
  |
2 | ignore = ["licence-unknown"]
  |           ^^^^^^^^^^^^^^^^^

error: `warn` is not one of note, warning, error, off
 --> cardlint.toml:5:8
  |
5 | bias = "warn"
  |        ^^^^^^

error: there is no framework `eu-annex-x`; did you mean `eu-annex-xi`?
 --> cardlint.toml:3:15
  |
3 | frameworks = ["eu-annex-x"]
  |               ^^^^^^^^^^^^

"#]]);
    cardlint(["config"]).current_dir(at).assert().code(2);
    cardlint(["audit", "--no-config", "--fail-on", "warning"]).current_dir(at).assert().code(1);
}

#[test]
fn own_schema_speaks_with_its_own_words() {
    let folder = folder();
    let at = folder.path();
    write(at, "README.md", "---\nlicense: mit\nowner: 3\n---\n# X\n");
    write(
        at,
        "policy.json",
        r#"{"properties": {"owner": {"title": "Owner", "description": "The team that answers for the model.", "type": "string"}}, "required": ["contact"]}"#,
    );
    cardlint(["audit", "--schema", "policy.json", "--select", "schema-extra"])
        .current_dir(at)
        .assert()
        .code(1)
        .stdout_eq(str![[r#"
README.md (model card)
 Line  Severity  Rule          Finding
 3:8   error     schema-extra  `owner` is the number `3`, where text is
                               accepted (Owner: The team that answers for the
                               model.)
                               → Follow the schema policy.json
 4:1   error     schema-extra  `contact` is missing (schema policy.json)
                               → Follow the schema policy.json

2 errors in 1 card.

"#]]);
}

#[test]
fn discovery_takes_cards_and_leaves_the_rest() {
    let folder = folder();
    let at = folder.path();
    let card = "---\nlicense: mit\nlibrary_name: peft\n---\n# X\n";
    write(at, "a/README.md", card);
    write(at, "b/readme.MD", card);
    write(at, "c/MODEL_CARD.md", "# X\n");
    write(at, "d/small.modelcard.md", "# X\n");
    write(at, "e/README.md", "# A project\n\nRun `make`.\n");
    write(at, "e/Makefile", "all:\n");
    write(at, "f/README.md", "# Weights\n");
    write(at, "f/model.safetensors", "");
    write(at, "g/notes.md", card);
    write(at, ".git/x/README.md", card);
    write(at, "h/README.md/keep", "a folder of that name");
    write(at, "ignored/README.md", card);
    write(at, ".ignore", "ignored/\n");
    let output = cardlint(["audit", "--verbose", "--format", "github", "--fail-on", "never"]).current_dir(at).assert();
    let talk = String::from_utf8(output.code(0).get_output().stderr.clone()).expect("UTF-8");
    let audited: Vec<&str> = talk.lines().collect();
    assert_eq!(
        audited,
        [
            "audited: a/README.md",
            "audited: b/readme.MD",
            "audited: c/MODEL_CARD.md",
            "audited: d/small.modelcard.md",
            "no card: e/README.md",
            "audited: f/README.md",
            "skipped: 1 file without the metadata or wording of a card"
        ]
    );
}

#[test]
fn readings_are_shown() {
    cardlint(["read", "-"])
        .stdin("---\nlanguage: no\n---\n# X\n")
        .assert()
        .code(0)
        .stdout_eq(file!["snapshots/read.json"]);
}

#[test]
fn policy_is_applied_and_checked() {
    let folder = folder();
    let at = folder.path();
    write(at, "acme/a/README.md", "---\nlicense: gemma\nlibrary_name: peft\n---\n# A\n");
    write(at, "acme/b/README.md", "---\nlicense: gemma\nlibrary_name: peft\n---\n# B\n");
    let policy = |more: &str| {
        format!(
            "select = [\"license-policy\", \"license-policy-exception\"]\nformat = \"github\"\n\n[license]\nallow = [\"permissive\"]\n\n[[license.exceptions]]\nrepository = \"acme/a\"\nlicense = \"gemma\"\nreason = \"Legal, ticket 4711.\"\n{more}"
        )
    };
    write(
        at,
        "cardlint.toml",
        policy(
            "expires = \"2999-12-31\"\n\n[[license.exceptions]]\nrepository = \"acme/c\"\nlicense = \"gemma\"\nreason = \"Never used.\"\n",
        ),
    );
    cardlint(["audit"]).current_dir(at).assert().code(1).stdout_eq(str![[r#"
::error title=cardlint license-policy,file=acme/b/README.md,line=2,endLine=2,col=10,endColumn=15::The policy does not allow the licence of the card: `gemma` is not on the list of allowed licences. Declare a licence that the policy allows, or add an exception for `acme/b` with a reason to `[license]` in the configuration.
::warning title=cardlint license-policy-exception,file=cardlint.toml,line=13,endLine=13,col=1,endColumn=23::The exception for `acme/c` was not needed by any card of this run. Remove it, or set a new date.

"#]]);
    // What an exception allows stays in the reports, with its reason.
    let report = cardlint(["audit", "--format", "json"]).current_dir(at).assert().code(1);
    let report: serde_json::Value = serde_json::from_slice(&report.get_output().stdout).expect("JSON");
    let excepted = &report["cards"][0]["findings"][0];
    assert_eq!(excepted["rule"], "license-policy");
    assert_eq!(excepted["suppression"], serde_json::json!({"kind": "external", "reason": "Legal, ticket 4711."}));
    let report = cardlint(["audit", "--format", "sarif", "--show-suppressed"]).current_dir(at).assert().code(1);
    let report: serde_json::Value = serde_json::from_slice(&report.get_output().stdout).expect("SARIF");
    let results = report["runs"][0]["results"].as_array().expect("results");
    let told = serde_json::json!([{"kind": "external", "justification": "Legal, ticket 4711."}]);
    assert_eq!(results.iter().filter(|result| result["suppressions"] == told).count(), 1);
    // A date of TOML is one, too.
    write(at, "cardlint.toml", policy("expires = 2000-01-31\n"));
    let over = cardlint(["audit", "acme/a"]).current_dir(at).assert().code(1);
    assert!(String::from_utf8_lossy(&over.get_output().stdout).contains("its exception expired on 2000-01-31"));
    write(at, "cardlint.toml", policy("expires = \"soon\"\n"));
    cardlint(["audit"]).current_dir(at).assert().code(2).stderr_eq(str![[r#"
error: `soon` is not a date; write it as 2027-01-31
  --> cardlint.toml:11:11
   |
11 | expires = "soon"
   |           ^^^^^^

"#]]);
    write(at, "cardlint.toml", "[license]\ndeny = [\"non-commercial\"]\n");
    cardlint(["audit"]).current_dir(at).assert().code(2).stderr_eq(str![[r#"
error: `non-commercial` is neither a licence that cardlint knows nor a class of licences; did you mean `noncommercial`?
 --> cardlint.toml:2:9
  |
2 | deny = ["non-commercial"]
  |         ^^^^^^^^^^^^^^^^

"#]]);
}
