//! A store in a folder of a local or mounted file system.
//!
//! Layout under the root:
//! - `gaze-store.json`: the marker, which says that this folder is the store with this id;
//! - `blobs/<key>`: one file for each blob, never written to after it appeared there;
//! - `tmp/`: blobs that are being written, each under a file lock of its writer.
//!
//! Files have mode 0600, folders 0700. How a blob becomes durable is written in [`publish`].

mod copy;
mod early;
mod layout;
mod marker;
mod publish;
mod read;
mod sweep;
mod write;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{BlobError, BlobErrorKind};
use crate::flow::{Gauge, InFlight};
use crate::key::Key;
use crate::reader::Reader;
use crate::store::{
    BoxFuture, Capabilities, Capacity, Description, Entry, Meta, Store, WriteOptions, Writer,
};
use layout::Layout;

pub use marker::MARKER_FILE;
pub use sweep::{Leftover, Swept};

/// A store that keeps each blob as one sparse file below a root folder.
///
/// Several processes may use one root at the same time. The root is found again by its marker, so
/// an unmounted or wrong folder is `Unavailable` rather than an empty store.
#[derive(Clone, Debug)]
pub struct FsStore {
    layout: Arc<Layout>,
    gauge: Arc<Gauge>,
}

impl FsStore {
    /// Makes the folder `root` (its parent must exist) into an empty store named `id`.
    ///
    /// Fails with `AlreadyExists` if `root` is a store or holds blobs without a marker. A creation
    /// that was killed may be done again. `id` is of the form of one segment of a [`Key`].
    pub async fn create(root: impl Into<PathBuf>, id: &str) -> Result<Self, BlobError> {
        let (root, id) = (root.into(), id.to_owned());
        blocking("create the store", move || {
            marker::create(&root, &id)?;
            marker::check(&root, &id)?;
            Ok(Self::over(root, id))
        })
        .await
    }

    /// Opens the store named `id` in the folder `root`. Fails with `Unavailable` if there is no
    /// marker, or one of another id or version.
    pub async fn open(root: impl Into<PathBuf>, id: &str) -> Result<Self, BlobError> {
        let (root, id) = (root.into(), id.to_owned());
        blocking("open the store", move || {
            marker::check(&root, &id)?;
            Ok(Self::over(root, id))
        })
        .await
    }

    fn over(root: PathBuf, id: String) -> Self {
        Self {
            layout: Arc::new(Layout::new(root, id)),
            gauge: Arc::new(Gauge::default()),
        }
    }

    /// The folder of the store.
    pub fn root(&self) -> &Path {
        self.layout.root()
    }

    /// How many bytes the writers of this store hold in flight, for metrics.
    pub fn in_flight(&self) -> InFlight {
        self.gauge.read()
    }

    /// Removes what killed processes left in `tmp/`: every file that no living writer holds and
    /// for which `keep` is false. Safe while other processes write.
    pub async fn sweep_tmp(
        &self,
        keep: impl Fn(&Leftover) -> bool + Send + 'static,
    ) -> Result<Swept, BlobError> {
        let layout = Arc::clone(&self.layout);
        blocking("sweep temporary files", move || {
            sweep::sweep(&layout, &keep)
        })
        .await
    }
}

impl Store for FsStore {
    fn writer<'a>(
        &'a self,
        key: &'a Key,
        options: WriteOptions,
    ) -> BoxFuture<'a, Result<Box<dyn Writer>, BlobError>> {
        Box::pin(async move {
            let writer = write::begin(&self.layout, &self.gauge, key, options).await?;
            Ok(Box::new(writer) as Box<dyn Writer>)
        })
    }

    fn get<'a>(
        &'a self,
        key: &'a Key,
        range: Option<Range<u64>>,
    ) -> BoxFuture<'a, Result<Reader, BlobError>> {
        Box::pin(read::open(Arc::clone(&self.layout), key.clone(), range))
    }

    fn head<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Meta, BlobError>> {
        let (layout, key) = (Arc::clone(&self.layout), key.clone());
        Box::pin(blocking("look up the blob", move || layout.head(&key)))
    }

    fn delete<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<bool, BlobError>> {
        let (layout, key) = (Arc::clone(&self.layout), key.clone());
        Box::pin(blocking("delete the blob", move || layout.delete(&key)))
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, BlobError>> {
        let (layout, prefix) = (Arc::clone(&self.layout), prefix.to_owned());
        Box::pin(blocking("list blobs", move || layout.list(&prefix)))
    }

    fn copy<'a>(&'a self, from: &'a Key, to: &'a Key) -> BoxFuture<'a, Result<Meta, BlobError>> {
        let (layout, from, to) = (Arc::clone(&self.layout), from.clone(), to.clone());
        Box::pin(blocking("copy the blob", move || {
            copy::copy(&layout, &from, &to)
        }))
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            sparse: true,
            local_files: true,
            copies_by_itself: true,
        }
    }

    fn describe(&self) -> BoxFuture<'_, Result<Description, BlobError>> {
        let layout = Arc::clone(&self.layout);
        Box::pin(blocking("describe the store", move || {
            layout.check_marker()?;
            let stat = rustix::fs::statvfs(layout.root())
                .map_err(|errno| BlobError::io("describe the store", errno.into()))?;
            Ok(Description {
                kind: "fs",
                location: layout.root().display().to_string(),
                capacity: Some(Capacity {
                    total: stat.f_blocks.saturating_mul(stat.f_frsize),
                    available: stat.f_bavail.saturating_mul(stat.f_frsize),
                }),
            })
        }))
    }

    fn local_file(&self, key: &Key) -> Option<PathBuf> {
        Some(self.layout.blob(key))
    }
}

/// Runs a short blocking `work` away from the async threads.
async fn blocking<T: Send + 'static>(
    op: &'static str,
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(failed) => Err(BlobError::new(BlobErrorKind::Io, op).because(failed)),
    }
}
