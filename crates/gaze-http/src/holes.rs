//! Holes of files: zeros that are neither on a disk nor, if they are sent from elsewhere, in memory.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::MetadataExt as _;
use std::sync::{Arc, OnceLock};

use rustix::fs::{MemfdFlags, SeekFrom, memfd_create, seek};

use crate::handoff::PIECE;

/// Unit of `st_blocks`, in bytes (stat(2)).
const STAT_BLOCK_BYTES: u64 = 512;

/// The least that is worth a piece of its own. A smaller hole is sent as the data around it.
const LEAST: u64 = 64 << 10;

/// What a piece of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// Data, perhaps with small holes.
    Data,
    /// Nothing but a hole.
    Hole,
}

/// Whether a file has holes at all, and where what comes next ends.
#[derive(Debug)]
pub(crate) struct Sparse {
    has_holes: bool,
    /// The last answer, which is asked for again while its piece is being fetched.
    last: Option<(Run, Range<u64>)>,
}

impl Sparse {
    pub(crate) fn of(file: &File) -> Self {
        let holes = |it: std::fs::Metadata| it.blocks().saturating_mul(STAT_BLOCK_BYTES) < it.len();
        Self {
            has_holes: file.metadata().is_ok_and(holes),
            last: None,
        }
    }

    /// What the file has at the beginning of `most`, and how much of it.
    pub(crate) fn next(&mut self, file: &File, most: &Range<u64>) -> (Run, Range<u64>) {
        if !self.has_holes {
            return (Run::Data, most.clone());
        }
        match &self.last {
            Some((run, piece)) if piece.start == most.start && piece.end <= most.end => {
                (*run, piece.clone())
            }
            _ => {
                let found = look(file, most);
                self.last = Some(found.clone());
                found
            }
        }
    }
}

/// A file system that cannot tell where its holes are has none.
fn look(file: &File, most: &Range<u64>) -> (Run, Range<u64>) {
    let (start, end) = (most.start, most.end);
    let least = end.min(start.saturating_add(LEAST));
    let data = match seek(file, SeekFrom::Data(start)) {
        Ok(data) => data.min(end),
        // Nothing but a hole is left, or less than there was (lseek(2)).
        Err(rustix::io::Errno::NXIO) if file.metadata().is_ok_and(|it| it.len() >= end) => end,
        Err(_) => return (Run::Data, most.clone()),
    };
    if data >= least {
        return (Run::Hole, start..data);
    }
    let hole = seek(file, SeekFrom::Hole(data)).unwrap_or(end);
    (Run::Data, start..hole.clamp(least, end))
}

/// A file of zeros, as long as a piece, that takes no room; `None` where the system has none.
pub(crate) fn zeros() -> Option<&'static Arc<File>> {
    static ZEROS: OnceLock<Option<Arc<File>>> = OnceLock::new();
    let made = ZEROS.get_or_init(|| {
        let file = File::from(memfd_create("gaze-zeros", MemfdFlags::CLOEXEC).ok()?);
        file.set_len(PIECE as u64).ok()?;
        Some(Arc::new(file))
    });
    made.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt as _;

    #[test]
    fn large_holes_are_told_from_data_and_small_ones_are_not() {
        let file = tempfile::tempfile().unwrap();
        let mib = 1 << 20;
        file.set_len(4 * mib).unwrap();
        file.write_all_at(&vec![1; 1 << 20], mib).unwrap();
        // A small hole, then data.
        file.write_all_at(&[1; 4096], 2 * mib + 8192).unwrap();
        let mut sparse = Sparse::of(&file);
        let mut check = |most: Range<u64>, expected: (Run, Range<u64>)| {
            assert_eq!(sparse.next(&file, &most), expected, "{most:?}");
        };
        check(0..mib, (Run::Hole, 0..mib));
        check(mib / 2..mib + 9, (Run::Hole, mib / 2..mib));
        check(mib..2 * mib, (Run::Data, mib..2 * mib));
        check(2 * mib..3 * mib, (Run::Data, 2 * mib..2 * mib + LEAST));
        let hole = 2 * mib + LEAST;
        check(hole..3 * mib, (Run::Hole, hole..3 * mib));
        check(3 * mib..4 * mib, (Run::Hole, 3 * mib..4 * mib));
        // Past the end there is nothing to be sent, which is for the sending to notice.
        check(3 * mib + 1..5 * mib, (Run::Data, 3 * mib + 1..5 * mib));
    }

    #[test]
    fn a_file_without_holes_is_not_looked_at() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(&[0; 8192], 0).unwrap();
        assert!(!Sparse::of(&file).has_holes);
    }
}
