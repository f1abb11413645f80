//! `cardlint audit --watch`: the audit again whenever a file is saved. Owns `notify`.

use std::collections::HashSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, bail};
use notify::{Event, EventKind, RecursiveMode, Watcher};

use super::args::AuditOptions;
use super::{config, print, talk};

/// Editors save in several steps, all of them within this time.
const SETTLE: Duration = Duration::from_millis(100);

/// Audits, and audits again after each change, until the program is ended.
///
/// # Errors
/// When the paths cannot be watched, or the program cannot be started again.
pub(super) fn run(options: &AuditOptions) -> anyhow::Result<u8> {
    if options.paths.iter().any(|path| path.as_os_str() == "-") {
        bail!("standard input cannot be watched");
    }
    let (sender, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(sender).context("cannot watch files")?;
    let (mut files, mut roots) = (HashSet::new(), Vec::new());
    for path in &options.paths {
        let path = fs::canonicalize(path).with_context(|| format!("cannot watch {}", path.display()))?;
        if path.is_dir() {
            roots.push(path.clone());
            watcher.watch(&path, RecursiveMode::Recursive)
        } else {
            // A file is often replaced by a new one: its folder is watched.
            let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
            files.insert(path);
            watcher.watch(&folder, RecursiveMode::NonRecursive)
        }
        .context("cannot watch files")?;
    }
    // The configuration may lie above what is watched.
    let configs: HashSet<PathBuf> = (config::of(&options.configured, &options.paths, options.only_cards).iter())
        .flat_map(|config| &config.chain)
        .filter_map(|source| fs::canonicalize(source.name()).ok())
        .collect();
    for folder in configs.iter().filter_map(|config| config.parent()) {
        watcher.watch(folder, RecursiveMode::NonRecursive).context("cannot watch files")?;
    }
    // What an audit writes itself is no reason for another one.
    let written: HashSet<PathBuf> = (options.output.iter())
        .chain(options.report.iter().map(|(_, path)| path))
        .filter_map(|path| {
            Some(
                fs::canonicalize(path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")))
                    .ok()?
                    .join(path.file_name()?),
            )
        })
        .collect();
    let counts = |event: &Event| {
        !matches!(event.kind, EventKind::Access(_))
            && event.paths.iter().any(|path| relevant(path, &roots, &files, &configs) && !written.contains(path))
    };
    loop {
        again()?;
        if !options.quiet {
            talk("watch", "waiting for changes; Ctrl-C ends");
        }
        loop {
            let event = events.recv().context("files are no longer watched")?;
            if event.is_ok_and(|event| counts(&event)) {
                break;
            }
        }
        while events.recv_timeout(SETTLE).is_ok() {}
    }
}

/// Whether a change of this file can change what is found.
fn relevant(path: &Path, roots: &[PathBuf], files: &HashSet<PathBuf>, configs: &HashSet<PathBuf>) -> bool {
    let hidden = path.components().any(|part| part.as_os_str() == ".git");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Temporary files of editors, and of our own fixes.
    let passing =
        name.starts_with(".cardlint-") || name.starts_with(".#") || name.ends_with('~') || name.ends_with(".swp");
    let beside = || files.iter().any(|file| file.parent() == path.parent());
    let below = || roots.iter().any(|root| path.starts_with(root));
    !hidden && !passing && (below() || beside() || configs.contains(path))
}

/// One audit by a process of its own, which reads the configuration and rule packs anew.
fn again() -> anyhow::Result<()> {
    if io::stdout().is_terminal() {
        // Clears the screen and goes to its top.
        print("\u{1b}[2J\u{1b}[3J\u{1b}[H")?;
    }
    let program = std::env::current_exe().context("cannot find the program")?;
    let arguments = std::env::args_os().skip(1).filter(|argument| argument != "--watch");
    Command::new(program).args(arguments).stdin(Stdio::null()).status().context("cannot start the audit")?;
    Ok(())
}
