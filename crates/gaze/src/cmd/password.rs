//! Passwords from the terminal, without showing them.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context as _, Result};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// Asks for a password; reads one line of standard input if that is no terminal.
pub(crate) fn ask(prompt: &str) -> Result<String> {
    let input = std::io::stdin();
    let quiet = if input.is_terminal() {
        let mut err = std::io::stderr().lock();
        write!(err, "{prompt}: ").context("standard error cannot be written")?;
        Some(Quiet::begin()?)
    } else {
        None
    };
    let mut line = String::new();
    input
        .lock()
        .read_line(&mut line)
        .context("the password cannot be read")?;
    if quiet.is_some() {
        writeln!(std::io::stderr().lock()).context("standard error cannot be written")?;
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Echo is off until this is dropped.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> Result<Self> {
        let before = tcgetattr(std::io::stdin()).context("the terminal cannot be asked")?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &silent)
            .context("the terminal's echo cannot be switched off")?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Err(error) = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0) {
            tracing::warn!("the terminal's echo cannot be switched on again: {error}");
        }
    }
}
