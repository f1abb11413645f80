//! The layer law: a module uses only modules below it, and each third-party crate stands behind the
//! modules named here.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::root;

/// Modules from the ground up; those on one line do not use each other.
const LAYERS: &[&[&str]] = &[
    &["text", "embedded"],
    &["yaml", "markdown", "vocab", "license"],
    &["repository"],
    &["card"],
    &["facts"],
    &["disclosure"],
    &["rule"],
    &["schema"],
    &["checks"],
    &["engine"],
    &["report"],
    &["cli"],
];

/// Crates and the modules that may name them.
const FENCES: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["report"]),
    ("anyhow", &["cli"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("comfy_table", &["report"]),
    ("foldhash", &["text"]),
    ("globset", &["cli"]),
    ("granit_parser", &["yaml"]),
    ("ignore", &["cli"]),
    ("indicatif", &["cli"]),
    ("jsonschema", &["schema"]),
    ("pulldown_cmark", &["markdown"]),
    ("rayon", &["cli"]),
    ("regex", &["checks", "facts", "rule"]),
    ("similar", &["cli"]),
    ("spdx", &["license"]),
    ("strsim", &["text"]),
    ("tempfile", &["cli"]),
    ("notify", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("lsp_server", &["cli"]),
    ("lsp_types", &["cli"]),
    ("terminal_size", &["cli"]),
    ("textwrap", &["cli"]),
    ("toml", &["cli"]),
    ("ureq", &["cli"]),
];

/// What only the command line may touch: files, the environment, processes, the network.
const OUTSIDE: &[&str] = &["std::fs", "std::env", "std::process", "std::net", "std::io::stdin", "std::io::stdout"];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// Each source file with its top-level module and its code, comments left out.
fn modules() -> Vec<(String, String, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files
        .into_iter()
        .map(|file| {
            let relative = file.strip_prefix(&src).expect("below src");
            let module = relative.components().next().expect("a part").as_os_str().to_string_lossy();
            let module = module.trim_end_matches(".rs").to_owned();
            let code = fs::read_to_string(&file).expect("source");
            let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            (module, relative.display().to_string(), code.join("\n"))
        })
        .collect()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Words that follow `prefix` in the code.
fn words_after<'a>(code: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    code.match_indices(prefix)
        .filter(|(at, _)| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
        .map(|(at, _)| {
            let rest = &code[at + prefix.len()..];
            &rest[..rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn modules_use_only_what_is_below() {
    let (mut faults, mut uses) = (Vec::new(), 0);
    for (module, file, code) in modules() {
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let own = layer(&module).unwrap_or_else(|| panic!("{file}: give the module {module} a layer"));
        assert!(!code.contains("use crate::{"), "{file}: one `use` a module, so that this test can read it");
        for used in words_after(&code, "crate::").into_iter().filter(|used| *used != module) {
            uses += 1;
            match layer(used) {
                Some(other) if other < own => {}
                _ => faults.push(format!("{file} uses {used}, which is not below {module}")),
            }
        }
    }
    assert!(uses > 80, "only {uses} uses were seen");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn crates_stay_behind_their_modules() {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).expect("manifest").parse().expect("TOML");
    let fenced: BTreeSet<&str> = FENCES.iter().map(|&(name, _)| name).collect();
    // Used wherever they help.
    let free = BTreeSet::from(["aho_corasick", "memchr", "serde", "serde_json", "thiserror"]);
    for name in manifest["dependencies"].as_table().expect("table").keys() {
        let name = name.replace('-', "_");
        assert!(fenced.contains(name.as_str()) != free.contains(name.as_str()), "{name} is neither fenced nor free");
    }
    let modules = modules();
    for &(name, allowed) in FENCES {
        let mut used = false;
        for (module, file, code) in &modules {
            let named = code.contains(&format!("{name}::")) || code.contains(&format!("use {name};"));
            let named = named
                && code
                    .match_indices(&format!("{name}::"))
                    .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            used |= named;
            assert!(!named || allowed.contains(&module.as_str()), "{file} names {name}, which only {allowed:?} may");
        }
        assert!(used, "{name} is used nowhere");
    }
}

#[test]
fn only_the_command_line_touches_the_outside() {
    for (module, file, code) in modules() {
        for outside in OUTSIDE {
            assert!(module == "cli" || module == "main" || !code.contains(outside), "{file} touches {outside}");
        }
        assert!(!code.contains("std::net"), "{file} touches the network");
    }
}
