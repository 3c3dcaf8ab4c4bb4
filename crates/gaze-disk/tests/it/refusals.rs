//! Uploads that depend on other files, are encrypted, damaged, or whose headers lie, are refused.

use gaze_disk::{Format, Refusal};

use crate::lab::{Lab, inspect_all_ways};

#[test]
fn images_that_need_other_files_are_refused() {
    fn check(commands: &[&str], image: &str, expected: Refusal) {
        let lab = Lab::new();
        lab.img("create -q -f qcow2 base.qcow2 1M");
        lab.img("create -q -f vmdk base.vmdk 1M");
        for command in commands {
            lab.img(command);
        }
        assert_eq!(
            inspect_all_ways(&lab.bytes(image)),
            Err(expected),
            "{commands:?}"
        );
    }
    use Format::{Qcow2, Vmdk};
    check(
        &["create -q -f qcow2 -b base.qcow2 -F qcow2 a"],
        "a",
        Refusal::Parent { format: Qcow2 },
    );
    check(
        &["create -q -f qcow2 -o data_file=data.raw a 1M"],
        "a",
        Refusal::ExternalData { format: Qcow2 },
    );
    check(
        &["create -q -f vmdk -b base.vmdk -F vmdk a.vmdk"],
        "a.vmdk",
        Refusal::Parent { format: Vmdk },
    );
    for kind in [
        "monolithicFlat",
        "twoGbMaxExtentSparse",
        "twoGbMaxExtentFlat",
    ] {
        let create = format!("create -q -f vmdk -o subformat={kind} a.vmdk 1M");
        check(&[&create], "a.vmdk", Refusal::ExternalData { format: Vmdk });
    }
}

#[test]
fn encrypted_images_are_refused() {
    for kind in ["luks", "aes"] {
        let lab = Lab::new();
        let tuning = if kind == "luks" {
            ",encrypt.iter-time=10"
        } else {
            ""
        };
        lab.img(&format!(
            "create -q -f qcow2 --object secret,id=s,data=abc \
             -o encrypt.format={kind},encrypt.key-secret=s{tuning} a 1M"
        ));
        let refused = inspect_all_ways(&lab.bytes("a"));
        assert_eq!(
            refused,
            Err(Refusal::Encrypted {
                format: Format::Qcow2
            }),
            "{kind}"
        );
    }
}

/// An image with some bytes replaced.
fn patched(lab: &Lab, image: &str, patches: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = lab.bytes(image);
    for (at, patch) in patches {
        bytes[*at..at + patch.len()].copy_from_slice(patch);
    }
    bytes
}

#[test]
fn qcow2_headers_that_lie_are_refused() {
    let lab = Lab::new();
    lab.img("create -q -f qcow2 a 1M");
    let check = |at: usize, patch: &[u8], expected: Option<Refusal>| {
        let bytes = patched(&lab, "a", &[(at, patch)]);
        let refusal = inspect_all_ways(&bytes).expect_err("a header that lies is accepted");
        match expected {
            Some(expected) => assert_eq!(refusal, expected),
            None => assert!(
                matches!(
                    refusal,
                    Refusal::Malformed { .. } | Refusal::Truncated { .. }
                ),
                "{at}: {refusal:?}"
            ),
        }
    };
    let format = Format::Qcow2;
    check(79, &[1], Some(Refusal::Dirty { format }));
    check(79, &[2], Some(Refusal::Corrupt { format }));
    check(79, &[4], Some(Refusal::ExternalData { format }));
    check(
        72,
        &[0x80],
        Some(Refusal::UnknownFeatures {
            format,
            bits: 1 << 63,
        }),
    );
    check(
        79,
        &[0x20],
        Some(Refusal::UnknownFeatures { format, bits: 32 }),
    );
    check(
        7,
        &[4],
        Some(Refusal::Unsupported {
            format,
            what: "version 4".into(),
        }),
    );
    check(
        7,
        &[1],
        Some(Refusal::Unsupported {
            format,
            what: "version 1".into(),
        }),
    );
    check(
        24,
        &[1],
        Some(Refusal::TooLarge {
            format,
            virtual_size: (1 << 56) + (1 << 20),
        }),
    );
    check(35, &[3], None); // encryption method
    check(23, &[8], None); // cluster size
    check(23, &[22], None);
    check(36, &[0xff], None); // L1 entries
    check(39, &[0], None);
    check(46, &[1, 1], None); // L1 offset
    check(40, &[0x7f], None);
    check(54, &[1, 1], None); // refcount table offset
    check(56, &[1], None); // refcount table clusters
    check(60, &[1], None); // internal snapshots
    check(99, &[7], None); // refcount order
    check(100, &[0, 0, 0, 96], None); // header length
    check(100, &[0, 0, 0, 109], None);
    check(104, &[1], None); // compression type without its bit
    check(79, &[8], None); // the bit without the type
    check(112, &[0x11, 0x22, 0x33, 0x44, 0xff, 0xff, 0xff, 0xff], None); // extension length
    check(8, &[0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 4, 0], None); // backing name outside
}

/// Replaces text in a VMDK's descriptor, which is padded with zeros.
fn with_descriptor(image: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut bytes = image.to_vec();
    let end = 512 + 20 * 512;
    let text = String::from_utf8(bytes[512..end].to_vec()).unwrap();
    let text = text.trim_end_matches('\0');
    assert!(text.contains(from), "{text}");
    let mut text = text.replacen(from, to, 1).into_bytes();
    text.resize(end - 512, 0);
    bytes[512..end].copy_from_slice(&text);
    bytes
}

#[test]
fn vmdk_descriptors_that_name_other_files_are_refused() {
    let lab = Lab::new();
    lab.img("create -q -f vmdk a.vmdk 1M");
    let image = lab.bytes("a.vmdk");
    let check = |from: &str, to: &str, expected: Refusal| {
        let bytes = with_descriptor(&image, from, to);
        assert_eq!(inspect_all_ways(&bytes), Err(expected), "{to}");
    };
    let (parent, foreign) = (
        Refusal::Parent {
            format: Format::Vmdk,
        },
        Refusal::ExternalData {
            format: Format::Vmdk,
        },
    );
    check("parentCID=ffffffff", "parentCID=12345678", parent.clone());
    check(
        "parentCID=ffffffff",
        "#parentCID=1\nparentCID=ffffffff",
        parent.clone(),
    );
    check(
        "version=1",
        "version=1\nparentFileNameHint=\"/etc/passwd\"",
        parent.clone(),
    );
    check(
        "version=1",
        "version=1\r PARENTFILENAMEHINT = \"x\"",
        parent,
    );
    check("monolithicSparse", "monolithicFlat", foreign.clone());
    check("SPARSE \"a.vmdk\"", "FLAT \"a.vmdk\" 0", foreign.clone());
    check("SPARSE \"a.vmdk\"", "SPARSE \"../a.vmdk\"", foreign.clone());
    check("RW 2048", "RW 4096", foreign.clone());
    check(
        "RW 2048",
        "RW 2048 FLAT \"/etc/passwd\" 0\nRW 2048",
        foreign.clone(),
    );
    check("RW 2048", "# RW 2048", foreign.clone());
    // Without capacity QEMU takes the file for a bare descriptor.
    let mut bytes = image.clone();
    bytes[12..20].fill(0);
    assert_eq!(inspect_all_ways(&bytes), Err(foreign.clone()));
    let text = b"# Disk DescriptorFile\nversion=1\nRW 1 FLAT \"/etc/passwd\" 0\n";
    assert_eq!(inspect_all_ways(text), Err(foreign));
}

/// Sets a VHD footer's checksum, as the specification computes it.
fn seal(footer: &mut [u8]) {
    footer[64..68].fill(0);
    let sum: u32 = footer.iter().map(|byte| u32::from(*byte)).sum();
    footer[64..68].copy_from_slice(&(!sum).to_be_bytes());
}

#[test]
fn differencing_and_contradictory_vhds_are_refused() {
    let lab = Lab::new();
    lab.img("create -q -f vpc -o force_size=on a.vhd 4M");
    let mut bytes = lab.bytes("a.vhd");
    let end = bytes.len() - 512;
    inspect_all_ways(&bytes).unwrap();

    // The footer alone calls it differencing; its copy at the start does not.
    bytes[end + 63] = 4;
    seal(&mut bytes[end..]);
    let refused = inspect_all_ways(&bytes);
    assert!(
        matches!(refused, Err(Refusal::Malformed { .. })),
        "{refused:?}"
    );
    bytes[63] = 4;
    seal(&mut bytes[..512]);
    assert_eq!(
        inspect_all_ways(&bytes),
        Err(Refusal::Parent {
            format: Format::Vhd
        })
    );

    // A dynamic disk with a parent's name.
    let bytes = patched(&lab, "a.vhd", &[(512 + 64, b"\0b\0a\0s\0e")]);
    assert_eq!(
        inspect_all_ways(&bytes),
        Err(Refusal::Parent {
            format: Format::Vhd
        })
    );
    // A wrong checksum.
    let bytes = patched(&lab, "a.vhd", &[(48, &[0, 0, 1])]);
    assert!(inspect_all_ways(&bytes).is_err());
}

/// Where the metadata region of a VHDX that QEMU makes begins.
fn vhdx_metadata(bytes: &[u8]) -> usize {
    bytes
        .chunks(64 << 10)
        .position(|chunk| chunk.starts_with(b"metadata"))
        .unwrap()
        * (64 << 10)
}

#[test]
fn vhdx_with_a_parent_a_log_or_damage_is_refused() {
    let lab = Lab::new();
    lab.img("create -q -f vhdx a.vhdx 4M");
    let bytes = lab.bytes("a.vhdx");
    let format = Format::Vhdx;
    inspect_all_ways(&bytes).unwrap();
    let metadata = vhdx_metadata(&bytes);
    // The file parameters, whose flags follow the block size, are the first item.
    let item = metadata
        + usize::try_from(u32::from_le_bytes(
            bytes[metadata + 48..metadata + 52].try_into().unwrap(),
        ))
        .unwrap();
    let parent = patched(&lab, "a.vhdx", &[(item + 4, &[2])]);
    assert_eq!(inspect_all_ways(&parent), Err(Refusal::Parent { format }));
    let unknown = patched(&lab, "a.vhdx", &[(metadata + 32 + 64, &[0xee; 16])]);
    let refused = inspect_all_ways(&unknown);
    assert!(
        matches!(
            refused,
            Err(Refusal::Unsupported { .. } | Refusal::Malformed { .. })
        ),
        "{refused:?}"
    );
    let damaged = patched(&lab, "a.vhdx", &[((192 << 10) + 40, &[0xee])]);
    assert!(matches!(
        inspect_all_ways(&damaged),
        Err(Refusal::Malformed { .. })
    ));
    // Headers with a log that was not replayed, by their checksums valid.
    let mut dirty = bytes.clone();
    for at in [64 << 10, 128 << 10] {
        dirty[at + 48] = 1;
        dirty[at + 4..at + 8].fill(0);
        let crc = crc32c(&dirty[at..at + 4096]);
        dirty[at + 4..at + 8].copy_from_slice(&crc.to_le_bytes());
    }
    assert_eq!(inspect_all_ways(&dirty), Err(Refusal::Dirty { format }));
}

/// CRC-32C bit by bit, from its definition.
fn crc32c(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                (crc >> 1) ^ 0x82f6_3b78
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

#[test]
fn vdi_with_a_parent_is_refused() {
    let lab = Lab::new();
    lab.img("create -q -f vdi a.vdi 4M");
    for (at, patch) in [(0x4c, 4), (0x4c, 3), (0x1a8, 1), (0x1c7, 1)] {
        let bytes = patched(&lab, "a.vdi", &[(at, &[patch])]);
        let refused = inspect_all_ways(&bytes);
        assert_eq!(
            refused,
            Err(Refusal::Parent {
                format: Format::Vdi
            }),
            "{at:#x}"
        );
    }
}
