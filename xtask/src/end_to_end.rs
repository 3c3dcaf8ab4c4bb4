//! The end-to-end suite: strangers' clients against the release binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::packages;
use crate::postgres::Postgres;
use crate::step::{self, Counts};
use crate::workspace;

/// The clients, and beside them the Keystone that they log in at: its libraries are not those of
/// the clients' releases.
const CLIENTS: Environment = Environment {
    requirements: "e2e/requirements.txt",
    folder: "e2e-venv",
};
const KEYSTONE: Environment = Environment {
    requirements: "e2e/requirements-keystone.txt",
    folder: "e2e-keystone-venv",
};

/// A Python environment below `target/`.
struct Environment {
    requirements: &'static str,
    folder: &'static str,
}

/// Makes the Python environments of the suite, if their requirements changed since they were made.
pub(crate) fn install() -> Result<()> {
    CLIENTS.install()?;
    KEYSTONE.install()
}

impl Environment {
    fn install(&self) -> Result<()> {
        let requirements = workspace::root().join(self.requirements);
        let wanted = fs::read_to_string(&requirements)
            .with_context(|| format!("read {}", requirements.display()))?;
        let environment = self.path()?;
        let mark = environment.join("requirements.txt");
        if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
            println!("the Python environment of {} is there", self.requirements);
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
        step::run(Command::new(self.python()?).args(pip).arg(&requirements))?;
        fs::write(&mark, wanted).with_context(|| format!("write {}", mark.display()))
    }

    fn path(&self) -> Result<PathBuf> {
        Ok(workspace::target_dir()?.join(self.folder))
    }

    fn python(&self) -> Result<PathBuf> {
        Ok(self.path()?.join("bin/python"))
    }
}

/// Runs the suite on both databases.
pub(crate) fn run(scratch: &Path, server: &Postgres) -> Result<Counts> {
    let gaze = workspace::target_dir()?.join("release/gaze");
    let script = workspace::root().join("e2e/run.py");
    let mut suite = Command::new(CLIENTS.python()?);
    suite
        .arg(script)
        .arg("--gaze")
        .arg(gaze)
        .arg("--scratch")
        .arg(scratch.join("e2e"))
        .args(["--postgres", server.url()])
        .arg("--keystone")
        .arg(KEYSTONE.python()?);
    step::count(&mut suite)
}
