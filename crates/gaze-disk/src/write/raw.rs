//! A disk as raw bytes.

use super::{CHUNK, Sink};
use crate::bytes::{index, is_zero};
use crate::disk::Disk;
use crate::error::DiskError;
use crate::source::ExtentKind;

/// Writes the whole disk; what is known or found to be zero is announced as such. `progress` is
/// told the bytes done so far.
///
/// # Errors
/// When the disk cannot be read or the sink stops.
pub fn write_raw(
    disk: &Disk,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(u64),
) -> Result<(), DiskError> {
    let size = disk.virtual_size();
    let mut buffer = vec![0; index(CHUNK.min(size))];
    let mut at = 0;
    while at < size {
        let extent = disk.map(at, size - at)?;
        match extent.kind {
            ExtentKind::Zero => {
                sink.zeros(extent.len)?;
                at += extent.len;
            }
            ExtentKind::Data => {
                let part = &mut buffer[..index(extent.len.min(CHUNK))];
                disk.read_at(part, at)?;
                at += crate::bytes::length(part.len());
                if is_zero(part) {
                    sink.zeros(crate::bytes::length(part.len()))?;
                } else {
                    sink.data(part)?;
                }
            }
        }
        progress(at);
    }
    Ok(())
}
