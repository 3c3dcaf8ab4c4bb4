//! The project's own commands: `cargo xtask test` and `cargo xtask bench`.
//!
//! Nothing here is part of the service. The commands install what they need, say what they do,
//! and leave by an exit code that a script can trust.
#![expect(
    clippy::print_stdout,
    reason = "a developer's command speaks on standard output"
)]

#[cfg(test)]
mod arrows;
mod bench;
mod end_to_end;
#[cfg(test)]
mod lengths;
#[cfg(test)]
mod links;
mod packages;
mod postgres;
mod step;
mod suite;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

const USAGE: &str = "\
cargo xtask test     install what the checks need, run every check, end with a line of counts
cargo xtask bench    measure the release binary and write docs/benchmarks.md; with options, a part
                     of it: --help lists them";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all went well; an error is a command that could not be carried out.
fn run() -> Result<bool> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["test"] => suite::run(),
        ["bench", ref options @ ..] => bench::run(options),
        ["help" | "--help"] => {
            println!("{USAGE}");
            Ok(true)
        }
        _ => {
            println!("{USAGE}");
            Ok(false)
        }
    }
}
