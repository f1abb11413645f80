//! Living with cardlint every day: comments that silence findings, baselines and fixes, as a process on real files.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cardlint::cli::read::read;
use cardlint::yaml::reading::{self, Reader};
use common::root;
use serde_json::Value;
use snapbox::cmd::{Command, cargo_bin};

struct Output {
    code: i32,
    out: String,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output =
        Command::new(cargo_bin!("cardlint")).args(arguments).env_clear().current_dir(folder).output().expect("a run");
    Output {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[&["audit", "--format", "json"], arguments].concat());
    serde_json::from_str(&output.out).unwrap_or_else(|error| panic!("{error}: {}{}", output.out, output.err))
}

/// Rules of the findings of the first card, and whether they are silenced.
fn rules(report: &Value) -> Vec<(String, bool)> {
    let findings = report["cards"][0]["findings"].as_array().expect("findings");
    findings.iter().map(|f| (f["rule"].as_str().expect("rule").to_owned(), f["suppressed"] == true)).collect()
}

const CARD: &str = "---\nlicense: our-own\nlibrary_name: transformers\npipeline_tag: text-classification\nlanguage: en\n---\n# Card\n\nA card of a model.\n";

#[test]
fn comments_silence_what_they_stand_for() {
    let place = tempfile::tempdir().expect("folder");
    let card = place.path().join("README.md");
    let audit = |text: &str| {
        fs::write(&card, text).expect("card");
        json(place.path(), &[])
    };
    let unknown = |silenced: bool| vec![("license-unknown".to_owned(), silenced)];
    assert_eq!(rules(&audit(CARD)), unknown(false));
    let above = CARD.replace("license:", "# cardlint: ignore[license-unknown] not published\nlicense:");
    let report = audit(&above);
    assert_eq!(rules(&report), unknown(true));
    assert_eq!(report["cards"][0]["findings"][0]["suppression"]["reason"], "not published");
    assert_eq!(report["summary"]["suppressed"], 1);
    assert_eq!(report["summary"]["errors"], 0);
    let behind = CARD.replace("our-own", "our-own # cardlint: ignore[metadata] not published");
    assert_eq!(rules(&audit(&behind)), unknown(true), "a group, on the line itself");
    let file = format!("{CARD}\n<!-- cardlint: ignore-file[license-unknown]: not published -->\n");
    assert_eq!(rules(&audit(&file)), unknown(true));
    // A comment for another place silences nothing, and is told.
    let elsewhere = CARD.replace("language:", "# cardlint: ignore[license-unknown] not published\nlanguage:");
    let found = rules(&audit(&elsewhere));
    assert!(found.contains(&("license-unknown".to_owned(), false)), "{found:?}");
    assert!(found.contains(&("ignore-unused".to_owned(), false)), "{found:?}");
    // The text of a value is no comment.
    let value = CARD.replace("our-own", "\"our-own # cardlint: ignore[license-unknown] no\"");
    assert_eq!(rules(&audit(&value)), unknown(false));
    // SARIF has it only when that is asked for.
    fs::write(&card, &above).expect("card");
    let results = |arguments: &[&str]| {
        let output = run(place.path(), &[&["audit", "--format", "sarif"], arguments].concat());
        serde_json::from_str::<Value>(&output.out).expect("JSON")["runs"][0]["results"].clone()
    };
    assert_eq!(results(&[]), serde_json::json!([]));
    let suppression = serde_json::json!([{"kind": "inSource", "justification": "not published"}]);
    assert_eq!(results(&["--show-suppressed"])[0]["suppressions"], suppression);
    // A card outside the working directory has a whole address: a relative reference must not begin with a slash.
    let path = card.to_str().expect("UTF-8");
    let elsewhere = tempfile::tempdir().expect("folder");
    let output = run(elsewhere.path(), &["audit", "--format", "sarif", "--show-suppressed", path]);
    let report: Value = serde_json::from_str(&output.out).expect("JSON");
    let address = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(*address, serde_json::json!({"uri": format!("file://{path}")}));
    // People are told how many there are.
    let output = run(place.path(), &["audit"]);
    assert_eq!((output.code, output.out.as_str()), (0, "No findings in 1 card. 1 finding silenced.\n"));
}

/// The comments of the README, as they stand there, silence what they name.
#[test]
fn the_comments_of_the_readme_work() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README");
    let part = readme.split("**Silencing findings.**").nth(1).expect("the section");
    let block = |mark: &str| part.split(mark).nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
    let place = tempfile::tempdir().expect("folder");
    let card = format!(
        "---\n{}library_name: transformers\npipeline_tag: text-generation\n---\n# Card\n\n{}",
        block("```yaml\n"),
        block("```markdown\n")
    );
    fs::write(place.path().join("README.md"), card).expect("card");
    let found = rules(&json(place.path(), &["--profile", "strict"]));
    for (rule, silenced) in [
        ("license-unknown", true),
        ("language-invalid", true),
        ("section-unfilled", true),
        ("bias-missing", true),
        ("evaluation-missing", true),
        ("limitations-missing", false),
    ] {
        assert!(found.contains(&(rule.to_owned(), silenced)), "{rule}: {found:?}");
    }
    assert!(!found.iter().any(|(rule, _)| rule.starts_with("ignore-")), "{found:?}");
}

/// One of several placeholders that is silenced or known hides none of the others.
#[test]
fn places_of_one_finding_are_silenced_one_by_one() {
    let place = tempfile::tempdir().expect("folder");
    let card = place.path().join("README.md");
    let text =
        format!("{CARD}\n## How to use\n\nTODO\n\n## Contact\n\nTODO\n\n## Citation\n\n<!-- What to cite? -->\n");
    let audit = |text: &str, arguments: &[&str]| -> Vec<String> {
        fs::write(&card, text).expect("card");
        let report = json(place.path(), &[&["--select", "section-unfilled,suppression"], arguments].concat());
        let findings = report["cards"][0]["findings"].as_array().expect("findings").iter();
        findings.filter(|f| f["suppressed"] == false).map(|f| f["message"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(audit(&text, &[]), ["The placeholder of `How to use` is not filled in, and 2 more (lines 17, 19)"]);
    let comment = "<!-- cardlint: ignore[section-unfilled] comes with the paper -->";
    let silenced = text.replacen("TODO", &format!("{comment}\nTODO"), 1);
    assert_eq!(audit(&silenced, &[]), ["The placeholder of `Contact` is not filled in, and one more (line 20)"]);
    let both = silenced.replace("## Contact", &format!("## Contact {comment}"));
    assert_eq!(audit(&both, &[]), ["The section `Citation` contains only a comment"]);
    fs::write(&card, &text).expect("card");
    assert_eq!(run(place.path(), &["audit", "--select", "section-unfilled", "--write-baseline", "b.json"]).code, 0);
    assert_eq!(audit(&text, &["--baseline", "b.json"]), [""; 0]);
    let more = text.replace("## Contact", "## Evaluation\n\nTODO\n\n## Contact");
    assert_eq!(audit(&more, &["--baseline", "b.json"]), ["The placeholder of `Evaluation` is not filled in"]);
}

/// What a comment says no reader sees: a word in it answers nothing, and the rule that it names stays silenced.
#[test]
fn comments_say_nothing_to_readers() {
    let place = tempfile::tempdir().expect("folder");
    let at = place.path();
    fs::write(at.join("pytorch_model.bin"), "PK").expect("file");
    let audit = |comment: &str| -> Vec<(String, bool)> {
        fs::write(at.join("README.md"), format!("{CARD}\n{comment}\n")).expect("card");
        rules(&json(at, &["--select", "pickle-weights,suppression"]))
    };
    let found = |silenced: bool| [("pickle-weights".to_owned(), silenced)];
    assert_eq!(audit("<!-- pickle, safetensors follow -->"), found(false));
    assert_eq!(audit("<!-- cardlint: ignore-file[pickle-weights] old -->"), found(true));
    assert_eq!(audit("It is a pickle."), []);
}

/// An audit of licences alone tells that there is none, also where no front matter could declare it.
#[test]
fn no_front_matter_is_no_license() {
    let place = tempfile::tempdir().expect("folder");
    fs::write(place.path().join("README.md"), "# Model card for x\n\nFine-tuned.\n").expect("card");
    let found = |words: &str| rules(&json(place.path(), &["README.md", "--select", words]));
    assert_eq!(found("license-missing"), [("license-missing".to_owned(), false)]);
    assert_eq!(found("license-missing,front-matter-missing"), [("front-matter-missing".to_owned(), false)]);
}

/// A comment cannot silence a binding rule, which is what is said of it; the choice of fixes without fixes is refused.
#[test]
fn what_has_no_use_is_told() {
    let place = tempfile::tempdir().expect("folder");
    let at = place.path();
    fs::write(at.join("cardlint.toml"), "binding = [\"license-unknown\"]\n").expect("file");
    let text = CARD.replace("license: our-own", "license: our-own # cardlint: ignore[license-unknown] ours");
    fs::write(at.join("README.md"), text).expect("card");
    let report = json(at, &["--select", "license-unknown,suppression"]);
    let messages: Vec<&str> = (report["cards"][0]["findings"].as_array().expect("findings").iter())
        .map(|finding| finding["message"].as_str().expect("text"))
        .collect();
    assert!(messages.iter().any(|message| message.contains("is binding in the configuration")), "{messages:?}");
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert_eq!(run(at, &["audit", "--unsafe-fixes"]).code, 2);
}

/// What cannot be written is said, and its findings are reported all the same.
#[test]
fn a_read_only_card_is_left_alone() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("README.md");
    let text = "---\nlicense: MIT\n---\n# Ticket Sentiment\n";
    std::fs::write(&path, text).expect("a card");
    let mut permissions = std::fs::metadata(&path).expect("metadata").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).expect("permissions");
    let output = run(place.path(), &["audit", "--fix", "--no-config"]);
    assert_eq!(output.code, 2);
    assert!(output.err.contains("read-only"), "{}", output.err);
    assert!(output.out.contains("license-unknown"), "{}", output.out);
    assert_eq!(std::fs::read_to_string(&path).expect("a card"), text);
}

/// What is nothing stays nothing, and a number stays a number; a task in the place of one of its kinds is told as such.
#[test]
fn fixes_invent_nothing() {
    let place = tempfile::tempdir().expect("folder");
    let index = "model-index:\n- name: a\n  results:\n  - task: {type: fill-mask}\n    dataset: {name: IMDb, type: imdb, \
                 config: null}\n    metrics: [{type: perplexity, value: 1_000}]\n";
    let text = format!("---\nlicense: mit\n{index}---\n# Tickets\n");
    fs::write(place.path().join("README.md"), &text).expect("card");
    run(place.path(), &["audit", "--fix", "--no-config"]);
    assert_eq!(fs::read_to_string(place.path().join("README.md")).expect("card"), text);
    let output = run(place.path(), &["audit", "--no-config", "--select", "yaml-ambiguous-value", "--format", "text"]);
    assert!(output.out.contains("`1000`"), "{}", output.out);
    fs::write(place.path().join("README.md"), "---\ntask_ids: [summarization]\n---\n# Tickets\n").expect("card");
    let output = run(place.path(), &["audit", "--no-config", "--select", "task-id-unknown", "--format", "text"]);
    assert!(output.out.contains("task_categories") && !output.out.contains("lemmatization"), "{}", output.out);
}

/// What a fix would turn into something else, or take away unread, stays as it is: tags, values of several lines, booleans
/// in the place of names, what aliases lead to, and what is no text.
#[test]
fn fixes_leave_what_they_cannot_know() {
    let place = tempfile::tempdir().expect("folder");
    let path = place.path().join("README.md");
    for front in [
        "license: mit\ntags: !!str foo\n",
        "license: mit\ntags:\n- !foo\n",
        "license: mit\ntags:\n  a\n  b\n",
        "license: mit\nbase_model: [false]\n",
        "license: mit\nlanguage: xx <!-- cardlint: ignore[language-doubtful] x -->\n",
        "license: mit\nlicense: &l mit\ntags: [*l]\n",
        "license: mit\nmodel_name: !!int\n",
    ] {
        let text = format!("---\n{front}---\n# Tickets\n\nText.\n");
        fs::write(&path, &text).expect("card");
        run(place.path(), &["audit", "--fix", "--no-config"]);
        assert_eq!(fs::read_to_string(&path).expect("card"), text);
    }
    fs::write(&path, b"---\nlicense: mit\ntags: [caf\xe9]\n---\n# Tickets\n\nText.\n").expect("card");
    let found = rules(&json(place.path(), &["--no-config", "--select", "metadata"]));
    let found: Vec<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
    assert!(found.contains(&"encoding-invalid") && !found.contains(&"yaml-reader-refuses"), "{found:?}");
}

/// A fix never writes what a reader takes for something else than text.
#[test]
fn fixes_write_text() {
    let place = tempfile::tempdir().expect("folder");
    fs::write(place.path().join("README.md"), CARD.replace("language: en", "language: Norwegian")).expect("card");
    run(place.path(), &["audit", "--fix", "--select", "language-invalid"]);
    let mended = fs::read_to_string(place.path().join("README.md")).expect("card");
    assert!(mended.contains("language: \"no\""), "{mended}");
}

/// Defects that readers of the code found: each was reproduced before it was mended.
#[test]
fn defects_found_by_reading() {
    let place = tempfile::tempdir().expect("folder");
    let at = place.path();
    let found = |text: &str, select: &str| -> Vec<String> {
        fs::write(at.join("README.md"), text).expect("card");
        rules(&json(at, &["--select", select])).into_iter().map(|(rule, _)| rule).collect()
    };
    // One anchor, no alias, and many values: nothing is a bomb.
    let tags = "a, ".repeat(260_000);
    let many = format!("---\nlicense: mit\nlanguage: &l en\ntags: [{tags}b]\n---\n# X\n");
    assert_eq!(found(&many, "yaml-alias-bomb"), [""; 0]);
    // A metric of two words in a sentence.
    let index = "model-index:\n- name: x\n  results:\n  - task: {type: question-answering}\n    dataset: {name: d, type: d}\n    metrics:\n    - {type: exact_match, name: Exact Match, value: 81.2}\n";
    let told = format!("---\nlicense: mit\n{index}---\n# X\n\nIt has an exact match of 71.2 on the test set.\n");
    assert_eq!(found(&told, "results-differ"), ["results-differ"]);
    // The owner is no part of the name.
    let named =
        "---\nlicense: llama3.1\nbase_model: meta-llama/Llama-3.1-8B\n---\n# acme/Llama-x\n\nBuilt with Llama\n";
    fs::write(at.join("README.md"), named).expect("card");
    let report = run(at, &["license", "report", "README.md", "--format", "json"]).out;
    assert!(!report.contains("begin the name"), "{report}");
}

/// A task that nobody knows rules nothing out; one that is misspelt is what it means.
#[test]
fn misspelt_tasks_rule_nothing_out() {
    let place = tempfile::tempdir().expect("folder");
    let at = place.path();
    let language = |task: &str| {
        fs::write(at.join("README.md"), CARD.replace("text-classification", task)).expect("card");
        let arguments = ["coverage", "README.md", "--framework", "hf-template", "--format", "csv"];
        let out = run(at, &arguments).out;
        let row = |id: &str| out.lines().find(|line| line.contains(id)).unwrap_or_default().to_owned();
        (row("FM.language").contains("not applicable"), row("FM.pipeline_tag").contains("covered"))
    };
    assert_eq!(language("image-classification"), (true, true));
    assert_eq!(language("Text Classification"), (false, true));
    assert_eq!(language("frobnication"), (false, false));
}

/// What did not run has found nothing, which says nothing of what is known.
#[test]
fn pruning_spares_rules_that_did_not_run() {
    let place = tempfile::tempdir().expect("folder");
    fs::write(place.path().join("README.md"), CARD).expect("card");
    run(place.path(), &["audit", "--profile", "strict", "--write-baseline", "b.json"]);
    let before = fs::read_to_string(place.path().join("b.json")).expect("baseline");
    for arguments in [&["--select", "metadata"][..], &["--profile", "hub"], &["--ignore", "bias"]] {
        let pruned = run(place.path(), &[&["audit", "--baseline", "b.json", "--prune-baseline"], arguments].concat());
        assert_eq!(pruned.err, "", "{arguments:?}");
        assert_eq!(fs::read_to_string(place.path().join("b.json")).expect("baseline"), before, "{arguments:?}");
    }
}

#[test]
fn comments_of_the_body_are_for_blocks_and_sections() {
    let place = tempfile::tempdir().expect("folder");
    let audit = |text: &str| {
        fs::write(place.path().join("README.md"), text).expect("card");
        json(place.path(), &["--profile", "strict", "--select", "section-unfilled,suppression"])
    };
    let card = |comment: &str, heading: &str| {
        format!(
            "---\nlicense: mit\n---\n# Card\n\nA card.\n\n## Uses{heading}\n\n{comment}\nTODO\n\n## More\n\nIt is a model.\n"
        )
    };
    assert_eq!(rules(&audit(&card("", ""))), [("section-unfilled".to_owned(), false)]);
    let comment = "<!-- cardlint: ignore[section-unfilled] comes with the paper -->";
    assert_eq!(rules(&audit(&card(comment, ""))), [("section-unfilled".to_owned(), true)]);
    assert_eq!(rules(&audit(&card("", &format!(" {comment}")))), [("section-unfilled".to_owned(), true)]);
}

#[test]
fn a_baseline_leaves_only_what_is_new() {
    let place = tempfile::tempdir().expect("folder");
    let card = place.path().join("README.md");
    fs::write(&card, CARD).expect("card");
    let written = run(place.path(), &["audit", "--write-baseline", "base.json"]);
    assert_eq!((written.code, written.err.as_str()), (0, "baseline: 1 finding written to base.json\n"));
    let schema = cardlint::schema::Schema::new(cardlint::schema::text("baseline").expect("schema")).expect("schema");
    let file: Value =
        serde_json::from_str(&fs::read_to_string(place.path().join("base.json")).expect("file")).expect("JSON");
    assert!(schema.violations_of(&file).is_empty(), "{file}");
    assert_eq!(run(place.path(), &["audit", "--baseline", "base.json"]).code, 0);
    // Text elsewhere does not bring old findings back; a new one is told.
    let moved =
        CARD.replace("---\nlicense", "---\n# owner: search\n\nlicense").replace("A card", "Much more text.\n\nA card");
    fs::write(&card, &moved).expect("card");
    assert_eq!(run(place.path(), &["audit", "--baseline", "base.json"]).code, 0);
    fs::write(&card, moved.replace("language: en", "language: english")).expect("card");
    let report = json(place.path(), &["--baseline", "base.json"]);
    let found = rules(&report);
    assert_eq!(found.iter().filter(|(_, silenced)| !silenced).count(), 1, "{found:?}");
    assert_eq!(report["summary"]["suppressed"], 1);
    // It does not matter where the run starts.
    let below = place.path().join("below");
    fs::create_dir(&below).expect("folder");
    assert!(
        run(&below, &["audit", "--baseline", "../base.json", ".."])
            .out
            .ends_with("1 finding known from the baseline.\n")
    );
    // What is mended is told, and pruned on request.
    fs::write(&card, CARD.replace("our-own", "mit")).expect("card");
    let stale = run(place.path(), &["audit", "--baseline", "base.json"]);
    assert!(stale.err.contains("1 entry no longer found"), "{}", stale.err);
    run(place.path(), &["audit", "--baseline", "base.json", "--prune-baseline"]);
    assert_eq!(run(place.path(), &["audit", "--baseline", "base.json"]).err, "");
    // A broken baseline is an error, not an empty one.
    fs::write(place.path().join("base.json"), "{").expect("file");
    assert_eq!(run(place.path(), &["audit", "--baseline", "base.json"]).code, 2);
}

/// Text that brings no finding brings no old one back, wherever it is put. (Under a heading it may answer one.)
#[test]
fn baselines_do_not_know_lines() {
    let repositories = root().join("fixtures/repositories");
    for name in ["helpdesk-8b", "clean-classifier"] {
        let place = tempfile::tempdir().expect("folder");
        let text = fs::read_to_string(repositories.join(name).join("README.md")).expect("card");
        let card = place.path().join("README.md");
        fs::write(&card, &text).expect("card");
        run(place.path(), &["audit", "--profile", "strict", "--write-baseline", "base.json"]);
        let body = text.find("\n# ").expect("a title");
        let starts: Vec<usize> = text[body..].match_indices("\n\n").map(|(at, _)| body + at + 2).collect();
        for at in starts {
            let more = format!("{}The weather was fine that day.\n\n{}", &text[..at], &text[at..]);
            fs::write(&card, more).expect("card");
            let output = run(place.path(), &["audit", "--profile", "strict", "--baseline", "base.json"]);
            assert!(output.out.starts_with("No findings"), "{name} at {at}: {}", output.out);
        }
    }
}

#[test]
fn fixes_change_their_bytes_and_nothing_else() {
    let place = tempfile::tempdir().expect("folder");
    let card = place.path().join("README.md");
    let text = "---\r\n# kept\r\nlicense:   \"MIT\"  # and this\r\nlanguage: no\r\nlibrary_name: transformers\r\ntags:\r\n- a\r\n- a\r\n---\r\n# Card\r\n\r\nText.\r\n";
    fs::write(&card, text).expect("card");
    let diff = run(place.path(), &["audit", "--diff"]);
    assert_eq!(diff.code, 1);
    assert!(diff.out.contains("-language: no") && diff.out.contains("+language: \"no\""), "{}", diff.out);
    assert_eq!(fs::read_to_string(&card).expect("card"), text, "a diff writes nothing");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&card, fs::Permissions::from_mode(0o640)).expect("mode");
    }
    let fixed = run(place.path(), &["audit", "--fix"]);
    assert!(fixed.err.contains("fixed in 1 card"), "{}", fixed.err);
    let after = fs::read_to_string(&card).expect("card");
    let wanted = text.replace("\"MIT\"", "\"mit\"").replace(": no", ": \"no\"").replacen("- a\r\n", "", 1);
    assert_eq!(after, wanted);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&card).expect("card").permissions().mode() & 0o777, 0o640);
    }
    assert_eq!(fs::read_dir(place.path()).expect("folder").count(), 1, "no file is left beside");
    assert_eq!(run(place.path(), &["audit", "--diff"]).out, "");
    // Unsafe ones only when asked for.
    let retired = "---\nlicense: mit\nlibrary_name: transformers\npipeline_tag: conversational\nlanguage: en\n---\n# Card\n\nText.\n";
    fs::write(&card, retired).expect("card");
    run(place.path(), &["audit", "--fix"]);
    assert_eq!(fs::read_to_string(&card).expect("card"), retired);
    run(place.path(), &["audit", "--fix", "--unsafe-fixes"]);
    assert_eq!(fs::read_to_string(&card).expect("card"), retired.replace("conversational", "text-generation"));
    // What the files and the code tell is added at the end of the metadata, with its line ends; nothing is guessed.
    let code = "\r\n```python\r\nfrom transformers import BertForMaskedLM\r\nm = BertForMaskedLM.from_pretrained(\"acme/words\")\r\n```\r\n";
    for (front, tail, after) in [
        ("language: en\r\n", code, "language: en\r\nlibrary_name: transformers\r\npipeline_tag: fill-mask\r\n"),
        ("tags: [fill-mask, pytorch]\r\n", code, "tags: [fill-mask, pytorch]\r\nlibrary_name: transformers\r\n"),
        ("language: en\r\n", "", "language: en\r\n"),
    ] {
        let text = |front: &str| format!("---\r\nlicense: mit\r\n{front}---\r\n# Card\r\n{tail}");
        fs::write(&card, text(front)).expect("card");
        run(place.path(), &["audit", "--fix", "--unsafe-fixes", "--select", "metadata"]);
        assert_eq!(fs::read_to_string(&card).expect("card"), text(after));
    }
    let flow =
        "---\n{license: mit, library_name: transformers}\n---\n# Card\n\n```python\nx = pipeline(\"ner\")\n```\n";
    fs::write(&card, flow).expect("card");
    let output = run(place.path(), &["audit", "--fix", "--unsafe-fixes"]);
    assert!(output.out.contains("according to"), "{}", output.out);
    assert_eq!(fs::read_to_string(&card).expect("card"), flow, "no line is added within braces");
}

#[test]
fn fixes_that_bring_other_findings_are_held_back() {
    let place = tempfile::tempdir().expect("folder");
    let card = place.path().join("README.md");
    // The Hub ignores the key; under its right name it would refuse the card.
    let text = "---\nlicense: MIT\nlibrary_name: transformers\npipeline_tag: text-classification\nlanguage: en\nbase-model: ./checkpoint 500\n---\n# Card\n\nText.\n";
    fs::write(&card, text).expect("card");
    let output = run(place.path(), &["audit", "--fix"]);
    assert!(output.err.contains("1 fix held back"), "{}", output.err);
    assert_eq!(fs::read_to_string(&card).expect("card"), text.replace("MIT", "mit"));
    // Whatever rules run, a fix is weighed by all.
    let text = text.replace("base-model: ./checkpoint 500", "dataset: Some prose here").replace("MIT", "mit");
    fs::write(&card, &text).expect("card");
    let output = run(place.path(), &["audit", "--fix", "--select", "key-unknown"]);
    assert!(output.err.contains("1 fix held back"), "{}", output.err);
    assert_eq!(fs::read_to_string(&card).expect("card"), text);
}

/// All commands that look for cards take the same options for it.
#[test]
fn commands_search_alike() {
    let place = tempfile::tempdir().expect("folder");
    fs::write(place.path().join("README.md"), "# A program\n\nIt sorts tickets.\n").expect("file");
    fs::create_dir(place.path().join("model")).expect("folder");
    fs::write(place.path().join("model/README.md"), CARD).expect("card");
    for command in [&["audit"][..], &["coverage"], &["openness"], &["license", "report"]] {
        let with = |options: &[&str]| run(place.path(), &[command, options].concat());
        assert!(with(&["."]).err.contains("skipped"), "{command:?}");
        assert!(!with(&["-q", "."]).err.contains("skipped"), "{command:?}");
        assert!(with(&["-v", "."]).err.contains("README.md"), "{command:?}");
        fs::create_dir_all(place.path().join("empty")).expect("folder");
        assert_eq!(with(&["empty"]).code, 2, "{command:?}");
        assert_eq!(with(&["--allow-empty", "empty"]).code, 0, "{command:?}");
        assert_eq!(with(&["--only-cards", "README.md"]).code, 0, "{command:?}");
    }
    // The names that other linters have for it.
    assert_eq!(run(place.path(), &["check", "--allow-empty", "empty"]).code, 0);
}

/// What a finding advises fits what the card has.
#[test]
fn help_can_be_followed() {
    let model = "license: mit\nlibrary_name: transformers\npipeline_tag: text-classification\nlanguage: en\n";
    let index = |results: &str| format!("{model}model-index:\n- name: x\n{results}");
    let result = |dataset: &str, metric: &str| {
        index(&format!(
            "  results:\n  - task: {{type: text-classification}}\n    {dataset}: {{type: a/b, name: B}}\n    metrics:\n    - {{type: accuracy, {metric}}}\n"
        ))
    };
    let data = |fields: &str| format!("license: mit\nlanguage: en\ntask_categories: [text-generation]\n{fields}");
    for (front, rule, help) in [
        // A key that nobody reads may hold what the Hub refuses under the right name.
        (
            format!("{model}model_index: [{{name: x, results: [{{task: {{type: a}}}}]}}]\n"),
            "key-unknown",
            Some("fix what that exposes"),
        ),
        (format!("{model}base-model: a/b\n"), "key-unknown", Some("Rename the key to `base_model`")),
        (
            format!("{model}license_details: LDC User Agreement\n"),
            "key-deprecated",
            Some("`license_name` and `license_link`"),
        ),
        (result("dataset", "value: 0.5, veriefied: false"), "model-index-lossy", Some("Rename it to `verified`")),
        (result("dataset", "value: 0.5, note: mine"), "model-index-lossy", Some("Move it into `args`")),
        (result("dataset", "value: NA"), "metric-value-type", Some("remove the result until there is one")),
        (result("dataset", "value: 71 %"), "metric-value-type", Some("Write the bare number")),
        (result("datasets", "value: 0.5"), "model-index-structure", Some("Rename `datasets` to `dataset`")),
        (format!("{}results: []\n", index("")), "model-index-structure", Some("Indent `results`")),
        // Nothing is merged in what huggingface_hub does not read at all.
        (
            index(
                "  results:\n  - {task: {type: a, name: A}, metrics: []}\n  - {task: {type: a, name: B}, metrics: []}\n",
            ),
            "model-index-lossy",
            None,
        ),
        (model.replace("transformers", "PyTorch"), "library-unknown", None),
        (
            model.replace("text-classification", "normals-estimation"),
            "pipeline-tag-unknown",
            Some("if that is what it is for"),
        ),
        (
            model.replace("text-classification", "text-clasification"),
            "pipeline-tag-unknown",
            Some("Write `text-classification`"),
        ),
        (model.replace("language: en", "language: roa"), "language-doubtful", Some("one by one")),
        (model.replace("language: en", "language: en-ru"), "language-invalid", Some("Write `[en, ru]`")),
        (model.replace("language: en", "language: pt-br"), "language-invalid", Some("Write `pt`")),
        (model.replace("mit", "cc-by-nc-4.0, mit"), "license-unknown", Some("`license: [cc-by-nc-4.0, mit]`")),
        (model.replace("mit", "https://opensource.org/licenses/MIT"), "license-unknown", Some("Write `mit`")),
        (model.replace("mit", "gemma2"), "license-unknown", Some("Write `gemma`")),
        (model.replace("license: mit", "license: 'it's'"), "yaml-syntax", Some("twice")),
        (model.replace("license: mit", "license: [mit"), "yaml-syntax", Some("Close the list")),
        (model.replace("mit", "other\nlicense_name: own"), "license-other-unnamed", Some("Add `license_link:`")),
        (model.replace("mit", "other\nlicense_link: LICENSE"), "license-other-unnamed", Some("Add `license_name:`")),
        (model.replace("mit", "gfdl"), "license-family", Some("`license: other`, the version into `license_name`")),
        (model.replace("mit", "cc"), "license-family", Some("`cc-by")),
        (
            format!("{}base_model: meta-llama/Meta-Llama-3-8B\n", model.replace("mit", "llama3")),
            "license-name-prefix",
            Some("`Llama-3`"),
        ),
        (format!("{model}base_model: Qwen/Qwen1.5-0.5B\n"), "license-restriction-lost", Some("`license_link")),
        (data("configs: [first, second]\n"), "dataset-configs", Some("`config_names`")),
        (data("task_ids: [summarization-of-reddit]\n"), "task-id-unknown", Some("make it a tag")),
    ] {
        let place = tempfile::tempdir().expect("folder");
        let kind = if front.contains("task_categories") { "dataset" } else { "model" };
        fs::create_dir(place.path().join("own")).expect("folder");
        fs::write(place.path().join("own/README.md"), format!("---\n{front}---\n# Card\n\nText.\n")).expect("card");
        let report = json(place.path(), &["--kind", kind, "own/README.md"]);
        let findings = report["cards"][0]["findings"].as_array().expect("findings");
        let found = findings.iter().find(|finding| finding["rule"] == rule);
        let told = found.and_then(|finding| finding["help"].as_str());
        match help {
            Some(words) => assert!(told.is_some_and(|told| told.contains(words)), "{rule}: {told:?}\n{front}"),
            None => assert_eq!(told, None, "{front}"),
        }
    }
}

#[test]
fn each_safe_fix_does_what_it_says() {
    let tail = "library_name: transformers\npipeline_tag: text-classification\n";
    for (before, after) in [
        ("---\nlanguage:\n- en\n-\n- fr\nlicense: mit\n{}---\n", "---\nlanguage:\n- en\n- fr\nlicense: mit\n{}---\n"),
        (
            "---\nlanguage: [en, null, fr] # both\nlicense: mit\n{}---\n",
            "---\nlanguage: [en, fr] # both\nlicense: mit\n{}---\n",
        ),
        ("---\nlanguage: [en, 'fr', en]\nlicense: mit\n{}---\n", "---\nlanguage: [en, 'fr']\nlicense: mit\n{}---\n"),
        (
            "---\nlanguage:\n\t- en\n\t- fr\nlicense: mit\n{}---\n",
            "---\nlanguage:\n  - en\n  - fr\nlicense: mit\n{}---\n",
        ),
        ("--- \t\nlanguage: en\nlicense: MIT\n{}---\n", "---\nlanguage: en\nlicense: mit\n{}---\n"),
        ("\u{feff}---\nlanguage: en\nlicense: mit\n{}---\n", "---\nlanguage: en\nlicense: mit\n{}---\n"),
        (
            "---\nlanguage: en\nlicense: mit\ntags: x # one\n{}---\n",
            "---\nlanguage: en\nlicense: mit\ntags: [x] # one\n{}---\n",
        ),
        (
            "---\nlanguage: en\nlicense: mit\ntags: http://a.example/c?d=e\n{}---\n",
            "---\nlanguage: en\nlicense: mit\ntags: [\"http://a.example/c?d=e\"]\n{}---\n",
        ),
        ("----\nlanguage: en\nlicense: mit\n{}----\n", "---\nlanguage: en\nlicense: mit\n{}---\n"),
        ("---\nlanguage: \"en \"\nlicense: mit\n{}---\n", "---\nlanguage: \"en\"\nlicense: mit\n{}---\n"),
        ("---\nlanguage: en\t\nlicense = mit\n{}---\n", "---\nlanguage: en\nlicense: mit\n{}---\n"),
        ("---\nlanguage: \"en\":\nlicense: mit\n{}---\n", "---\nlanguage: \"en\"\nlicense: mit\n{}---\n"),
        (
            "---\nlanguage: [en,, fr]\nlicense: mit\ntags: [a, b]]\n{}---\n",
            "---\nlanguage: [en, fr]\nlicense: mit\ntags: [a, b]\n{}---\n",
        ),
        (
            "---\nlanguage: en\nlicense: mit\ninstance_prompt: \"a \"cat\" here\"\n{}---\n",
            "---\nlanguage: en\nlicense: mit\ninstance_prompt: 'a \"cat\" here'\n{}---\n",
        ),
        (
            "---\nlanguage: en\nlicense: mit\nthumbnail:\ndatasets:\n{}---\n",
            "---\nlanguage: en\nlicense: mit\nthumbnail:\n{}---\n",
        ),
    ] {
        let card = |text: &str| format!("{}# Card\n\nA card of a model.\n", text.replace("{}", tail));
        let output = Command::new(cargo_bin!("cardlint"))
            .args(["audit", "--fix", "--no-config", "-"])
            .stdin(card(before))
            .output()
            .expect("a run");
        assert_eq!(String::from_utf8_lossy(&output.stdout), card(after), "{before:?}");
    }
}

#[test]
fn standard_input_is_mended_to_standard_output() {
    let output = Command::new(cargo_bin!("cardlint"))
        .args(["audit", "--fix", "-"])
        .stdin("---\nlicense: MIT\n---\n# Card\n")
        .output()
        .expect("a run");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "---\nlicense: mit\n---\n# Card\n");
}

/// Writes a file and the folders that it needs.
fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("folder")).expect("folder");
    fs::write(path, text).expect("file");
}

#[test]
fn configurations_extend_and_differ_by_path() {
    let place = tempfile::tempdir().expect("folder");
    let write = |name: &str, text: &str| put(place.path(), name, text);
    write(
        "shared/org.toml",
        "profile = \"strict\"\nignore = [\"library-missing\"]\n[severity]\nlicense-unknown = \"note\"\n",
    );
    write(
        "cards/cardlint.toml",
        "extends = \"../shared/org.toml\"\nignore = [\"transparency\", \"bias\", \"evaluation\"]\nbaseline = \"base.json\"\n\n[[overrides]]\npaths = [\"legacy/**\"]\nignore = [\"license-unknown\"]\n",
    );
    write("cards/new/README.md", CARD);
    write("cards/legacy/README.md", CARD);
    let cards = place.path().join("cards");
    assert_eq!(run(&cards, &["audit"]).code, 2, "the baseline is not there yet");
    assert_eq!(run(&cards, &["audit", "--write-baseline", "base.json"]).code, 0);
    write("cards/new/README.md", &CARD.replace("language: en", "language: english"));
    let report = json(&cards, &[]);
    assert_eq!(report["profile"], "strict");
    let of = |name: &str| -> Vec<(String, bool)> {
        let cards = report["cards"].as_array().expect("cards");
        let card = cards.iter().find(|card| card["path"] == name).expect("card");
        rules(&serde_json::json!({"cards": [card]}))
    };
    assert_eq!(of("legacy/README.md"), []);
    assert_eq!(of("new/README.md"), [("language-invalid".to_owned(), false), ("license-unknown".to_owned(), true)]);
    let shown = run(&cards, &["config"]).out;
    let legacy = run(&cards, &["config", "legacy"]).out;
    assert!(legacy.contains("ignore = [\"license-unknown\"]") && legacy.contains("(overrides)"), "{legacy}");
    assert!(!shown.contains("(overrides)"), "{shown}");
    assert_eq!(run(&cards, &["config", "nowhere"]).code, 2);
    for line in
        ["profile = \"strict\"", "# ../shared/org.toml:1", "fail-on = \"error\"", "# default", "# cardlint.toml:3"]
    {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    write("shared/org.toml", "extends = \"../cards/cardlint.toml\"\n");
    let output = run(&cards, &["audit"]);
    assert!(output.code == 2 && output.err.contains("extends itself"), "{}", output.err);
}

/// An exception is for a repository, or for all of an owner, until a day that there is.
#[test]
fn exceptions_name_repositories_and_days() {
    let place = tempfile::tempdir().expect("folder");
    let at = place.path();
    put(at, "acme/tickets/README.md", "---\nlicense: gemma\n---\n# Tickets\n\nText.\n");
    let policy = |repository: &str, day: &str| {
        let text = format!(
            "[license]\ndeny = [\"gemma\"]\n[[license.exceptions]]\nrepository = \"{repository}\"\nlicense = \"gemma\"\nreason = \"approved\"\nexpires = \"{day}\"\n"
        );
        put(at, "cardlint.toml", &text);
        run(at, &["audit", "--select", "license-policy", "."])
    };
    assert_eq!(policy("acme/*", "2999-02-28").code, 0);
    assert_eq!(policy("other/*", "2999-02-28").code, 1);
    let faults =
        [("ac*/tickets", "2999-01-01", "the only pattern"), ("acme/*", "2999-02-30", "no day of the calendar")];
    for (repository, day, fault) in faults {
        let output = policy(repository, day);
        assert!(output.code == 2 && output.err.contains(fault), "{}", output.err);
    }
}

/// What an organisation forbids stays forbidden, whatever a repository forbids besides.
#[test]
fn policies_of_extended_configurations_add_up() {
    let place = tempfile::tempdir().expect("folder");
    let write = |name: &str, text: &str| put(place.path(), name, text);
    write("org.toml", "[license]\ndeny = [\"noncommercial\"]\n[license.known]\n\"acme/base\" = \"mit\"\n");
    write("model/cardlint.toml", "extends = \"../org.toml\"\n[license]\ndeny = [\"research-only\"]\n");
    write("model/README.md", &CARD.replace("our-own", "cc-by-nc-4.0"));
    let model = place.path().join("model");
    let report = json(&model, &["--select", "license-policy"]);
    assert_eq!(rules(&report), [("license-policy".to_owned(), false)], "{report}");
    write("org.toml", "[license]\nreview = [\"copyleft\"]\n");
    let (audited, shown) = (run(&model, &["audit"]), run(&model, &["config"]));
    assert!(audited.code == 2 && audited.err.contains("../org.toml:2"), "{}", audited.err);
    assert_eq!(shown.code, 2, "{}", shown.out);
}

/// A rule counts for more than its group, and what is off can be set again for some files.
#[test]
fn severities_of_rules_win_over_those_of_groups() {
    let place = tempfile::tempdir().expect("folder");
    let write = |name: &str, text: &str| put(place.path(), name, text);
    write("README.md", CARD);
    write("cardlint.toml", "[severity]\nlicense-unknown = \"error\"\nmetadata = \"off\"\n");
    assert_eq!(rules(&json(place.path(), &[])), [("license-unknown".to_owned(), false)]);
    write(
        "cardlint.toml",
        "[severity]\nlicense-unknown = \"off\"\n[[overrides]]\npaths = [\"README.md\"]\nseverity = {license-unknown = \"error\"}\n",
    );
    assert_eq!(run(place.path(), &["audit"]).code, 1);
}

/// A card that is not there is a file, too: for overrides, and for baselines once it is gone.
#[test]
fn files_that_are_not_there_are_known() {
    let place = tempfile::tempdir().expect("folder");
    let write = |name: &str, text: &str| put(place.path(), name, text);
    write("legacy/m/config.json", "{\"model_type\": \"bert\"}");
    write("legacy/m/model.safetensors", "");
    write("cardlint.toml", "[[overrides]]\npaths = [\"legacy/**\"]\nignore = [\"repository\", \"card-missing\"]\n");
    assert_eq!(rules(&json(place.path(), &[])), []);
    write("cardlint.toml", "baseline = \"b.json\"\n");
    write("a/README.md", CARD);
    assert_eq!(run(place.path(), &["audit", "--write-baseline", "b.json"]).code, 0);
    fs::remove_dir_all(place.path().join("a")).expect("removed");
    fs::remove_dir_all(place.path().join("legacy")).expect("removed");
    write("b/README.md", "---\nlicense: mit\nlanguage: en\n---\n# B\n");
    let output = run(place.path(), &["audit", "--baseline", "b.json", "--prune-baseline"]);
    assert!(output.err.contains("removed: no longer found"), "{}", output.err);
    assert!(!fs::read_to_string(place.path().join("b.json")).expect("baseline").contains("README.md"));
    // A policy that cannot be read is no policy.
    write("cardlint.toml", "");
    fs::remove_file(place.path().join("cardlint.toml")).expect("removed");
    write("pyproject.toml", "[project\n[tool.cardlint.license]\ndeny = [\"mit\"]\n");
    assert_eq!(run(place.path(), &["audit"]).code, 2);
    write("pyproject.toml", "[project\n");
    assert_eq!(run(place.path(), &["audit"]).code, 0);
    write("pyproject.toml", "[tool.cardlint]\nignore = [\"pipeline-tag-missing\"]\n");
    assert_eq!(run(place.path(), &["audit", "--config", "pyproject.toml"]).code, 0);
}

/// A diff in a file is a patch, whatever the ends of the lines.
#[test]
fn diffs_can_be_applied() {
    let place = tempfile::tempdir().expect("folder");
    let card = CARD.replace("license: our-own", "license: MIT").replace('\n', "\r\n");
    put(place.path(), "README.md", &card);
    let diff = run(place.path(), &["audit", "--diff", "-q"]).out;
    assert!(diff.contains("-license: MIT\r\n") && diff.contains("+license: mit\r\n"), "{diff:?}");
}

/// The rule pack of the README, as it stands there.
/// `--watch` audits at once, and again when the card is saved, in place or by a new file.
#[test]
fn watching_audits_what_is_saved() {
    use std::io::{BufRead, BufReader};
    let place = tempfile::tempdir().expect("folder");
    let card = place.path().join("README.md");
    fs::write(&card, CARD).expect("card");
    let mut child = std::process::Command::new(cargo_bin!("cardlint"))
        .args(["audit", "--watch", "--format", "github", "--no-config"])
        .env_clear()
        .current_dir(place.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("a process");
    let err = BufReader::new(child.stderr.take().expect("stderr"));
    let (sender, waiting) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in err.lines().map_while(Result::ok).filter(|line| line.contains("waiting")) {
            let _ = sender.send(line);
        }
    });
    let wait = || waiting.recv_timeout(std::time::Duration::from_secs(20)).expect("another audit");
    wait();
    fs::write(&card, CARD.replace("our-own", "other-own")).expect("card");
    wait();
    fs::write(place.path().join("new"), CARD.replace("our-own", "third-own")).expect("card");
    fs::rename(place.path().join("new"), &card).expect("card");
    wait();
    child.kill().expect("it runs until it is ended");
    let mut out = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take().expect("stdout"), &mut out).expect("text");
    child.wait().expect("an end");
    for license in ["our-own", "other-own", "third-own"] {
        assert!(out.contains(license), "{license}: {out}");
    }
}

#[test]
fn hooks_pass_over_what_is_no_card() {
    let place = tempfile::tempdir().expect("folder");
    let write = |name: &str, text: &str| put(place.path(), name, text);
    write("model/README.md", CARD);
    write("model/LICENSE", "MIT");
    write("model/.eval_results/x.yaml", "- dataset: {id: a/b, task_id: c}\n  value: 1\n");
    write("project/README.md", "# A project\n\nNo card.\n");
    write("drafts/README.md", CARD);
    write("cardlint.toml", "[files]\nexclude = [\"drafts/**\"]\n");
    let cards = |arguments: &[&str]| -> Vec<String> {
        let report = json(place.path(), arguments);
        let cards = report["cards"].as_array().expect("cards").iter();
        cards.map(|card| card["path"].as_str().expect("path").to_owned()).collect()
    };
    let all = ["gone/README.md", "project/README.md", "drafts/README.md", "model/README.md", "model/LICENSE"];
    assert_eq!(cards(&[&["--only-cards"], &all[..]].concat()), ["model/README.md"]);
    assert_eq!(cards(&["--only-cards", "model/.eval_results/x.yaml"]), ["model/README.md"]);
    assert_eq!(cards(&["model/.eval_results/x.yaml"]), ["model/README.md"], "named or not");
    assert_eq!(cards(&["--only-cards", "gone/README.md"]), [""; 0]);
    assert_eq!(run(place.path(), &["audit", "--only-cards", "project/README.md"]).code, 0);
    assert_eq!(cards(&["project/README.md", "drafts/README.md"]).len(), 2, "files named without it are audited");
}

#[test]
fn init_writes_what_is_missing_and_nothing_else() {
    let place = tempfile::tempdir().expect("folder");
    let read = |name: &str| fs::read_to_string(place.path().join(name)).unwrap_or_default();
    let bare = run(place.path(), &["init", "--yes"]);
    assert!(bare.err.contains(".pre-commit-config.yaml not written: there is no git repository here"), "{}", bare.err);
    fs::create_dir(place.path().join(".git")).expect("folder");
    let first = run(place.path(), &["init"]);
    assert_eq!((first.code, first.out.as_str()), (0, ""));
    assert!(read(".pre-commit-config.yaml").contains(concat!("rev: v", env!("CARGO_PKG_VERSION"))));
    assert!(read(".github/workflows/cardlint.yml").contains(concat!("cardlint/cardlint@v", env!("CARGO_PKG_VERSION"))));
    // What it writes is in force and without mistakes.
    assert!(run(place.path(), &["config"]).out.contains("# cardlint.toml:"));
    fs::write(place.path().join(".pre-commit-config.yaml"), "repos: []\n").expect("file");
    let second = run(place.path(), &["init"]);
    assert!(second.err.contains("add below `repos:`") && second.err.contains("- id: cardlint"), "{}", second.err);
    assert_eq!(read(".pre-commit-config.yaml"), "repos: []\n");
    // A repository of the Hub runs no workflows, and its pyproject.toml may hold the configuration.
    let hub = place.path().join("hub");
    fs::create_dir_all(hub.join(".git")).expect("folder");
    fs::write(hub.join(".git/config"), "[remote \"origin\"]\n\turl = https://huggingface.co/acme/x\n").expect("file");
    fs::write(hub.join("pyproject.toml"), "[tool.cardlint]\nprofile = \"hub\"\n").expect("file");
    let third = run(&hub, &["init"]);
    assert!(third.err.contains("there is [tool.cardlint] of pyproject.toml"), "{}", third.err);
    assert!(!hub.join(".github").exists() && !hub.join("cardlint.toml").exists());
    assert_eq!(run(place.path(), &["init", "nowhere"]).code, 2);
}

#[test]
fn profiles_choose_rules_and_severities() {
    let place = tempfile::tempdir().expect("folder");
    fs::write(place.path().join("README.md"), CARD.replace("our-own", "mit")).expect("card");
    let errors = |arguments: &[&str]| json(place.path(), arguments)["summary"]["errors"].as_u64();
    assert_eq!(errors(&["--profile", "strict"]), Some(0));
    assert_eq!(run(place.path(), &["audit", "--profile", "sensitive"]).code, 1);
    let gaps = errors(&["--profile", "sensitive"]);
    assert!(gaps > Some(3), "{gaps:?} gaps are errors");
    // What the configuration says of a rule wins over the profile.
    fs::write(place.path().join("cardlint.toml"), "profile = \"sensitive\"\n[severity]\ntransparency = \"note\"\n")
        .expect("configuration");
    assert!(errors(&[]) < gaps);
    let wrong = run(place.path(), &["audit", "--profile", "sensitiv"]);
    assert!(wrong.code == 2 && wrong.err.contains("a similar value exists: 'sensitive'"), "{}", wrong.err);
}

#[test]
fn the_rule_pack_of_the_readme_works() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README");
    let start = readme.find("`````markdown\n").expect("the example") + "`````markdown\n".len();
    let rule = &readme[start..start + readme[start..].find("`````\n").expect("its end")];
    let place = tempfile::tempdir().expect("folder");
    let house = place.path().join("house");
    fs::create_dir(&house).expect("folder");
    fs::write(house.join("owner-team.md"), rule).expect("rule");
    assert_eq!(run(place.path(), &["rule", "test", "house"]).out, "2 examples, 0 faults\n");
    fs::write(place.path().join("README.md"), CARD.replace("our-own", "mit")).expect("card");
    let report = json(place.path(), &["--rule-pack", "house"]);
    assert_eq!(rules(&report), vec![("owner-team".to_owned(), false); 2]);
    let finding = &report["cards"][0]["findings"][0];
    assert_eq!(finding["message"], "The field `owner_team` is missing");
    assert!(finding["help"].as_str().is_some_and(|help| help.starts_with("Add `owner_team:`")), "{finding}");
    // A broken rule is refused, with the place and what was meant.
    fs::write(house.join("owner-team.md"), rule.replace("matches:", "match:")).expect("rule");
    let output = run(place.path(), &["audit", "--rule-pack", "house"]);
    assert_eq!(output.code, 2);
    assert!(
        output.err.contains("house/owner-team.md:9:7:") && output.err.contains("did you mean `matches`?"),
        "{}",
        output.err
    );
}

#[test]
fn declared_tests_see_what_they_name() {
    let place = tempfile::tempdir().expect("folder");
    let house = place.path().join("house");
    fs::create_dir(&house).expect("folder");
    let card = "---\nlicense: mit\nlibrary_name: transformers\npipeline_tag: text-classification\nlanguage: en\ntags: [a, b]\n---\n# Card\n\nSee [here](https://bad.example/x).\n\n```\nsecret\n```\n\n## Review\n\nDone.\n\n## Bias tests\n\n<!-- How was it tested, by whom? -->\n\n## Bias\n\nIt favours short tickets.\n";
    fs::write(place.path().join("README.md"), card).expect("card");
    for (params, fires) in [
        ("require: {field: tags, min-items: 3}", true),
        ("require: {field: tags, min-items: 2}", false),
        ("require: {field: tags, one-of: [a]}", true),
        ("require: {field: tags, one-of: [a, b]}", false),
        ("require: {field: tags, any-of: [a]}", false),
        ("{when: {field: tags, any-of: [b, c]}, require: {field: owner}}", true),
        ("require: {field: tags, any-of: [c]}", true),
        ("forbid: {field: inference}", false),
        ("forbid: {field: license}", true),
        ("require: {section: review, min-words: 2}", true),
        ("require: {section: REVIEW}", false),
        // Of several sections the one that says most counts, and a comment says nothing.
        ("require: {section: bias, min-words: 4}", false),
        ("require: {section: bias, min-words: 5}", true),
        ("forbid: {text: secret}", false),
        ("forbid: {text: 'Done\\.'}", true),
        ("forbid: {link: 'bad\\.example'}", true),
        ("require: {topic: bias.known-biases}", true),
        ("require: {license: [permissive]}", false),
        ("require: {license: [apache-2.0]}", true),
        ("{when: {field: inference}, require: {field: owner}}", false),
        ("{when: {field: tags}, require: {field: owner}}", true),
    ] {
        let params = if params.starts_with('{') { params.to_owned() } else { format!("{{{params}}}") };
        let rule =
            format!("---\nid: house-rule\ntitle: House\nseverity: error\ncheck: declared\nparams: {params}\n---\n");
        fs::write(house.join("house-rule.md"), rule).expect("rule");
        let output = run(place.path(), &["audit", "--select", "house-rule", "--rule-pack", "house"]);
        assert_eq!(output.code, i32::from(fires), "{params}: {}{}", output.out, output.err);
    }
    // What a terminal would obey is no rule.
    fs::write(house.join("house-rule.md"), "---\nid: house-rule\ntitle: \u{1b}[2J\n---\n").expect("rule");
    let output = run(place.path(), &["audit", "--rule-pack", "house"]);
    assert!(
        output.code == 2 && output.err.contains("house/house-rule.md:3:8: a rule file must not contain control"),
        "{}",
        output.err
    );
}

/// A card from the files of a repository: it says what they say, chooses nothing, and answers nothing by itself.
#[test]
fn new_cards_say_what_the_files_say() {
    let place = tempfile::tempdir().expect("folder");
    let model = place.path().join("my-model");
    fs::create_dir(&model).expect("folder");
    let write = |name: &str, text: &[u8]| fs::write(model.join(name), text).expect("file");
    write(
        "config.json",
        br#"{"architectures": ["BertForSequenceClassification"], "num_hidden_layers": 12, "id2label": {"0": "neg", "1": "pos](x)<b>"}}"#,
    );
    let header =
        br#"{"a": {"dtype": "F32", "shape": [10, 20], "data_offsets": [0, 800]}, "__metadata__": {"format": "pt"}}"#;
    write("model.safetensors", &[&(header.len() as u64).to_le_bytes()[..], header, &[0; 800]].concat());
    write("trainer_state.json", br#"{"epoch": 2.0, "global_step": 400}"#);
    write(
        "tokenizer_config.json",
        br#"{"tokenizer_class": "BertTokenizer", "model_max_length": 512, "chat_template": "{{ x }}"}"#,
    );
    fs::copy(root().join("LICENSE-APACHE"), model.join("LICENSE")).expect("licence");
    let printed = run(place.path(), &["new", "my-model", "--stdout"]);
    for line in [
        "license: apache-2.0",
        "pipeline_tag: text-classification",
        "# my-model",
        "- **Parameters:** 200",
        "- **Tokenizer:** BertTokenizer, at most 512 tokens",
        "- **Prompt format:** the chat template in `tokenizer_config.json`",
        "It was trained for 2 epochs, 400 steps.",
        "## Bias",
    ] {
        assert!(printed.out.lines().any(|found| found == line), "{line}: {}", printed.out);
    }
    assert!(!printed.out.contains("](x)") && !printed.out.contains("<b>"), "{}", printed.out);
    assert_eq!(run(place.path(), &["new", "my-model"]).code, 0);
    let card = model.join("README.md");
    assert_eq!(fs::read_to_string(&card).expect("card"), printed.out);
    assert_eq!(run(place.path(), &["new", "my-model"]).code, 2, "a card is never overwritten");
    // Its questions are no answers.
    let report = json(place.path(), &["--profile", "strict", "my-model"]);
    let found: Vec<String> = rules(&report).into_iter().map(|(rule, _)| rule).collect();
    for rule in ["intended-use-missing", "evaluation-missing", "limitations-missing", "bias-missing"] {
        assert!(found.iter().any(|found| found == rule), "{rule}: {found:?}");
    }
    assert!(report["summary"]["errors"] == 0, "{found:?}");
    // A section goes to its place, once.
    assert_eq!(run(place.path(), &["new", "--section", "environment", "my-model/README.md"]).code, 0);
    let text = fs::read_to_string(&card).expect("card");
    let at = |heading: &str| text.find(heading).expect("a heading");
    assert!(
        at("## Bias") < at("## Environmental impact") && at("## Environmental impact") < at("## Citation"),
        "{text}"
    );
    assert_eq!(run(place.path(), &["new", "--section", "environment", "my-model"]).code, 2);
    assert!(run(place.path(), &["new", "--section", "biass", "my-model"]).err.contains("did you mean `bias`?"));
    // With two licences the choice is the author's.
    fs::copy(root().join("LICENSE-MIT"), model.join("LICENSE-MIT")).expect("licence");
    assert!(!run(place.path(), &["new", "my-model", "--stdout"]).out.contains("\nlicense:"));
}

#[test]
fn explanations_show_what_was_weighed() {
    let place = tempfile::tempdir().expect("folder");
    let card = format!("{}\n## Limitations\n\nTODO\n", CARD.replace("our-own", "mit"));
    fs::write(place.path().join("README.md"), card).expect("card");
    let report = json(place.path(), &["--select", "limitations-missing", "--explain"]);
    let finding = &report["cards"][0]["findings"][0];
    let help = finding["help"].as_str().expect("help");
    assert!(
        help.ends_with(
            "(weighed: limitations.technical mentioned in line 11, limitations.recommendations absent, risk.identified absent)"
        ),
        "{help}"
    );
    assert_eq!(finding["related"][0]["message"], "limitations.technical: mentioned");
    let plain = json(place.path(), &["--select", "limitations-missing"]);
    assert_eq!(plain["cards"][0]["findings"][0]["related"], serde_json::json!([]));
}

/// A diff shows a card, which is untrusted.
#[test]
fn diffs_inject_nothing() {
    let place = tempfile::tempdir().expect("folder");
    let text = "---\nlicense: MIT # \u{202e}\n::error::x\n---\n# Card\n";
    fs::write(place.path().join("README.md"), text).expect("card");
    let output = run(place.path(), &["audit", "--diff"]);
    assert!(
        !output.out.contains('\u{202e}') && !output.out.lines().any(|line| line.starts_with("::")),
        "{}",
        output.out
    );
    // Nor does the name of its folder.
    let folder = place.path().join("::error::x");
    fs::create_dir(&folder).expect("folder");
    fs::write(folder.join("README.md"), text).expect("card");
    for format in ["table", "text", "markdown"] {
        let out = run(place.path(), &["audit", "--format", format]).out;
        assert!(out.contains("error::x") || out.contains("error&#58;&#58;x"), "{out}");
        assert!(!out.lines().any(|line| line.trim_start().starts_with("::")), "{format}: {out}");
    }
}

/// Over the whole corpus: a second run changes nothing, no rule finds more than before, and only lines that a
/// finding is on are touched.
#[test]
fn fixes_are_final_on_the_corpus() {
    let corpus = root().join("../shared/corpus/models");
    if !corpus.is_dir() {
        eprintln!("skipped: {} is absent", corpus.display());
        return;
    }
    let place = tempfile::tempdir().expect("folder");
    copy(&corpus, place.path());
    let counts = |text: &str| -> BTreeMap<(String, String), usize> {
        let mut counts = BTreeMap::new();
        for line in text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
            for finding in line["findings"].as_array().into_iter().flatten() {
                let key = (line["path"].to_string(), finding["rule"].to_string());
                *counts.entry(key).or_default() += 1;
            }
        }
        counts
    };
    let before = counts(&run(place.path(), &["audit", "--format", "ndjson", "."]).out);
    let fixed = run(place.path(), &["audit", "--fix", "--format", "ndjson", "."]);
    let after = counts(&fixed.out);
    assert!(fixed.err.contains("fixed in"), "{}", fixed.err);
    for (key, count) in &after {
        assert!(*count <= before.get(key).copied().unwrap_or(0), "{key:?}");
    }
    assert_eq!(run(place.path(), &["audit", "--diff", "."]).out, "");
    let changed = data_stays(&corpus, place.path());
    eprintln!("{changed} cards of the corpus were mended");
    assert!(changed > 50, "only {changed} cards were mended");
}

/// Both readers see the same data before and after the fixes, but for the fields that a finding with a fix is on.
/// Gives the number of cards that differ.
fn data_stays(before: &Path, after: &Path) -> usize {
    let report = run(before, &["audit", "--format", "ndjson", "."]).out;
    let mut changed = 0;
    for line in report.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
        let Some(path) = line["path"].as_str() else { continue };
        let (Ok(old), Ok(new)) = (fs::read_to_string(before.join(path)), fs::read_to_string(after.join(path))) else {
            continue;
        };
        if old == new {
            continue;
        }
        changed += 1;
        let mended: BTreeSet<String> = (line["findings"].as_array().into_iter().flatten())
            .filter(|finding| finding["fix"]["safety"] == "safe")
            .map(|finding| {
                field_at(&old, usize::try_from(finding["location"]["line"].as_u64().expect("line")).expect("small"))
            })
            .collect();
        for reader in [Reader::Python, Reader::JavaScript] {
            let (was, is) = (read(&old, reader), read(&new, reader));
            let is = is.outcome.unwrap_or_else(|refusal| panic!("{path}: {reader:?} refuses it now: {refusal:?}"));
            // What was refused or hidden before has nothing to compare.
            let (true, Ok(was)) = (was.split, was.outcome) else { continue };
            let (was, is) = (fields(was, reader), fields(is, reader));
            for (key, value) in &was {
                let same = is.get(key) == Some(value);
                assert!(same || mended.contains(key), "{path}: {reader:?} sees another `{key}`, mended: {mended:?}");
            }
            for key in is.keys().filter(|key| !was.contains_key(*key)) {
                // A key under its right name.
                assert!(was.keys().any(|old| !is.contains_key(old) && mended.contains(old)), "{path}: `{key}` is new");
            }
        }
    }
    changed
}

/// The top-level key at or above a line of front matter, counted from 1.
fn field_at(text: &str, line: usize) -> String {
    let lines: Vec<&str> = text.lines().take(line).collect();
    let key = lines.iter().rev().find_map(|line| {
        let (key, _) = line.split_once(':')?;
        (!key.is_empty() && !key.starts_with([' ', '-', '#'])).then_some(key)
    });
    key.unwrap_or_default().trim_matches(['"', '\'']).to_owned()
}

/// The top-level fields, each value in a form to compare.
fn fields(value: reading::Value, reader: Reader) -> BTreeMap<String, String> {
    let reading::Value::Map(pairs) = value else { return BTreeMap::new() };
    let text = |key| if let reading::Value::Str(text) = key { text } else { format!("{key:?}") };
    pairs.into_iter().map(|(key, value)| (text(key), value.canonical(reader))).collect()
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("folder").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            fs::create_dir(&to).expect("folder");
            copy(&path, &to);
        } else if path.extension().is_some_and(|extension| extension == "md") && path.is_file() {
            fs::write(&to, fs::read(&path).expect("a file")).expect("copy");
        }
    }
}

/// What the trial of a new user found: nothing is lost on standard input, and the order of paths does not matter.
#[test]
fn standard_input_stays_whole_and_paths_have_no_order() {
    let place = tempfile::tempdir().expect("folder");
    let command =
        |arguments: &[&str]| Command::new(cargo_bin!("cardlint")).args(arguments).env_clear().current_dir(place.path());
    for text in [CARD.as_bytes(), b"# \xff\n"] {
        let output = command(&["audit", "--fix", "-"]).stdin(text.to_vec()).output().expect("a run");
        assert_eq!(output.stdout, text);
    }
    let output = command(&["audit", "--fix", "-"]).stdin(CARD).output().expect("a run");
    assert!(String::from_utf8_lossy(&output.stderr).contains("license-unknown"), "what is left is told");
    for (folder, config) in [("one", "ignore = [\"license-unknown\"]\n"), ("two", "")] {
        fs::create_dir(place.path().join(folder)).expect("folder");
        fs::write(place.path().join(folder).join("README.md"), CARD).expect("card");
        fs::write(place.path().join(folder).join("cardlint.toml"), config).expect("configuration");
    }
    let codes = |paths: &[&str]| run(place.path(), &[&["audit"], paths].concat()).code;
    assert_eq!(codes(&["one/README.md", "two/README.md"]), codes(&["two/README.md", "one/README.md"]));
    assert_eq!((codes(&["one/README.md"]), codes(&["two"])), (0, 1));
    let twice = json(place.path(), &["two", "./one/../two/README.md"]);
    assert_eq!(twice["summary"]["cards"], 1);
}

/// A comment that a stricter profile needs is not idle; one that no rule of its group needs is.
#[test]
fn comments_on_groups_are_idle_where_all_their_rules_ran() {
    let place = tempfile::tempdir().expect("folder");
    let text =
        CARD.replace("our-own", "mit").replace("A card", "## Bias <!-- cardlint: ignore[bias] elsewhere -->\n\nA card");
    fs::write(place.path().join("README.md"), text).expect("card");
    let idle = |report: &Value| rules(report).iter().any(|(rule, _)| rule == "ignore-unused");
    assert!(!idle(&json(place.path(), &[])));
    fs::write(place.path().join("README.md"), CARD.replace("our-own", "mit # cardlint: ignore[license-unknown] ours"))
        .expect("card");
    assert!(idle(&json(place.path(), &[])));
}

/// A new card of a merge names its models, and the front matter of one of which nothing is known is no empty one.
#[test]
fn new_cards_hold_what_the_hub_takes() {
    let place = tempfile::tempdir().expect("folder");
    let new = || run(place.path(), &["new", "--stdout", "."]).out;
    fs::write(place.path().join("model.safetensors"), "").expect("file");
    assert!(new().contains("\ntags: []\n---\n"), "{}", new());
    fs::write(place.path().join("mergekit_config.yml"), "models:\n- model: a/b\n- model: c/d\nmerge_method: linear\n")
        .expect("file");
    assert!(new().contains("base_model:\n- a/b\n- c/d\nbase_model_relation: merge\n"), "{}", new());
}

/// What makes front matter unreadable is shown where it stands, and mended.
#[test]
fn slips_of_yaml_are_named_and_mended() {
    let place = tempfile::tempdir().expect("folder");
    let card = place.path().join("README.md");
    for (slip, line, good) in [
        ("license:mit", 2, "license: mit"),
        ("license:\tmit", 2, "license: mit"),
        ("license:\u{a0}mit", 2, "license: mit"),
        ("license: mit\ntags:\n- a\n-b", 5, "license: mit\ntags:\n- a\n- b"),
        ("license: mit\ntags:\n\t- a", 4, "license: mit\ntags:\n  - a"),
        ("license: mit\nthumbnail: Cover: one", 3, "license: mit\nthumbnail: \"Cover: one\""),
        ("license: mit\ntags:\n- @home", 4, "license: mit\ntags:\n- \"@home\""),
        // What a fix brings to light is mended with it.
        ("licence: Apache 2.0", 2, "license: apache-2.0"),
        ("license: mit\ninference: no", 3, "license: mit\ninference: false"),
    ] {
        let rest = "library_name: transformers\npipeline_tag: text-classification\nlanguage: en\n---\n# Card\n\nA card of a model.\n";
        fs::write(&card, format!("---\n{slip}\n{rest}")).expect("card");
        let report = json(place.path(), &["--no-config"]);
        let first = &report["cards"][0]["findings"][0];
        assert_eq!(
            (&first["location"]["line"], first["fix"]["safety"].as_str()),
            (&line.into(), Some("safe")),
            "{slip}: {first}"
        );
        run(place.path(), &["audit", "--fix", "--no-config"]);
        assert_eq!(fs::read_to_string(&card).expect("card"), format!("---\n{good}\n{rest}"));
    }
}

/// What stands right is content, however it looks: a fix touches the lines that are broken and no others.
#[test]
fn repairs_leave_alone_what_is_right() {
    let place = tempfile::tempdir().expect("folder");
    let card = place.path().join("README.md");
    let rest = "---\n# Card\n\nA card of a model.\n";
    for (broken, mended) in [
        (
            "license: mit\nextra_gated_prompt: |\n  Note: please read: it is long\n  -v for verbose\n  license:mit applies\nthumbnail: a: b\n",
            "license: mit\nextra_gated_prompt: |\n  Note: please read: it is long\n  -v for verbose\n  license:mit applies\nthumbnail: \"a: b\"\n",
        ),
        (
            "library_name:transformers\ntags:\n- license:mit\n- arxiv:1910.1\n",
            "library_name: transformers\ntags:\n- license:mit\n- arxiv:1910.1\n",
        ),
        ("license: &l mit\nlicense_name: *l\nauthor: @me\n", "license: &l mit\nlicense_name: *l\nauthor: \"@me\"\n"),
        (
            "license: mit\nextra_gated_fields:\n  Full Name: text\nthumbnail: a: b\n",
            "license: mit\nextra_gated_fields:\n  Full Name: text\nthumbnail: \"a: b\"\n",
        ),
        // How deep a tab indents is a guess.
        (
            "license: mit\nmodel-index:\n- name: x\n  results:\n\t- task:\n\t\ttype: a\n",
            "license: mit\nmodel-index:\n- name: x\n  results:\n\t- task:\n\t\ttype: a\n",
        ),
        ("license: mit\ndescription: &a x: y\nauthor: *a\n", "license: mit\ndescription: &a x: y\nauthor: *a\n"),
    ] {
        fs::write(&card, format!("---\n{broken}{rest}")).expect("card");
        run(place.path(), &["audit", "--fix", "--no-config", "--select", "yaml-syntax", "README.md"]);
        assert_eq!(fs::read_to_string(&card).expect("card"), format!("---\n{mended}{rest}"));
    }
}

/// What a configuration says holds however it is named, and whatever the profile runs.
#[test]
fn configurations_do_what_they_say() {
    let place = tempfile::tempdir().expect("folder");
    let write = |name: &str, text: &str| put(place.path(), name, text);
    write("old/README.md", &CARD.replace("our-own", "our-own-2"));
    write("strict.toml", "[[overrides]]\npaths = [\"old/**\"]\nignore = [\"license-unknown\"]\n");
    for config in ["strict.toml", "./strict.toml"] {
        assert_eq!(run(place.path(), &["audit", "--config", config]).code, 0, "{config}");
    }
    // A rule that is given a severity runs.
    write("new/README.md", &CARD.replace("our-own", "mit"));
    write("severe.toml", "[severity]\nlimitations-missing = \"error\"\n");
    let output = run(place.path(), &["audit", "--config", "severe.toml", "new"]);
    assert!(output.code == 1 && output.out.contains("limitations-missing"), "{}", output.out);
    // Who allows some licences alone wants to know of those that nothing tells.
    let derived = CARD.replace("our-own", "mit\nbase_model: acme/nobody-knows\ndatasets: [acme/secret]");
    write("derived/README.md", &derived);
    write("allow.toml", "[license]\nallow = [\"permissive\"]\n");
    let report = json(place.path(), &["--config", "allow.toml", "--select", "license-policy", "derived"]);
    assert_eq!(rules(&report), [("license-policy".to_owned(), false), ("license-policy".to_owned(), false)]);
    // A policy may bind.
    let silenced = CARD.replace("license:", "# cardlint: ignore[license-unknown] not now\nlicense:");
    write("silenced/README.md", &silenced);
    write("binding.toml", "binding = [\"license\"]\n");
    assert_eq!(run(place.path(), &["audit", "--no-config", "silenced"]).code, 0);
    assert_eq!(run(place.path(), &["audit", "--config", "binding.toml", "silenced"]).code, 1);
    // The rules on licences are in several groups.
    write("wrong/README.md", CARD);
    assert_eq!(run(place.path(), &["audit", "--no-config", "--select", "license", "wrong"]).code, 1);
}

/// A folder with a model and without a card is told; parts of a model and folders below a README are not.
#[test]
fn models_without_a_card_are_told() {
    let place = tempfile::tempdir().expect("folder");
    for file in [
        "a/adapter_config.json",
        "b/model_index.json",
        "b/unet/weights.safetensors",
        "c/checkpoint-5/pytorch_model.bin",
    ] {
        let path = place.path().join(file);
        fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        fs::write(path, "{}").expect("file");
    }
    fs::write(place.path().join("c/README.md"), CARD.replace("our-own", "mit")).expect("card");
    let report = json(place.path(), &["--no-config", "--select", "card-missing"]);
    let told: Vec<&str> = report["cards"]
        .as_array()
        .expect("cards")
        .iter()
        .filter(|card| card["findings"].as_array().is_some_and(|findings| !findings.is_empty()))
        .filter_map(|card| card["path"].as_str())
        .collect();
    assert_eq!(told, ["a/README.md", "b/README.md"]);
    let output = run(place.path(), &["audit", "--no-config", "a"]);
    assert!(output.code == 1 && output.out.contains("card-missing"), "{}", output.out);
    assert!(!place.path().join("a/README.md").exists());
    // The README above a collection is no card of its models, where others of them have their own.
    let shelf = tempfile::tempdir().expect("folder");
    for (file, text) in [
        ("README.md", "# Our models\n\nA folder each.\n"),
        ("models/one/README.md", CARD),
        ("models/one/model.safetensors", "{}"),
        ("models/two/model.safetensors", "{}"),
        ("tools/three/model.safetensors", "{}"),
    ] {
        let path = shelf.path().join(file);
        fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        fs::write(path, text).expect("file");
    }
    let output = run(shelf.path(), &["audit", "--no-config", "--select", "card-missing", "--format", "github"]);
    assert!(output.out.contains("models/two/README.md") && !output.out.contains("three"), "{}", output.out);
    // What has a card is a repository, although it is called like a part of one; a link that leads nowhere is no card.
    let named = tempfile::tempdir().expect("folder");
    for (file, text) in [("onnx/README.md", CARD), ("onnx/model.safetensors", "{}"), ("two/model.safetensors", "{}")] {
        let path = named.path().join(file);
        fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        fs::write(path, text).expect("file");
    }
    for from in [".", "onnx"] {
        let output =
            run(named.path(), &["audit", "--no-config", "--select", "card-missing", "--format", "github", from]);
        let told = output.out.contains("file=two/README.md");
        assert!(told == (from == ".") && !output.out.contains("file=README.md"), "{}", output.out);
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", named.path().join("two/README.md")).expect("link");
        let output = run(named.path(), &["audit", "--no-config", "--select", "card-missing", "--format", "github"]);
        assert!(output.out.contains("file=two/README.md"), "{}", output.out);
    }
}

/// Terms that are of some models of a licence alone do not break a policy for others; the advice says under which name an
/// exception is looked for.
#[test]
fn a_policy_knows_which_models_a_term_is_of() {
    let place = tempfile::tempdir().expect("folder");
    let write = |name: &str| {
        let folder = place.path().join("acme").join(name);
        fs::create_dir_all(&folder).expect("folder");
        fs::write(folder.join("README.md"), "---\nlicense: llama3.2\n---\n# Tickets\n").expect("card");
    };
    write("Llama-3.2-3B-Tickets");
    write("Llama-3.2-11B-Vision-Tickets");
    fs::write(place.path().join("cardlint.toml"), "[license]\nrequire = [\"no-territory-limits\"]\n").expect("file");
    let output = run(place.path(), &["audit", "--select", "license-policy", "--format", "github"]);
    assert!(!output.out.contains("3B-Tickets/README.md"), "{}", output.out);
    assert!(output.out.contains("exception for `acme/Llama-3.2-11B-Vision-Tickets`"), "{}", output.out);
}

/// A folder without a glob behind it is meant with all that is in it, as in `.gitignore`.
#[test]
fn a_folder_is_meant_with_what_is_in_it() {
    for pattern in ["drafts", "drafts/", "./drafts", "drafts/**", "draft*/"] {
        let place = tempfile::tempdir().expect("folder");
        for name in ["drafts/one", "two"] {
            fs::create_dir_all(place.path().join(name)).expect("folder");
            fs::write(place.path().join(name).join("README.md"), CARD).expect("card");
        }
        let config = format!("[files]\nexclude = [\"{pattern}\"]\n");
        fs::write(place.path().join("cardlint.toml"), config).expect("file");
        assert_eq!(json(place.path(), &[])["cards"].as_array().map(Vec::len), Some(1), "{pattern}");
    }
}

/// An adapter that only its tag tells is one, unless the files are those of a whole model.
#[test]
fn a_tag_tells_an_adapter() {
    let place = tempfile::tempdir().expect("folder");
    let folder = place.path().join("acme/watercolours");
    fs::create_dir_all(&folder).expect("folder");
    let card = "---\nlicense: mit\nbase_model: coast/harbour-tide\ntags: [lora]\n---\n# Watercolours\n";
    fs::write(folder.join("README.md"), card).expect("card");
    let relation = || {
        let report = json(place.path(), &["--no-config"]);
        report["cards"][0]["lineage"][0]["relation"].as_str().map(str::to_owned)
    };
    assert_eq!(relation().as_deref(), Some("adapter"));
    fs::write(folder.join("config.json"), "{}").expect("file");
    assert_eq!(relation().as_deref(), Some("finetune"));
}

/// What is written under `license` and is no licence leaves the rights unknown, as nothing does.
#[test]
fn a_licence_that_is_none_is_unknown() {
    let place = tempfile::tempdir().expect("folder");
    for (name, license) in [("slip", "mitt"), ("named", "other\nlicense_name: foo-1"), ("known", "mit")] {
        fs::create_dir_all(place.path().join(name)).expect("folder");
        let card = format!("---\nlicense: {license}\n---\n# Tickets\n");
        fs::write(place.path().join(name).join("README.md"), card).expect("card");
        let output = run(place.path(), &["license", "report", "--fail-on", "unknown", name]);
        assert_eq!(output.code, i32::from(name != "known"), "{name}: {}", output.out);
    }
}

/// A clone says what it is of, whatever its folder is called.
#[test]
fn clones_are_known_by_their_remote() {
    let place = tempfile::tempdir().expect("folder");
    let clone = place.path().join("work");
    fs::create_dir_all(clone.join(".git")).expect("folder");
    let remote = |url: &str| {
        let config = format!("[core]\n\tbare = false\n[remote \"origin\"]\n\turl = {url}\n");
        fs::write(clone.join(".git/config"), config).expect("configuration");
    };
    fs::write(clone.join("README.md"), "# Nests\n\nCounts nests.\n").expect("card");
    let kind = || {
        let output = run(place.path(), &["audit", "--format", "json", "work"]);
        let report: Value = serde_json::from_str(&output.out).unwrap_or_default();
        report["cards"][0]["kind"].as_str().map(str::to_owned)
    };
    assert_eq!(kind(), None, "some project's README");
    remote("https://huggingface.co/datasets/gull/nests");
    assert_eq!(kind().as_deref(), Some("dataset"));
    remote("git@hf.co:gull/net");
    assert_eq!(kind().as_deref(), Some("model"));
    remote("https://github.com/gull/net.git");
    assert_eq!(kind(), None);
    // The name of the repository is that of the Hub: another model's id in the code is told.
    remote("https://user:token@huggingface.co/gull/net");
    let text = "---\nlicense: mit\n---\n# Net\n\n```python\nm = AutoModel.from_pretrained(\"gull/other\")\n```\n";
    fs::write(clone.join("README.md"), text).expect("card");
    let output = run(place.path(), &["audit", "--profile", "strict", "--select", "code-loads-other-model", "work"]);
    assert!(output.out.contains("gull/other"), "{}", output.out);
    assert!(!output.out.contains("token"), "{}", output.out);
}

/// Coverage of data alone says that it reads models, whether the file is named or its folder.
#[test]
fn coverage_tells_cards_of_data() {
    let place = tempfile::tempdir().expect("folder");
    fs::create_dir(place.path().join("books")).expect("folder");
    let text = "---\nlicense: mit\nsize_categories:\n- 1K<n<10K\n---\n# Dataset Card for Books\n\nA corpus of books.\n";
    fs::write(place.path().join("books/README.md"), text).expect("card");
    for path in ["books", "books/README.md"] {
        let output = run(place.path(), &["coverage", path]);
        assert!(output.err.contains("is a dataset card"), "{path}: {}", output.err);
    }
}
