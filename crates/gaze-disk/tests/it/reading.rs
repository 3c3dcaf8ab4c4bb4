//! Every kind of image that QEMU makes is read and flattened as QEMU reads it.

use gaze_disk::Format;

use crate::lab::Lab;

/// Data, zeros, discarded and overwritten stretches that cross clusters of every size.
const WRITES: [&str; 9] = [
    "write -P 0x11 0 4k",
    "write -P 0x22 60k 70k",
    "write -P 0x33 1M 600k",
    "write -z 1100k 128k",
    "write -z -u 1300k 64k",
    "write -P 0x44 1310k 1k",
    "discard 1400k 64k",
    "write -P 0x55 2047k 2k",
    "write -P 0x66 3071k 1k",
];

#[test]
fn uncompressed_images_read_as_qemu_reads_them() {
    fn check(options: &str) {
        let lab = Lab::new();
        lab.img(&format!("create -q -f qcow2 -o {options} a.qcow2 3M"));
        lab.io("qcow2", "a.qcow2", &WRITES);
        lab.agrees_with_qemu("a.qcow2", Format::Qcow2);
    }
    check("compat=v3");
    check("compat=v3,cluster_size=512");
    check("compat=v3,cluster_size=2M");
    check("compat=v3,refcount_bits=1");
    check("compat=v3,refcount_bits=64,lazy_refcounts=on");
    check("compat=v3,extended_l2=on,cluster_size=16k");
    check("compat=v3,extended_l2=on,cluster_size=64k");
    check("compat=v3,extended_l2=on,cluster_size=2M");
    check("compat=v3,preallocation=metadata");
    check("compat=v3,preallocation=falloc");
}

#[test]
fn version_2_images_read_as_qemu_reads_them() {
    for cluster_size in ["512", "64k", "2M"] {
        let lab = Lab::new();
        lab.img(&format!(
            "create -q -f qcow2 -o compat=v2,cluster_size={cluster_size} a.qcow2 3M"
        ));
        lab.io("qcow2", "a.qcow2", &WRITES);
        lab.agrees_with_qemu("a.qcow2", Format::Qcow2);
    }
}

#[test]
fn compressed_images_read_as_qemu_reads_them() {
    fn check(options: &str) {
        let lab = Lab::new();
        lab.patterned("a.raw", 3 << 20);
        lab.img(&format!(
            "convert -c -f raw -O qcow2 -o {options} a.raw a.qcow2"
        ));
        lab.agrees_with_qemu("a.qcow2", Format::Qcow2);
        lab.io("qcow2", "a.qcow2", &["write -P 0x77 100k 3k"]);
        lab.agrees_with_qemu("a.qcow2", Format::Qcow2);
    }
    check("compat=v2");
    check("compression_type=zlib");
    check("compression_type=zlib,cluster_size=4k");
    check("compression_type=zstd");
    check("compression_type=zstd,cluster_size=4k");
    check("compression_type=zstd,extended_l2=on");
}

#[test]
fn the_active_state_is_read_beside_internal_snapshots() {
    let lab = Lab::new();
    lab.img("create -q -f qcow2 a.qcow2 3M");
    lab.io("qcow2", "a.qcow2", &["write -P 0x11 0 2M"]);
    lab.img("snapshot -c first a.qcow2");
    lab.io("qcow2", "a.qcow2", &WRITES);
    lab.img("snapshot -c second a.qcow2");
    lab.io("qcow2", "a.qcow2", &["write -P 0x99 512k 128k"]);
    lab.agrees_with_qemu("a.qcow2", Format::Qcow2);
}

#[test]
fn raw_files_with_holes_read_as_qemu_reads_them() {
    let lab = Lab::new();
    lab.img("create -q -f raw a.raw 40M");
    lab.io(
        "raw",
        "a.raw",
        &["write -P 0x11 1M 64k", "write -P 0x22 30M 3k"],
    );
    lab.agrees_with_qemu("a.raw", Format::Raw);
}

#[test]
fn an_empty_image_flattens() {
    let lab = Lab::new();
    lab.img("create -q -f qcow2 a.qcow2 20M");
    lab.agrees_with_qemu("a.qcow2", Format::Qcow2);
}

#[test]
fn a_raw_file_of_odd_length_keeps_its_last_bytes_when_flattened() {
    let lab = Lab::new();
    lab.put("a.raw", &vec![0x5a; 70_001]);
    let disk = lab.open("a.raw", Format::Raw).unwrap();
    let plan = gaze_disk::Qcow2Plan::new(&disk).unwrap();
    let mut flat = crate::lab::Collected::default();
    plan.write(&disk, &mut flat, &mut |_| {}).unwrap();
    assert_eq!(plan.virtual_size(), 70_144);
    lab.put("flat.qcow2", &flat.0);
    lab.img("check -f qcow2 flat.qcow2");
    let read = lab.raw_by_qemu("flat.qcow2", Format::Qcow2);
    let mut expected = vec![0x5a; 70_001];
    expected.resize(70_144, 0);
    crate::lab::same(&read, &expected, "flattened");
}

#[test]
fn a_disk_with_more_l2_tables_than_one_flattens() {
    let lab = Lab::new();
    lab.img("create -q -f qcow2 a.qcow2 3G");
    lab.io(
        "qcow2",
        "a.qcow2",
        &[
            "write -P 0x11 511M 2M",
            "write -P 0x22 2G 64k",
            "write -P 0x33 3071M 1M",
        ],
    );
    let disk = lab.open("a.qcow2", Format::Qcow2).unwrap();
    let plan = gaze_disk::Qcow2Plan::new(&disk).unwrap();
    let file = std::fs::File::create(lab.path("flat.qcow2")).unwrap();
    let mut sink = gaze_disk::FileSink::new(file);
    plan.write(&disk, &mut sink, &mut |_| {}).unwrap();
    sink.finish().unwrap();
    assert_eq!(plan.data_len(), (3 << 20) + (64 << 10));
    lab.img("check -f qcow2 flat.qcow2");
    lab.img("compare -f qcow2 -F qcow2 flat.qcow2 a.qcow2");
}

#[test]
fn a_sink_can_cancel() {
    struct Stop;
    impl gaze_disk::Sink for Stop {
        fn data(&mut self, _bytes: &[u8]) -> Result<(), gaze_disk::DiskError> {
            Err(gaze_disk::DiskError::Cancelled)
        }
        fn zeros(&mut self, _len: u64) -> Result<(), gaze_disk::DiskError> {
            Ok(())
        }
    }
    let lab = Lab::new();
    lab.patterned("a.raw", 1 << 20);
    let disk = lab.open("a.raw", Format::Raw).unwrap();
    let raw = gaze_disk::write_raw(&disk, &mut Stop, &mut |_| {});
    assert!(matches!(raw, Err(gaze_disk::DiskError::Cancelled)));
    let plan = gaze_disk::Qcow2Plan::new(&disk).unwrap();
    let flat = plan.write(&disk, &mut Stop, &mut |_| {});
    assert!(matches!(flat, Err(gaze_disk::DiskError::Cancelled)));
}

#[test]
fn reading_beyond_the_disk_is_an_error() {
    let lab = Lab::new();
    lab.img("create -q -f qcow2 a.qcow2 1M");
    let disk = lab.open("a.qcow2", Format::Qcow2).unwrap();
    let mut buf = [0; 2];
    assert!(disk.read_at(&mut buf, (1 << 20) - 2).is_ok());
    for offset in [(1 << 20) - 1, 1 << 20, u64::MAX] {
        let read = disk.read_at(&mut buf, offset);
        assert!(
            matches!(read, Err(gaze_disk::DiskError::OutOfRange { .. })),
            "{offset}"
        );
    }
}
