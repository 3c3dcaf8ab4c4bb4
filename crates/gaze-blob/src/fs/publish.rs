//! The durable-write protocol.
//!
//! 1. A file with a new name is made in `tmp/`, exclusively, and locked (flock) by its writer.
//! 2. Bytes are written to it; zeros are left as holes; its length is set last. What was written is
//!    handed to the disk meanwhile (`early.rs`).
//! 3. The file is fsynced: its bytes are durable under a name that nobody reads.
//! 4. The folders of the key are made below `blobs/` where they are missing.
//! 5. The file is renamed to `blobs/<key>`, atomically and only if that name is free.
//! 6. Every folder from that of the blob up to `blobs/` is fsynced: the name is durable.
//!
//! A crash before 5 leaves only a file in `tmp/`, unlocked because its process is gone, which the
//! sweep removes. A crash after 5 leaves the whole blob, visible or not.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, IoSlice};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use rustix::fs::{CWD, FlockOperation, RenameFlags, flock, renameat_with};
use rustix::io::Errno;

use super::early::EarlySync;
use super::layout::{Layout, meta};
use crate::error::{BlobError, BlobErrorKind};
use crate::key::Key;
use crate::store::Meta;
use crate::zeros::written_parts;

/// How often step 5 is tried again when another writer removes an empty folder under it.
const MAX_ATTEMPTS: usize = 16;

/// A blob that is being written: the file in `tmp/`, removed on drop unless it was published.
#[derive(Debug)]
pub(super) struct Unpublished {
    layout: Arc<Layout>,
    key: Key,
    op: &'static str,
    file: File,
    tmp: Option<PathBuf>,
    len: u64,
    early: EarlySync,
}

impl Unpublished {
    /// Step 1. Fails with `AlreadyExists` if the key is taken now.
    pub(super) fn create(
        layout: &Arc<Layout>,
        key: &Key,
        op: &'static str,
    ) -> Result<Self, BlobError> {
        if is_taken(layout, key) {
            return Err(BlobError::new(BlobErrorKind::AlreadyExists, op).of(key));
        }
        loop {
            let tmp = layout.next_tmp();
            let made = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&tmp);
            let file = match made {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(layout.check_marker().err().unwrap_or_else(|| {
                        BlobError::new(BlobErrorKind::Unavailable, op)
                            .of(key)
                            .because(error)
                    }));
                }
                Err(error) => return Err(BlobError::io(op, error).of(key)),
            };
            let unpublished = Self {
                layout: Arc::clone(layout),
                key: key.clone(),
                op,
                file,
                tmp: Some(tmp),
                len: 0,
                early: EarlySync::default(),
            };
            // A sweep may take a file for a leftover between its creation and its lock.
            match flock(&unpublished.file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => continue,
                Err(errno) => return Err(unpublished.failed(errno.into())),
            }
            let metadata = unpublished.file.metadata();
            if metadata.map_err(|error| unpublished.failed(error))?.nlink() > 0 {
                return Ok(unpublished);
            }
        }
    }

    /// Step 2: appends the chunks, their blocks of zeros as holes.
    pub(super) fn write(&mut self, chunks: &[Bytes]) -> Result<(), BlobError> {
        let mut written = 0;
        // Parts of several chunks that follow each other are written by one call.
        let mut run = Vec::with_capacity(chunks.len());
        let mut start = self.len;
        let mut end = start;
        for data in chunks {
            for part in written_parts(data, self.len) {
                let at = self.len + part.start as u64;
                if at != end {
                    written += self.write_run(&mut run, start)?;
                    start = at;
                }
                let bytes = data.get(part).unwrap_or_default();
                end = at + bytes.len() as u64;
                run.push(IoSlice::new(bytes));
            }
            self.len += data.len() as u64;
        }
        written += self.write_run(&mut run, start)?;
        let early = self.early.wrote(&self.file, written);
        early.map_err(|error| self.failed(error))
    }

    /// Writes all of the run to `start`, and empties it. How many bytes it had.
    fn write_run(&self, run: &mut Vec<IoSlice<'_>>, start: u64) -> Result<u64, BlobError> {
        let mut left = run.as_mut_slice();
        let mut at = start;
        while !left.is_empty() {
            match rustix::io::pwritev(&self.file, left, at) {
                Ok(0) => return Err(self.failed(io::ErrorKind::WriteZero.into())),
                Ok(written) => {
                    IoSlice::advance_slices(&mut left, written);
                    at += written as u64;
                }
                Err(Errno::INTR) => {}
                Err(errno) => return Err(self.failed(errno.into())),
            }
        }
        run.clear();
        Ok(at - start)
    }

    /// Step 2: appends `len` zeros as a hole.
    pub(super) fn hole(&mut self, len: u64) {
        self.len += len;
    }

    /// The file, for those who fill it themselves, and its length so far.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Steps 2 (its end) and 3. After it the bytes are durable, and still invisible.
    pub(super) fn seal(&mut self) -> Result<Meta, BlobError> {
        let sealed = self
            .early
            .end()
            .and_then(|()| self.file.set_len(self.len))
            .and_then(|()| self.file.sync_all())
            .and_then(|()| self.file.metadata());
        sealed
            .map(|metadata| meta(&metadata))
            .map_err(|error| self.failed(error))
    }

    /// Steps 4 to 6, after [`Unpublished::seal`]. If it fails nothing is visible.
    pub(super) fn publish(mut self) -> Result<(), BlobError> {
        let Some(tmp) = self.tmp.clone() else {
            return Ok(());
        };
        let blob = self.layout.blob(&self.key);
        self.place(&tmp, &blob)?;
        if let Err(error) = sync_up_to(&blob, self.layout.blobs()) {
            // Whether the name will survive a crash is unknown, so it may not stay.
            let error = self.failed(error);
            fs::remove_file(&blob).map_err(|error| self.failed(error))?;
            self.tmp = None;
            return Err(error);
        }
        self.tmp = None;
        Ok(())
    }

    /// Steps 4 and 5.
    fn place(&self, tmp: &Path, blob: &Path) -> Result<(), BlobError> {
        let taken = || BlobError::new(BlobErrorKind::AlreadyExists, self.op).of(&self.key);
        // Folders made below an unmounted root would be taken for a store's.
        self.layout.check_marker()?;
        let mut vanished = None;
        for _ in 0..MAX_ATTEMPTS {
            if let Some(folder) = blob.parent() {
                match DirBuilder::new().mode(0o700).recursive(true).create(folder) {
                    Ok(()) => {}
                    Err(error) => match error.kind() {
                        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory
                            if is_below_a_blob(&self.layout, blob) =>
                        {
                            return Err(taken());
                        }
                        // Where a folder is that another removes just now, its name is found and
                        // no folder.
                        io::ErrorKind::NotFound
                        | io::ErrorKind::AlreadyExists
                        | io::ErrorKind::NotADirectory => {
                            vanished = Some(error);
                            continue;
                        }
                        _ => return Err(self.failed(error)),
                    },
                }
            }
            match rename_new(tmp, blob) {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if !remove_empty_folders(blob) {
                        return Err(taken());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => vanished = Some(error),
                Err(error) => return Err(self.failed(error)),
            }
        }
        Err(vanished.map_or_else(taken, |error| self.failed(error)))
    }

    /// Removes the file from `tmp/`.
    pub(super) fn discard(mut self) -> Result<(), BlobError> {
        match self.tmp.take() {
            Some(tmp) => fs::remove_file(tmp).map_err(|error| self.failed(error)),
            None => Ok(()),
        }
    }

    pub(super) fn failed(&self, error: io::Error) -> BlobError {
        BlobError::io(self.op, error).of(&self.key)
    }
}

impl Drop for Unpublished {
    fn drop(&mut self) {
        if let Some(tmp) = self.tmp.take() {
            // The write has failed already and that is what is reported; what cannot be removed
            // now is unlocked when the file closes, and the next sweep takes it.
            fs::remove_file(tmp).ok();
        }
    }
}

/// Whether `key` is stored, or a folder of it is. A folder where the key would be may be empty,
/// so only step 5 can tell.
fn is_taken(layout: &Layout, key: &Key) -> bool {
    match fs::symlink_metadata(layout.blob(key)) {
        Ok(found) => !found.is_dir(),
        Err(error) => error.kind() == io::ErrorKind::NotADirectory,
    }
}

/// Whether a stored key is a folder of the key whose file `blob` is to be.
fn is_below_a_blob(layout: &Layout, blob: &Path) -> bool {
    let folders = blob.ancestors().skip(1);
    let mut below = folders.take_while(|folder| *folder != layout.blobs());
    below.any(|folder| fs::symlink_metadata(folder).is_ok_and(|found| !found.is_dir()))
}

/// Removes the folder `path` if it holds nothing but empty folders, which writers make before they
/// place a blob and which may stay where one was stopped.
/// Whether it is gone.
fn remove_empty_folders(path: &Path) -> bool {
    let Ok(items) = fs::read_dir(path) else {
        return false;
    };
    for item in items {
        let Ok(item) = item else { return false };
        if !remove_empty_folders(&item.path()) {
            return false;
        }
    }
    fs::remove_dir(path).is_ok()
}

/// Renames `from` to `to`, atomically and durable only after [`sync_folder`]; `AlreadyExists` if
/// `to` is there.
pub(super) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Not every file system knows the flag (renameat2(2)); NFS does not.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => link_new(from, to),
        done => Ok(done?),
    }
}

/// Does as [`rename_new`] with a hard link. Killed between its two steps it leaves the file under
/// both names, of which the sweep removes the one in `tmp/`.
fn link_new(from: &Path, to: &Path) -> io::Result<()> {
    fs::hard_link(from, to)?;
    fs::remove_file(from)
}

/// Step 6.
fn sync_up_to(blob: &Path, top: &Path) -> io::Result<()> {
    let folders = blob
        .ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with(top));
    folders.into_iter().try_for_each(sync_folder)
}

/// Makes the names in `folder` durable.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_rename_refuse_a_name_that_is_taken() {
        for rename in [rename_new, link_new] {
            let dir = tempfile::tempdir().unwrap();
            let path = |name: &str| dir.path().join(name);
            fs::write(path("a"), "a").unwrap();
            fs::write(path("b"), "b").unwrap();
            let error = rename(&path("a"), &path("b")).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read(path("a")).unwrap(), b"a");
            rename(&path("a"), &path("c")).unwrap();
            assert!(!path("a").exists());
            assert_eq!(fs::read(path("c")).unwrap(), b"a");
        }
    }

    #[test]
    fn only_empty_folders_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::create_dir_all(path("empty/a/b")).unwrap();
        fs::create_dir_all(path("full/a")).unwrap();
        fs::write(path("full/z"), "").unwrap();
        assert!(remove_empty_folders(&path("empty")));
        assert!(!path("empty").exists());
        assert!(!remove_empty_folders(&path("full")));
        assert!(path("full/z").exists());
    }
}
