//! Writing a disk without its zeros.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use gaze_compute::share_like;

/// Zeros are left out in blocks of this size, the usual block of a file system.
const BLOCK: usize = 4096;

/// A new file in which blocks of zeros are holes.
pub(super) struct Sparse {
    file: File,
    len: u64,
}

impl Sparse {
    pub(super) fn new(file: File) -> Self {
        Self { file, len: 0 }
    }

    pub(super) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let into = usize::try_from(self.len % BLOCK as u64).unwrap_or(0);
            let first = (BLOCK - into).min(bytes.len());
            let zero = |block: &[u8]| block.iter().all(|byte| *byte == 0);
            // A run of blocks of one kind, so that data is written in large pieces.
            let hole = zero(&bytes[..first]);
            let mut end = first;
            while end < bytes.len() {
                let next = (end + BLOCK).min(bytes.len());
                if zero(&bytes[end..next]) != hole {
                    break;
                }
                end = next;
            }
            let (run, rest) = bytes.split_at(end);
            if !hole {
                self.file.write_all_at(run, self.len)?;
            }
            self.len += run.len() as u64;
            bytes = rest;
        }
        Ok(())
    }

    /// Makes the file durable, for those who may use `model`, with its permissions within `mode`.
    pub(super) fn finish(&mut self, model: &File, mode: u32) -> io::Result<()> {
        self.file.set_len(self.len)?;
        if !share_like(&self.file, model, mode)? {
            tracing::warn!("a new disk does not belong to whom the old one belongs");
        }
        self.file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_zeros_take_no_room() {
        let folder = tempfile::tempdir().unwrap();
        for (name, chunk) in [("a", 1000), ("b", BLOCK), ("c", 7 * BLOCK + 1)] {
            let mut bytes = vec![0; 64 * BLOCK];
            bytes[5 * BLOCK..6 * BLOCK].fill(1);
            bytes[6 * BLOCK + 17] = 2;
            bytes.extend([0; 100]);
            let path = folder.path().join(name);
            let file = File::create_new(&path).unwrap();
            let mut sparse = Sparse::new(file.try_clone().unwrap());
            for chunk in bytes.chunks(chunk) {
                sparse.write(chunk).unwrap();
            }
            sparse.finish(&file, 0o666).unwrap();
            assert!(std::fs::read(&path).unwrap() == bytes, "{chunk}");
            assert!(file.metadata().unwrap().blocks() * 512 < 10 * BLOCK as u64);
        }
    }
}
