//! Overlays that we create are what QEMU takes them for.

use gaze_disk::{Format, create_overlay, create_overlay_with};

use crate::lab::{Lab, same};

#[test]
fn an_overlay_reads_as_its_backing_file_but_for_its_own_clusters() {
    let lab = Lab::new();
    lab.patterned("base.raw", 1 << 20);
    let own = vec![0xab; 65_536];
    let bytes = create_overlay_with(
        "base.raw",
        Format::Raw,
        1 << 20,
        &[(131_072, &own), (262_144, &own)],
    );
    lab.put("a.qcow2", &bytes.unwrap());
    let checked = lab.img("check -f qcow2 a.qcow2");
    assert!(checked.contains("No errors were found"), "{checked}");
    let mut expected = lab.bytes("base.raw");
    expected[131_072..196_608].fill(0xab);
    expected[262_144..327_680].fill(0xab);
    same(
        &lab.raw_by_qemu("a.qcow2", Format::Qcow2),
        &expected,
        "by QEMU",
    );
    lab.agrees_with_qemu("a.qcow2", Format::Qcow2);
}

#[test]
fn qemu_finds_the_backing_file_and_its_format() {
    let lab = Lab::new();
    lab.img("create -q -f qcow2 base.qcow2 4G");
    lab.put(
        "a.qcow2",
        &create_overlay("base.qcow2", Format::Qcow2, 4 << 30).unwrap(),
    );
    let info = lab.img("info -f qcow2 a.qcow2");
    assert!(info.contains("backing file: base.qcow2"), "{info}");
    assert!(info.contains("backing file format: qcow2"), "{info}");
    lab.img("check -f qcow2 a.qcow2");
    lab.io("qcow2", "a.qcow2", &["write -P 0x11 3G 1M"]);
    lab.img("check -f qcow2 a.qcow2");
}

#[test]
fn overlays_that_cannot_be_written_are_refused() {
    fn check(backing: &str, size: u64, pieces: &[(u64, &[u8])]) {
        assert!(
            create_overlay_with(backing, Format::Raw, size, pieces).is_err(),
            "{pieces:?}"
        );
    }
    let long = "x".repeat(1024);
    check("", 1 << 20, &[]);
    check(&long, 1 << 20, &[]);
    check("a", 1 << 20, &[(1, &[1])]);
    check("a", 1 << 20, &[(1 << 20, &[1])]);
    check("a", 1 << 20, &[(65_536, &[1]), (0, &[1])]);
    check("a", u64::MAX, &[]);
}
