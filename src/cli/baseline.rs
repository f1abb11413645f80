//! Baselines: findings that are known, so that only new ones are told.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use super::discover::{real, slashed};
use crate::engine::{Audit, Known};

/// Version of the file's shape.
const VERSION: u32 = 1;

/// The file (`schemas/baseline.schema.json`).
#[derive(Debug, Serialize, Deserialize)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

/// A known finding. It is recognised by its fingerprint, which holds no line number; rule and message are for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// The file, from the folder of the baseline.
    path: String,
    rule: String,
    fingerprint: String,
    message: String,
}

/// Names of files as a baseline holds them: from its own folder, so that it does not matter where the run starts.
#[derive(Clone, Debug)]
pub(super) struct Names {
    folder: PathBuf,
}

/// A path without its `..`, of which the folders need not exist any more.
fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

impl Names {
    fn new(file: &Path) -> Self {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self { folder: fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()) }
    }

    fn of(&self, name: &str) -> String {
        let Some(path) = real(Path::new(name)) else { return name.to_owned() };
        // Upwards where the card does not lie below the baseline.
        let (mut up, mut folder) = (String::new(), self.folder.as_path());
        loop {
            if let Ok(rest) = path.strip_prefix(folder) {
                return up + &slashed(rest);
            }
            match folder.parent() {
                Some(parent) => folder = parent,
                None => return name.to_owned(),
            }
            up.push_str("../");
        }
    }
}

/// A baseline in use.
#[derive(Debug)]
pub(super) struct Baseline {
    file: PathBuf,
    names: Names,
    /// By path, then by fingerprint.
    entries: BTreeMap<String, HashMap<String, (Entry, AtomicBool)>>,
}

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// When there is none, or it is no baseline.
    pub(super) fn read(path: &Path) -> anyhow::Result<Arc<Self>> {
        let text = fs::read_to_string(path).with_context(|| {
            let hint = if path.exists() { "" } else { " (--write-baseline FILE writes a first one)" };
            format!("cannot read the baseline {}{hint}", path.display())
        })?;
        let file: File =
            serde_json::from_str(&text).with_context(|| format!("{} is not a cardlint baseline", path.display()))?;
        if file.version != VERSION {
            bail!("{} has version {}; this cardlint reads version {VERSION}", path.display(), file.version);
        }
        let mut entries: BTreeMap<String, HashMap<String, (Entry, AtomicBool)>> = BTreeMap::new();
        for entry in file.findings {
            let of_path = entries.entry(entry.path.clone()).or_default();
            of_path.insert(entry.fingerprint.clone(), (entry, AtomicBool::new(false)));
        }
        Ok(Arc::new(Self { file: path.to_owned(), names: Names::new(path), entries }))
    }

    /// Entries of the audited files that nothing is found for any more, although their rule ran there (`ran`: name
    /// of the file and of the rule), and those of files below the audited folders that are gone.
    pub(super) fn stale(
        &self,
        audited: &[String],
        folders: &[PathBuf],
        ran: impl Fn(&str, &str) -> bool,
    ) -> Vec<&Entry> {
        let mut stale = Vec::new();
        let folders: Vec<PathBuf> = folders.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
        let known: HashSet<String> = audited.iter().map(|name| self.names.of(name)).collect();
        for (name, entries) in self.entries.iter().filter(|(name, _)| !known.contains(*name)) {
            let path = lexical(&self.names.folder.join(name));
            if !path.exists() && folders.iter().any(|folder| path.starts_with(folder)) {
                stale.extend(entries.values().map(|(entry, _)| entry));
            }
        }
        for name in audited {
            let Some(entries) = self.entries.get(&self.names.of(name)) else { continue };
            let unused = entries.values().filter(|(_, used)| !used.load(Ordering::Relaxed)).map(|(entry, _)| entry);
            stale.extend(unused.filter(|entry| ran(name, &entry.rule)));
        }
        stale
    }

    /// Writes the baseline anew without `stale`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn prune(&self, stale: &[&Entry]) -> anyhow::Result<()> {
        let all = self.entries.values().flat_map(HashMap::values).map(|(entry, _)| entry);
        store(&self.file, all.filter(|entry| !stale.contains(entry)).cloned().collect())
    }
}

/// The engine's view of a baseline.
pub(super) struct Seen(pub(super) Arc<Baseline>);

impl Known for Seen {
    fn knows(&self, name: &str, fingerprint: &str) -> bool {
        let entry = self.0.entries.get(&self.0.names.of(name)).and_then(|all| all.get(fingerprint));
        if let Some((_, used)) = entry {
            used.store(true, Ordering::Relaxed);
        }
        entry.is_some()
    }
}

/// The entries that a baseline in `file` has for an audit.
pub(super) fn entries(file: &Path, audit: &Audit) -> Vec<Entry> {
    let path = Names::new(file).of(audit.name());
    (audit.findings.iter())
        .map(|finding| Entry {
            path: path.clone(),
            rule: finding.rule.id.clone(),
            fingerprint: finding.fingerprint.clone(),
            message: finding.message.clone(),
        })
        .collect()
}

/// Writes a baseline.
///
/// # Errors
/// When it cannot be written.
pub(super) fn store(path: &Path, mut findings: Vec<Entry>) -> anyhow::Result<()> {
    // In an order that makes for small differences in version control.
    findings.sort();
    let text = serde_json::to_string_pretty(&File { version: VERSION, findings })? + "\n";
    fs::write(path, text).with_context(|| format!("cannot write the baseline {}", path.display()))
}
