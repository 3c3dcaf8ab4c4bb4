//! The end-to-end suite: strangers' clients against the release binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::packages;
use crate::postgres::Postgres;
use crate::step::{self, Counts};
use crate::workspace;

/// Makes the Python environment of the suite, if its requirements changed since it was made.
pub(crate) fn install() -> Result<()> {
    let requirements = workspace::root().join("e2e/requirements.txt");
    let wanted = fs::read_to_string(&requirements)
        .with_context(|| format!("read {}", requirements.display()))?;
    let environment = environment()?;
    let mark = environment.join("requirements.txt");
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        println!("the Python environment of the end-to-end suite is there");
        return Ok(());
    }
    let mut venv = Command::new(packages::PYTHON);
    step::run(venv.args(["-m", "venv", "--clear"]).arg(&environment))?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ];
    step::run(
        Command::new(environment.join("bin/python"))
            .args(pip)
            .arg(&requirements),
    )?;
    fs::write(&mark, wanted).with_context(|| format!("write {}", mark.display()))
}

/// Runs the suite on both databases.
pub(crate) fn run(scratch: &Path, server: &Postgres) -> Result<Counts> {
    let gaze = workspace::target_dir()?.join("release/gaze");
    let python = environment()?.join("bin/python");
    let script = workspace::root().join("e2e/run.py");
    let mut suite = Command::new(python);
    suite
        .arg(script)
        .arg("--gaze")
        .arg(gaze)
        .arg("--scratch")
        .arg(scratch.join("e2e"))
        .args(["--postgres", server.url()]);
    step::count(&mut suite)
}

fn environment() -> Result<PathBuf> {
    Ok(workspace::target_dir()?.join("e2e-venv"))
}
