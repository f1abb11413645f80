//! A repository that lies in a folder.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

use super::hub::cache;
use crate::repository::Files;

/// The files of a folder. Links are not followed, as they could lead out of the repository, unless they end in
/// a folder that is known to hold its files.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    /// Where links may end, without links in it.
    store: Option<PathBuf>,
}

impl Folder {
    /// The files of a folder, links left out.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { path: if path.as_os_str().is_empty() { PathBuf::from(".") } else { path }, store: None }
    }

    /// The files of a folder whose links lead into `store`, as those of the Hub's cache do.
    #[must_use]
    pub fn with_store(path: impl Into<PathBuf>, store: &Path) -> Self {
        Self { store: fs::canonicalize(store).ok(), ..Self::new(path) }
    }

    /// The files beside a card: those of a snapshot in the Hub's cache are links into its store.
    #[must_use]
    pub fn of_card(card: &Path) -> Self {
        let folder = card.parent().unwrap_or(Path::new(""));
        match cache::store(folder) {
            Some(store) => Self::with_store(folder, &store),
            None => Self::new(folder),
        }
    }

    /// Where a file of the repository is; `None` when there is none, or the way leads elsewhere.
    fn place(&self, path: &str) -> Option<PathBuf> {
        let (mut place, mut linked) = (self.path.clone(), false);
        for part in Path::new(path).components() {
            let Component::Normal(part) = part else { return None };
            place.push(part);
            linked |= fs::symlink_metadata(&place).ok()?.is_symlink();
        }
        if !linked {
            return Some(place);
        }
        let real = fs::canonicalize(&place).ok()?;
        self.store.as_ref().filter(|store| real.starts_with(store))?;
        Some(real)
    }
}

impl Files for Folder {
    /// A snapshot holds what somebody loaded, and so does a folder that the Hub's client has filled.
    fn is_complete(&self) -> bool {
        self.store.is_none() && !self.path.join(".cache/huggingface").exists()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let Some(place) = self.place(folder) else { return Vec::new() };
        let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    fn size(&self, path: &str) -> Option<u64> {
        let meta = fs::metadata(self.place(path)?).ok()?;
        meta.is_file().then_some(meta.len())
    }

    fn read(&self, path: &str, from: u64, length: usize) -> Option<Vec<u8>> {
        let place = self.place(path)?;
        // A pipe would wait for somebody to write.
        if !fs::metadata(&place).ok()?.is_file() {
            return None;
        }
        let mut file = File::open(place).ok()?;
        if from > 0 {
            file.seek(SeekFrom::Start(from)).ok()?;
        }
        let mut bytes = Vec::with_capacity(length.min(1 << 20));
        file.take(length as u64).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}
