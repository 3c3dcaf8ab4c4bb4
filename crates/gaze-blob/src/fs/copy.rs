//! Copying inside the store: the kernel moves the bytes, or shares them where the file system can.

use std::fs::File;
use std::sync::Arc;

use rustix::fs::{SeekFrom, copy_file_range, seek};
use rustix::io::Errno;

use super::layout::{Layout, is_absence};
use super::publish::Unpublished;
use crate::error::{BlobError, BlobErrorKind};
use crate::key::Key;
use crate::store::Meta;

const OP: &str = "copy the blob";

/// Copies `from` to `to` by the durable-write protocol. Holes stay holes. A copy is bytes of its
/// own, or shared by the file system on writing, but never another name of the same file.
pub(super) fn copy(layout: &Arc<Layout>, from: &Key, to: &Key) -> Result<Meta, BlobError> {
    let source = match File::open(layout.blob(from)) {
        Ok(source) => source,
        Err(error) if is_absence(&error) => return Err(layout.absent(OP, from)),
        Err(error) => return Err(BlobError::io(OP, error).of(from)),
    };
    let metadata = source
        .metadata()
        .map_err(|error| BlobError::io(OP, error).of(from))?;
    if !metadata.is_file() {
        return Err(layout.absent(OP, from));
    }
    let mut copy = Unpublished::create(layout, to, OP)?;
    copy_data(&source, copy.file(), metadata.len())
        .map_err(|errno| BlobError::io(OP, errno.into()).of(to))?;
    copy.hole(metadata.len());
    let sealed = copy.seal()?;
    if sealed.size != metadata.len() {
        return Err(BlobError::new(BlobErrorKind::Io, OP).of(to));
    }
    copy.publish()?;
    Ok(sealed)
}

/// Copies each run of data, of the first `len` bytes, to the same place.
fn copy_data(from: &File, to: &File, len: u64) -> Result<(), Errno> {
    let mut at = 0;
    while at < len {
        let start = match seek(from, SeekFrom::Data(at)) {
            Ok(start) => start,
            // Nothing but a hole is left (lseek(2)).
            Err(Errno::NXIO) => return Ok(()),
            Err(errno) => return Err(errno),
        };
        let end = seek(from, SeekFrom::Hole(start))?.min(len);
        let (mut read, mut written) = (start, start);
        while read < end {
            let want = usize::try_from(end - read).unwrap_or(usize::MAX);
            if copy_file_range(from, Some(&mut read), to, Some(&mut written), want)? == 0 {
                // The file is shorter than it was: blobs never change, so the disk is failing.
                return Err(Errno::IO);
            }
        }
        at = end;
    }
    Ok(())
}
