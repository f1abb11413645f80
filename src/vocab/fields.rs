//! The fields of front matter.

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};

use crate::embedded::table;
use crate::text::quick::HashSet;
use crate::text::suggest;

#[derive(Debug, Deserialize)]
struct Field {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
}

/// A key that has been replaced.
#[derive(Debug, Deserialize)]
pub struct Deprecated {
    /// The key.
    pub name: String,
    /// Kinds of card on which it is deprecated.
    pub kinds: Vec<String>,
    /// The key to use.
    #[serde(rename = "use", default)]
    pub instead: Option<String>,
    /// The Hub refuses the push.
    #[serde(default)]
    pub refused: bool,
    /// Why.
    pub note: String,
    /// What to do, where no key replaces it.
    #[serde(default)]
    pub help: Option<String>,
}

/// A key that `huggingface_hub` cannot load.
#[derive(Debug, Deserialize)]
pub struct Reserved {
    /// The key.
    pub name: String,
    /// Why.
    pub note: String,
}

/// Fields in the order of the file, and their names.
#[derive(Debug)]
struct FieldTable {
    fields: Vec<Field>,
    names: HashSet<String>,
}

fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FieldTable, D::Error> {
    let fields = Vec::<Field>::deserialize(deserializer)?;
    let names = fields.iter().map(|field| field.name.clone()).collect();
    Ok(FieldTable { fields, names })
}

/// The keys of front matter.
#[derive(Debug, Deserialize)]
pub struct Fields {
    #[serde(deserialize_with = "named")]
    model: FieldTable,
    #[serde(deserialize_with = "named")]
    dataset: FieldTable,
    space: HashSet<String>,
    common: HashSet<String>,
    /// Replaced keys.
    pub deprecated: Vec<Deprecated>,
    /// Keys that raise.
    pub reserved: Vec<Reserved>,
}

impl Fields {
    /// A key of model cards.
    #[must_use]
    pub fn is_model(&self, key: &str) -> bool {
        self.model.names.contains(key)
    }

    /// A key of dataset cards.
    #[must_use]
    pub fn is_dataset(&self, key: &str) -> bool {
        self.dataset.names.contains(key)
    }

    /// A key of Space cards.
    #[must_use]
    pub fn is_space(&self, key: &str) -> bool {
        self.space.contains(key)
    }

    /// A key often seen that means nothing to the Hub and is no slip.
    #[must_use]
    pub fn is_common(&self, key: &str) -> bool {
        self.common.contains(key)
    }

    /// A key of model or dataset cards.
    #[must_use]
    pub fn is_known(&self, key: &str) -> bool {
        self.is_model(key) || self.is_dataset(key)
    }

    /// The field of `kind`'s cards that an unknown key stands for: a listed misspelling, another
    /// case or separator, or a slip.
    #[must_use]
    pub fn meant(&self, key: &str, dataset: bool) -> Option<&str> {
        let fields = &if dataset { &self.dataset } else { &self.model }.fields;
        let folded = suggest::fold(key);
        fields
            .iter()
            .find(|field| suggest::fold(&field.name) == folded || field.aliases.iter().any(|alias| alias == key))
            .map(|field| field.name.as_str())
            .or_else(|| {
                // Short words are near to too much.
                let names = fields.iter().map(|field| field.name.as_str()).filter(|name| name.len() > 4);
                let near = if key.len() > 4 { suggest::nearest(key, names) } else { None };
                near.filter(|name| is_slip(key, name))
            })
    }
}

/// Whether a key is the name of a field with slips of the hand, and no name of something else: `license_note` is no
/// `license_name`.
#[must_use]
pub fn is_slip(key: &str, name: &str) -> bool {
    let (key, name) = (suggest::fold(key), suggest::fold(name));
    let words = |text: &str| text.split('-').map(str::to_owned).collect::<Vec<_>>();
    let (own, meant) = (words(&key), words(&name));
    if own.len() != meant.len() {
        return suggest::distance(&key.replace('-', ""), &name.replace('-', "")) <= 1;
    }
    own.iter().zip(&meant).all(|(own, meant)| {
        let most = if meant.chars().count() <= 5 { 1 } else { 2 };
        suggest::distance(own, meant) <= most
    })
}

/// The field table.
#[must_use]
pub fn fields() -> &'static Fields {
    static TABLE: LazyLock<Fields> = LazyLock::new(|| table("rules/hub/fields.yaml"));
    &TABLE
}
