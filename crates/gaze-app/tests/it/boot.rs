//! A virtual machine that starts from a disk and says a line.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A machine that ends with the test.
struct Machine(Child);

impl Drop for Machine {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A bootable raw disk that says `message` on the serial port and restarts.
pub(crate) fn disk(message: &str, size: usize) -> Vec<u8> {
    let sector = gaze_disk::boot_sector(message, gaze_disk::AtEnd::Reset);
    let mut disk = sector.unwrap().to_vec();
    disk.resize(size, 0);
    disk
}

/// Boots the disk until the machine ends by itself, and answers what it has said.
pub(crate) fn boot(disk: &Path, format: &str) -> String {
    let drive = format!("file={},format={format},if=virtio", disk.display());
    let child = Command::new("qemu-system-x86_64")
        .args(["-accel", "kvm", "-accel", "tcg", "-display", "none"])
        .args(["-monitor", "none", "-serial", "stdio", "-no-reboot"])
        .args(["-m", "32", "-nic", "none", "-drive", &drive])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("qemu-system-x86_64 is needed by this test");
    let mut machine = Machine(child);
    let told = BufReader::new(machine.0.stdout.take().unwrap());
    let lines: Vec<String> = told.lines().map_while(Result::ok).collect();
    assert!(machine.0.wait().unwrap().success(), "{lines:?}");
    lines.join("\n")
}
