//! What several integration tests need: auditing folders and texts through the library.

// Each test binary uses a part of this.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use cardlint::card::Kind;
use cardlint::checks::UserSchema;
use cardlint::cli::config;
use cardlint::cli::folder::Folder;
use cardlint::cli::hub::Online;
use cardlint::cli::repositories::Repositories;
use cardlint::engine::{self, Audit, Input, Rules, Settings};
use cardlint::repository::Files;
use cardlint::rule::Profile;
use cardlint::schema::Schema;
use cardlint::text::SourceFile;

/// The project's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Settings with every rule on.
pub fn strict() -> Settings {
    Settings {
        rules: Rules::new(Profile::named("strict").expect("a profile"), &[], &[]).expect("no words to get wrong"),
        ..Settings::default()
    }
}

/// Audits a text as a card.
pub fn audit_text(text: &str, kind: Option<Kind>) -> Audit {
    audit_bytes("README.md", text.as_bytes().to_vec(), kind)
}

/// Audits bytes as a card.
pub fn audit_bytes(name: &str, bytes: Vec<u8>, kind: Option<Kind>) -> Audit {
    let settings = Settings { kind, ..strict() };
    let input = Input { name: name.to_owned(), bytes, kind: None, home: None, files: None };
    engine::audit(input, &settings, false).expect("an explicit file is always audited")
}

/// Audits the repository in `folder`: its card, its `.eval_results`, and `schema.json` as the
/// user's schema if there is one.
pub fn audit_folder(folder: &Path) -> Audit {
    let mut settings = strict();
    if let Ok(text) = fs::read_to_string(folder.join("schema.json")) {
        settings
            .schemas
            .push(UserSchema { name: "schema.json".to_owned(), schema: Schema::new(&text).expect("schema") });
    }
    let config = folder.join("cardlint.toml");
    let config = config.is_file().then(|| config::load(Some(&config), folder).expect("configuration"));
    settings.policy = config.as_ref().and_then(|config| config.policy("2026-11-25".to_owned()).expect("policy"));
    let known = config.as_ref().map(|config| config.known_licenses().expect("licences")).unwrap_or_default();
    let cache = Some(folder.join("hub")).filter(|cache| cache.is_dir());
    settings.lookup = Some(Box::new(Repositories::new(known, &[], cache, Online::default())));
    let files =
        Grown { folder: Folder::new(folder), sizes: fs::read_to_string(folder.join("sizes")).unwrap_or_default() };
    // Where the folder of the card has a meaning, a file names it.
    let id = fs::read_to_string(folder.join("repository-id")).map(|id| format!("{}/", id.trim())).unwrap_or_default();
    let mut bytes = fs::read(folder.join("README.md")).expect("card");
    if let Some(at) = bytes.windows(TOKEN.len()).position(|window| window == TOKEN) {
        // No file of ours holds what looks like a real one.
        bytes.splice(at..at + TOKEN.len(), ["hf", "QwErTyUiOpAsDfGhJkLzXcVbNmPqRsTuVw"].join("_").into_bytes());
    }
    let input = Input { name: format!("{id}README.md"), bytes, kind: None, home: None, files: Some(&files) };
    let mut audit = engine::audit(input, &settings, false).expect("an explicit file is always audited");
    if let (Some(config), Some(policy)) = (&config, &settings.policy) {
        for (source, idle) in config.idle_exceptions(policy, true) {
            let notice = |(span, message)| ("license-policy-exception", span, message, "Remove it");
            let notices = idle.into_iter().map(notice).collect();
            let mut about = engine::notices(SourceFile::new("cardlint.toml", source.text()), notices, &settings);
            for finding in &mut about.findings {
                finding.file = audit.sources.len();
            }
            audit.findings.append(&mut about.findings);
            audit.sources.append(&mut about.sources);
        }
    }
    audit
}

/// A folder with files that are larger than what is kept of them: their sizes stand in the file `sizes`.
struct Grown {
    folder: Folder,
    sizes: String,
}

impl Files for Grown {
    fn names(&self, folder: &str) -> Vec<String> {
        self.folder.names(folder)
    }

    fn size(&self, path: &str) -> Option<u64> {
        let given = self.sizes.lines().find_map(|line| line.strip_prefix(path)?.trim().parse().ok());
        given.or_else(|| self.folder.size(path))
    }

    fn read(&self, path: &str, from: u64, length: usize) -> Option<Vec<u8>> {
        self.folder.read(path, from, length)
    }

    fn is_complete(&self) -> bool {
        self.folder.is_complete()
    }
}

/// Stands for an access token in fixtures.
const TOKEN: &[u8] = b"{{token}}";

/// Ids of the rules that fired, sorted, with repetitions.
pub fn fired(audit: &Audit) -> Vec<&str> {
    let mut ids: Vec<&str> = audit.findings.iter().map(|finding| finding.rule.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

/// Folders directly below `folder`, sorted; empty when there is none.
pub fn folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The corpus of real cards, where it is laid beside the project.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn corpus() -> Option<PathBuf> {
    let path = root().join("../shared/corpus");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: there is no ../shared/corpus");
    None
}

/// All cards of the corpus with their kind.
pub fn corpus_cards(corpus: &Path) -> Vec<(PathBuf, Kind)> {
    let index = fs::read_to_string(corpus.join("index.jsonl")).expect("index");
    index
        .lines()
        .map(|line| {
            let entry: serde_json::Value = serde_json::from_str(line).expect("a JSON line");
            let kind = if entry["kind"] == "dataset" { Kind::Dataset } else { Kind::Model };
            (corpus.join(entry["file"].as_str().expect("file")), kind)
        })
        .collect()
}

/// Asserts that the embedded tables that `name` knows meet the definition of that name in a schema; gives their
/// number.
pub fn tables_meet(schema: &str, name: impl Fn(&str) -> Option<&'static str>) -> usize {
    let schemas: serde_json::Value =
        serde_json::from_str(cardlint::schema::text(schema).expect("schema")).expect("JSON");
    // As they are written: the program holds phrases in another form.
    let tables = cardlint::embedded::DATA_FILES.iter().filter_map(|&(path, _)| Some((path, name(path)?)));
    tables
        .map(|(path, name)| {
            let text = fs::read_to_string(root().join(path)).expect("table");
            let mut schema = schemas.clone();
            schema["$ref"] = format!("#/$defs/{name}").into();
            let schema = Schema::new(&schema.to_string()).expect("schema");
            let faults = schema.violations_of(&serde_yaml::from_str(&text).expect("YAML"));
            assert!(faults.is_empty(), "{path}: {faults:.500?}");
        })
        .count()
}
