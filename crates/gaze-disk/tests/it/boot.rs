//! The boot disk boots in QEMU and says its line.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use gaze_disk::{AtEnd, FileSink, Sink, boot_sector, boot_sector_disk};

use crate::lab::Lab;

/// Long enough for a busy machine without KVM; only a machine that never speaks waits it out.
const PATIENCE: Duration = Duration::from_mins(3);

/// A virtual machine that ends with the test.
struct Machine(Child);

impl Drop for Machine {
    fn drop(&mut self) {
        let killed = self.0.kill();
        let waited = self.0.wait();
        assert!(
            killed.is_ok() && waited.is_ok(),
            "the virtual machine could not be ended"
        );
    }
}

fn boot(lab: &Lab, sector: &[u8; 512]) -> (Machine, mpsc::Receiver<String>) {
    let mut disk = FileSink::new(File::create(lab.path("boot.raw")).unwrap());
    disk.data(sector).unwrap();
    disk.zeros((8 << 20) - 512).unwrap();
    disk.finish().unwrap();
    let drive = format!(
        "file={},format=raw,if=virtio",
        lab.path("boot.raw").display()
    );
    let mut child = Command::new("qemu-system-x86_64")
        .args([
            "-accel", "kvm", "-accel", "tcg", "-display", "none", "-monitor", "none",
        ])
        .args([
            "-serial",
            "stdio",
            "-no-reboot",
            "-m",
            "32",
            "-nic",
            "none",
            "-drive",
            &drive,
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    (Machine(child), told)
}

#[test]
fn the_boot_disk_says_its_line_on_the_serial_port() {
    let lab = Lab::new();
    let sector = boot_sector_disk("Hello from a disk of our own", 8 << 20).unwrap();
    let (_machine, told) = boot(&lab, &sector);
    let mut lines = std::iter::from_fn(|| told.recv_timeout(PATIENCE).ok());
    assert!(lines.any(|line| line.trim_end().ends_with("Hello from a disk of our own")));
}

#[test]
fn a_boot_disk_that_resets_ends_the_machine() {
    let lab = Lab::new();
    let sector = boot_sector("Goodbye", AtEnd::Reset).unwrap();
    let (_machine, told) = boot(&lab, &sector);
    let lines: Vec<_> = std::iter::from_fn(|| told.recv_timeout(PATIENCE).ok()).collect();
    assert!(
        lines
            .iter()
            .any(|line| line.trim_end().ends_with("Goodbye")),
        "{lines:?}"
    );
    // The channel is closed, not silent: the machine has ended by itself.
    assert_eq!(told.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

#[test]
fn a_message_that_does_not_fit_is_refused() {
    assert!(boot_sector(&"x".repeat(300), AtEnd::Halt).is_ok());
    assert!(boot_sector(&"x".repeat(446), AtEnd::Halt).is_err());
    assert!(boot_sector("a\0b", AtEnd::Halt).is_err());
    assert!(boot_sector_disk("hello", 511).is_err());
}
