//! The command line: the only code that touches files, environment and standard streams.

mod args;
mod audit;
mod baseline;
mod checkout;
mod discover;
mod fix;
mod init;
mod license;
mod lsp;
mod packs;
mod pages;
mod rules;
mod scaffold;
mod settings;
mod watch;

pub mod config;
mod coverage;
pub mod folder;
pub mod hub;
pub mod read;
pub mod repositories;

use std::io::{self, IsTerminal, Write};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;

use crate::report::Style;
use crate::text::safe;
use args::{Cli, Color, Command};

/// The job was done and nothing reaches `--fail-on`.
const EXIT_CLEAN: u8 = 0;
/// The job was done and something does.
const EXIT_FINDINGS: u8 = 1;
/// The job could not be done.
const EXIT_FAILED: u8 = 2;

pub use rules::{index as rule_index, markdown as rule_page};

/// Does what concerns one card: a defect of ours in it must not cost the others.
///
/// # Errors
/// When it panics; what happened has been told by then.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| "internal error, please report it".to_owned())
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    // clap exits with 2 for wrong arguments and 0 for `--help`, as we do.
    let cli = Cli::parse();
    // The message of a defect of ours may quote a card.
    std::panic::set_hook(Box::new(|defect| talk("internal error", &defect.to_string())));
    let result = match &cli.command {
        Command::Audit(options) if options.watch => watch::run(options),
        Command::Audit(options) => audit::run(options, &cli.global),
        Command::License { command } => license::run(command, &cli.global),
        Command::Coverage(options) => coverage::run(options, &cli.global),
        Command::Openness(options) => coverage::openness(options, &cli.global),
        Command::Framework { id, format } => coverage::show(id.as_deref(), *format),
        Command::Rule { ids, format } => match ids.as_slice() {
            [word, folders @ ..] if word == "test" => packs::test(folders),
            ids => rules::show(ids, *format, &cli.global),
        },
        Command::Topic { id } => coverage::topic(id.as_deref()),
        Command::Config { path, config } => config::show(path, config.as_deref()),
        Command::Schema { name } => pages::schema(name.as_deref()),
        Command::Completions { shell } => pages::completions(*shell),
        Command::Man => pages::man(),
        Command::Lsp { .. } => lsp::run(),
        Command::New(options) => scaffold::run(options),
        Command::Init(options) => init::run(options),
        Command::Read(options) => read::run(options),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_broken_pipe(&error) => ExitCode::from(EXIT_CLEAN),
        Err(error) => {
            talk("error", &format!("{error:#}"));
            ExitCode::from(EXIT_FAILED)
        }
    }
}

/// True when the reader of our output has gone, which is no failure of ours.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

/// One line on standard error. A message may hold a hostile file name.
fn talk(what: &str, message: &str) {
    let text: Vec<String> = message.lines().map(|line| safe::line(line).into_owned()).collect();
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(io::stderr(), "{}", safe::workflow_log(&format!("{what}: {}", text.join("\n"))));
}

/// Prints data on standard output.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Prints a text, or writes it to a file.
fn deliver(text: &str, file: Option<&Path>) -> anyhow::Result<()> {
    match file {
        Some(file) if file.as_os_str() != "-" => {
            std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
        }
        _ => print(text),
    }
}

/// The style of tables that are kept: nothing is cut to the width of a terminal that is not there.
fn page_style(color: Color, file: Option<&Path>) -> Style {
    let file = file.is_some_and(|file| file.as_os_str() != "-");
    let style = if file { Style::default() } else { stdout_style(color) };
    let asked = !file && std::env::var_os("COLUMNS").is_some_and(|columns| !columns.is_empty());
    if style.terminal || asked { style } else { Style { width: usize::MAX, ..style } }
}

/// What standard output can show: the option beats `NO_COLOR`, which beats `CLICOLOR_FORCE`, which
/// beats the terminal.
fn stdout_style(color: Color) -> Style {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let terminal = io::stdout().is_terminal();
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Color::Auto if set("CLICOLOR_FORCE") || set("FORCE_COLOR") => true,
        Color::Auto => terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    };
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let size = if terminal { terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
    Style { width: size.or(columns).unwrap_or(80), color, terminal, ..Style::default() }
}
