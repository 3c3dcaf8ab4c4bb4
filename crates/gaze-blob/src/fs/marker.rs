//! The marker file, by which a folder is known to be a certain store.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::publish::{rename_new, sync_folder};
use crate::error::{BlobError, BlobErrorKind};
use crate::key::check_segment;

/// Name of the marker file in the root of a store.
pub const MARKER_FILE: &str = "gaze-store.json";

/// Folder of the blobs, below the root.
pub(super) const BLOBS: &str = "blobs";
/// Folder of the blobs that are being written, below the root.
pub(super) const TMP: &str = "tmp";

/// The layout that this code writes and reads.
const VERSION: u32 = 1;

/// Most bytes read of a marker: a well-formed one is far smaller.
const MAX_MARKER_BYTES: u64 = 4096;

const CREATE: &str = "create the store";
const OPEN: &str = "open the store";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marker {
    version: u32,
    id: String,
}

/// Makes `root` into an empty store named `id`; the marker comes last, so a folder with a marker
/// is a whole store.
pub(super) fn create(root: &Path, id: &str) -> Result<(), BlobError> {
    check_segment(id)
        .map_err(|error| BlobError::new(BlobErrorKind::InvalidKey, CREATE).because(error))?;
    let io_failed = |error| BlobError::io(CREATE, error);
    let taken =
        |why: &'static str| BlobError::new(BlobErrorKind::AlreadyExists, CREATE).because(why);
    for folder in [root, &root.join(BLOBS), &root.join(TMP)] {
        match DirBuilder::new().mode(0o700).create(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            Err(error) => return Err(io_failed(error)),
        }
    }
    let marker = root.join(MARKER_FILE);
    if fs::symlink_metadata(&marker).is_ok() {
        return Err(taken("the folder is a store already"));
    }
    if fs::read_dir(root.join(BLOBS))
        .map_err(io_failed)?
        .next()
        .is_some()
    {
        return Err(taken("the folder holds blobs of a store without a marker"));
    }
    let text = serde_json::to_vec(&Marker {
        version: VERSION,
        id: id.to_owned(),
    })
    .map_err(|error| BlobError::new(BlobErrorKind::Io, CREATE).because(error))?;
    let written = root
        .join(TMP)
        .join(format!("marker-{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&written)
        .map_err(io_failed)?;
    file.write_all(&text)
        .and_then(|()| file.sync_all())
        .map_err(io_failed)?;
    match rename_new(&written, &marker) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(&written).map_err(io_failed)?;
            return Err(taken("the folder is a store already"));
        }
        Err(error) => return Err(io_failed(error)),
    }
    sync_folder(root).map_err(io_failed)?;
    match root.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent).map_err(io_failed),
        _ => Ok(()),
    }
}

/// `Unavailable` unless `root` holds the marker of the store `id`.
pub(super) fn check(root: &Path, id: &str) -> Result<(), BlobError> {
    let unavailable = || BlobError::new(BlobErrorKind::Unavailable, OPEN);
    let mut text = Vec::new();
    fs::File::open(root.join(MARKER_FILE))
        .and_then(|file| file.take(MAX_MARKER_BYTES).read_to_end(&mut text))
        .map_err(|error| unavailable().because(error))?;
    let marker: Marker =
        serde_json::from_slice(&text).map_err(|error| unavailable().because(error))?;
    if marker.version != VERSION {
        let version = marker.version;
        return Err(unavailable().because(format!(
            "the folder is a store of version {version}, not {VERSION}"
        )));
    }
    if marker.id != id {
        let found = marker.id;
        return Err(unavailable().because(format!("the folder is the store {found:?}, not {id:?}")));
    }
    Ok(())
}
