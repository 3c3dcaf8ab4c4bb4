use std::io::Read;
use std::path::PathBuf;
use std::process::Command;

use gaze_compute::{ComputeError, Folders, InstanceState, LockState, LockedFile, inspect_lock};
use tempfile::TempDir;

use crate::qemu::{create_disk, hold_with_qemu_io, start_vm};

fn disk_of(format: &str) -> (TempDir, PathBuf, Folders) {
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().canonicalize().unwrap().join("disk");
    create_disk(&disk, format);
    let gate = Folders::new([dir.path().to_owned()]);
    (dir, disk, gate)
}

#[test]
fn the_disk_of_a_running_vm_is_refused_and_free_afterwards() {
    for format in ["qcow2", "raw"] {
        let (_dir, disk, gate) = disk_of(format);
        let probe = || gate.probe_instance([disk.as_path()]).unwrap();
        assert_eq!(probe(), InstanceState::Stopped);

        let vm = start_vm(&disk, format).unwrap();
        assert_eq!(probe(), InstanceState::Running);
        assert_eq!(inspect_lock(&disk).unwrap(), LockState::InUseForWriting);
        let refused = gate.open_for_read(&disk).unwrap_err();
        assert!(
            matches!(refused, ComputeError::InUse { ref path } if *path == disk),
            "{refused}"
        );

        vm.let_go();
        assert_eq!(probe(), InstanceState::Stopped);
        gate.open_for_read(&disk).unwrap();
    }
}

#[test]
fn no_vm_starts_on_a_disk_that_is_being_read() {
    for format in ["qcow2", "raw"] {
        let (_dir, disk, gate) = disk_of(format);
        let file = gate.open_for_read(&disk).unwrap();
        // The lock is that of the open file, so a duplicate keeps it.
        let mut duplicate = file.try_clone().unwrap();
        drop(file);
        let complaint = start_vm(&disk, format)
            .err()
            .expect("started on a disk being read");
        assert!(complaint.contains("lock"), "{complaint}");
        duplicate.read_exact(&mut [0; 512]).unwrap();
        drop(duplicate);
        start_vm(&disk, format).unwrap().let_go();
    }
}

#[test]
fn looking_does_not_disturb_a_vm_that_starts() {
    let (_dir, disk, gate) = disk_of("qcow2");
    let facts = gate.inspect(&disk).unwrap();
    assert_eq!(facts.lock, LockState::Free);
    assert_eq!(facts.path, disk);
    assert_eq!(facts.file_bytes, disk.metadata().unwrap().len());
    let vm = start_vm(&disk, "qcow2").unwrap();
    for _ in 0..3 {
        assert_eq!(
            gate.inspect(&disk).unwrap().lock,
            LockState::InUseForWriting
        );
    }
    // Its locks are as they were: a second one is refused.
    assert!(start_vm(&disk, "qcow2").is_err());
    vm.let_go();
}

#[test]
fn one_disk_in_use_is_enough_for_an_instance_to_run() {
    let (dir, first, gate) = disk_of("qcow2");
    let second = dir.path().join("second");
    create_disk(&second, "raw");
    let vm = start_vm(&second, "raw").unwrap();
    let probe = |disks: &[&PathBuf]| {
        gate.probe_instance(disks.iter().map(|disk| disk.as_path()))
            .unwrap()
    };
    assert_eq!(probe(&[&first]), InstanceState::Stopped);
    assert_eq!(probe(&[&first, &second]), InstanceState::Running);
    assert_eq!(probe(&[&second, &first]), InstanceState::Running);
    vm.let_go();
    let missing = dir.path().join("missing");
    let error = gate
        .probe_instance([first.as_path(), missing.as_path()])
        .unwrap_err();
    assert!(matches!(error, ComputeError::NotFound { .. }), "{error}");
}

#[test]
fn a_writing_qemu_io_is_refused_and_a_reading_one_is_not() {
    for format in ["qcow2", "raw"] {
        let (_dir, disk, gate) = disk_of(format);
        let writer = hold_with_qemu_io(&disk, format, false).unwrap();
        assert_eq!(
            inspect_lock(&disk).unwrap(),
            LockState::InUseForWriting,
            "{format}"
        );
        assert!(matches!(
            gate.open_for_read(&disk),
            Err(ComputeError::InUse { .. })
        ));
        writer.let_go();

        let reader = hold_with_qemu_io(&disk, format, true).unwrap();
        assert_eq!(
            inspect_lock(&disk).unwrap(),
            LockState::ReadShared,
            "{format}"
        );
        gate.open_for_read(&disk).unwrap();
        reader.let_go();
        assert_eq!(inspect_lock(&disk).unwrap(), LockState::Free);
    }
}

#[test]
fn while_we_read_others_may_read_and_not_write() {
    for format in ["qcow2", "raw"] {
        let (_dir, disk, _gate) = disk_of(format);
        let locked = LockedFile::open_shared(&disk).unwrap();
        let complaint = hold_with_qemu_io(&disk, format, false)
            .err()
            .expect("opened for writing");
        assert!(complaint.contains("lock"), "{complaint}");
        hold_with_qemu_io(&disk, format, true).unwrap().let_go();
        let read = Command::new("qemu-img")
            .args(["info", "-f", format])
            .arg(&disk)
            .output();
        assert!(read.unwrap().status.success());
        drop(locked);
        hold_with_qemu_io(&disk, format, false).unwrap().let_go();
    }
}
