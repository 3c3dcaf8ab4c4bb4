//! Real QEMU programs that hold a disk. A missing program fails the test.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A process that holds a disk until it is let go, or dropped.
pub(crate) struct Holder {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Holder {
    /// Starts `command`, says `words` to it and waits for an answer with `awaited` in it. If the
    /// process ends before, what it said to its standard error.
    fn start(mut command: Command, words: &str, awaited: &str) -> Result<Self, String> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} is needed by this test: {error}"));
        let mut stdin = child.stdin.take().unwrap();
        // A process that refuses the disk may be gone before it has read what is said to it.
        let said = stdin.write_all(words.as_bytes());
        let mut holder = Self {
            stdout: BufReader::new(child.stdout.take().unwrap()),
            stdin: Some(stdin),
            child,
        };
        let mut line = String::new();
        while holder.stdout.read_line(&mut line).unwrap() > 0 {
            if line.contains(awaited) {
                said.unwrap();
                return Ok(holder);
            }
            line.clear();
        }
        let mut complaint = String::new();
        holder
            .child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut complaint)
            .unwrap();
        assert!(
            !holder.child.wait().unwrap().success(),
            "ended well without an answer"
        );
        Err(complaint)
    }

    /// Ends the process and waits until it is gone.
    pub(crate) fn let_go(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.stdin.take());
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            self.end();
        }
    }
}

/// A virtual machine with `disk`, halted before its first instruction.
pub(crate) fn start_vm(disk: &Path, format: &str) -> Result<Holder, String> {
    let mut command = Command::new("qemu-system-x86_64");
    command.args([
        "-S",
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-m",
        "64",
    ]);
    command.args(["-accel", "tcg", "-qmp", "stdio", "-drive"]);
    command.arg(format!("if=virtio,format={format},file={}", disk.display()));
    let words = "{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"query-status\"}\n";
    Holder::start(command, words, "prelaunch")
}

/// A `qemu-io` that has `disk` open, for writing too unless `read_only`.
pub(crate) fn hold_with_qemu_io(
    disk: &Path,
    format: &str,
    read_only: bool,
) -> Result<Holder, String> {
    let mut command = Command::new("qemu-io");
    command.args(["-f", format]);
    if read_only {
        command.arg("-r");
    }
    command.arg(disk);
    Holder::start(command, "read 0 512\n", "read 512/512 bytes")
}

/// Makes a disk of 1 MiB.
pub(crate) fn create_disk(disk: &Path, format: &str) {
    let made = Command::new("qemu-img")
        .args(["create", "-q", "-f", format])
        .arg(disk)
        .arg("1M")
        .status()
        .expect("qemu-img is needed by this test");
    assert!(made.success());
}
