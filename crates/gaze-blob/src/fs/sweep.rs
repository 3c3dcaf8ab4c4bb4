//! Removing what killed processes left in `tmp/`.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::time::SystemTime;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::layout::{Layout, meta};
use crate::error::BlobError;

const OP: &str = "sweep temporary files";

/// A temporary file that no living writer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Its name in `tmp/`.
    pub name: OsString,
    /// When its contents last changed, by the file system's clock.
    pub modified: SystemTime,
    /// Bytes it takes on the disk.
    pub allocated: u64,
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files removed.
    pub removed: u64,
    /// Bytes on the disk that they took.
    pub removed_bytes: u64,
    /// Leftovers that were to be kept.
    pub kept: u64,
    /// Files that a living writer holds.
    pub in_use: u64,
}

/// Removes each file in `tmp/` that is not locked and for which `keep` is false.
pub(super) fn sweep(layout: &Layout, keep: &dyn Fn(&Leftover) -> bool) -> Result<Swept, BlobError> {
    layout.check_marker()?;
    let failed = |error| BlobError::io(OP, error);
    let mut swept = Swept::default();
    for item in fs::read_dir(layout.tmp()).map_err(failed)? {
        let item = item.map_err(failed)?;
        if !item.file_type().map_err(failed)?.is_file() {
            continue;
        }
        let file = match File::open(item.path()) {
            Ok(file) => file,
            // Published or discarded since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(error)),
        };
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                swept.in_use += 1;
                continue;
            }
            Err(errno) => return Err(failed(errno.into())),
        }
        let metadata = file.metadata().map_err(failed)?;
        let leftover = Leftover {
            name: item.file_name(),
            modified: metadata.modified().map_err(failed)?,
            allocated: meta(&metadata).allocated,
        };
        if keep(&leftover) {
            swept.kept += 1;
            continue;
        }
        match fs::remove_file(item.path()) {
            Ok(()) => {
                swept.removed += 1;
                swept.removed_bytes += leftover.allocated;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(swept)
}
