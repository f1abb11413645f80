//! `cardlint schema`, `completions` and `man`.

use anyhow::bail;
use clap::CommandFactory;

use super::args::Cli;
use super::{EXIT_CLEAN, print};
use crate::schema;

/// Prints a schema, or the names of all.
///
/// # Errors
/// When there is no such schema or standard output fails.
pub fn schema(name: Option<&str>) -> anyhow::Result<u8> {
    match name {
        None => print(&(schema::names().join("\n") + "\n"))?,
        Some(name) => match schema::text(name) {
            Some(text) => print(text)?,
            None => bail!("there is no schema `{name}`; there are {}", schema::names().join(", ")),
        },
    }
    Ok(EXIT_CLEAN)
}

/// Prints a completion script.
///
/// # Errors
/// When standard output fails.
pub fn completions(shell: clap_complete::Shell) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cardlint", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(EXIT_CLEAN)
}

/// Prints the manual page.
///
/// # Errors
/// When standard output fails.
pub fn man() -> anyhow::Result<u8> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(EXIT_CLEAN)
}
