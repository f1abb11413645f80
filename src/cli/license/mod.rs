//! `cardlint license`: what licences ask for, and whether terms hold together.

mod check;
mod page;
mod report;

use super::args::{Global, LicenseCommand};

/// What every page ends with, once and quietly.
const DISCLAIMER: &str = "This compares declarations with what licence texts ask for; it is not legal advice.";

/// Runs the command; gives the exit code.
///
/// # Errors
/// When an id is unknown, a file cannot be read, or standard output fails.
pub fn run(command: &LicenseCommand, global: &Global) -> anyhow::Result<u8> {
    match command {
        LicenseCommand::Show { id, format } => page::show(id, *format),
        LicenseCommand::List(options) => page::list(options),
        LicenseCommand::Check(options) => check::check(options),
        LicenseCommand::Report(options) => report::report(options, global),
    }
}
