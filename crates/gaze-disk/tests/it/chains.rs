//! Backing chains: read as QEMU reads them, opened through the gate alone, refused when hostile.

use std::cell::RefCell;
use std::fs::File;
use std::path::{Path, PathBuf};

use gaze_disk::{
    BackingFormat, Disk, DiskError, Format, MAX_CHAIN, OpenError, Opener, Refusal, create_overlay,
};

use crate::lab::{Anywhere, Lab};

#[test]
fn chains_of_unequal_files_read_as_qemu_reads_them() {
    let lab = Lab::new();
    lab.patterned("a.raw", 2_000_384);
    lab.img("create -q -f qcow2 -b a.raw -F raw -o cluster_size=4k b.qcow2 4M");
    lab.io(
        "qcow2",
        "b.qcow2",
        &["write -P 0x21 10k 50k", "write -P 0x22 1900k 300k"],
    );
    lab.agrees_with_qemu("b.qcow2", Format::Qcow2);

    // Smaller than what is below it, so that it hides the end.
    lab.img("create -q -f qcow2 -b b.qcow2 -F qcow2 -o extended_l2=on c.qcow2 3M");
    lab.io(
        "qcow2",
        "c.qcow2",
        &[
            "write -P 0x31 33k 5k",
            "write -z 1M 100k",
            "write -z 64k 2k",
        ],
    );
    lab.agrees_with_qemu("c.qcow2", Format::Qcow2);

    lab.img("create -q -f qcow2 -b c.qcow2 -F qcow2 -o cluster_size=2M d.qcow2 5M");
    lab.io("qcow2", "d.qcow2", &["write -P 0x41 4200k 7k"]);
    lab.agrees_with_qemu("d.qcow2", Format::Qcow2);

    let disk = lab.open("d.qcow2", Format::Qcow2).unwrap();
    let names: Vec<_> = disk
        .chain()
        .iter()
        .map(|link| link.path.file_name().unwrap())
        .collect();
    assert_eq!(names, ["d.qcow2", "c.qcow2", "b.qcow2", "a.raw"]);
    let formats: Vec<_> = disk.chain().iter().map(|link| link.format).collect();
    assert_eq!(
        formats,
        [Format::Qcow2, Format::Qcow2, Format::Qcow2, Format::Raw]
    );
}

#[test]
fn an_overlay_on_a_compressed_base_reads_as_qemu_reads_it() {
    let lab = Lab::new();
    lab.patterned("a.raw", 3 << 20);
    lab.img("convert -c -f raw -O qcow2 -o compression_type=zstd a.raw base.qcow2");
    lab.img(
        "create -q -f qcow2 -b base.qcow2 -F qcow2 -o extended_l2=on,cluster_size=128k b.qcow2",
    );
    lab.io(
        "qcow2",
        "b.qcow2",
        &["write -P 0x21 10k 50k", "write -z 1M 300k"],
    );
    lab.agrees_with_qemu("b.qcow2", Format::Qcow2);
}

#[test]
fn backing_names_are_relative_to_the_overlay() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("bases")).unwrap();
    std::fs::create_dir(lab.path("vms")).unwrap();
    lab.put("bases/a.raw", &[7; 4096]);
    lab.put(
        "vms/b.qcow2",
        &create_overlay("../bases/a.raw", Format::Raw, 4096).unwrap(),
    );
    let disk = lab.open("vms/b.qcow2", Format::Qcow2).unwrap();
    let mut read = [0; 4096];
    disk.read_at(&mut read, 0).unwrap();
    assert_eq!(read, [7; 4096]);
}

/// Notes what it is asked for, and lets only one folder be read.
struct Gate {
    folder: PathBuf,
    asked: RefCell<Vec<PathBuf>>,
}

impl Opener for Gate {
    fn open(&self, path: &Path) -> Result<File, OpenError> {
        self.asked.borrow_mut().push(path.to_owned());
        let real = path
            .canonicalize()
            .map_err(|error| OpenError::new(error.to_string()))?;
        if !real.starts_with(&self.folder) {
            return Err(OpenError::new("not in a folder of disks"));
        }
        File::open(real).map_err(|error| OpenError::new(error.to_string()))
    }
}

#[test]
fn every_file_passes_the_gate() {
    let lab = Lab::new();
    let gate = Gate {
        folder: lab.path("").canonicalize().unwrap(),
        asked: RefCell::default(),
    };
    lab.put("a.raw", &[7; 512]);
    lab.put(
        "good.qcow2",
        &create_overlay("a.raw", Format::Raw, 512).unwrap(),
    );
    lab.put(
        "bad.qcow2",
        &create_overlay("/etc/passwd", Format::Raw, 512).unwrap(),
    );
    let open = |name| {
        Disk::open(
            &gate,
            &lab.path(name),
            Format::Qcow2,
            BackingFormat::Recorded,
        )
    };
    open("good.qcow2").unwrap();
    assert_eq!(
        *gate.asked.borrow(),
        [lab.path("good.qcow2"), lab.path("a.raw")]
    );
    match open("bad.qcow2") {
        Err(DiskError::Open { path, .. }) => assert_eq!(path, Path::new("/etc/passwd")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn names_that_are_no_plain_paths_are_refused() {
    for name in [
        "json:{\"driver\":\"raw\",\"file.filename\":\"/etc/passwd\"}",
        "nbd://127.0.0.1/a",
        "rbd:pool/a",
        "https://localhost/a.raw",
    ] {
        let lab = Lab::new();
        lab.put(
            "a.qcow2",
            &create_overlay(name, Format::Raw, 1 << 20).unwrap(),
        );
        match lab.open("a.qcow2", Format::Qcow2) {
            Err(DiskError::BackingName { name: named, .. }) => assert_eq!(named, name),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_chain_that_returns_to_itself_is_refused() {
    let lab = Lab::new();
    lab.put(
        "a.qcow2",
        &create_overlay("b.qcow2", Format::Qcow2, 1 << 20).unwrap(),
    );
    lab.put(
        "b.qcow2",
        &create_overlay("a.qcow2", Format::Qcow2, 1 << 20).unwrap(),
    );
    let looped = lab.open("a.qcow2", Format::Qcow2);
    assert!(
        matches!(looped, Err(DiskError::ChainLoop { .. })),
        "{looped:?}"
    );
}

#[test]
fn a_loop_under_other_names_is_refused() {
    let lab = Lab::new();
    let folder = lab.path("");
    let folder = folder.file_name().unwrap().to_str().unwrap();
    let name = format!("../{folder}/a.qcow2");
    lab.put(
        "a.qcow2",
        &create_overlay(&name, Format::Qcow2, 1 << 20).unwrap(),
    );
    let looped = lab.open("a.qcow2", Format::Qcow2);
    assert!(
        matches!(looped, Err(DiskError::ChainLoop { .. })),
        "{looped:?}"
    );
}

#[test]
fn a_chain_may_be_as_long_as_the_limit_and_no_longer() {
    let lab = Lab::new();
    lab.put("0", &[7; 512]);
    for n in 1..=MAX_CHAIN {
        let format = if n == 1 { Format::Raw } else { Format::Qcow2 };
        lab.put(
            &n.to_string(),
            &create_overlay(&(n - 1).to_string(), format, 512).unwrap(),
        );
    }
    let longest = lab
        .open(&(MAX_CHAIN - 1).to_string(), Format::Qcow2)
        .unwrap();
    let mut read = [0; 512];
    longest.read_at(&mut read, 0).unwrap();
    assert_eq!(read, [7; 512]);
    let longer = lab.open(&MAX_CHAIN.to_string(), Format::Qcow2);
    assert!(
        matches!(longer, Err(DiskError::ChainTooLong { .. })),
        "{longer:?}"
    );
}

/// An overlay without the header extension that records the backing format.
fn unrecorded(backing: &str, size: u64) -> Vec<u8> {
    let mut bytes = create_overlay(backing, Format::Raw, size).unwrap();
    let at = bytes
        .windows(4)
        .position(|word| word == [0xe2, 0x79, 0x2a, 0xca])
        .unwrap();
    bytes[at..at + 4].copy_from_slice(&[0x12, 0x34, 0x56, 0x78]);
    bytes
}

#[test]
fn an_unrecorded_backing_format_is_guessed_only_when_asked_for() {
    let lab = Lab::new();
    lab.patterned("a.raw", 1 << 20);
    lab.img("convert -f raw -O qcow2 a.raw a.qcow2");
    lab.put("on-raw.qcow2", &unrecorded("a.raw", 1 << 20));
    lab.put("on-qcow2.qcow2", &unrecorded("a.qcow2", 1 << 20));
    let expected = lab.bytes("a.raw");
    for name in ["on-raw.qcow2", "on-qcow2.qcow2"] {
        let refused = lab.open(name, Format::Qcow2);
        assert!(
            matches!(refused, Err(DiskError::BackingFormatMissing { .. })),
            "{refused:?}"
        );
        let path = lab.path(name);
        let disk = Disk::open(&Anywhere, &path, Format::Qcow2, BackingFormat::Probe).unwrap();
        let mut read = vec![0; 1 << 20];
        disk.read_at(&mut read, 0).unwrap();
        crate::lab::same(&read, &expected, name);
    }
}

#[test]
fn disks_that_cannot_be_read_safely_are_refused() {
    let lab = Lab::new();
    lab.img("create -q -f qcow2 -o data_file=data.raw,data_file_raw=on external.qcow2 1M");
    lab.img(
        "create -q -f qcow2 --object secret,id=s,data=abc -o encrypt.format=aes,encrypt.key-secret=s secret.qcow2 1M",
    );
    lab.img("create -q -f qcow2 plain.qcow2 1M");
    let mut corrupt = lab.bytes("plain.qcow2");
    corrupt[79] |= 2;
    lab.put("corrupt.qcow2", &corrupt);
    let format = Format::Qcow2;
    for (name, expected) in [
        ("external.qcow2", Refusal::ExternalData { format }),
        ("secret.qcow2", Refusal::Encrypted { format }),
        ("corrupt.qcow2", Refusal::Corrupt { format }),
    ] {
        match lab.open(name, Format::Qcow2) {
            Err(DiskError::Refused { refusal, .. }) => assert_eq!(refusal, expected),
            other => panic!("{name}: {other:?}"),
        }
    }
    let unreadable = lab.open("plain.qcow2", Format::Vmdk);
    assert!(
        matches!(unreadable, Err(DiskError::Unreadable { .. })),
        "{unreadable:?}"
    );
}

#[test]
fn a_dirty_disk_is_readable() {
    let lab = Lab::new();
    lab.img("create -q -f qcow2 a.qcow2 1M");
    let mut bytes = lab.bytes("a.qcow2");
    bytes[79] |= 1;
    lab.put("a.qcow2", &bytes);
    assert!(lab.open("a.qcow2", Format::Qcow2).is_ok());
}
