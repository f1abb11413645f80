//! The Hub's vocabularies: licences, tasks, libraries, languages, fields, metrics.
//!
//! The words are data (`rules/hub/*.yaml`, each with its source and date), embedded and read at
//! first use; a schema (`schemas/vocabulary.schema.json`) checks them in the tests.

mod fields;
mod files;
mod kinds;
mod languages;
mod libraries;
mod licenses;
mod metrics;
pub mod repo_id;
mod tasks;

use serde::Deserialize;

pub use fields::{Deprecated, Fields, Reserved, fields, is_slip};
pub use files::{Files, files};
pub use kinds::{Kinds, kinds};
pub use languages::{CountryTrap, Languages, languages};
pub use libraries::{Import, Libraries, LibraryFile, libraries};
pub use licenses::{License, LicenseMatch, LicenseTrap, Licenses, licenses};
pub use metrics::{Metric, Metrics, metrics};
pub use tasks::{RetiredTask, Task, TaskConfusion, Tasks, tasks};

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
