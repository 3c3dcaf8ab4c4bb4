//! Where things are below the root, and the operations that are one look at the file system.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::marker;
use super::publish::sync_folder;
use crate::error::{BlobError, BlobErrorKind};
use crate::key::Key;
use crate::store::{Entry, Meta};

/// Unit of `st_blocks`, in bytes, whatever the file system's own block is (stat(2)).
const STAT_BLOCK_BYTES: u64 = 512;

/// The paths of one store.
#[derive(Debug)]
pub(super) struct Layout {
    root: PathBuf,
    blobs: PathBuf,
    tmp: PathBuf,
    id: String,
    next_tmp: AtomicU64,
}

impl Layout {
    pub(super) fn new(root: PathBuf, id: String) -> Self {
        let (blobs, tmp) = (root.join(marker::BLOBS), root.join(marker::TMP));
        Self {
            root,
            blobs,
            tmp,
            id,
            next_tmp: AtomicU64::new(0),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn blobs(&self) -> &Path {
        &self.blobs
    }

    pub(super) fn tmp(&self) -> &Path {
        &self.tmp
    }

    pub(super) fn blob(&self, key: &Key) -> PathBuf {
        self.blobs.join(key.as_str())
    }

    /// A name in `tmp/` that this process has not used. A process of the same number, long dead
    /// or in another container, may have left one, so creating it must be exclusive.
    pub(super) fn next_tmp(&self) -> PathBuf {
        let number = self.next_tmp.fetch_add(1, Ordering::Relaxed);
        self.tmp.join(format!("{}-{number}", std::process::id()))
    }

    /// `Unavailable` if the marker is gone or another's: a file system that was unmounted, or
    /// another mounted over it, while the store was open.
    pub(super) fn check_marker(&self) -> Result<(), BlobError> {
        marker::check(&self.root, &self.id)
    }

    /// What to say when no file is found for `key`: `NotFound`, unless the store itself is gone.
    pub(super) fn absent(&self, op: &'static str, key: &Key) -> BlobError {
        match self.check_marker() {
            Ok(()) => BlobError::new(BlobErrorKind::NotFound, op).of(key),
            Err(error) => error,
        }
    }

    pub(super) fn head(&self, key: &Key) -> Result<Meta, BlobError> {
        const OP: &str = "look up the blob";
        match fs::symlink_metadata(self.blob(key)) {
            Ok(found) if found.is_file() => Ok(meta(&found)),
            Ok(_) => Err(self.absent(OP, key)),
            Err(error) if is_absence(&error) => Err(self.absent(OP, key)),
            Err(error) => Err(BlobError::io(OP, error).of(key)),
        }
    }

    pub(super) fn delete(&self, key: &Key) -> Result<bool, BlobError> {
        const OP: &str = "delete the blob";
        let path = self.blob(key);
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if is_absence(&error) => return self.check_marker().map(|()| false),
            Err(error) => return Err(BlobError::io(OP, error).of(key)),
        }
        let folder = path.parent().unwrap_or(&self.blobs);
        match sync_folder(folder) {
            // Others found it empty and removed it.
            Err(error) if is_absence(&error) => {}
            Err(error) => return Err(BlobError::io(OP, error).of(key)),
            Ok(()) => {}
        }
        self.remove_empty_above(&path);
        Ok(true)
    }

    /// Removes the folders that held nothing but what was at `path`. One that holds more cannot be
    /// removed, and one that stays for another reason does no harm; a writer that finds its folder
    /// gone makes it again.
    fn remove_empty_above(&self, path: &Path) {
        let mut above = path.ancestors().skip(1);
        while let Some(folder) = above.next().filter(|folder| *folder != self.blobs)
            && fs::remove_dir(folder).is_ok()
        {}
    }

    pub(super) fn list(&self, prefix: &str) -> Result<Vec<Entry>, BlobError> {
        self.check_marker()?;
        // Only the folder that the prefix names in full can hold matches.
        let start = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        if !start.is_empty() && Key::parse(start).is_err() {
            return Ok(Vec::new());
        }
        let mut entries = Vec::new();
        let mut folders = vec![start.to_owned()];
        while let Some(folder) = folders.pop() {
            self.list_folder(&folder, prefix, &mut folders, &mut entries)?;
        }
        entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Ok(entries)
    }

    /// Adds the blobs of one folder to `entries` and its folders to `folders`, those that may
    /// match. What is not named like a part of a key is not a blob (`lost+found`, `.nfs...`).
    fn list_folder(
        &self,
        folder: &str,
        prefix: &str,
        folders: &mut Vec<String>,
        entries: &mut Vec<Entry>,
    ) -> Result<(), BlobError> {
        let failed = |error| BlobError::io("list blobs", error);
        let found = match fs::read_dir(self.blobs.join(folder)) {
            Ok(found) => found,
            Err(error) if is_absence(&error) => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        for item in found {
            let item = item.map_err(failed)?;
            let name = item.file_name();
            let Some(name) = name.to_str() else { continue };
            let path = if folder.is_empty() {
                name.to_owned()
            } else {
                format!("{folder}/{name}")
            };
            let Ok(key) = Key::parse(&path) else { continue };
            let metadata = match item.metadata() {
                Ok(metadata) => metadata,
                Err(error) if is_absence(&error) => continue,
                Err(error) => return Err(failed(error)),
            };
            if metadata.is_dir() {
                let inside = format!("{path}/");
                if inside.starts_with(prefix) || prefix.starts_with(&inside) {
                    folders.push(path);
                }
            } else if metadata.is_file() && path.starts_with(prefix) {
                entries.push(Entry {
                    key,
                    size: metadata.len(),
                });
            }
        }
        Ok(())
    }
}

pub(super) fn meta(metadata: &fs::Metadata) -> Meta {
    Meta {
        size: metadata.len(),
        allocated: metadata.blocks().saturating_mul(STAT_BLOCK_BYTES),
    }
}

/// Whether a failed look-up means that no blob has this key: nothing there (ENOENT), a blob where
/// the key has a folder (ENOTDIR), or a folder where the key has a blob (EISDIR).
pub(super) fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory
    )
}
