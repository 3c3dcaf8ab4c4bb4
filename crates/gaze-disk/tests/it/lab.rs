//! A folder for one test, QEMU's tools in it, and the checks that every image must pass.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use gaze_disk::{
    BackingFormat, Disk, DiskError, ExtentKind, FileSink, Format, Inspection, Inspector, OpenError,
    Opener, Qcow2Plan, Refusal, Sink, write_raw,
};

/// Opens whatever it is asked for.
pub(crate) struct Anywhere;

impl Opener for Anywhere {
    fn open(&self, path: &Path) -> Result<File, OpenError> {
        File::open(path).map_err(|error| OpenError::new(error.to_string()))
    }
}

/// Keeps everything in memory.
#[derive(Default)]
pub(crate) struct Collected(pub(crate) Vec<u8>);

impl Sink for Collected {
    fn data(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn zeros(&mut self, len: u64) -> Result<(), DiskError> {
        self.0
            .resize(self.0.len() + usize::try_from(len).unwrap(), 0);
        Ok(())
    }
}

pub(crate) struct Lab {
    dir: tempfile::TempDir,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// Runs a tool in the folder. On a busy machine QEMU may fail to measure how fast it derives
    /// keys: then it tries again.
    fn run(&self, tool: &str, words: &[&str]) -> String {
        let mut tries = 0;
        loop {
            tries += 1;
            let output = Command::new(tool)
                .args(words)
                .current_dir(self.dir.path())
                .output()
                .unwrap();
            let (out, err) = (
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
            if tries < 10 && err.contains("Unable to get accurate CPU usage") {
                continue;
            }
            assert!(output.status.success(), "{tool} {words:?}: {out}{err}");
            return out.into_owned();
        }
    }

    /// `qemu-img` with the words of `line`.
    pub(crate) fn img(&self, line: &str) -> String {
        self.run("qemu-img", &line.split_whitespace().collect::<Vec<_>>())
    }

    /// `qemu-io` on an image, one command each.
    pub(crate) fn io(&self, format: &str, image: &str, commands: &[&str]) {
        let mut words = vec!["-f", format];
        for command in commands {
            words.extend(["-c", command]);
        }
        words.push(image);
        let out = self.run("qemu-io", &words);
        assert!(!out.contains("failed"), "{out}");
    }

    /// A raw file with runs of patterns, incompressible bytes and holes.
    pub(crate) fn patterned(&self, name: &str, len: usize) {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut bytes = vec![0; len];
        for (number, block) in bytes.chunks_mut(24 << 10).enumerate() {
            match number % 5 {
                0 => block.fill(u8::try_from(number % 250).unwrap() + 1),
                1 | 3 => block.iter_mut().for_each(|byte| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    *byte = state.to_be_bytes()[0];
                }),
                _ => {}
            }
        }
        self.put(name, &bytes);
    }

    pub(crate) fn open(&self, name: &str, format: Format) -> Result<Disk, DiskError> {
        Disk::open(&Anywhere, &self.path(name), format, BackingFormat::Recorded)
    }

    /// The image as QEMU reads it.
    pub(crate) fn raw_by_qemu(&self, name: &str, format: Format) -> Vec<u8> {
        self.img(&format!("convert -f {format} -O raw {name} by-qemu.raw"));
        self.bytes("by-qemu.raw")
    }

    /// Checks that reading, mapping and flattening the image agree with QEMU.
    pub(crate) fn agrees_with_qemu(&self, name: &str, format: Format) {
        let expected = self.raw_by_qemu(name, format);
        let disk = self.open(name, format).unwrap();
        assert_eq!(disk.virtual_size(), u64::try_from(expected.len()).unwrap());
        let mut whole = Collected::default();
        write_raw(&disk, &mut whole, &mut |_| {}).unwrap();
        same(&whole.0, &expected, "write_raw");
        same(&in_pieces(&disk, 12_345), &expected, "read_at in pieces");
        zeros_are_zero(&disk, &expected);
        self.flattens(&disk, name, format);
    }

    fn flattens(&self, disk: &Disk, name: &str, format: Format) {
        let plan = Qcow2Plan::new(disk).unwrap();
        let mut sink = FileSink::new(File::create(self.path("flat.qcow2")).unwrap());
        let mut done = 0;
        plan.write(disk, &mut sink, &mut |now| {
            assert!(now >= done, "progress goes forward");
            done = now;
        })
        .unwrap();
        sink.finish().unwrap();
        let flat = self.bytes("flat.qcow2");
        assert_eq!(plan.total_len(), u64::try_from(flat.len()).unwrap());
        assert_eq!(done, plan.total_len());
        let checked = self.img("check -f qcow2 flat.qcow2");
        assert!(checked.contains("No errors were found"), "{checked}");
        self.img(&format!("compare -f qcow2 -F {format} flat.qcow2 {name}"));
        let inspection = inspect(&flat, 65_537).unwrap();
        assert_eq!(inspection.format, Format::Qcow2);
        assert_eq!(inspection.virtual_size, plan.virtual_size());
    }
}

/// What the inspector says when the bytes arrive in chunks of `size`.
pub(crate) fn inspect(bytes: &[u8], size: usize) -> Result<Inspection, Refusal> {
    let mut inspector = Inspector::new();
    for chunk in bytes.chunks(size) {
        inspector.feed(chunk);
    }
    inspector.finish(u64::try_from(bytes.len()).unwrap())
}

/// Inspects in several chunkings, which must not matter.
pub(crate) fn inspect_all_ways(bytes: &[u8]) -> Result<Inspection, Refusal> {
    let whole = inspect(bytes, bytes.len().max(1));
    for size in [511, 4096, 70_000] {
        assert_eq!(inspect(bytes, size), whole, "chunks of {size}");
    }
    whole
}

fn in_pieces(disk: &Disk, size: usize) -> Vec<u8> {
    let mut bytes = vec![0xee; usize::try_from(disk.virtual_size()).unwrap()];
    let mut at = 0;
    for piece in bytes.chunks_mut(size) {
        disk.read_at(piece, at).unwrap();
        at += u64::try_from(piece.len()).unwrap();
    }
    bytes
}

fn zeros_are_zero(disk: &Disk, expected: &[u8]) {
    let mut at = 0;
    while at < disk.virtual_size() {
        let extent = disk.map(at, disk.virtual_size() - at).unwrap();
        assert!(extent.len > 0, "the map stands still at {at}");
        let (from, to) = (
            usize::try_from(at).unwrap(),
            usize::try_from(at + extent.len).unwrap(),
        );
        if extent.kind == ExtentKind::Zero {
            assert!(
                expected[from..to].iter().all(|byte| *byte == 0),
                "{from}..{to} is not zero"
            );
        }
        at += extent.len;
    }
    assert_eq!(at, disk.virtual_size());
}

/// Compares without printing megabytes.
pub(crate) fn same(ours: &[u8], expected: &[u8], what: &str) {
    assert_eq!(ours.len(), expected.len(), "{what}: length");
    if let Some(at) = ours.iter().zip(expected).position(|(a, b)| a != b) {
        panic!(
            "{what}: byte {at} is {:#x}, not {:#x}",
            ours[at], expected[at]
        );
    }
}
