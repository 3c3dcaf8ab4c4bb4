//! A real QEMU program that writes to a disk, as a running machine does.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Holds the disk until it is dropped.
pub(crate) struct Holder(Child);

impl Holder {
    pub(crate) fn of(disk: &Path) -> Self {
        let mut child = Command::new("qemu-io")
            .args(["-f", "qcow2"])
            .arg(disk)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("qemu-io is needed by this test");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(b"length\n").unwrap();
        stdin.flush().unwrap();
        let mut line = String::new();
        let read = BufReader::new(child.stdout.take().unwrap()).read_line(&mut line);
        assert!(read.unwrap() > 0, "qemu-io did not open the disk");
        // Its end would end the program.
        child.stdin = Some(stdin);
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
