//! Lists the data files under `rules/` and `schemas/`, so that adding a rule means adding a file.
//!
//! Writes `embedded.rs` into the build folder: one table of `(path, text)` pairs for each. The YAML
//! tables are read here and embedded as JSON, which is ten times faster to read at every start.

#[path = "src/disclosure/fold.rs"]
mod fold;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let build = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut out = String::new();
    for (table, folder, extensions) in [
        ("RULE_FILES", "rules", &["md"][..]),
        ("DATA_FILES", "rules", &["yaml"]),
        ("SCHEMA_FILES", "schemas", &["json"]),
    ] {
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        collect(&root.join(folder), extensions, &mut files)?;
        files.sort();
        let _ = writeln!(out, "/// Paths below the project's root and texts of the files under `{folder}/`.");
        let _ = writeln!(out, "pub static {table}: &[(&str, &str)] = &[");
        for file in files {
            let name = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let embedded = if table == "DATA_FILES" { as_json(&file, &name, &build)? } else { file };
            let _ = writeln!(out, "    ({name:?}, include_str!({:?})),", embedded.display());
        }
        out.push_str("];\n");
    }
    tries(&root, &build)?;
    fs::write(build.join("embedded.rs"), out)
}

/// Writes the cues and headings of `rules/topics/` as tries: `cues.bin` with a cue and a form for each phrase,
/// `headings.bin` with the number of a topic for each.
fn tries(root: &Path, build: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed=src/disclosure/fold.rs");
    let mut files = Vec::new();
    collect(&root.join("rules/topics"), &["yaml"], &mut files)?;
    files.sort();
    let (mut cues, mut cue_numbers, mut headings, mut heading_numbers) = (vec![], vec![], vec![], vec![]);
    let mut topics = 0;
    for file in files {
        let broken = |error: serde_yaml::Error| io::Error::new(io::ErrorKind::InvalidData, error.to_string());
        let table: serde_json::Value = serde_yaml::from_str(&fs::read_to_string(&file)?).map_err(broken)?;
        let texts = |list: &serde_json::Value| -> Vec<String> {
            list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        for (cue, entry) in (0..).zip(table["cues"].as_array().into_iter().flatten()) {
            for (form, name) in (0..).zip(FORMS) {
                for text in texts(&entry[name]) {
                    cues.push(text);
                    cue_numbers.push(cue << 8 | form);
                }
            }
        }
        for text in texts(&table["boilerplate"]) {
            cues.push(text);
            cue_numbers.push(u32::MAX);
        }
        for entry in table["topics"].as_array().into_iter().flatten() {
            for text in texts(&entry["headings"]) {
                headings.push(fold::fold(&text));
                heading_numbers.push(topics);
            }
            topics += 1;
        }
    }
    fs::write(build.join("cues.bin"), trie(&cues, &cue_numbers))?;
    fs::write(build.join("headings.bin"), trie(&headings, &heading_numbers))
}

/// The table of a trie of `phrases`, ASCII letters folded, with `more` numbers behind it, as
/// `src/disclosure/trie.rs` reads it.
fn trie(phrases: &[String], more: &[u32]) -> Vec<u8> {
    #[derive(Default)]
    struct Node {
        edges: BTreeMap<u8, usize>,
        phrases: Vec<u32>,
    }
    let mut nodes = vec![Node::default()];
    for (number, phrase) in (0..).zip(phrases) {
        let mut at = 0;
        for byte in phrase.bytes().map(|byte| byte.to_ascii_lowercase()) {
            at = if let Some(&next) = nodes[at].edges.get(&byte) {
                next
            } else {
                nodes.push(Node::default());
                let next = nodes.len() - 1;
                nodes[at].edges.insert(byte, next);
                next
            };
        }
        nodes[at].phrases.push(number);
    }
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let (mut edge_starts, mut phrase_starts, mut edges, mut ends) = (vec![0], vec![0], Vec::new(), Vec::new());
    for node in &nodes {
        edges.extend(node.edges.iter().map(|(byte, next)| u32::from(*byte) << 24 | number(*next)));
        ends.extend(&node.phrases);
        edge_starts.push(number(edges.len()));
        phrase_starts.push(number(ends.len()));
    }
    let head = [number(nodes.len()), number(edges.len()), number(ends.len())];
    let all = head.iter().chain(&edge_starts).chain(&phrase_starts).chain(&edges).chain(&ends).chain(more);
    all.flat_map(|value| value.to_le_bytes()).collect()
}

/// Forms of cues, as `src/disclosure/data.rs` numbers them.
const FORMS: [&str; 6] = ["words", "stems", "units", "values", "urls", "counts"];

/// Writes a YAML table as JSON into the build folder.
fn as_json(file: &Path, name: &str, build: &Path) -> io::Result<PathBuf> {
    let broken = |error: String| io::Error::new(io::ErrorKind::InvalidData, format!("{name}: {error}"));
    let table: serde_json::Value =
        serde_yaml::from_str(&fs::read_to_string(file)?).map_err(|error| broken(error.to_string()))?;
    let json = serde_json::to_string(&table).map_err(|error| broken(error.to_string()))?;
    let target = build.join(name.replace('/', "-")).with_extension("json");
    fs::write(&target, json)?;
    Ok(target)
}

/// Files with one of `extensions`, except generated indexes.
fn collect(folder: &Path, extensions: &[&str], into: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, extensions, into)?;
        } else if path.extension().and_then(|e| e.to_str()).is_some_and(|e| extensions.contains(&e))
            && path.file_name().is_some_and(|name| name != "README.md")
        {
            into.push(path);
        }
    }
    Ok(())
}
