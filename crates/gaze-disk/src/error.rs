//! The one error of reading and writing disks.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use crate::chain::OpenError;
use crate::format::Format;
use crate::refusal::Refusal;

/// What went wrong while a disk was opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiskError {
    /// The caller's gate refused a file of the chain, or the file could not be opened.
    #[error("cannot open {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the gate said.
        source: OpenError,
    },
    /// Bytes could not be read.
    #[error("cannot read {len} bytes at {offset} of {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Offset in that file.
        offset: u64,
        /// Bytes asked for.
        len: usize,
        /// The cause.
        source: io::Error,
    },
    /// The holes of a file could not be found, or its length not be learnt.
    #[error("cannot learn the extents of {} at {offset}", path.display())]
    Extents {
        /// The file.
        path: PathBuf,
        /// Offset in that file.
        offset: u64,
        /// The cause.
        source: io::Error,
    },
    /// The header of a file of the chain is refused.
    #[error("{}: {refusal}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        refusal: Refusal,
    },
    /// Tables or data behind a valid header contradict the format.
    #[error("{} is damaged at guest offset {offset}: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Offset on the virtual disk.
        offset: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// Images of this format can be inspected, not read as a disk.
    #[error("{} is {format}, which cannot be read as a disk here", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: Format,
    },
    /// The backing file is named by a URL, a `json:` description or no plain path at all.
    #[error("{} names its backing file {name:?}, which is not a plain path", path.display())]
    BackingName {
        /// The overlay.
        path: PathBuf,
        /// The name as it stands in the overlay.
        name: String,
    },
    /// The overlay does not record its backing file's format, and guessing was not asked for.
    #[error("{} does not record the format of its backing file", path.display())]
    BackingFormatMissing {
        /// The overlay.
        path: PathBuf,
    },
    /// The overlay records a backing format that cannot be read.
    #[error("{} has a backing file of format {name:?}, which cannot be read here", path.display())]
    BackingFormatUnknown {
        /// The overlay.
        path: PathBuf,
        /// The recorded format.
        name: String,
    },
    /// A file is its own ancestor.
    #[error("the backing chain returns to {}", path.display())]
    ChainLoop {
        /// The file that was met twice.
        path: PathBuf,
    },
    /// The chain is longer than [`crate::MAX_CHAIN`].
    #[error("the backing chain goes on beyond {} files at {}", crate::MAX_CHAIN, path.display())]
    ChainTooLong {
        /// The first file too many.
        path: PathBuf,
    },
    /// A read or map lies beyond the end of the virtual disk.
    #[error("{len} bytes at {offset} do not lie within a disk of {virtual_size} bytes")]
    OutOfRange {
        /// Offset on the virtual disk.
        offset: u64,
        /// Bytes asked for.
        len: u64,
        /// Size of the virtual disk in bytes.
        virtual_size: u64,
    },
    /// The image that was to be written cannot be expressed.
    #[error("cannot write this image: {0}")]
    Unwritable(&'static str),
    /// The receiver of the output failed.
    #[error("the output could not be written")]
    Sink(#[source] Box<dyn Error + Send + Sync>),
    /// The receiver of the output asked to stop.
    #[error("the operation was cancelled")]
    Cancelled,
}
