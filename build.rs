//! Lists the data files under `rules/` and `schemas/`, so that adding a rule means adding a file.
//!
//! Writes `embedded.rs` into the build folder: one table of `(path, text)` pairs for each. The YAML
//! tables and the heads of rules are read here and embedded as JSON, which is ten times faster to read at
//! every start.

#[path = "src/disclosure/fold.rs"]
mod fold;
#[path = "src/disclosure/hash.rs"]
mod hash;

use std::collections::{BTreeMap, BTreeSet};
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
        if table == "RULE_FILES" {
            heads(&files, &build)?;
        }
        let _ = writeln!(out, "/// Paths below the project's root and texts of the files under `{folder}/`.");
        let _ = writeln!(out, "pub static {table}: &[(&str, &str)] = &[");
        for file in files {
            let name = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let embedded = if table == "DATA_FILES" { as_json(&file, &name, &build)? } else { file };
            let _ = writeln!(out, "    ({name:?}, include_str!({:?})),", embedded.display());
        }
        out.push_str("];\n");
    }
    let _ = writeln!(out, "/// The front matter of the files of [`RULE_FILES`], in their order, as a JSON list.");
    let _ = writeln!(out, "pub static RULE_HEADS: &str = include_str!({:?});", build.join("heads.json").display());
    base_models(&root, &mut out)?;
    licenses(&root, &mut out)?;
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
    let mut topics: Vec<String> = Vec::new();
    for file in files {
        let table = read_yaml(&file)?;
        let texts = |list: &serde_json::Value| -> Vec<String> {
            list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        for (cue, entry) in (0..).zip(table["cues"].as_array().into_iter().flatten()) {
            for (form, name) in (0..).zip(FORMS) {
                for text in texts(&entry[name]) {
                    for text in contracted(&text).into_iter().chain([text]) {
                        cues.push(text);
                        cue_numbers.push(cue << 8 | form);
                    }
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
                heading_numbers.push(u32::try_from(topics.len()).unwrap_or(u32::MAX));
            }
            topics.push(entry["id"].as_str().unwrap_or_default().to_owned());
        }
    }
    fs::write(build.join("cues.bin"), trie(&cues, &cue_numbers))?;
    fs::write(build.join("headings.bin"), trie(&headings, &heading_numbers))?;
    weights(root, build, &topics)
}

/// Verbs that "not" is drawn to: "shouldn't".
const CONTRACTED: [&str; 15] =
    ["is", "are", "was", "were", "do", "does", "did", "should", "must", "could", "would", "has", "have", "had", "need"];

/// The other ways to write a phrase with "not", or with an apostrophe: "isn't meant for" is found by "'t meant for".
fn contracted(text: &str) -> Vec<String> {
    let mut short = Vec::new();
    if let Some(rest) = text.strip_prefix("not ") {
        short.push(format!("'t {rest}"));
    }
    for verb in CONTRACTED {
        let long = format!("{verb} not ");
        if let Some(at) = text.find(&long)
            && (at == 0 || text[..at].ends_with(' '))
        {
            short.push(text.replacen(&long, &format!("{verb}n't "), 1));
        }
    }
    short.extend(
        ["cannot ", "can not "].into_iter().filter(|long| text.contains(long)).map(|long| text.replace(long, "can't ")),
    );
    if text.contains('\'') {
        short.push(text.to_owned());
    }
    // As it is typed, and as it is printed.
    let printed: Vec<String> = short.iter().map(|text| text.replace('\'', "’")).collect();
    short.extend(printed);
    short.retain(|other| other != text);
    short
}

/// Writes `rules/topics/weights.tsv` as numbers, as `src/disclosure/weights.rs` reads them: the topics, each with what
/// is added to its two columns and from which level on its clauses are heard; the rows of features by the hashes of their
/// names; and for each half of the columns where the cells of each row begin and the cells, a column and a weight each.
fn weights(root: &Path, build: &Path, topics: &[String]) -> io::Result<()> {
    println!("cargo::rerun-if-changed=src/disclosure/hash.rs");
    let broken = |line: &str| io::Error::new(io::ErrorKind::InvalidData, format!("rules/topics/weights.tsv: {line}"));
    let text = fs::read_to_string(root.join("rules/topics/weights.tsv"))?;
    let (mut columns, mut hashes) = (Vec::<u32>::new(), Vec::<u64>::new());
    let (mut starts, mut cells) = ([vec![0_u32], vec![0]], [Vec::<u32>::new(), vec![]]);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        match fields.next() {
            Some("topic") => {
                let id = fields.next().ok_or_else(|| broken(line))?;
                let topic = topics.iter().position(|topic| topic == id).ok_or_else(|| broken(line))?;
                columns.push(u32::try_from(topic).map_err(|_| broken(line))?);
                let fields: Vec<&str> = fields.collect();
                if fields.len() != 3 {
                    return Err(broken(line));
                }
                for added in fields {
                    columns.push(added.parse::<i32>().map_err(|_| broken(line))?.cast_unsigned());
                }
            }
            Some("feature") => {
                hashes.push(hash::feature(fields.next().ok_or_else(|| broken(line))?));
                for cell in fields.next().unwrap_or_default().split(' ') {
                    let (column, weight) = cell.split_once(':').ok_or_else(|| broken(line))?;
                    let column: u32 = column.parse().map_err(|_| broken(line))?;
                    let weight: i16 = weight.parse().map_err(|_| broken(line))?;
                    cells[column as usize % 2].push((column / 2) << 16 | u32::from(weight.cast_unsigned()));
                }
                for half in 0..2 {
                    starts[half].push(u32::try_from(cells[half].len()).map_err(|_| broken(line))?);
                }
            }
            _ => return Err(broken(line)),
        }
    }
    let (places, held) = places(&hashes);
    fs::write(
        build.join("weights.bin"),
        lists(&[&columns, &places, &held, &starts[0], &cells[0], &starts[1], &cells[1]]),
    )
}

/// The rows of hashes as a table with open addressing: the higher half of the hash and the row for each place, by the lower
/// bits of the hash; and the higher bits as a set.
fn places(hashes: &[u64]) -> (Vec<u32>, Vec<u32>) {
    // Three of four places may be taken: a smaller table stays in a nearer cache.
    let mut places = vec![[0, hash::NONE]; (hashes.len() * 4 / 3 + 1).next_power_of_two()];
    let mut held = vec![0; hash::HELD / 32];
    for (row, &hash) in (0..).zip(hashes) {
        let bit = hash::place(hash >> 32, hash::HELD);
        held[bit / 32] |= 1 << (bit % 32);
        let mut at = hash::place(hash, places.len());
        while places[at][1] != hash::NONE {
            at = (at + 1) % places.len();
        }
        places[at] = [hash::higher(hash), row];
    }
    (places.concat(), held)
}

/// Lists of numbers as bytes, each behind its length, as `src/disclosure/numbers.rs` reads them.
fn lists(lists: &[&[u32]]) -> Vec<u8> {
    let length = |list: &[u32]| u32::try_from(list.len()).unwrap_or(u32::MAX);
    let numbers = lists.iter().flat_map(|list| std::iter::once(length(list)).chain(list.iter().copied()));
    numbers.flat_map(u32::to_le_bytes).collect()
}

/// The table of a trie of `texts`, ASCII letters folded, with `more` numbers behind it, as
/// `src/disclosure/trie.rs` reads it.
fn trie(texts: &[String], more: &[u32]) -> Vec<u8> {
    #[derive(Default)]
    struct Node {
        edges: BTreeMap<u8, usize>,
        phrases: Vec<u32>,
    }
    let mut nodes = vec![Node::default()];
    for (number, phrase) in (0..).zip(texts) {
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
    // Each node gets a base at which the cells of all its bytes are free. The root's cell is the first.
    let mut cells: Vec<Option<(usize, u8)>> = vec![None; 1 << 20];
    let mut bases = vec![0; nodes.len()];
    let mut last = 256;
    // No two nodes share a base, so that the byte of a cell says whose it is.
    let mut taken = vec![false; cells.len()];
    // For each byte the first base that may do for a node whose first byte it is: what is taken stays taken.
    let mut from = [1; 256];
    let mut open = std::collections::VecDeque::from([0]);
    while let Some(node) = open.pop_front() {
        let bytes: Vec<usize> = nodes[node].edges.keys().map(|byte| usize::from(*byte)).collect();
        let Some(&first) = bytes.first() else { continue };
        while taken[from[first]] || cells[from[first] + first].is_some() {
            from[first] += 1;
        }
        let mut base = from[first];
        while taken[base] || !bytes.iter().all(|byte| cells[base + byte].is_none()) {
            base += 1;
        }
        taken[base] = true;
        bases[node] = base;
        for (byte, child) in &nodes[node].edges {
            let place = base + usize::from(*byte);
            cells[place] = Some((*child, *byte));
            last = last.max(place);
            open.push_back(*child);
        }
    }
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let (mut table, mut ends, mut phrases) = (vec![], vec![0], vec![]);
    for (place, cell) in cells.iter().take(last + 257).enumerate() {
        // The root is the child of no node, like an empty cell: no text has its byte.
        let (node, byte) =
            if place == 0 { (Some(0), 0xff) } else { cell.map_or((None, 0xff), |(node, byte)| (Some(node), byte)) };
        let ending = node.map_or(&[][..], |node| &nodes[node].phrases);
        let flag = if ending.is_empty() { 0 } else { 1 << 31 };
        table.push(flag | node.map_or(0, |node| number(bases[node])) << 8 | u32::from(byte));
        phrases.extend(ending);
        ends.push(number(phrases.len()));
    }
    // The first bytes of the phrases, as many as there are of four.
    let starts: BTreeSet<u32> = texts
        .iter()
        .map(|text| {
            let mut bytes = [0; 4];
            text.bytes().zip(&mut bytes).for_each(|(byte, to)| *to = byte.to_ascii_lowercase());
            u32::from_le_bytes(bytes)
        })
        .collect();
    let starts: Vec<u32> = starts.into_iter().collect();
    lists(&[&table, &ends, &phrases, &starts, more])
}

/// Forms of cues, as `src/disclosure/data.rs` numbers them.
const FORMS: [&str; 6] = ["words", "stems", "units", "values", "urls", "counts"];

/// Writes the front matter of rule files as a JSON list.
fn heads(files: &[PathBuf], build: &Path) -> io::Result<()> {
    let mut heads = Vec::new();
    for file in files {
        let broken = |error: String| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", file.display()));
        let text = fs::read_to_string(file)?;
        let head = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
        let (head, _) = head.ok_or_else(|| broken("a rule file begins with front matter".to_owned()))?;
        heads.push(serde_yaml::from_str::<serde_json::Value>(head).map_err(|error| broken(error.to_string()))?);
    }
    fs::write(build.join("heads.json"), serde_json::Value::from(heads).to_string())
}

/// Lists the models of `rules/models/base-models.yaml` one by one: an audit asks for few of them.
fn base_models(root: &Path, out: &mut String) -> io::Result<()> {
    let file = root.join("rules/models/base-models.yaml");
    let table = read_yaml(&file)?;
    let mut models = BTreeMap::new();
    for model in table["models"].as_array().into_iter().flatten() {
        let repo = model["repo"].as_str().ok_or_else(|| broken(&file, format!("no `repo` in {model}")))?;
        if models.insert(repo.to_lowercase(), model.to_string()).is_some() {
            return Err(broken(&file, format!("{repo} is there twice")));
        }
    }
    out.push_str("/// Models that others derive from: the id in lower case, sorted, and the entry as JSON.\n");
    let _ = writeln!(out, "pub static BASE_MODELS: &[(&str, &str)] = &{:?};", models.iter().collect::<Vec<_>>());
    Ok(())
}

/// Lists the licences of the files of `rules/licenses/` one by one, in the order of the files: an audit asks for few of
/// them.
fn licenses(root: &Path, out: &mut String) -> io::Result<()> {
    let mut files = Vec::new();
    collect(&root.join("rules/licenses"), &["yaml"], &mut files)?;
    files.sort();
    let mut licenses = Vec::new();
    for file in files {
        let table = read_yaml(&file)?;
        for license in table["licenses"].as_array().into_iter().flatten() {
            let id = license["id"].as_str().ok_or_else(|| broken(&file, format!("no `id` in {license}")))?;
            licenses.push((id.to_owned(), license.to_string()));
        }
    }
    out.push_str("/// Licences: the id, and the entry as JSON.\n");
    let _ = writeln!(out, "pub static LICENSES: &[(&str, &str)] = &{licenses:?};");
    Ok(())
}

/// A YAML table.
fn read_yaml(file: &Path) -> io::Result<serde_json::Value> {
    serde_yaml::from_str(&fs::read_to_string(file)?).map_err(|error| broken(file, error))
}

/// What is wrong with a file.
fn broken(file: &Path, error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", file.display()))
}

/// Writes a YAML table as JSON into the build folder, without the phrases that tries hold.
fn as_json(file: &Path, name: &str, build: &Path) -> io::Result<PathBuf> {
    let target = build.join(name.replace('/', "-")).with_extension("json");
    let mut table = read_yaml(file)?;
    if name.starts_with("rules/topics/") {
        if let Some(table) = table.as_object_mut() {
            table.remove("boilerplate");
        }
        for list in ["cues", "topics"] {
            for entry in table.get_mut(list).and_then(|list| list.as_array_mut()).into_iter().flatten() {
                if let Some(entry) = entry.as_object_mut() {
                    entry.retain(|key, _| key != "headings" && !FORMS.contains(&key.as_str()));
                }
            }
        }
    }
    fs::write(&target, table.to_string())?;
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
