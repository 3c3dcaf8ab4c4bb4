//! `cargo xtask test`: every check of the project, on a machine with Rust and a C compiler.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use anyhow::{Result, bail};

use crate::end_to_end;
use crate::packages;
use crate::postgres::Postgres;
use crate::step::{self, Report};
use crate::workspace;

/// The address of the private server, for tests that open a database. The name is
/// `gaze_sql::testing`'s.
const POSTGRES_VARIABLE: &str = "GAZE_TEST_POSTGRES";

/// Runs all steps and prints the counts. Whether nothing failed.
pub(crate) fn run() -> Result<bool> {
    let mut report = Report::default();
    if report
        .step("install what the checks need", install)
        .is_none()
    {
        return Ok(report.close());
    }
    // Readable by the account that PostgreSQL runs under when this is root.
    let folder = tempfile::Builder::new()
        .prefix("gaze-test-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir()?;
    let mut server = None;
    report.step("start a private PostgreSQL", || {
        server = Some(Postgres::start(&folder.path().join("postgres"))?);
        Ok(())
    });
    let Some(server) = server else {
        return Ok(report.close());
    };

    report.step("format", || {
        step::run(cargo().args(["fmt", "--all", "--check"]))
    });
    report.step("lint", || {
        let lint = "clippy --workspace --all-targets --locked --keep-going -- -D warnings";
        step::run(cargo().args(lint.split(' ')))
    });
    report.counted("unit and conformance tests", || {
        step::count(
            cargo()
                .args(["test", "--workspace", "--no-fail-fast", "--locked"])
                .env(POSTGRES_VARIABLE, server.url()),
        )
    });
    let built = report.step("build the release binary", || {
        step::run(cargo().args(["build", "--release", "--package", "gaze", "--locked"]))
    });
    if built.is_some() {
        report.counted("end to end", || end_to_end::run(folder.path(), &server));
    }
    Ok(report.close())
}

/// Cargo, with incremental builds off where nobody will build again.
fn cargo() -> Command {
    let mut command = workspace::cargo();
    if std::env::var_os("CI").is_some() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

fn install() -> Result<()> {
    packages::install()?;
    for component in ["rustfmt", "clippy"] {
        component_of_rust(component)?;
    }
    end_to_end::install()
}

fn component_of_rust(name: &str) -> Result<()> {
    let command = if name == "rustfmt" { "fmt" } else { name };
    if packages::succeeds(workspace::cargo().args([command, "--version"])) {
        return Ok(());
    }
    if !packages::succeeds(Command::new("rustup").arg("--version")) {
        bail!("cargo {command} is missing, and so is rustup: install {name} for this toolchain");
    }
    step::run(
        Command::new("rustup")
            .args(["component", "add", name])
            .current_dir(workspace::root()),
    )
}
