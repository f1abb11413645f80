//! `--online`, against a server that answers as the Hub does.

#![cfg(feature = "online")]

#[path = "common/fake_hub.rs"]
mod fake_hub;

use std::path::Path;
use std::process::{Command, Output};

use fake_hub::FakeHub;
use serde_json::Value;

const TOKEN: &str = "hf_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh";

/// Runs cardlint with the server as its Hub, and nothing of this machine's own settings.
fn run(hub: &FakeHub, home: &Path, token: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cardlint"));
    command.current_dir(home).env("HF_ENDPOINT", &hub.endpoint).env("HF_HOME", home.join("hf"));
    for name in [
        "HF_TOKEN",
        "HUGGING_FACE_HUB_TOKEN",
        "HF_TOKEN_PATH",
        "HF_HUB_OFFLINE",
        "HF_HUB_CACHE",
        "http_proxy",
        "HTTP_PROXY",
    ] {
        command.env_remove(name);
    }
    if let Some(token) = token {
        command.env("HF_TOKEN", token);
    }
    command.args(arguments).output().expect("cardlint runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

fn rules(card: &Value) -> Vec<&str> {
    card["findings"].as_array().expect("findings").iter().filter_map(|f| f["rule"].as_str()).collect()
}

#[test]
fn a_repository_is_audited_by_its_headers() {
    let (hub, home) = (FakeHub::start(), tempfile::tempdir().expect("folder"));
    let output = run(&hub, home.path(), Some(TOKEN), &["audit", "--online", "hf:acme/tickets", "--format", "json"]);
    let report = report(&output);
    let card = &report["cards"][0];
    assert_eq!(card["path"], "acme/tickets/README.md");
    let found = rules(card);
    for rule in ["parameters-differ", "remote-code-unmentioned", "license-restriction-lost"] {
        assert!(found.contains(&rule), "{rule}: {found:?}");
    }
    // The restriction is that of the base model's base, whose card names the base again.
    let origins: Vec<&str> =
        card["lineage"].as_array().expect("lineage").iter().filter_map(|base| base["origin"].as_str()).collect();
    assert_eq!(origins, ["unknown", "hub"], "{}", card["lineage"]);
    let seen = hub.seen();
    let sent: usize = seen.iter().map(|seen| seen.sent).sum();
    assert!(sent < 200_000, "{sent} bytes of 20 MB were fetched");
    assert!(seen.iter().any(|seen| seen.storage && seen.range.is_some()));
    // The token is for the Hub alone, and is not shown.
    let bearer = format!("Bearer {TOKEN}");
    for seen in &seen {
        assert_eq!(seen.token.as_deref(), (!seen.storage).then_some(bearer.as_str()), "{seen:?}");
    }
    assert!(!said(&output).contains(TOKEN) && !said(&output).contains("signature"), "{}", said(&output));
}

#[test]
fn owners_are_listed_page_by_page() {
    let (hub, home) = (FakeHub::start(), tempfile::tempdir().expect("folder"));
    let output = run(&hub, home.path(), None, &["audit", "--online", "hf:acme/*", "--format", "json"]);
    let report = report(&output);
    let paths: Vec<&str> =
        report["cards"].as_array().expect("cards").iter().filter_map(|c| c["path"].as_str()).collect();
    assert_eq!(paths, ["acme/flaky/README.md", "acme/tickets/README.md"], "{}", said(&output));
    assert_eq!(report["errors"], serde_json::json!([]));
    assert!(!hub.seen().iter().any(|seen| seen.storage && seen.path.starts_with("/api")), "the list went elsewhere");
}

#[test]
fn what_cannot_be_read_is_said() {
    let (hub, home) = (FakeHub::start(), tempfile::tempdir().expect("folder"));
    for (name, words) in [
        ("hf:acme/missing", "does not exist"),
        ("hf:acme/private", "is private"),
        ("hf:acme/down", "status 503 (5 tries)"),
        ("hf:acme/forever", "try again in 9999 s"),
        ("hf:acme/no-card", "has no README.md"),
        ("hf:acme/tickets@v9", "has no revision `v9`"),
        ("hf:acme/../x", "is not a Hub id"),
        ("hf:", "the whole Hub is too much"),
    ] {
        let output = run(&hub, home.path(), None, &["audit", "--online", name]);
        assert!(said(&output).contains(words), "{name}: {}", said(&output));
        assert_eq!(output.status.code(), Some(2), "{name}");
    }
    let output = run(&hub, home.path(), Some("hf_wrong"), &["audit", "--online", "hf:acme/private", "-q"]);
    assert_ne!(output.status.code(), Some(2), "{}", said(&output));
}

#[test]
fn what_helps_is_tried_again() {
    let (hub, home) = (FakeHub::start(), tempfile::tempdir().expect("folder"));
    for name in ["hf:acme/flaky", "hf:acme/limited", "hf:acme/cut", "hf:acme/slow", "hf:datasets/acme/data"] {
        let output = run(&hub, home.path(), None, &["audit", "--online", name, "--format", "json"]);
        let report = report(&output);
        assert_eq!(report["errors"], serde_json::json!([]), "{name}");
        assert_eq!(report["cards"].as_array().map(Vec::len), Some(1), "{name}");
    }
    // A gated repository shows its card; its files say nothing.
    let output = run(&hub, home.path(), None, &["audit", "--online", "hf:acme/gated", "--format", "json"]);
    assert_eq!(report(&output)["errors"], serde_json::json!([]), "{}", said(&output));
    let output = run(&hub, home.path(), None, &["audit", "--online", "hf:acme/old"]);
    assert!(said(&output).contains("moved: acme/old is now acme/tickets"), "{}", said(&output));
}

#[test]
fn nothing_is_asked_without_the_flag() {
    let (hub, home) = (FakeHub::start(), tempfile::tempdir().expect("folder"));
    let output = run(&hub, home.path(), Some(TOKEN), &["audit", "hf:acme/tickets"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("only with `--online`"), "{}", said(&output));
    std::fs::write(home.path().join("README.md"), "---\nlicense: mit\nbase_model: basics/base\n---\n# x\n")
        .expect("card");
    run(&hub, home.path(), Some(TOKEN), &["audit", "."]);
    assert_eq!(hub.seen().len(), 0);
    run(&hub, home.path(), Some(TOKEN), &["audit", "--online", "."]);
    assert!(hub.seen().iter().any(|seen| seen.path == "/api/models/basics/base"), "{:?}", hub.seen());
    // The environment of the client is heard.
    let mut offline = Command::new(env!("CARGO_BIN_EXE_cardlint"));
    let output =
        offline.args(["audit", "--online", "hf:a/b"]).env("HF_HUB_OFFLINE", "1").output().expect("cardlint runs");
    assert!(said(&output).contains("HF_HUB_OFFLINE is set"), "{}", said(&output));
}

#[test]
fn what_is_on_the_hub_is_not_changed() {
    let (hub, home) = (FakeHub::start(), tempfile::tempdir().expect("folder"));
    let output = run(&hub, home.path(), None, &["audit", "--online", "--fix", "hf:acme/tickets"]);
    assert!(said(&output).contains("fixes are for your own files"), "{}", said(&output));
}
