//! `cargo xtask bench`: measures the release binary and writes `docs/benchmarks.md`.

use std::process::Command;

use anyhow::Result;

use crate::packages;
use crate::step;
use crate::workspace;

/// Runs the measurements. Nothing else should run on the machine meanwhile.
pub(crate) fn run() -> Result<bool> {
    packages::install()?;
    packages::install_wrk()?;
    step::run(workspace::cargo().args(["build", "--release", "--package", "gaze", "--locked"]))?;
    let folder = tempfile::Builder::new().prefix("gaze-bench-").tempdir()?;
    let root = workspace::root();
    let mut bench = Command::new(packages::PYTHON);
    bench
        .arg(root.join("e2e/bench.py"))
        .arg("--gaze")
        .arg(workspace::target_dir()?.join("release/gaze"))
        .arg("--scratch")
        .arg(folder.path().join("bench"))
        .arg("--page")
        .arg(root.join("docs/benchmarks.md"));
    step::run(&mut bench)?;
    Ok(true)
}
