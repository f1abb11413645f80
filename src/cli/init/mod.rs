//! `cardlint init`: configuration, hooks and workflow for a repository.

use std::fs::{self, File};
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, bail};

use super::args::InitOptions;
use super::{EXIT_CLEAN, config, talk};

/// A file that is written, and why it may not be.
struct Offer {
    path: &'static str,
    text: String,
    /// Why there is no need for it here.
    needless: Option<String>,
}

/// Runs `init`; gives the exit code.
///
/// # Errors
/// When the folder is none, or a file cannot be written.
pub(super) fn run(options: &InitOptions) -> anyhow::Result<u8> {
    let folder = &options.path;
    if !folder.is_dir() {
        bail!("{} is not a folder", folder.display());
    }
    let ask = !options.yes && io::stdin().is_terminal() && io::stderr().is_terminal();
    for offer in offers(folder) {
        let path = folder.join(offer.path);
        let text = offer.text.replace("{version}", env!("CARGO_PKG_VERSION"));
        if let Some(reason) = &offer.needless {
            talk("init", &format!("{} not written: {reason}", offer.path));
            continue;
        }
        if fs::symlink_metadata(&path).is_ok() {
            kept(&path, offer.path, &text);
            continue;
        }
        if ask && !agreed(offer.path)? {
            continue;
        }
        write(&path, &text)?;
        talk("init", &format!("{} written", offer.path));
    }
    talk(
        "next",
        "`cardlint audit`; if it finds more than you can fix now: `cardlint audit --write-baseline cardlint-baseline.json`",
    );
    Ok(EXIT_CLEAN)
}

fn offers(folder: &Path) -> [Offer; 3] {
    let configured = (config::NAMES.iter().find(|name| folder.join(name).is_file()))
        .map(|name| (*name).to_owned())
        .or_else(|| {
            let project = fs::read_to_string(folder.join("pyproject.toml")).ok()?;
            project.contains("[tool.cardlint").then(|| "[tool.cardlint] of pyproject.toml".to_owned())
        })
        .filter(|name| name != "cardlint.toml");
    let remote = fs::read_to_string(folder.join(".git/config")).unwrap_or_default();
    let hub = remote.contains("huggingface.co") && !remote.contains("github.com");
    // Hooks and workflows are read at the top of a repository only.
    let full = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let astray = match full.ancestors().find(|folder| folder.join(".git").exists()) {
        Some(top) if top == full => None,
        Some(top) => Some(format!("it belongs at the top of the repository, {}", top.display())),
        None => Some("there is no git repository here".to_owned()),
    };
    [
        Offer {
            path: "cardlint.toml",
            text: include_str!("cardlint.toml").to_owned(),
            needless: configured.map(|name| format!("there is {name}")),
        },
        Offer {
            path: ".pre-commit-config.yaml",
            text: include_str!("pre-commit-config.yaml").to_owned(),
            needless: astray.clone(),
        },
        Offer {
            path: ".github/workflows/cardlint.yml",
            text: include_str!("workflow.yml").replace("branches: [main]", &format!("branches: [{}]", branch(folder))),
            needless: astray
                .or_else(|| {
                    let other = ".github/workflows/cardlint.yaml";
                    folder.join(other).exists().then(|| format!("there is {other}"))
                })
                .or_else(|| hub.then(|| "the repository is on the Hub, which runs no workflows".to_owned())),
        },
    ]
}

/// The branch that pushes are checked on: that of the remote, else a usual one that is there, else the one in work.
fn branch(folder: &Path) -> String {
    let read = |path: &str| fs::read_to_string(folder.join(".git").join(path)).unwrap_or_default();
    let packed = read("packed-refs");
    let there = |name: &&str| {
        folder.join(".git/refs/heads").join(name).is_file() || packed.contains(&format!("refs/heads/{name}\n"))
    };
    let remote = read("refs/remotes/origin/HEAD");
    let head = read("HEAD");
    let found = (remote.trim().strip_prefix("ref: refs/remotes/origin/"))
        .or_else(|| ["main", "master"].into_iter().find(there))
        .or_else(|| head.trim().strip_prefix("ref: refs/heads/"));
    // It stands in YAML, unquoted.
    let plain = |name: &&str| {
        let safe = |b: u8| b.is_ascii_alphanumeric() || b"._/-".contains(&b);
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(safe)
    };
    found.filter(plain).unwrap_or("main").to_owned()
}

/// Says that a file stays, and what could be added to it.
fn kept(path: &Path, name: &str, text: &str) {
    let there = fs::read_to_string(path).unwrap_or_default();
    if name.ends_with("pre-commit-config.yaml") && !there.contains("cardlint") {
        let (_, entry) = text.split_once('\n').unwrap_or_default();
        talk("init", &format!("{name} is there already; add below `repos:`\n{}", entry.trim_end()));
    } else {
        talk("init", &format!("{name} is there already"));
    }
}

fn agreed(name: &str) -> anyhow::Result<bool> {
    let mut error = io::stderr();
    write!(error, "Write {name}? [Y/n] ")?;
    error.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "" | "y" | "yes"))
}

/// Writes a file that is not there, not even since it was looked for.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let write = || {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        File::create_new(path)?.write_all(text.as_bytes())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
