//! What the files of a repository say of its model: configurations, and the headers of weights.
//!
//! Every reader is bounded, runs nothing, unpickles nothing and follows no path out of the repository. What
//! cannot be read is told as a [`Fault`]; what is not there says nothing.

pub mod config;
pub mod emissions;
pub mod gguf;
pub mod pointer;
pub mod safetensors;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use gguf::Gguf;
pub use safetensors::{Read, Weights};

/// The files of one repository, wherever it is. Paths are relative to the card, `/`-separated, and lead out of
/// no folder.
pub trait Files {
    /// Names of what lies in a folder of the repository (`""` is that of the card), in no order.
    fn names(&self, folder: &str) -> Vec<String>;

    /// Bytes of a regular file; `None` for anything else, and for what may not be read.
    fn size(&self, path: &str) -> Option<u64>;

    /// At most `length` bytes from an offset; fewer at the end of the file, `None` when it cannot be read.
    fn read(&self, path: &str, from: u64, length: usize) -> Option<Vec<u8>>;

    /// True when all of the repository is known, so that a file not found is not there.
    fn is_complete(&self) -> bool {
        true
    }
}

/// The content of a file of at most `limit` bytes.
#[must_use]
pub fn whole(files: &dyn Files, path: &str, limit: u64) -> Option<Vec<u8>> {
    let size = files.size(path).filter(|size| *size <= limit)?;
    files.read(path, 0, usize::try_from(size).ok()?)
}

/// Largest configuration that is read, in bytes.
pub const MAX_CONFIG: u64 = 4 << 20;
/// Largest record of a training or vocabulary that is read, in bytes.
const MAX_RECORD: u64 = 16 << 20;
/// Bytes of headers of weights that are read in one repository.
const MAX_HEADERS: u64 = 64 << 20;
/// Files with weights whose headers are read; the largest models have a few hundred.
const MAX_SHARDS: usize = 1_000;

/// Files of JSON that libraries read with the model.
const PARSED: &[&str] = &[
    "generation_config.json",
    "special_tokens_map.json",
    "preprocessor_config.json",
    "processor_config.json",
    "model_index.json",
];

/// Broken files that are told.
const MAX_FAULTS: usize = 10;

/// Something that a file should not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// What is wrong, as a clause that follows the name.
    pub message: String,
}

/// What the files say.
#[derive(Debug, Default)]
pub struct Repository {
    /// Names of what lies beside the card.
    pub names: BTreeSet<String>,
    /// `config.json`.
    pub config: Option<Value>,
    /// `adapter_config.json` of PEFT.
    pub adapter: Option<Value>,
    /// `tokenizer_config.json`.
    pub tokenizer: Option<Value>,
    /// `sentence_bert_config.json`.
    pub sentence: Option<Value>,
    /// `trainer_state.json` of the Trainer.
    pub trainer: Option<config::Trainer>,
    /// Metrics that a training wrote to a file: the file, and values by name.
    pub results: Vec<(String, BTreeMap<String, f64>)>,
    /// Safetensors files with full weights, read together.
    pub weights: Option<Weights>,
    /// Where only pointers to the model's weights are there: the first file, and the bytes of all.
    pub pointed: Option<(String, u64)>,
    /// Patterns of `.gitattributes` whose files Git LFS keeps; `None` without that file.
    pub lfs: Option<Vec<String>>,
    /// `.gitattributes` gives `README.md` to Git LFS.
    pub card_in_lfs: bool,
    /// Shards that an index names and that are not there: the index, and their names.
    pub missing: Vec<(String, Vec<String>)>,
    /// The header of the smallest GGUF file.
    pub gguf: Option<Gguf>,
    /// Runs in `emissions.csv` of `CodeCarbon`: kilograms of CO2 equivalent.
    pub emissions: Vec<f64>,
    /// Pinned versions in requirements: file, library in lower case, version.
    pub requirements: Vec<(String, String, String)>,
    /// Licences in `dataset_infos.json`.
    pub dataset_licenses: Vec<String>,
    /// `vocab.txt` of a `WordPiece` tokenizer.
    pub vocabulary: Option<String>,
    /// What is broken.
    pub faults: Vec<Fault>,
}

impl Repository {
    /// Reads what lies beside a card.
    #[must_use]
    pub fn read(files: &dyn Files) -> Self {
        Self::read_named(files, &files.names(""))
    }

    /// Reads what lies beside a card, the names of which are known.
    #[must_use]
    pub fn read_named(files: &dyn Files, names: &[String]) -> Self {
        let mut found = Self { names: names.iter().cloned().collect(), ..Self::default() };
        found.config = found.json(files, "config.json", MAX_CONFIG);
        found.adapter = found.json(files, "adapter_config.json", MAX_CONFIG);
        found.tokenizer = found.json(files, "tokenizer_config.json", MAX_CONFIG);
        found.sentence = found.json(files, "sentence_bert_config.json", MAX_CONFIG);
        found.trainer = found.parsed(files, "trainer_state.json", MAX_RECORD);
        for name in ["eval_results.json", "test_results.json", "all_results.json"] {
            // Other programs have files of these names, with lists.
            let value: Option<Value> = found.parsed(files, name, MAX_CONFIG);
            let metrics = value.map(|value| config::metrics(&value)).unwrap_or_default();
            if !metrics.is_empty() {
                found.results.push((name.to_owned(), metrics));
            }
        }
        if let Some(text) = found.text(files, "emissions.csv", MAX_CONFIG) {
            match emissions::read(&text) {
                Ok(runs) => found.emissions = runs.unwrap_or_default(),
                Err(message) => found.fault("emissions.csv", message),
            }
        }
        for name in ["requirements.txt", "environment.yml", "environment.yaml"] {
            let text = found.bytes(files, name, MAX_CONFIG).and_then(|bytes| String::from_utf8(bytes).ok());
            let pins = text.as_deref().map(config::pins).unwrap_or_default();
            found.requirements.extend(pins.into_iter().map(|(library, version)| (name.to_owned(), library, version)));
        }
        if let Some(bytes) = found.bytes(files, ".gitattributes", MAX_CONFIG) {
            let attributes = String::from_utf8_lossy(&bytes);
            found.card_in_lfs = pointer::keeps(&attributes, "README.md");
            found.lfs = Some(pointer::patterns(&attributes));
        }
        let infos: Option<BTreeMap<String, config::DatasetInfo>> =
            found.bytes(files, "dataset_infos.json", MAX_RECORD).and_then(|bytes| serde_json::from_slice(&bytes).ok());
        found.dataset_licenses = infos.unwrap_or_default().into_values().filter_map(|info| info.license).collect();
        // Nothing is taken from these, but libraries must be able to read them.
        for name in PARSED {
            let _ = found.json(files, name, MAX_CONFIG);
        }
        found.vocabulary = found.bytes(files, "vocab.txt", MAX_RECORD).and_then(|bytes| String::from_utf8(bytes).ok());
        found.weights(files);
        found.gguf(files);
        found
    }

    fn fault(&mut self, file: &str, message: impl Into<String>) {
        self.faults.push(Fault { file: file.to_owned(), message: message.into() });
    }

    /// The content of a file that is there, and no pointer to another place.
    fn bytes(&self, files: &dyn Files, name: &str, limit: u64) -> Option<Vec<u8>> {
        let bytes = self.names.contains(name).then(|| whole(files, name, limit)).flatten()?;
        pointer::read(&bytes).is_none().then_some(bytes)
    }

    fn text(&mut self, files: &dyn Files, name: &str, limit: u64) -> Option<String> {
        match String::from_utf8(self.bytes(files, name, limit)?) {
            Ok(text) => Some(text),
            Err(error) => {
                self.fault(name, format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to()));
                None
            }
        }
    }

    fn parsed<T: DeserializeOwned>(&mut self, files: &dyn Files, name: &str, limit: u64) -> Option<T> {
        let text = self.text(files, name, limit)?;
        config::parse(&text).map_err(|message| self.fault(name, message)).ok()
    }

    /// An object of JSON.
    fn json(&mut self, files: &dyn Files, name: &str, limit: u64) -> Option<Value> {
        let value: Value = self.parsed(files, name, limit)?;
        if !value.is_object() {
            self.fault(name, "is not a JSON object");
            return None;
        }
        Some(value)
    }

    /// Names with an ending, in order.
    pub fn ending<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = &'a String> {
        self.names.iter().filter(move |name| is(name, extension))
    }

    /// Headers of the weights in the folder itself: those of the model are counted, all others must be sound.
    fn weights(&mut self, files: &dyn Files) {
        let all: Vec<String> = self.ending("safetensors").cloned().collect();
        let indices: Vec<String> =
            self.names.iter().filter(|name| name.ends_with(".safetensors.index.json")).cloned().collect();
        let (mut shards, mut complete) = (Vec::new(), true);
        for name in indices {
            let Some(index) = self.json(files, &name, MAX_RECORD) else { continue };
            let named = safetensors::shards(&index);
            let missing: Vec<String> = named.iter().filter(|shard| !self.names.contains(*shard)).cloned().collect();
            if name.starts_with("model.") {
                complete = missing.is_empty();
                shards = named.iter().filter(|shard| self.names.contains(*shard)).cloned().collect();
            }
            if !missing.is_empty() && missing.len() < named.len() && files.is_complete() {
                self.missing.push((name, missing));
            }
        }
        // Without an index it is not known which belong together; one named otherwise may be a part of something.
        if shards.is_empty() {
            shards = all.iter().filter(|name| *name == "model.safetensors").cloned().collect();
        }
        let mut weights = Weights::default();
        let mut budget = MAX_HEADERS;
        let mut pointed: Vec<u64> = Vec::new();
        for name in all.iter().take(MAX_SHARDS) {
            // More of the same would say nothing new.
            if self.faults.len() >= MAX_FAULTS {
                return;
            }
            match safetensors::header(files, name, &mut budget) {
                Ok(Read::Header(header)) if shards.contains(name) => weights.add(header),
                Ok(Read::Pointer(size)) if shards.contains(name) => pointed.push(size),
                Ok(Read::Header(_) | Read::Pointer(_)) => {}
                // What is left out makes the sum wrong.
                Ok(Read::Nothing) => complete &= !shards.contains(name),
                Err(message) => {
                    complete = false;
                    self.fault(name, message);
                }
            }
        }
        if shards.is_empty() || !complete || all.len() > MAX_SHARDS {
            return;
        }
        if pointed.is_empty() {
            weights.files = shards;
            self.weights = Some(weights);
        } else if pointed.len() == shards.len() {
            let bytes = pointed.into_iter().fold(0, u64::saturating_add);
            self.pointed = shards.into_iter().next().map(|first| (first, bytes));
        }
    }

    /// The header of the smallest GGUF file of the model; helpers beside it are not the model.
    fn gguf(&mut self, files: &dyn Files) {
        let helper = |name: &str| {
            let lower = name.to_lowercase();
            let words = ["mmproj", "imatrix", "draft", "lora", "adapter", "vae", "clip", "encoder"];
            words.iter().any(|word| lower.contains(word))
        };
        let names: Vec<String> = self.ending("gguf").filter(|name| !helper(name)).cloned().collect();
        // Of a model in parts, the first one has the metadata.
        let first = |name: &&String| !name.contains("-of-") || name.contains("-00001-of-");
        let smallest = names.iter().filter(first).min_by_key(|name| files.size(name).unwrap_or(u64::MAX)).cloned();
        let Some(smallest) = smallest else { return };
        match gguf::header(files, &smallest, MAX_HEADERS) {
            Ok(Some(header)) if header.kind.as_deref().is_some_and(|kind| kind != "model") => {}
            Ok(Some(mut header)) => {
                let stems: BTreeSet<String> = names.iter().map(|name| gguf::stem(name)).collect();
                // Several models in one repository have a number each.
                if stems.len() > 1 {
                    header.parameters = None;
                }
                self.gguf = Some(header);
            }
            Ok(None) => {}
            Err(message) => self.fault(&smallest, message),
        }
    }

    /// Only an adapter's weights are there.
    #[must_use]
    pub fn is_adapter(&self) -> bool {
        self.adapter.is_some() && self.weights.is_none() && self.config.is_none()
    }
}

/// True for a file name with this ending.
#[must_use]
pub fn is(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}
