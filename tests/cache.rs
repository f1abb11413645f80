//! `hf-cache:`, on folders laid out as `huggingface_hub` lays them out. The client itself writes one in
//! `tests/integrations`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const ONE: &str = "00aa11bb00aa11bb00aa11bb00aa11bb00aa11bb";
const TWO: &str = "22cc33dd22cc33dd22cc33dd22cc33dd22cc33dd";

fn snapshot(cache: &Path, repo: &str, commit: &str, files: &[(&str, &str)]) {
    let folder = cache.join(repo);
    let (blobs, snapshot) = (folder.join("blobs"), folder.join("snapshots").join(commit));
    fs::create_dir_all(&blobs).expect("folder");
    fs::create_dir_all(&snapshot).expect("folder");
    for (name, text) in files {
        let blob = format!("{commit}-{name}");
        fs::write(blobs.join(&blob), text).expect("blob");
        #[cfg(unix)]
        std::os::unix::fs::symlink(format!("../../blobs/{blob}"), snapshot.join(name)).expect("link");
        #[cfg(not(unix))]
        fs::write(snapshot.join(name), text).expect("file");
    }
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardlint"));
    command.current_dir(home).env("HF_HUB_CACHE", home.join("hub")).args(arguments).output().expect("cardlint runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn paths(output: &Output) -> Vec<String> {
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)));
    let cards = report["cards"].as_array().expect("cards").iter();
    cards.filter_map(|card| card["path"].as_str().map(str::to_owned)).collect()
}

fn fill(home: &Path) {
    let cache = home.join("hub");
    let card = "---\nlicense: mit\nlibrary_name: transformers\npipeline_tag: text-generation\nlanguage: en\n---\n# Tickets\n\nAnswers.\n";
    let remote = r#"{"architectures": ["LlamaForCausalLM"], "auto_map": {"AutoModel": "x.Y"}}"#;
    snapshot(&cache, "models--acme--tickets", ONE, &[("README.md", card)]);
    snapshot(&cache, "models--acme--tickets", TWO, &[("README.md", card), ("config.json", remote)]);
    fs::create_dir_all(cache.join("models--acme--tickets/refs")).expect("folder");
    fs::write(cache.join("models--acme--tickets/refs/main"), TWO).expect("ref");
    snapshot(&cache, "models--gpt2", ONE, &[("README.md", card)]);
    snapshot(&cache, "models--acme--weights-only", ONE, &[("config.json", "{}")]);
    snapshot(&cache, "datasets--acme--data", ONE, &[("README.md", "---\nlicense: mit\n---\n# Data\n")]);
    fs::create_dir_all(cache.join(".locks/models--acme--tickets")).expect("folder");
    fs::write(cache.join("version.txt"), "1").expect("file");
}

#[test]
fn snapshots_are_found_by_id_and_revision() {
    let home = tempfile::tempdir().expect("folder");
    fill(home.path());
    let all = run(home.path(), &["audit", "hf-cache:", "--format", "json"]);
    assert_eq!(
        paths(&all),
        ["datasets/acme/data/README.md", "acme/tickets@00aa11bb/README.md", "acme/tickets/README.md", "gpt2/README.md"]
    );
    let report: serde_json::Value = serde_json::from_slice(&all.stdout).expect("JSON");
    assert_eq!(report["cards"][0]["kind"], "dataset");
    for (name, expected) in [
        ("hf-cache:acme/tickets", "acme/tickets/README.md"),
        ("hf-cache:acme/tickets@00aa", "acme/tickets@00aa11bb/README.md"),
        ("hf-cache:acme/tickets@main", "acme/tickets@22cc33dd/README.md"),
        ("hf-cache:gpt2", "gpt2/README.md"),
        ("hf-cache:datasets/acme/data", "datasets/acme/data/README.md"),
    ] {
        assert_eq!(paths(&run(home.path(), &["audit", name, "--format", "json"])), [expected], "{name}");
    }
    assert_eq!(paths(&run(home.path(), &["audit", "hf-cache:acme/*", "--format", "json"])).len(), 2);
    // The files of a snapshot are links to the store, which are followed.
    let now = said(&run(home.path(), &["audit", "hf-cache:acme/tickets"]));
    assert!(now.contains("remote-code-unmentioned"), "{now}");
    let before = said(&run(home.path(), &["audit", "hf-cache:acme/tickets@00aa11bb"]));
    assert!(!before.contains("remote-code-unmentioned"), "{before}");
}

#[test]
fn what_is_not_there_is_said() {
    let home = tempfile::tempdir().expect("folder");
    let none = run(home.path(), &["audit", "hf-cache:"]);
    assert_eq!((none.status.code(), said(&none).contains("the Hub cache was not found")), (Some(2), true));
    fill(home.path());
    for (name, words) in [
        ("hf-cache:acme/other", "is not in the cache"),
        ("hf-cache:acme/tickets@v1", "has no revision `v1`"),
        ("hf-cache:acme/weights-only", "has no README.md"),
        ("hf-cache:../x", "is not a Hub id"),
        ("hf-cache:acme/tickets@../../x", "is not a revision"),
    ] {
        let output = run(home.path(), &["audit", name]);
        assert!(said(&output).contains(words), "{name}: {}", said(&output));
        assert_eq!(output.status.code(), Some(2), "{name}");
    }
}

/// Files in the store are named by their content.
#[test]
fn the_cache_is_not_changed() {
    let home = tempfile::tempdir().expect("folder");
    fill(home.path());
    let inside = home.path().join("hub/models--acme--tickets/snapshots").join(TWO).join("README.md");
    for target in ["hf-cache:acme/tickets", inside.to_str().expect("a path")] {
        let output = run(home.path(), &["audit", "--fix", target]);
        assert_eq!(output.status.code(), Some(2), "{target}");
        assert!(said(&output).contains("is not changed"), "{target}: {}", said(&output));
    }
}
