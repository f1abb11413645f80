//! Files and folders by which a repository is known.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::embedded::table;

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
