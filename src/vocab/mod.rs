//! The Hub's vocabularies: licences, tasks, libraries, languages, fields, metrics.
//!
//! The words are data (`rules/hub/*.yaml`, each with its source and date), embedded and read at
//! first use; a schema (`schemas/vocabulary.schema.json`) checks them in the tests.

pub mod repo_id;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer};

use crate::embedded::table;
use crate::text::suggest;

/// A word and what to use instead.
#[derive(Debug, Deserialize)]
pub struct Instead {
    /// The word found.
    #[serde(alias = "code", alias = "value")]
    pub word: String,
    /// The word meant.
    #[serde(alias = "id", alias = "use")]
    pub meant: String,
}

/// A licence of the Hub's list.
#[derive(Debug, Deserialize)]
pub struct License {
    /// Hub id.
    pub id: String,
    /// Name.
    pub name: String,
    /// SPDX id, if it has exactly one.
    #[serde(default)]
    pub spdx: Option<String>,
    /// SPDX ids of which a person must choose one.
    #[serde(default)]
    pub candidates: Vec<String>,
    /// The id names a family, not a text.
    #[serde(default)]
    pub family: bool,
}

/// A licence value that must not be rewritten, with the reason.
#[derive(Debug, Deserialize)]
pub struct LicenseTrap {
    /// The value, lower case.
    pub value: String,
    /// Why it cannot be mapped.
    pub note: String,
}

/// The Hub's licence ids.
#[derive(Debug, Deserialize)]
pub struct Licenses {
    /// In the order of the Hub's table.
    pub items: Vec<License>,
    aliases: Vec<Instead>,
    traps: Vec<LicenseTrap>,
}

/// How a licence value relates to the Hub's list.
#[derive(Debug, PartialEq, Eq)]
pub enum LicenseMatch<'a> {
    /// A Hub id, exactly.
    Hub(&'a License),
    /// Means exactly one Hub id, spelled differently (case, SPDX spelling, a usual name).
    Spelling(&'a License),
    /// Known, but must be decided by a person.
    Trap(&'a str),
    /// Unknown; perhaps a slip for this one.
    Near(Option<&'a License>),
}

impl PartialEq for License {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for License {}

impl Licenses {
    /// The licence with this Hub id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&License> {
        self.items.iter().find(|license| license.id == id)
    }

    /// Relates a value to the list.
    #[must_use]
    pub fn resolve(&self, value: &str) -> LicenseMatch<'_> {
        if let Some(license) = self.find(value) {
            return LicenseMatch::Hub(license);
        }
        let trimmed = value.trim();
        let lower = trimmed.to_lowercase();
        if let Some(trap) = self.traps.iter().find(|trap| trap.value == lower) {
            return LicenseMatch::Trap(&trap.note);
        }
        let spelled = self.items.iter().find(|license| {
            license.id == lower || license.spdx.as_ref().is_some_and(|spdx| spdx.eq_ignore_ascii_case(trimmed))
        });
        let alias = || {
            let folded = suggest::fold(&lower);
            let alias =
                self.aliases.iter().find(|alias| alias.word == lower || suggest::fold(&alias.word) == folded)?;
            self.find(&alias.meant)
        };
        if let Some(license) = spelled.or_else(alias) {
            return LicenseMatch::Spelling(license);
        }
        let near = suggest::nearest(trimmed, self.items.iter().map(|license| license.id.as_str()));
        // Another version, or all rights reserved, is no slip of it.
        let version = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        let same = |id: &&str| version(trimmed).trim_end_matches('0') == version(id).trim_end_matches('0');
        let other = || matches!(lower.as_str(), "unlicensed" | "mit-0" | "0bsd" | "agpl" | "cc by" | "cc-by");
        LicenseMatch::Near(near.filter(|id| same(id) && !other()).and_then(|id| self.find(id)))
    }
}

/// A task of the Hub.
#[derive(Debug, Deserialize)]
pub struct Task {
    /// `pipeline_tag` value.
    pub tag: String,
    /// A card of this task should name its languages.
    #[serde(default)]
    pub language: bool,
    /// Finer task ids for datasets.
    #[serde(default)]
    pub task_ids: Vec<String>,
}

/// A task that the Hub has retired.
#[derive(Debug, Deserialize)]
pub struct RetiredTask {
    /// The value.
    pub value: String,
    /// When it went (ISO date).
    pub removed: String,
    /// Tasks that took its place.
    pub now: Vec<String>,
}

/// A value often mistaken for a task.
#[derive(Debug, Deserialize)]
pub struct TaskConfusion {
    /// The value, without case and with hyphens (`suggest::fold`).
    pub value: String,
    /// The tasks meant.
    pub tags: Vec<String>,
}

/// The Hub's tasks.
#[derive(Debug, Deserialize)]
pub struct Tasks {
    /// Current tasks.
    pub items: Vec<Task>,
    /// Retired ones.
    pub retired: Vec<RetiredTask>,
    /// Values mistaken for tasks.
    pub confusions: Vec<TaskConfusion>,
    classes: Vec<TaskClass>,
}

/// What the end of a class name of transformers says of the task.
#[derive(Debug, Deserialize)]
struct TaskClass {
    ends: String,
    task: String,
}

impl Tasks {
    /// The current task with this tag.
    #[must_use]
    pub fn find(&self, tag: &str) -> Option<&Task> {
        self.items.iter().find(|task| task.tag == tag)
    }

    /// The retired task with this tag.
    #[must_use]
    pub fn retired(&self, tag: &str) -> Option<&RetiredTask> {
        self.retired.iter().find(|task| task.value == tag)
    }

    /// The current task that a value names, by its tag or by a usual name of it alone.
    #[must_use]
    pub fn exactly(&self, value: &str) -> Option<&str> {
        if let Some(task) = self.find(value) {
            return Some(&task.tag);
        }
        let folded = suggest::fold(value);
        let confusion = self.confusions.iter().find(|confusion| confusion.value == folded)?;
        if let [one] = confusion.tags.as_slice() { Some(one) } else { None }
    }

    /// The task of a class of transformers, where its name tells.
    #[must_use]
    pub fn of_class(&self, class: &str) -> Option<&str> {
        self.classes.iter().find(|known| class.ends_with(&known.ends)).map(|known| known.task.as_str())
    }

    /// The tasks that `value` most likely means.
    #[must_use]
    pub fn meant(&self, value: &str) -> Vec<&str> {
        let folded = suggest::fold(value);
        if let Some(task) = self.items.iter().find(|task| task.tag == folded) {
            return vec![&task.tag];
        }
        if let Some(confusion) = self.confusions.iter().find(|confusion| confusion.value == folded) {
            return confusion.tags.iter().map(String::as_str).collect();
        }
        let near = suggest::nearest(value, self.items.iter().map(|task| task.tag.as_str()));
        near.filter(|tag| is_slip(value, tag)).into_iter().collect()
    }
}

/// Libraries that the Hub knows.
#[derive(Debug, Deserialize)]
pub struct Libraries {
    items: HashSet<String>,
    formats: HashSet<String>,
    intended: Vec<Instead>,
    /// Files that one library writes, in the order of how much they say.
    pub files: Vec<LibraryFile>,
    /// What code imports to load a model.
    pub imports: Vec<Import>,
}

/// A file that stands for a library.
#[derive(Debug, Deserialize)]
pub struct LibraryFile {
    /// The file.
    pub file: String,
    /// Files beside which it says nothing.
    #[serde(default)]
    pub unless: Vec<String>,
    /// The library that loads what it stands for.
    pub loads: String,
    /// Libraries that cannot.
    pub cannot: Vec<String>,
}

/// A module of Python that stands for a library.
#[derive(Debug, Deserialize)]
pub struct Import {
    /// The module.
    pub module: String,
    /// A word without which the line says nothing.
    #[serde(default)]
    pub with: Option<String>,
    /// The library.
    pub library: String,
    /// It stands although transformers is imported beside it.
    #[serde(default)]
    pub above: bool,
}

impl Libraries {
    /// True for a library of the Hub.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.items.contains(name)
    }

    /// True for a library of the Hub, or a file format used as one, which is harmless.
    #[must_use]
    pub fn is_known(&self, name: &str) -> bool {
        self.items.contains(name) || self.formats.iter().any(|format| format.eq_ignore_ascii_case(name))
    }

    /// The library whose id a name misses by a slip.
    #[must_use]
    pub fn near(&self, name: &str) -> Option<&str> {
        let mut names = self.names();
        names.retain(|known| known.len() > 3);
        suggest::nearest(name, names).filter(|near| is_slip(name, near))
    }

    /// The libraries of the Hub, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.items.iter().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// The library that a name stands for beyond doubt.
    #[must_use]
    pub fn intended(&self, name: &str) -> Option<&str> {
        self.intended
            .iter()
            .find(|item| item.word == name)
            .map(|item| item.meant.as_str())
            .or_else(|| self.items.iter().find(|item| item.eq_ignore_ascii_case(name)).map(String::as_str))
    }
}

/// A country code mistaken for a language code.
#[derive(Debug, Deserialize)]
pub struct CountryTrap {
    /// The code.
    pub code: String,
    /// Languages likely meant.
    #[serde(rename = "use")]
    pub meant: Vec<String>,
    /// The language that the code does stand for.
    #[serde(default)]
    pub valid_as: Option<String>,
}

#[derive(Debug, Deserialize)]
struct LanguageTable {
    two_letter: String,
    three_letter: String,
    special: Vec<String>,
    #[serde(default)]
    bibliographic: Vec<Instead>,
    #[serde(default)]
    collective: Vec<String>,
    #[serde(default)]
    withdrawn: Vec<Instead>,
    country_traps: Vec<CountryTrap>,
    names: HashMap<String, String>,
    not_languages: Vec<String>,
}

/// Language codes that the Hub accepts.
#[derive(Debug)]
pub struct Languages {
    table: LanguageTable,
}

/// True when `code` stands in a sorted list of codes of `width` letters with a blank between them: eight
/// thousand codes are too many to make a table of at every start.
fn is_listed(list: &str, width: usize, code: &str) -> bool {
    let (mut low, mut high) = (0, (list.len() + 1) / (width + 1));
    while low < high {
        let middle = low.midpoint(high);
        let at = middle * (width + 1);
        match list.get(at..at + width).map(|found| found.cmp(code)) {
            Some(std::cmp::Ordering::Equal) => return true,
            Some(std::cmp::Ordering::Less) => low = middle + 1,
            _ => high = middle,
        }
    }
    false
}

impl Languages {
    /// Codes of languages that have a name here, with the name, sorted.
    #[must_use]
    pub fn named(&self) -> Vec<(&str, &str)> {
        let mut named: Vec<(&str, &str)> =
            self.table.names.iter().map(|(name, code)| (code.as_str(), name.as_str())).collect();
        named.sort_unstable();
        named
    }

    /// Special values, and codes of two letters without a name here.
    pub fn unnamed(&self) -> impl Iterator<Item = &str> {
        let named = |code: &&str| self.table.names.values().any(|known| known == code);
        let listed = self.table.two_letter.split_whitespace().filter(move |code| !named(code));
        self.table.special.iter().map(String::as_str).chain(listed)
    }

    /// True for a listed code or a special value.
    #[must_use]
    pub fn is_known(&self, code: &str) -> bool {
        is_listed(&self.table.two_letter, 2, code)
            || is_listed(&self.table.three_letter, 3, code)
            || self.table.special.iter().any(|special| special == code)
    }

    /// The code of a language given by its name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&str> {
        self.table.names.get(&name.trim().to_lowercase()).map(String::as_str)
    }

    /// The code that took the place of a withdrawn or bibliographic one.
    #[must_use]
    pub fn successor(&self, code: &str) -> Option<&str> {
        self.table
            .withdrawn
            .iter()
            .chain(&self.table.bibliographic)
            .find(|item| item.word == code)
            .map(|item| item.meant.as_str())
    }

    /// True for the code of a group of languages.
    #[must_use]
    pub fn is_collective(&self, code: &str) -> bool {
        self.table.collective.iter().any(|item| item == code)
    }

    /// The entry for a country code.
    #[must_use]
    pub fn country(&self, code: &str) -> Option<&CountryTrap> {
        self.table.country_traps.iter().find(|trap| trap.code == code)
    }

    /// True for words such as `python` or `dna`.
    #[must_use]
    pub fn is_no_language(&self, word: &str) -> bool {
        self.table.not_languages.iter().any(|item| item == word)
    }
}

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

/// A metric and the values that mathematics allows.
#[derive(Debug, Deserialize)]
pub struct Metric {
    /// Ids that name it.
    pub ids: Vec<String>,
    /// Least value.
    #[serde(default)]
    pub min: Option<f64>,
    /// Greatest value, on the scale where one is the whole when `percent` is set.
    #[serde(default)]
    pub max: Option<f64>,
    /// Values may stand on a scale of one hundred as well.
    #[serde(default)]
    pub percent: bool,
}

#[derive(Debug, Deserialize)]
struct MetricTable {
    items: Vec<Metric>,
}

/// Known metrics by id.
#[derive(Debug)]
pub struct Metrics {
    items: Vec<Metric>,
    by_id: HashMap<String, usize>,
}

impl Metrics {
    /// The ids of all metrics, in the order of the table.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.items.iter().flat_map(|metric| metric.ids.iter().map(String::as_str))
    }

    /// The metric named by a `type` of a model-index, whatever its case.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Metric> {
        self.by_id.get(id).or_else(|| self.by_id.get(suggest::fold(id).as_ref())).map(|&at| &self.items[at])
    }
}

/// The licence table.
#[must_use]
pub fn licenses() -> &'static Licenses {
    static TABLE: LazyLock<Licenses> = LazyLock::new(|| table("rules/hub/licenses.yaml"));
    &TABLE
}

/// Files and folders by which a repository is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Files {
    model: Vec<String>,
    dataset: Vec<String>,
    tables: Vec<String>,
    weights: Vec<String>,
    programs: Vec<String>,
    of_programs: Vec<String>,
    parts: Vec<String>,
    parts_begin: Vec<String>,
}

impl Files {
    fn is_one(names: &[String], name: &str) -> bool {
        names.iter().any(|known| if known.starts_with('.') { name.ends_with(known.as_str()) } else { name == known })
    }

    /// True for the name of a file that makes its folder a model repository.
    #[must_use]
    pub fn is_model(&self, name: &str) -> bool {
        Self::is_one(&self.model, name)
    }

    /// True for the name of a file that makes its folder a dataset repository.
    #[must_use]
    pub fn is_dataset(&self, name: &str) -> bool {
        Self::is_one(&self.dataset, name)
    }

    /// True for what mostly lies in dataset repositories.
    #[must_use]
    pub fn is_table(&self, name: &str) -> bool {
        Self::is_one(&self.tables, name)
    }

    /// True for files that are a model, or a part of one.
    #[must_use]
    pub fn is_weights(&self, name: &str) -> bool {
        self.weights.iter().any(|known| name.ends_with(known.as_str()))
    }

    /// True for files that say what a folder is: a README of any kind, or the manifest of a program.
    #[must_use]
    pub fn explains(&self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        lower == "readme" || lower.starts_with("readme.") || self.programs.contains(&lower)
    }

    /// True for folders that hold models of a program, or parts of it.
    #[must_use]
    pub fn is_of_program(&self, folder: &str) -> bool {
        self.of_programs.iter().any(|known| known == folder)
    }

    /// True for folders of a repository that hold a part of its model.
    #[must_use]
    pub fn is_part(&self, folder: &str) -> bool {
        self.parts.iter().any(|known| known == folder)
            || self.parts_begin.iter().any(|begins| folder.starts_with(begins.as_str()))
    }
}

/// The table of files and folders.
#[must_use]
pub fn files() -> &'static Files {
    static TABLE: LazyLock<Files> = LazyLock::new(|| table("rules/hub/files.yaml"));
    &TABLE
}

/// The task table.
#[must_use]
pub fn tasks() -> &'static Tasks {
    static TABLE: LazyLock<Tasks> = LazyLock::new(|| {
        let mut tasks: Tasks = table("rules/hub/tasks.yaml");
        for confusion in &mut tasks.confusions {
            confusion.value = suggest::fold(&confusion.value).into_owned();
        }
        tasks
    });
    &TABLE
}

/// The library table.
#[must_use]
pub fn libraries() -> &'static Libraries {
    static TABLE: LazyLock<Libraries> = LazyLock::new(|| table("rules/hub/libraries.yaml"));
    &TABLE
}

/// The language table.
#[must_use]
pub fn languages() -> &'static Languages {
    static TABLE: LazyLock<Languages> = LazyLock::new(|| {
        let table: LanguageTable = table("rules/hub/languages.yaml");
        Languages { table }
    });
    &TABLE
}

/// The field table.
#[must_use]
pub fn fields() -> &'static Fields {
    static TABLE: LazyLock<Fields> = LazyLock::new(|| table("rules/hub/fields.yaml"));
    &TABLE
}

/// The metric table.
#[must_use]
pub fn metrics() -> &'static Metrics {
    static TABLE: LazyLock<Metrics> = LazyLock::new(|| {
        let table: MetricTable = table("rules/hub/metrics.yaml");
        let by_id = table
            .items
            .iter()
            .enumerate()
            .flat_map(|(at, metric)| metric.ids.iter().map(move |id| (id, at)))
            .flat_map(|(id, at)| [(id.clone(), at), (suggest::fold(id).into_owned(), at)])
            .collect();
        Metrics { items: table.items, by_id }
    });
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_code_is_found() {
        let languages = languages();
        let mut codes = 0;
        for (list, width) in [(&languages.table.two_letter, 2), (&languages.table.three_letter, 3)] {
            let words: Vec<&str> = list.split(' ').collect();
            assert!(words.windows(2).all(|pair| pair[0] < pair[1]), "the list is sorted and has no code twice");
            for word in &words {
                assert!(word.len() == width && languages.is_known(word), "{word}");
            }
            codes += words.len();
        }
        assert!(codes > 8_000, "{codes} codes");
        for stranger in ["", "e", "xx", "qqq", "english", "en ", "code2", "zz zza"] {
            assert!(!languages.is_known(stranger), "{stranger}");
        }
    }
}
