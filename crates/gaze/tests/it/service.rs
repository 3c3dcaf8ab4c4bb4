//! A running `gaze serve`, and `gaze` commands in its folder.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The administrator's.
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Service {
    pub(crate) url: String,
    child: Child,
    folder: TempDir,
}

/// A command of the binary that sees nothing of the environment of the test.
pub(crate) fn gaze(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gaze"));
    command
        .env_clear()
        .env("HOME", folder.join("home"))
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

impl Service {
    /// Starts an empty service and waits until it says where it is.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with something in its environment.
    pub(crate) fn start_with(environment: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["home", "disks", "imports"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let mut child = gaze(folder.path())
            .args(["serve", "--listen", "127.0.0.1:0", "--log-level", "off"])
            .args(["--disk-dir", "disks", "--import-dir", "imports"])
            .env("GAZE_ADMIN_PASSWORD", PASSWORD)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .find_map(|line| {
                let line = line.unwrap();
                let url = line.strip_prefix("Gaze is ready at ")?;
                Some(url.to_owned())
            })
            .expect("the service says where it is");
        // The service goes on writing to its standard output, so it has to be read.
        std::thread::spawn(move || lines.for_each(drop));
        Self { url, child, folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The administrator's token for programs on this machine.
    pub(crate) fn admin_token(&self) -> String {
        std::fs::read_to_string(self.path("gaze-data/admin-token")).unwrap()
    }

    /// A command that will speak to this service as its administrator.
    pub(crate) fn gaze(&self) -> Command {
        let mut command = gaze(self.folder.path());
        command.env("GAZE_URL", &self.url);
        command
    }

    /// What a command prints, which must succeed.
    pub(crate) fn ok(&self, line: &str) -> String {
        let output = self.gaze().args(words(line)).output().unwrap();
        assert!(output.status.success(), "{line}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The document that a command prints, which must succeed.
    pub(crate) fn json(&self, line: &str) -> Value {
        let text = self.ok(&format!("{line} --output json"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}: {text}"))
    }

    /// What a command says on standard error, which must fail with exit code 1.
    pub(crate) fn fails(&self, line: &str) -> String {
        let output = self.gaze().args(words(line)).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{line}");
        stderr(&output)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Words between blanks; those between single quotes are one.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
