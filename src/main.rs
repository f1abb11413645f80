//! The `cardlint` binary: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    cardlint::cli::main()
}
