//! Which files are cards.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::Context;
use globset::{Glob, GlobSet, GlobSetBuilder};
use ignore::{WalkBuilder, WalkState};

use super::checkout::{self, Origin};
use super::config;
use super::folder::Folder;
use super::hub::{self, Online, Remote, cache};
use crate::card::Kind;
use crate::repository::Files;
use crate::vocab;

/// A file to audit.
#[derive(Clone)]
pub struct Target {
    /// The name reported, `/`-separated.
    pub name: String,
    /// Where it is; `None` for standard input and for what is on the Hub.
    pub path: Option<PathBuf>,
    /// Named by the user: audited whatever it looks like.
    pub explicit: bool,
    /// What it describes, where its place tells.
    pub kind: Option<Kind>,
    /// The repository, when it is on the Hub.
    pub remote: Option<Arc<dyn Remote>>,
    /// There is no such file: the card that a folder with a model lacks.
    pub absent: bool,
}

impl Target {
    /// A file.
    #[must_use]
    pub fn file(name: String, path: PathBuf, explicit: bool) -> Self {
        Self { name, path: Some(path), explicit, kind: None, remote: None, absent: false }
    }

    /// Standard input.
    #[must_use]
    pub fn stdin(name: String) -> Self {
        Self { name, path: None, explicit: true, kind: None, remote: None, absent: false }
    }

    /// What the card describes and the owner and name of its repository, as its clone says, else as the folders do:
    /// `owner/name`, or `owner--name` in one; no name where only that of the target tells.
    #[must_use]
    pub fn place(&self) -> (Option<Kind>, Option<String>) {
        let Some(path) = self.path.as_ref().filter(|_| !self.is_foreign()) else { return (self.kind, None) };
        match checkout::origin(&Folder::of_card(path)) {
            Some(Origin { kind, id }) => (self.kind.or(Some(kind)), Some(id)),
            None => (self.kind, Self::named(path)),
        }
    }

    /// Owner and name of the repository as the folders say.
    fn named(path: &Path) -> Option<String> {
        let folder = std::path::absolute(path).ok()?.parent()?.to_owned();
        let mut parts = folder.components().rev().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            _ => None,
        });
        let name = parts.next()?;
        let bare = name.strip_prefix("models--").or_else(|| name.strip_prefix("datasets--")).unwrap_or(&name);
        Some(match (bare.split_once("--"), parts.next()) {
            (Some((owner, name)), _) if !owner.is_empty() && !name.is_empty() => format!("{owner}/{name}"),
            (_, Some(owner)) => format!("{owner}/{name}"),
            (_, None) => name,
        })
    }

    /// The repository; `None` for standard input.
    #[must_use]
    pub fn files(&self) -> Option<Arc<dyn Files>> {
        match (&self.path, &self.remote) {
            (Some(path), _) => Some(Arc::new(Folder::of_card(path))),
            (None, Some(remote)) => Some(Arc::<dyn Remote>::clone(remote)),
            (None, None) => None,
        }
    }

    /// What an error is about: the file, or the repository on the Hub.
    #[must_use]
    pub fn repository(&self) -> &str {
        let name = self.name.strip_suffix("/README.md").filter(|_| self.remote.is_some());
        name.unwrap_or(&self.name)
    }

    /// True for standard input.
    #[must_use]
    pub fn is_stdin(&self) -> bool {
        self.path.is_none() && self.remote.is_none()
    }

    /// True for what is on the Hub or in its cache, and is not to be changed.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        let cached = |path: &PathBuf| path.parent().is_some_and(|folder| cache::store(folder).is_some());
        self.remote.is_some() || self.path.as_ref().is_some_and(cached)
    }
}

/// What was found, and what could not be looked at.
#[derive(Default)]
pub struct Found {
    /// In order of the arguments, then of their names.
    pub targets: Vec<Target>,
    /// Path and reason.
    pub errors: Vec<(String, String)>,
}

/// Globs of the configuration.
pub struct Globs {
    include: GlobSet,
    exclude: GlobSet,
    folder: PathBuf,
}

impl Globs {
    /// Compiles the globs of `files`, which are relative to `folder`.
    ///
    /// # Errors
    /// When one is not a glob.
    pub fn new(files: &config::Files, folder: &Path) -> anyhow::Result<Self> {
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        Ok(Self { include: globs(&files.include)?, exclude: globs(&files.exclude)?, folder })
    }

    /// True when an absolute path is one of those included.
    pub fn includes(&self, path: &Path) -> bool {
        self.include.is_match(self.relative(path))
    }

    /// True when an absolute path is to be passed over.
    pub fn excludes(&self, path: &Path) -> bool {
        !self.exclude.is_empty() && self.exclude.is_match(self.relative(path))
    }

    fn relative<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.folder).unwrap_or(path)
    }
}

/// Whether a word is a glob.
///
/// # Errors
/// Why it is none.
pub(super) fn glob(pattern: &str) -> Result<(), String> {
    Glob::new(pattern).map(|_| ()).map_err(|error| format!("`{pattern}` is not a glob: {}", error.kind()))
}

fn globs(patterns: &[String]) -> anyhow::Result<GlobSet> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        // As in `.gitignore`, `./drafts`, `drafts` and `drafts/` are the folder with all that is in it.
        let meant = pattern.trim_start_matches("./").trim_end_matches('/');
        for meant in [meant, &format!("{meant}/**")] {
            builder.add(Glob::new(meant).with_context(|| format!("`{pattern}` is not a glob"))?);
        }
    }
    Ok(builder.build()?)
}

/// True for the names that cards have.
pub(super) fn card_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "readme.md" | "model_card.md" | "model-card.md" | "modelcard.md" | "dataset_card.md" | "dataset-card.md"
    ) || lower.ends_with(".modelcard.md")
}

/// A name such as `MODEL_CARD.md` says by itself that the file is a card.
pub(super) fn telling_name(name: &str) -> bool {
    card_name(name) && !name.eq_ignore_ascii_case("readme.md")
}

/// Endings of files that may be cards.
const TEXTS: [&str; 5] = ["md", "markdown", "mdx", "mkd", "txt"];

/// The results in `.eval_results/` are audited with the card beside that folder, what cannot be a card with the one beside
/// it, and so is, where only cards are wanted, any other file of its repository.
fn card_of(path: &Path, globs: &Globs, only_cards: bool) -> Option<PathBuf> {
    let folder = path.parent()?;
    let name = path.file_name()?.to_string_lossy();
    if folder.file_name().is_some_and(|name| name == ".eval_results") {
        return readme(folder.parent()?);
    }
    let full = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let text = path.extension().is_some_and(|end| TEXTS.iter().any(|text| end.eq_ignore_ascii_case(text)));
    if !only_cards && !text && !globs.includes(&full) {
        return Some(readme(folder).unwrap_or_else(|| path.to_owned()));
    }
    if !only_cards || card_name(&name) || globs.includes(&full) {
        return Some(path.to_owned());
    }
    path.ancestors().skip(1).take(MAX_ABOVE).find_map(readme)
}

/// The card that a repository lacks of which a file is named, or was.
fn lacking(path: &Path, globs: &Globs) -> Option<Target> {
    let folder = path.parent()?;
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let holds = |entry: std::io::Result<fs::DirEntry>| {
        entry.is_ok_and(|entry| vocab::files().is_model(&entry.file_name().to_string_lossy()))
    };
    let model = readme(folder).is_none() && fs::read_dir(listed).ok()?.any(holds);
    model.then(|| absent(folder, &Models::default(), globs)).flatten()
}

/// The README of a folder, in any case.
fn readme(folder: &Path) -> Option<PathBuf> {
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let names = fs::read_dir(listed).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.eq_ignore_ascii_case("readme.md")).collect();
    names.sort();
    names.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// A file that was named, as a target; `None` when only cards are wanted and it is none, or excluded.
fn named(path: &Path, globs: &Globs, only_cards: bool) -> Option<Target> {
    let path = match card_of(path, globs, only_cards) {
        Some(card) => card,
        None if only_cards => return None,
        None => path.to_owned(),
    };
    let mut target = Target::file(display(&path), path.clone(), true);
    if only_cards {
        let full = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if globs.excludes(&full) {
            return None;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        target.explicit = globs.includes(&full) || telling_name(&name);
    }
    Some(target)
}

/// Looks for cards at and below `paths`. With `only_cards`, files that are named are treated as those found in
/// folders, and may be gone.
#[must_use]
pub fn find(
    paths: &[PathBuf],
    stdin_name: &str,
    globs: &Globs,
    jobs: usize,
    only_cards: bool,
    online: &Online,
) -> Found {
    let mut found = Found::default();
    for path in paths {
        if path.as_os_str() == "-" {
            // Who only wants cards does not want those that are excluded, wherever the text comes from.
            let excluded = only_cards && std::path::absolute(stdin_name).is_ok_and(|path| globs.excludes(&path));
            found.targets.extend((!excluded).then(|| Target::stdin(stdin_name.to_owned())));
            continue;
        }
        // A file may be called anything.
        let scheme = path.to_str().filter(|_| fs::symlink_metadata(path).is_err());
        if let Some(named) = scheme.and_then(|path| hub::targets(path, online)) {
            match named {
                Ok(targets) => found.targets.extend(targets),
                Err(reason) => found.errors.push((path.to_string_lossy().trim_end_matches(':').to_owned(), reason)),
            }
            continue;
        }
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => walk(path, globs, jobs, &mut found),
            Ok(_) => {
                let lacking = || if only_cards { lacking(path, globs) } else { None };
                found.targets.extend(named(path, globs, only_cards).or_else(lacking));
            }
            // What is gone may have been a licence beside a card, or the card of a model.
            Err(error) if only_cards && error.kind() == std::io::ErrorKind::NotFound => {
                let beside = named(path, globs, true).filter(|target| target.path.as_deref() != Some(path));
                found.targets.extend(beside.or_else(|| lacking(path, globs)));
            }
            Err(error) => found.errors.push((display(path), reason(&error))),
        }
    }
    // A file named twice is audited once, however it is written. Within one walk each comes once.
    if paths.len() > 1 {
        let mut seen = HashSet::new();
        // The cache of the Hub has links of several revisions to one file: only folders are resolved.
        let real = |path: &PathBuf| {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
            path.file_name().map_or(folder.clone(), |name| folder.join(name))
        };
        found.targets.retain(|target| target.path.as_ref().is_none_or(|path| seen.insert(real(path))));
    }
    found
}

/// The reason of a failed file operation, without the number of the operating system.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// The path of a file without links, of one that is not there from its folder.
pub(super) fn real(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok().or_else(|| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
    })
}

/// The name to report: relative to the current folder where possible, with `/`.
pub(super) fn display(path: &Path) -> String {
    let path = if path.is_absolute() {
        std::env::current_dir()
            .ok()
            .and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned))
            .unwrap_or_else(|| path.to_owned())
    } else {
        path.to_owned()
    };
    slashed(&path).trim_start_matches("./").to_owned()
}

/// A path with `/` between its parts; on Unix a backslash is a letter of a name.
pub(super) fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// The folder of the repository that a folder with weights is a part of.
fn whole(folder: &Path) -> &Path {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let part = vocab::files().is_part(&name);
    folder.parent().filter(|parent| part && !parent.as_os_str().is_empty()).unwrap_or(folder)
}

/// What a walk found of models and their cards.
#[derive(Default)]
struct Models {
    /// Folders with a model.
    folders: HashSet<PathBuf>,
    /// Folders with a README.
    readmes: HashSet<PathBuf>,
    /// Folders in which models lie that have a README each.
    shelves: HashSet<PathBuf>,
    /// Where the walk began: nothing is said of what is above.
    root: PathBuf,
}

impl Models {
    fn new(root: &Path, folders: HashSet<PathBuf>, readmes: HashSet<PathBuf>) -> Self {
        let shelf = |folder: &PathBuf| whole(folder).parent().map(Path::to_owned);
        let shelves = folders.iter().filter(|folder| readmes.contains(whole(folder))).filter_map(shelf).collect();
        Self { folders, readmes, shelves, root: root.to_owned() }
    }
}

/// The card that a folder with a model lacks: neither it nor a folder above has one, or is a model that it is a part of.
/// A README above is that of a collection where models beside this one have their own.
fn absent(folder: &Path, models: &Models, globs: &Globs) -> Option<Target> {
    let Models { folders, readmes, shelves, root } = models;
    // What has a card, or is a clone, is no part of what is around it, whatever it is called.
    if readmes.contains(folder) {
        return None;
    }
    let own = folder == root || folder.join(".git").exists();
    let folder = if own { folder } else { whole(folder) };
    let mut above = folder.ancestors();
    let own = above.next()?;
    let shelved = own.parent().is_some_and(|parent| shelves.contains(parent));
    if readmes.contains(own) || above.any(|folder| readmes.contains(folder) && !shelved || folders.contains(folder)) {
        return None;
    }
    let full = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let of_program = |part: Component<'_>| matches!(part, Component::Normal(name) if vocab::files().is_of_program(&name.to_string_lossy()));
    let path = folder.join("README.md");
    // A README may be there and ignored, and the tree may be a part of a repository.
    let reach = if shelved { 1 } else { MAX_ABOVE };
    let readmes_above = || full.ancestors().take(reach).any(|folder| readme(folder).is_some());
    if full.components().any(of_program) || globs.excludes(&full.join("README.md")) || readmes_above() {
        return None;
    }
    Some(Target { absent: true, ..Target::file(display(&path), path, false) })
}

/// Folders above a model in which a README is looked for.
const MAX_ABOVE: usize = 4;

/// Folders that are too few to be shared among threads.
const FEW_FOLDERS: usize = 8;

/// True for a tree of few folders, in which threads would wait for each other, a millisecond at a time.
fn is_small(root: &Path) -> bool {
    let mut folders = vec![root.to_owned()];
    let mut at = 0;
    while let Some(folder) = folders.get(at).filter(|_| folders.len() < FEW_FOLDERS) {
        let inner = fs::read_dir(folder).into_iter().flatten().flatten();
        let inner = inner.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let inner: Vec<PathBuf> = inner.take(FEW_FOLDERS).map(|entry| entry.path()).collect();
        folders.extend(inner);
        at += 1;
    }
    folders.len() < FEW_FOLDERS
}

/// The path that an error of a walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

fn walk(root: &Path, globs: &Globs, jobs: usize, found: &mut Found) {
    let real_root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let targets = Mutex::new(Vec::new());
    // Folders that hold a model, and those that hold a README, whatever it is.
    let (models, readmes) = (Mutex::new(HashSet::new()), Mutex::new(HashSet::new()));
    let note = |folders: &Mutex<HashSet<PathBuf>>, path: &Path| {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        folders.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(folder);
    };
    let errors = Mutex::new(Vec::new());
    let lock = |mutex: &Mutex<Vec<(String, String)>>, item| {
        mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(item);
    };
    let walker = WalkBuilder::new(root)
        .follow_links(false)
        .threads(if is_small(root) { 1 } else { jobs })
        .add_custom_ignore_filename(".cardlintignore")
        .build_parallel();
    walker.run(|| {
        Box::new(|entry| {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = display(path_of(&error).unwrap_or(root));
                    lock(&errors, (path, error.io_error().map_or_else(|| error.to_string(), reason)));
                    return WalkState::Continue;
                }
            };
            let Some(kind) = entry.file_type() else { return WalkState::Continue };
            let name = entry.file_name().to_string_lossy();
            let path = entry.path();
            let full = || fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let included = !globs.include.is_empty() && globs.include.is_match(globs.relative(&full()));
            if !kind.is_dir() && vocab::files().is_weights(&name) {
                note(&models, path);
            }
            // A link that leads nowhere explains nothing.
            let explains = !kind.is_dir() && (vocab::files().explains(&name) || card_name(&name));
            if explains && (!kind.is_symlink() || path.exists()) {
                note(&readmes, path);
            }
            if kind.is_dir() || !(card_name(&name) || included) {
                return WalkState::Continue;
            }
            if !globs.exclude.is_empty() && globs.excludes(&full()) {
                return WalkState::Continue;
            }
            // A link is followed only to a file within the tree that was asked for.
            if kind.is_symlink()
                && !fs::canonicalize(path).is_ok_and(|real| real.starts_with(&real_root) && real.is_file())
            {
                return WalkState::Continue;
            }
            if !(kind.is_file() || kind.is_symlink()) {
                return WalkState::Continue;
            }
            let target = Target::file(display(path), path.to_owned(), included || telling_name(&name));
            targets.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(target);
            WalkState::Continue
        })
    });
    let mut targets = targets.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let readmes = readmes.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let models = models.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let models = Models::new(root, models, readmes);
    let missing = models.folders.iter().filter_map(|folder| absent(folder, &models, globs));
    let missing: BTreeMap<String, Target> = missing.map(|target| (target.name.clone(), target)).collect();
    targets.extend(missing.into_values());
    targets.sort_by(|one, other| one.name.cmp(&other.name));
    found.targets.extend(targets);
    let mut errors = errors.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    errors.sort();
    found.errors.extend(errors);
}
