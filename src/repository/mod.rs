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

use serde_json::Value;

pub use gguf::Gguf;
pub use safetensors::Weights;

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
const PARSED: &[&str] =
    &["generation_config.json", "special_tokens_map.json", "preprocessor_config.json", "model_index.json"];

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
    /// `trainer_state.json` of the Trainer, without its log.
    pub trainer: Option<Value>,
    /// Metrics that a training wrote to a file: the file, and values by name.
    pub results: Vec<(String, BTreeMap<String, f64>)>,
    /// Safetensors files with full weights, read together.
    pub weights: Option<Weights>,
    /// Shards that an index names and that are not there: the index, and their names.
    pub missing: Vec<(String, Vec<String>)>,
    /// GGUF files: the names of all, and the header of the smallest.
    pub gguf: Option<Gguf>,
    /// Runs in `emissions.csv` of `CodeCarbon`: kilograms of CO2 equivalent.
    pub emissions: Vec<f64>,
    /// `vocab.txt` of a `WordPiece` tokenizer.
    pub vocabulary: Option<String>,
    /// What is broken.
    pub faults: Vec<Fault>,
}

impl Repository {
    /// Reads what lies beside a card.
    #[must_use]
    pub fn read(files: &dyn Files) -> Self {
        let mut found = Self { names: files.names("").into_iter().collect(), ..Self::default() };
        found.config = found.json(files, "config.json", MAX_CONFIG);
        found.adapter = found.json(files, "adapter_config.json", MAX_CONFIG);
        found.tokenizer = found.json(files, "tokenizer_config.json", MAX_CONFIG);
        found.sentence = found.json(files, "sentence_bert_config.json", MAX_CONFIG);
        found.trainer = found.json(files, "trainer_state.json", MAX_RECORD);
        for name in ["all_results.json", "eval_results.json", "test_results.json"] {
            let metrics = found.json(files, name, MAX_CONFIG).map(|value| config::metrics(&value)).unwrap_or_default();
            if !metrics.is_empty() {
                found.results.push((name.to_owned(), metrics));
            }
        }
        if let Some(text) = found.text(files, "emissions.csv", MAX_CONFIG) {
            match emissions::read(&text) {
                Ok(runs) => found.emissions = runs,
                Err(message) => found.fault("emissions.csv", message),
            }
        }
        // Nothing is taken from these, but libraries must be able to read them.
        for name in PARSED {
            let _ = found.json(files, name, MAX_CONFIG);
        }
        found.vocabulary = found.text(files, "vocab.txt", MAX_RECORD);
        found.weights(files);
        found.gguf(files);
        found
    }

    fn fault(&mut self, file: &str, message: impl Into<String>) {
        self.faults.push(Fault { file: file.to_owned(), message: message.into() });
    }

    /// The text of a file that is there, and no pointer to another place.
    fn text(&mut self, files: &dyn Files, name: &str, limit: u64) -> Option<String> {
        if !self.names.contains(name) {
            return None;
        }
        let bytes = whole(files, name, limit)?;
        if pointer::read(&bytes).is_some() {
            return None;
        }
        match String::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                self.fault(name, format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to()));
                None
            }
        }
    }

    fn json(&mut self, files: &dyn Files, name: &str, limit: u64) -> Option<Value> {
        let text = self.text(files, name, limit)?;
        match config::parse(&text) {
            Ok(value) if value.is_object() => Some(value),
            Ok(_) => {
                self.fault(name, "is no JSON object");
                None
            }
            Err(message) => {
                self.fault(name, message);
                None
            }
        }
    }

    /// Names with an ending, in order.
    pub fn ending<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = &'a String> {
        self.names.iter().filter(move |name| is(name, extension))
    }

    /// Headers of the weights: those in the folder itself, adapters and copies of the same weights left out.
    fn weights(&mut self, files: &dyn Files) {
        let mut shards: Vec<String> = self.ending("safetensors").cloned().collect();
        shards.retain(|name| !name.starts_with("adapter") && !name.contains("consolidated"));
        let index = self.names.iter().find(|name| name.ends_with(".safetensors.index.json")).cloned();
        if let Some(name) = index
            && let Some(value) = self.json(files, &name, MAX_RECORD)
        {
            let named = safetensors::shards(&value);
            let missing: Vec<String> = named.iter().filter(|shard| !self.names.contains(*shard)).cloned().collect();
            let there = named.len() - missing.len();
            if !missing.is_empty() && there > 0 && files.is_complete() {
                self.missing.push((name, missing.clone()));
            }
            shards.retain(|shard| named.contains(shard));
            if !missing.is_empty() {
                return;
            }
        } else if shards.len() > 1 {
            // Without an index it is not known which belong together.
            shards.retain(|name| name == "model.safetensors");
        }
        let mut weights = Weights::default();
        let mut budget = MAX_HEADERS;
        for shard in shards.iter().take(MAX_SHARDS) {
            match safetensors::header(files, shard, &mut budget) {
                Ok(Some(header)) => weights.add(header),
                // A pointer, or more than is read: what is left out makes the sum wrong.
                Ok(None) => return,
                Err(message) => {
                    self.fault(shard, message);
                    return;
                }
            }
        }
        if !shards.is_empty() && shards.len() <= MAX_SHARDS {
            weights.files = shards;
            self.weights = Some(weights);
        }
    }

    /// The header of the smallest GGUF file; that of a vision projector is not the model's.
    fn gguf(&mut self, files: &dyn Files) {
        let names: Vec<String> = self.ending("gguf").filter(|name| !name.contains("mmproj")).cloned().collect();
        // Of a model in parts, the first one has the metadata.
        let first = |name: &&String| !name.contains("-of-") || name.contains("-00001-of-");
        let smallest = names.iter().filter(first).min_by_key(|name| files.size(name).unwrap_or(u64::MAX));
        let Some(smallest) = smallest else { return };
        match gguf::header(files, smallest, MAX_HEADERS) {
            Ok(Some(mut header)) => {
                header.files = names;
                self.gguf = Some(header);
            }
            Ok(None) => {}
            Err(message) => self.fault(&smallest.clone(), message),
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
