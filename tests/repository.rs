//! The readers of the files beside a card: on files that the real libraries wrote, on damaged ones, and on
//! ones that lie about their size.

mod common;
#[allow(dead_code, reason = "each user of the invariants needs a part of them")]
#[path = "common/invariants.rs"]
mod invariants;

use std::fs;

use cardlint::cli::folder::Folder;
use cardlint::repository::{Files, Repository};
use common::{audit_folder, root};
use invariants::Memory;
use proptest::prelude::*;

fn fixture(path: &str) -> Repository {
    Repository::read(&Folder::new(root().join("fixtures/rules").join(path)))
}

#[test]
fn headers_of_real_files_are_read() {
    let found = fixture("base-model-undeclared/fires/gguf");
    let gguf = found.gguf.expect("a GGUF file");
    assert_eq!(gguf.architecture.as_deref(), Some("llama"));
    assert_eq!(gguf.base_models, ["https://huggingface.co/acme/helpdesk-8b"]);
    assert_eq!((gguf.context_length, gguf.parameters), (Some(2048), Some(64)));

    let found = fixture("parameters-differ/silent/near");
    let weights = found.weights.as_ref().expect("weights");
    assert_eq!((weights.total(), weights.format()), (10_310, Some("F32")));
    assert_eq!(weights.metadata.get("format").map(String::as_str), Some("pt"));
    assert_eq!(found.architectures(), ["BertForSequenceClassification"]);
    assert_eq!((found.vocabulary_size(), found.context_length()), (Some(2500), Some((32, "config.json"))));

    let found = fixture("weights-incomplete/silent/all-there");
    assert!(found.weights.expect("weights").files.len() > 1, "all shards are counted");
    assert!(found.missing.is_empty());

    let found = fixture("base-model-undeclared/fires/adapter");
    assert!(found.is_adapter(), "adapter weights are no full weights");
}

/// A file cut off at any place is told as broken, or says what its whole header says; nothing panics.
#[test]
fn damaged_files_are_told() {
    let gguf = fs::read(root().join("fixtures/rules/base-model-undeclared/fires/gguf/helpdesk.gguf")).expect("file");
    let weights =
        fs::read(root().join("fixtures/rules/task-differs/fires/classifier/model.safetensors")).expect("file");
    for (name, bytes) in [("model.gguf", gguf), ("model.safetensors", weights)] {
        let whole = read(name, bytes.clone());
        assert!(whole.faults.is_empty(), "{:?}", whole.faults);
        let mut told = 0;
        for length in (0..bytes.len()).step_by(7) {
            let cut = read(name, bytes[..length].to_vec());
            told += cut.faults.len();
            let same = cut.gguf == whole.gguf && cut.weights.is_some() == whole.weights.is_some();
            assert!(cut.faults.len() == 1 || same, "{name} cut at {length} says nothing");
        }
        assert!(told > 50, "{name}: {told}");
        for at in (0..bytes.len().min(3000)).step_by(3) {
            let mut bent = bytes.clone();
            bent[at] ^= 0x55;
            let _ = read(name, bent);
        }
    }
}

fn read(name: &str, bytes: Vec<u8>) -> Repository {
    let memory = Memory { files: [(name.to_owned(), bytes)].into(), ..Memory::default() };
    Repository::read(&memory)
}

/// Weights of 100 GB in two hundred files cost a few megabytes of reading, and headers that lie cost no more.
#[test]
fn reading_is_bounded() {
    let mut memory = Memory { more: 500_000_000, ..Memory::default() };
    let header =
        r#"{"__metadata__":{"format":"pt"},"w":{"dtype":"BF16","shape":[250000000],"data_offsets":[0,500000000]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    let mut map = serde_json::Map::new();
    for number in 1..=200 {
        let name = format!("model-{number:05}-of-00200.safetensors");
        map.insert(format!("w{number}"), name.clone().into());
        memory.files.insert(name, bytes.clone());
    }
    let index = serde_json::json!({"metadata": {}, "weight_map": map}).to_string();
    memory.files.insert("model.safetensors.index.json".to_owned(), index.into_bytes());
    // The index has no zeros behind it.
    let found = Repository::read(&Whole(&memory));
    assert_eq!(found.weights.expect("weights").total(), 50_000_000_000);
    let read = memory.read.into_inner();
    assert!(read < 20_000_000, "{read} bytes were read of 100 GB");

    let mut lie = b"GGUF\x03\0\0\0".to_vec();
    lie.extend(1_u64.to_le_bytes());
    lie.extend(1_u64.to_le_bytes());
    lie.extend(1_u64.to_le_bytes());
    lie.extend(b"k");
    lie.extend(9_u32.to_le_bytes());
    lie.extend(8_u32.to_le_bytes());
    lie.extend(u64::MAX.to_le_bytes());
    let memory = Memory { files: [("a.gguf".to_owned(), lie)].into(), more: 1 << 40, ..Memory::default() };
    let found = Repository::read(&memory);
    assert!(found.gguf.is_some_and(|gguf| gguf.parameters.is_none()));
    let read = memory.read.into_inner();
    assert!(read < 80_000_000, "{read} bytes were read");

    let mut lie = 99_000_000_u64.to_le_bytes().to_vec();
    lie.extend(b"{");
    let memory = Memory { files: [("model.safetensors".to_owned(), lie)].into(), more: 1 << 40, ..Memory::default() };
    assert!(Repository::read(&memory).weights.is_none());
    assert!(memory.read.into_inner() < 1_000_000);
}

/// Only weights have zeros behind them.
struct Whole<'a>(&'a Memory);

impl Files for Whole<'_> {
    fn names(&self, folder: &str) -> Vec<String> {
        self.0.names(folder)
    }

    fn size(&self, path: &str) -> Option<u64> {
        let more = if path.contains(".index.") { self.0.more } else { 0 };
        Some(self.0.size(path)? - more)
    }

    fn read(&self, path: &str, from: u64, length: usize) -> Option<Vec<u8>> {
        self.0.read(path, from, length)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for reader in ["gguf", "safetensors", "records"] {
            invariants::repository(reader, &bytes);
        }
    }

    #[test]
    fn any_json_is_read(text in "[\\[\\]{}:,\"a-z0-9.eN-]{0,200}") {
        invariants::repository("records", text.as_bytes());
    }
}

/// No report holds a secret that was found.
#[test]
fn secrets_are_not_printed() {
    use cardlint::report::{Format, Style};
    let audit = audit_folder(&root().join("fixtures/rules/secret-exposed/fires/token"));
    assert!(audit.findings.iter().any(|finding| finding.rule.id == "secret-exposed"));
    let secret = "QwErTyUiOpAsDfGhJkLzXcVbNmPqRsTuVw";
    let style = Style::default();
    for (name, format) in Format::ALL {
        let part = format!("{:?}", format.card(&audit, &style));
        assert!(!part.contains(secret), "{name}");
    }
    assert!(!audit.sources[0].text().contains(secret));
}

/// Links lead out of no repository, but into the store of one that is known.
#[cfg(unix)]
#[test]
fn links_stay_in_their_store() {
    use std::os::unix::fs::symlink;
    let at = tempfile::tempdir().expect("folder");
    let (inside, blobs) = (at.path().join("snapshot"), at.path().join("blobs"));
    fs::create_dir_all(&inside).expect("folder");
    fs::create_dir_all(&blobs).expect("folder");
    fs::write(blobs.join("0a"), "{}").expect("file");
    fs::write(at.path().join("secret.json"), "{}").expect("file");
    symlink("../blobs/0a", inside.join("config.json")).expect("link");
    symlink("../secret.json", inside.join("adapter_config.json")).expect("link");
    symlink("config.json", inside.join("loop")).expect("link");
    let (plain, stored) = (Folder::new(&inside), Folder::with_store(&inside, &blobs));
    assert_eq!((plain.size("config.json"), stored.size("config.json")), (None, Some(2)));
    assert_eq!((plain.size("adapter_config.json"), stored.size("adapter_config.json")), (None, None));
    for outside in ["../secret.json", "/etc/passwd", "a/../../secret.json"] {
        assert_eq!(stored.size(outside), None, "{outside}");
        assert_eq!(stored.read(outside, 0, 10), None, "{outside}");
    }
}
