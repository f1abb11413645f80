//! `rules/repository.yaml`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::embedded::table;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Table {
    labels: HashMap<String, Vec<String>>,
    pub(super) partial_counts: Vec<String>,
    pub(super) other_sizes: Vec<String>,
    pub(super) extensions: Vec<String>,
    pub(super) unlimited_types: Vec<String>,
    pub(super) native_types: Vec<String>,
    pub(super) formats: HashMap<String, Vec<String>>,
    pub(super) heads: Vec<Head>,
    pub(super) pickles: Vec<Pickle>,
    pub(super) safe_formats: Vec<String>,
    pub(super) no_weights: Vec<String>,
    pub(super) secrets: Vec<Secret>,
    pub(super) secret_examples: Vec<String>,
    pub(super) scripts: Vec<Script>,
    pub(super) secret_marks: Vec<String>,
    pub(super) loads: Vec<String>,
    pub(super) no_models: Vec<String>,
    pub(super) trainer_labels: Vec<String>,
    pub(super) quantizations: Vec<String>,
    pub(super) own_machines: Vec<String>,
    pub(super) file_endings: Vec<String>,
}

impl Table {
    /// True when a folded label gives this figure.
    pub(super) fn gives(&self, figure: &str, label: &str) -> bool {
        self.labels.get(figure).is_some_and(|labels| labels.iter().any(|known| known == label))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) ends: String,
    pub(super) tasks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pickle {
    begins: String,
    ends: String,
}

impl Pickle {
    pub(super) fn is(&self, name: &str) -> bool {
        name.starts_with(&self.begins) && name.ends_with(&self.ends)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) pattern: String,
    pub(super) revoke: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    pub(super) name: String,
    pub(super) languages: Vec<String>,
    pub(super) from: u32,
    pub(super) to: u32,
}

pub(super) fn data() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| table("rules/repository.yaml"));
    &TABLE
}
