//! Random access to the bytes of one file, with its holes.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, PoisonError};

use rustix::fs::SeekFrom;
use rustix::io::Errno;

use crate::bytes::{index, length};

/// What a stretch of a disk holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExtentKind {
    /// Bytes that must be read to be known.
    Data,
    /// Reads as zeros, known without reading.
    Zero,
}

/// A stretch of a disk of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// What it holds.
    pub kind: ExtentKind,
    /// Its length in bytes; never 0 unless nothing was asked for.
    pub len: u64,
}

/// Random access to a fixed number of bytes: a file, or whatever else can stand for one.
pub trait Source: Send + Sync + std::fmt::Debug {
    /// Length in bytes; does not change while the source is in use.
    fn len(&self) -> u64;

    /// Fills all of `buf` from `offset`. The range lies within [`Source::len`].
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()>;

    /// What the bytes from `offset` hold, for at most `max_len` bytes. `offset` lies within
    /// [`Source::len`]. A source that knows no holes answers [`ExtentKind::Data`].
    fn extent(&self, offset: u64, max_len: u64) -> io::Result<Extent>;

    /// Whether there is no byte at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A regular file or block device. Its holes are found with `SEEK_DATA` and `SEEK_HOLE`.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    len: u64,
    known: Mutex<Option<Known>>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    start: u64,
    end: u64,
    kind: ExtentKind,
}

impl FileSource {
    /// Takes the file at its present length.
    ///
    /// # Errors
    /// When the length cannot be learnt.
    pub fn new(file: File) -> io::Result<Self> {
        // The metadata of a block device says 0; seeking to the end is right for both.
        let len = rustix::fs::seek(&file, SeekFrom::End(0))?;
        Ok(Self {
            file,
            len,
            known: Mutex::new(None),
        })
    }

    fn find(&self, offset: u64) -> io::Result<Known> {
        let data = match rustix::fs::seek(&self.file, SeekFrom::Data(offset)) {
            Ok(data) => data.min(self.len),
            Err(Errno::NXIO) => self.len,
            // The file system or device does not know its holes.
            Err(Errno::INVAL | Errno::OPNOTSUPP) => {
                return Ok(Known {
                    start: 0,
                    end: self.len,
                    kind: ExtentKind::Data,
                });
            }
            Err(errno) => return Err(errno.into()),
        };
        if data > offset {
            return Ok(Known {
                start: offset,
                end: data,
                kind: ExtentKind::Zero,
            });
        }
        let hole = rustix::fs::seek(&self.file, SeekFrom::Hole(offset))?.min(self.len);
        // A file that changes under us could answer a hole at `offset` now: still progress.
        let end = hole.max(offset.saturating_add(1));
        Ok(Known {
            start: offset,
            end,
            kind: ExtentKind::Data,
        })
    }
}

impl Source for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(buf, offset)
    }

    fn extent(&self, offset: u64, max_len: u64) -> io::Result<Extent> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = match *known {
            Some(found) if (found.start..found.end).contains(&offset) => found,
            _ => self.find(offset)?,
        };
        *known = Some(found);
        Ok(Extent {
            kind: found.kind,
            len: (found.end - offset).min(max_len),
        })
    }
}

/// Bytes in memory, followed by zeros up to a length.
#[derive(Debug, Clone)]
pub struct MemorySource {
    bytes: Vec<u8>,
    len: u64,
}

impl MemorySource {
    /// `bytes`, then zeros until `len` bytes in all; `len` is raised to hold the bytes.
    pub fn new(bytes: Vec<u8>, len: u64) -> Self {
        let len = len.max(length(bytes.len()));
        Self { bytes, len }
    }
}

impl Source for MemorySource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<()> {
        let from = self.bytes.get(index(offset)..).unwrap_or_default();
        let stored = from.len().min(buf.len());
        let (head, rest) = buf.split_at_mut(stored);
        head.copy_from_slice(&from[..stored]);
        rest.fill(0);
        Ok(())
    }

    fn extent(&self, offset: u64, max_len: u64) -> io::Result<Extent> {
        let stored = length(self.bytes.len());
        let (kind, end) = if offset < stored {
            (ExtentKind::Data, stored)
        } else {
            (ExtentKind::Zero, self.len)
        };
        Ok(Extent {
            kind,
            len: end.saturating_sub(offset).min(max_len),
        })
    }
}
