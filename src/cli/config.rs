//! `cardlint.toml`: the nearest one upwards, or the one named.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

use crate::text::suggest;

/// Names of configuration files, in the order of preference.
const NAMES: &[&str] = &["cardlint.toml", ".cardlint.toml"];

/// What a configuration file can say (`schemas/config.schema.json`).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Profile.
    pub profile: Option<String>,
    /// Rules or groups to run.
    pub select: Vec<String>,
    /// Rules or groups to leave out.
    pub ignore: Vec<String>,
    /// Severity that fails.
    pub fail_on: Option<String>,
    /// Output format.
    pub format: Option<String>,
    /// Rule or group to severity or `off`.
    pub severity: BTreeMap<String, String>,
    /// Which files are cards.
    pub files: Files,
    /// Further schemas.
    pub schemas: Schemas,
    /// Folder of the file, against which paths are resolved.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// `[files]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// Globs of further cards.
    pub include: Vec<String>,
    /// Globs of files to pass over.
    pub exclude: Vec<String>,
}

/// `[schemas]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schemas {
    /// Paths relative to the configuration.
    pub extra: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct PyProject {
    tool: Option<Tool>,
}

#[derive(Deserialize)]
struct Tool {
    cardlint: Option<toml::Table>,
}

/// The configuration in force: `named`, or the nearest one from `start` upwards.
///
/// # Errors
/// When a file cannot be read or has a mistake; the message shows the place.
pub fn load(named: Option<&Path>, start: &Path) -> anyhow::Result<Config> {
    if let Some(path) = named {
        return read(path);
    }
    let start = fs::canonicalize(start).unwrap_or_else(|_| start.to_owned());
    for folder in start.ancestors().filter(|folder| folder.is_dir()) {
        for name in NAMES {
            let path = folder.join(name);
            if path.is_file() {
                return read(&path);
            }
        }
        let path = folder.join("pyproject.toml");
        if path.is_file()
            && let Some(config) = pyproject(&path)?
        {
            return Ok(config);
        }
    }
    Ok(Config::default())
}

fn read(path: &Path) -> anyhow::Result<Config> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let config: Config = match toml::from_str(&text) {
        Ok(config) => config,
        Err(error) => bail!("{} has a mistake:\n{error}{}", path.display(), hint(&error)),
    };
    Ok(Config { folder: path.parent().unwrap_or(Path::new("")).to_owned(), ..config })
}

fn pyproject(path: &Path) -> anyhow::Result<Option<Config>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    // A broken pyproject.toml is not ours to report unless it speaks of cardlint.
    let Ok(PyProject { tool: Some(Tool { cardlint: Some(table) }) }) = toml::from_str(&text) else { return Ok(None) };
    match table.try_into::<Config>() {
        Ok(config) => Ok(Some(Config { folder: path.parent().unwrap_or(Path::new("")).to_owned(), ..config })),
        Err(error) => bail!("{} has a mistake in [tool.cardlint]: {error}{}", path.display(), hint(&error)),
    }
}

/// "did you mean" for an unknown key, from serde's message.
fn hint(error: &toml::de::Error) -> String {
    let message = error.message();
    let Some(rest) = message.strip_prefix("unknown field `") else { return String::new() };
    let Some((word, known)) = rest.split_once('`') else { return String::new() };
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    suggest::nearest(word, known).map_or_else(String::new, |near| format!("\ndid you mean `{near}`?"))
}
