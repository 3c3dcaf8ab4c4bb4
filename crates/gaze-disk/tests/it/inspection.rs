//! Uploads are identified and described by their content alone.

use gaze_disk::{
    Compression, Facts, Format, Inspector, Refusal, VdiKind, VhdKind, VmdkKind, identify,
    identify_with_tail,
};

use crate::lab::{Lab, inspect_all_ways};

#[test]
fn images_of_every_format_are_accepted_and_described() {
    fn check(options: &str, format: Format, size: u64, facts: &Facts) {
        let lab = Lab::new();
        lab.patterned("a.raw", 3 << 20);
        lab.img(&format!("convert -f raw -O {options} a.raw a"));
        let bytes = lab.bytes("a");
        let inspection =
            inspect_all_ways(&bytes).unwrap_or_else(|error| panic!("{options}: {error}"));
        assert_eq!(
            (inspection.format, inspection.virtual_size),
            (format, size),
            "{options}"
        );
        assert_eq!(&inspection.facts, facts, "{options}");
        let tail = &bytes[bytes.len() - 512..];
        let len = u64::try_from(bytes.len()).unwrap();
        assert_eq!(
            identify_with_tail(&bytes[..40_000], tail, len),
            format,
            "{options}"
        );
    }
    const SIZE: u64 = 3 << 20;
    check("raw", Format::Raw, SIZE, &Facts::Raw);
    check("vmdk", Format::Vmdk, SIZE, &Facts::Vmdk(VmdkKind::Sparse));
    check(
        "vmdk -o subformat=streamOptimized",
        Format::Vmdk,
        SIZE,
        &Facts::Vmdk(VmdkKind::Stream),
    );
    check(
        "vpc -o force_size=on",
        Format::Vhd,
        SIZE,
        &Facts::Vhd(VhdKind::Dynamic),
    );
    check(
        "vpc -o force_size=on,subformat=fixed",
        Format::Vhd,
        SIZE,
        &Facts::Vhd(VhdKind::Fixed),
    );
    check("vhdx", Format::Vhdx, SIZE, &Facts::Vhdx);
    check("vhdx -o subformat=fixed", Format::Vhdx, SIZE, &Facts::Vhdx);
    check("vdi", Format::Vdi, SIZE, &Facts::Vdi(VdiKind::Dynamic));
    check(
        "vdi -o static=on",
        Format::Vdi,
        SIZE,
        &Facts::Vdi(VdiKind::Fixed),
    );
}

#[test]
fn a_qcow2_header_is_described() {
    let lab = Lab::new();
    lab.img("create -q -f qcow2 -o cluster_size=128k,extended_l2=on,compression_type=zstd a 5G");
    lab.img("snapshot -c one a");
    let inspection = inspect_all_ways(&lab.bytes("a")).unwrap();
    assert_eq!(inspection.virtual_size, 5 << 30);
    let Facts::Qcow2(facts) = inspection.facts else {
        panic!("{inspection:?}")
    };
    assert_eq!(
        (facts.version, facts.cluster_bits, facts.internal_snapshots),
        (3, 17, 1)
    );
    assert_eq!(
        (facts.compression, facts.extended_l2),
        (Compression::Zstd, true)
    );
    assert!(!facts.dirty);

    lab.img("create -q -f qcow2 -o compat=v2 b 1G");
    let Facts::Qcow2(facts) = inspect_all_ways(&lab.bytes("b")).unwrap().facts else {
        panic!()
    };
    assert_eq!((facts.version, facts.compression), (2, Compression::Zlib));
}

#[test]
fn a_disc_is_known_by_its_volume_descriptor() {
    let mut disc = vec![0; 1 << 20];
    disc[32_769..32_774].copy_from_slice(b"CD001");
    let inspection = inspect_all_ways(&disc).unwrap();
    assert_eq!(
        (inspection.format, inspection.virtual_size),
        (Format::Iso, 1 << 20)
    );
    disc[..4].copy_from_slice(b"KDMV");
    assert_eq!(
        inspect_all_ways(&disc),
        Err(Refusal::Ambiguous {
            first: Format::Vmdk,
            second: Format::Iso
        })
    );
}

#[test]
fn the_format_is_told_as_soon_as_it_is_known() {
    let mut inspector = Inspector::new();
    assert_eq!(inspector.format(), None);
    inspector.feed(b"QFI\xfb");
    assert_eq!(inspector.format(), Some(Format::Qcow2));
    let mut inspector = Inspector::new();
    inspector.feed(&vec![0; 30_000]);
    assert_eq!(inspector.format(), None);
    inspector.feed(&vec![0; 30_000]);
    assert_eq!(inspector.format(), Some(Format::Raw));
}

#[test]
fn a_refusal_is_known_before_the_end() {
    let lab = Lab::new();
    lab.img("create -q -f qcow2 base 10M");
    lab.img("create -q -f qcow2 -b base -F qcow2 a");
    let mut inspector = Inspector::new();
    inspector.feed(&lab.bytes("a"));
    inspector.feed(&vec![0; 1 << 20]);
    assert_eq!(
        inspector.early_refusal(),
        Some(&Refusal::Parent {
            format: Format::Qcow2
        })
    );
}

#[test]
fn a_stream_of_another_length_than_announced_is_refused() {
    let mut inspector = Inspector::new();
    inspector.feed(&[1; 1000]);
    let refusal = inspector.finish(1001).unwrap_err();
    let expected = Refusal::Truncated {
        format: Format::Raw,
        what: "content",
        needed: 1001,
        have: 1000,
    };
    assert_eq!(refusal, expected);
}

#[test]
fn a_footer_that_does_not_fit_leaves_a_raw_disk_raw() {
    let lab = Lab::new();
    lab.patterned("a.raw", 1 << 20);
    lab.img("convert -f raw -O vpc -o force_size=on,subformat=fixed a.raw a.vhd");
    let bytes = lab.bytes("a.vhd");
    assert_eq!(inspect_all_ways(&bytes).unwrap().format, Format::Vhd);
    assert_eq!(identify(&bytes), Format::Raw);
    let mut longer = vec![0; 512];
    longer.extend_from_slice(&bytes);
    assert_eq!(inspect_all_ways(&longer).unwrap().format, Format::Raw);
}
