//! Bytes that nobody meant as an image: cut, flipped, random. Nothing may panic or run away.

use gaze_disk::{Disk, DiskError, Format, MemorySource, fuzz};
use proptest::prelude::*;

use crate::lab::{Lab, inspect};

/// One small image of each format, and the length from which on a cut-off copy is complete in all
/// that is checked.
fn corpus() -> Vec<(&'static str, Vec<u8>)> {
    let lab = Lab::new();
    lab.patterned("a.raw", 256 << 10);
    let mut images = Vec::new();
    for (name, options) in [
        ("qcow2", "qcow2 -o cluster_size=512"),
        ("qcow2 v2", "qcow2 -o compat=v2,cluster_size=1k"),
        (
            "qcow2 zstd",
            "-c qcow2 -o compression_type=zstd,cluster_size=4k",
        ),
        (
            "qcow2 zlib",
            "-c qcow2 -o compression_type=zlib,cluster_size=4k",
        ),
        (
            "qcow2 subclusters",
            "qcow2 -o extended_l2=on,cluster_size=16k",
        ),
        ("vmdk", "vmdk"),
        ("vmdk stream", "vmdk -o subformat=streamOptimized"),
        ("vhd", "vpc -o force_size=on"),
        ("vdi", "vdi"),
        ("vhdx", "vhdx -o log_size=1M,block_size=1M"),
    ] {
        let (flag, options) = match options.strip_prefix("-c ") {
            Some(rest) => ("-c", rest),
            None => ("", options),
        };
        lab.img(&format!("convert {flag} -f raw -O {options} a.raw a.img"));
        images.push((name, lab.bytes("a.img")));
    }
    images
}

#[test]
fn an_image_cut_at_any_byte_of_its_header_is_refused() {
    for (name, image) in corpus() {
        let format = inspect(&image, 4096).unwrap().format;
        // Below eight bytes there is no magic yet, and a VDI's comes after its text.
        let from = if format == Format::Vdi { 0x44 } else { 8 };
        for len in from..1200 {
            assert!(
                inspect(&image[..len], 4096).is_err(),
                "{name} of {len} bytes is accepted"
            );
        }
    }
}

#[test]
fn a_qcow2_cut_anywhere_gives_an_error_and_never_other_bytes() {
    for (name, image) in corpus() {
        if !name.starts_with("qcow2") {
            continue;
        }
        let whole = read_all(&image).unwrap();
        for len in (0..1200).chain((1200..image.len()).step_by(509)) {
            if let Ok(read) = read_all(&image[..len]) {
                // The last cluster of a file may end with its data, and zeros follow.
                let differs = read
                    .iter()
                    .zip(&whole)
                    .any(|(cut, whole)| cut != whole && *cut != 0);
                assert!(!differs, "{name} of {len} bytes reads other data");
                assert_eq!(read.len(), whole.len());
            }
        }
        for len in 0..104.min(image.len()) {
            assert!(read_all(&image[..len]).is_err(), "{name} of {len} bytes");
        }
    }
}

fn read_all(image: &[u8]) -> Result<Vec<u8>, DiskError> {
    let disk = Disk::from_qcow2_source(Box::new(MemorySource::new(image.to_vec(), 0)))?;
    let mut bytes = vec![0; usize::try_from(disk.virtual_size()).unwrap()];
    disk.read_at(&mut bytes, 0)?;
    Ok(bytes)
}

/// A fixed sequence, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap()
    }
}

/// Values that sit at the edges of what parsers expect.
const EDGES: [u8; 6] = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

#[test]
fn mutated_images_neither_panic_nor_run_away() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for (name, image) in corpus() {
        let qcow2 = name.starts_with("qcow2");
        // VHDX images have megabytes, so each round costs more.
        let rounds = if image.len() > 1 << 20 { 40 } else { 1500 };
        for _ in 0..rounds {
            let mut bytes = image.clone();
            for _ in 0..=random.next() % 6 {
                // Half of the changes hit the header, the others any table or data.
                let room = if random.next().is_multiple_of(2) {
                    600
                } else {
                    bytes.len()
                };
                let at = random.next() % room.min(bytes.len());
                bytes[at] = match random.next() % 3 {
                    0 => EDGES[random.next() % EDGES.len()],
                    1 => bytes[at] ^ (1 << (random.next() % 8)),
                    _ => random.next().to_le_bytes()[0],
                };
            }
            fuzz::inspector(&bytes);
            if qcow2 {
                fuzz::qcow2(&bytes);
            }
        }
    }
}

fn with_magic() -> impl Strategy<Value = Vec<u8>> {
    let magics: Vec<&'static [u8]> = vec![
        b"",
        b"QFI\xfb\0\0\0\x02",
        b"QFI\xfb\0\0\0\x03",
        b"KDMV\x01\0\0\0",
        b"conectix",
        b"vhdxfile",
        b"# Disk DescriptorFile\n",
    ];
    let rest = prop::collection::vec(any::<u8>(), 0..2048);
    (prop::sample::select(magics), rest).prop_map(|(magic, rest)| [magic, &rest].concat())
}

proptest! {
    #[test]
    fn random_bytes_behind_any_magic_are_survived(bytes in with_magic()) {
        fuzz::inspector(&bytes);
        fuzz::qcow2(&bytes);
    }

    #[test]
    fn chunking_does_not_change_the_verdict(bytes in with_magic(), size in 1_usize..700) {
        prop_assert_eq!(inspect(&bytes, size), inspect(&bytes, bytes.len().max(1)));
    }
}
