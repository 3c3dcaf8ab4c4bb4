//! `cargo xtask bench`: measures the release binary and writes `docs/benchmarks.md`.

use std::process::Command;

use anyhow::Result;

use crate::packages;
use crate::step;
use crate::workspace;

/// Programs that fill catalogues and measure limits: a crate and one of its examples.
const EXAMPLES: &[(&str, &str)] = &[
    ("gaze-catalog", "seed"),
    ("gaze-http", "bare"),
    ("gaze-sql", "raw_query"),
    ("gaze-digest", "digest_speed"),
];

/// Runs the measurements. Nothing else should run on the machine meanwhile. Without options all
/// are made and the page is written; with some, the page is printed.
pub(crate) fn run(options: &[&str]) -> Result<bool> {
    packages::install()?;
    packages::install_for_bench()?;
    let build = ["build", "--release", "--locked", "--package"];
    step::run(workspace::cargo().args(build).arg("gaze"))?;
    for (package, example) in EXAMPLES {
        let words = [package, "--example", example];
        step::run(workspace::cargo().args(build).args(words))?;
    }
    let folder = tempfile::Builder::new().prefix("gaze-bench-").tempdir()?;
    let root = workspace::root();
    let mut bench = Command::new(packages::PYTHON);
    bench
        .arg(root.join("e2e/bench.py"))
        .arg("--release")
        .arg(workspace::target_dir()?.join("release"))
        .arg("--scratch")
        .arg(folder.path().join("bench"))
        .args(options);
    if options.is_empty() {
        bench.arg("--page").arg(root.join("docs/benchmarks.md"));
    }
    step::run(&mut bench)?;
    Ok(true)
}
