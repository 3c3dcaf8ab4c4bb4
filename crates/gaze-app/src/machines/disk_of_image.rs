//! A disk in a pool's folder made from an image: a whole copy, or an overlay on a copy that the
//! pool keeps once. Nothing that is there is changed; a file has its name only when it is whole,
//! durable and what the catalogue says of the image.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use gaze_blob::{DigestSet, Hashing, Key, Reader};
use gaze_compute::{ComputeError, Folder};
use gaze_disk::{Format, create_overlay};
use gaze_domain::{DiskFormat, Error, Image, Noun, PoolId, Result};
use gaze_jobs::Ctx;
use tokio::sync::mpsc;

use super::sparse::Sparse;
use super::virtual_size;
use crate::{App, RootDisks, errors};

/// The folder, in a pool's own, of the images that overlays stand on.
const SHARED: &str = "gaze-images";
/// Attempts of which something may be left, the present one included.
const MAX_ATTEMPTS: u32 = 100;
/// Chunks between the task that reads and the thread that writes.
const QUEUE: usize = 4;
/// Permission bits that a disk may have, and those of an image that overlays share.
const DISK_MODE: u32 = 0o666;
const SHARED_MODE: u32 = 0o444;

/// A disk to be made.
#[derive(Debug)]
pub(super) struct Making {
    pub(super) pool: PoolId,
    pub(super) folder: Arc<Folder>,
    /// The disk's name without its ending. Made up by this service and used for nothing else.
    pub(super) stem: String,
    pub(super) how: RootDisks,
    pub(super) image: Image,
    pub(super) format: DiskFormat,
    /// Whose permissions and owner the new file gets.
    pub(super) model: Arc<File>,
}

/// A disk that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) path: PathBuf,
    pub(super) format: DiskFormat,
    /// Size that the guest sees: the image's.
    pub(super) size: u64,
}

/// The format of a disk made from the image; refuses images that no machine starts from.
pub(super) fn startable(image: &Image) -> Result<DiskFormat> {
    match image.format {
        Some(format @ (DiskFormat::Raw | DiskFormat::Qcow2)) => Ok(format),
        Some(other) => Err(Error::invalid(
            "image",
            format!("it is of format {other}, and root disks are raw or qcow2"),
        )),
        None => Err(Error::invalid("image", "its format is not known")),
    }
}

/// Bytes that a disk made from the image takes at most.
pub(super) fn room_needed(image: &Image) -> u64 {
    image.size.map_or(0, |size| size.0)
}

fn ending(format: DiskFormat) -> &'static str {
    match format {
        DiskFormat::Raw => "raw",
        _ => "qcow2",
    }
}

fn partial(stem: &str, attempt: u32) -> String {
    format!(".{stem}-{attempt}.partial")
}

/// Removes what attempts at a disk have left. `whole` says whether the finished file goes too,
/// which nothing must refer to. Blocks.
pub(super) fn clear(
    folder: &Folder,
    stem: &str,
    attempts: u32,
    whole: bool,
) -> std::result::Result<(), ComputeError> {
    let shared = match folder.open_below(SHARED) {
        Ok(shared) => Some(shared),
        Err(ComputeError::NotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    for attempt in 1..=attempts.min(MAX_ATTEMPTS) {
        let name = partial(stem, attempt);
        folder.remove(&name)?;
        if let Some(shared) = &shared {
            shared.remove(&name)?;
        }
    }
    if whole {
        for format in [DiskFormat::Raw, DiskFormat::Qcow2] {
            folder.remove(&format!("{stem}.{}", ending(format)))?;
        }
    }
    Ok(())
}

impl App {
    /// Makes the disk. What is left of a failure is for [`clear`].
    pub(super) async fn make_disk(&self, ctx: &Ctx, making: Making) -> Result<Made> {
        let (name, format) = match making.how {
            RootDisks::Copy => {
                let name = format!("{}.{}", making.stem, ending(making.format));
                let folder = Arc::clone(&making.folder);
                if !self.copy(ctx, &making, folder, &name, DISK_MODE).await? {
                    return Err(taken(&making));
                }
                (name, making.format)
            }
            RootDisks::Backed => {
                let backing = self.share(ctx, &making).await?;
                (
                    self.overlay(ctx, &making, backing).await?,
                    DiskFormat::Qcow2,
                )
            }
        };
        let path = making.folder.path().join(name);
        let (pool, at) = (making.pool, path.clone());
        let size = self
            .blocking(move || {
                let bytes = at
                    .metadata()
                    .map_err(io_failed(pool, "look at", &at))?
                    .len();
                virtual_size(&at, format, bytes)
            })
            .await?;
        Ok(Made { path, format, size })
    }

    /// The image among those that the pool keeps for overlays, copied there if it is not yet.
    /// Answers its name, relative to the pool's folder.
    async fn share(&self, ctx: &Ctx, making: &Making) -> Result<String> {
        let digest = recorded_digest(&making.image)?;
        let name = format!("{digest}.{}", ending(making.format));
        let (pool, folder, wanted) = (making.pool, Arc::clone(&making.folder), name.clone());
        let (shared, there) = self
            .blocking(move || {
                let shared = folder.subfolder(SHARED);
                let shared = shared.map_err(|error| errors::pool(pool, error))?;
                let there = shared.len_of(&wanted);
                Ok((
                    Arc::new(shared),
                    there.map_err(|error| errors::pool(pool, error))?,
                ))
            })
            .await?;
        match there {
            // It has its name, so it was whole and compared with the digest that it is called by.
            Some(len) if len == room_needed(&making.image) => {}
            Some(_) => {
                return Err(Error::Unreachable {
                    noun: Noun::Pool,
                    id: pool.hex(),
                    reason: format!("{SHARED}/{name} in its folder is damaged"),
                });
            }
            None => {
                // Another job may have been faster; then that one's is as good.
                self.copy(ctx, making, shared, &name, SHARED_MODE).await?;
            }
        }
        Ok(format!("{SHARED}/{name}"))
    }

    async fn overlay(&self, ctx: &Ctx, making: &Making, backing: String) -> Result<String> {
        ctx.stage("making the overlay");
        let name = format!("{}.{}", making.stem, ending(DiskFormat::Qcow2));
        let temporary = partial(&making.stem, ctx.job.attempt);
        let (pool, folder, to) = (making.pool, Arc::clone(&making.folder), name.clone());
        let (format, model) = (making.format, Arc::clone(&making.model));
        let made = self.blocking(move || {
            let failed = |error| errors::pool(pool, error);
            let below = folder.path().join(&backing);
            let bytes = below
                .metadata()
                .map_err(io_failed(pool, "look at", &below))?
                .len();
            let (size, backing_format) = match format {
                DiskFormat::Raw => (bytes, Format::Raw),
                _ => (virtual_size(&below, format, bytes)?, Format::Qcow2),
            };
            let overlay = create_overlay(&backing, backing_format, size)
                .map_err(|error| Error::internal("laying out an overlay", error))?;
            let mut sparse = Sparse::new(folder.create(&temporary).map_err(failed)?);
            let at = folder.path().join(&temporary);
            sparse
                .write(&overlay)
                .and_then(|()| sparse.finish(&model, DISK_MODE))
                .map_err(io_failed(pool, "write", &at))?;
            folder.publish(&temporary, &to).map_err(failed)
        });
        if made.await? {
            Ok(name)
        } else {
            Err(taken(making))
        }
    }

    /// Copies the image to that name in the folder; `false` if the name was taken meanwhile.
    async fn copy(
        &self,
        ctx: &Ctx,
        making: &Making,
        folder: Arc<Folder>,
        name: &str,
        mode: u32,
    ) -> Result<bool> {
        let digest = recorded_digest(&making.image)?.to_owned();
        let needed = room_needed(&making.image);
        let (pool, model) = (making.pool, Arc::clone(&making.model));
        let temporary = partial(&making.stem, ctx.job.attempt);
        ctx.stage("copying the image");
        ctx.progress(0, Some(needed));
        let mut reader = self.open_copy(&making.image).await?;
        let (sender, mut chunks) = mpsc::channel::<Bytes>(QUEUE);
        let (into, at) = (Arc::clone(&folder), temporary.clone());
        let writing = self.tasks().spawn_blocking(move || {
            let file = into
                .create(&at)
                .map_err(|error| errors::pool(pool, error))?;
            let failed = io_failed(pool, "write", &into.path().join(&at));
            let mut sparse = Sparse::new(file);
            while let Some(chunk) = chunks.blocking_recv() {
                sparse.write(&chunk).map_err(&failed)?;
            }
            sparse.finish(&model, mode).map_err(&failed)
        });
        let poured = pour(ctx, &mut reader, sender, needed).await;
        writing
            .await
            .map_err(|error| Error::internal("writing a disk", error))??;
        let found = poured?;
        if found != digest {
            let reason = "its stored bytes are not those that were recorded with it";
            return Err(Error::refused(reason));
        }
        let to = name.to_owned();
        self.blocking(move || {
            let published = folder.publish(&temporary, &to);
            let published = published.map_err(|error| errors::pool(pool, error))?;
            if !published {
                folder
                    .remove(&temporary)
                    .map_err(|error| errors::pool(pool, error))?;
            }
            Ok(published)
        })
        .await
    }

    /// The first copy of the image that can be opened.
    async fn open_copy(&self, image: &Image) -> Result<Reader> {
        let mut last = Error::Unreachable {
            noun: Noun::Image,
            id: image.id.hex(),
            reason: "it has no copy".into(),
        };
        for copy in image.ready_locations() {
            let key =
                Key::parse(&copy.key).map_err(|error| Error::internal("naming a blob", error))?;
            let opened = match self.blobs(copy.store).await {
                Ok(blobs) => blobs
                    .get(&key, None)
                    .await
                    .map_err(|error| errors::blob(copy.store, error)),
                Err(error) => Err(error),
            };
            match opened {
                Ok(reader) => return Ok(reader),
                Err(error) => {
                    tracing::error!(image = %image.id, store = %copy.store, reason = %errors::with_causes(&error), "copy cannot be read");
                    last = error;
                }
            }
        }
        Err(last)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.tasks()
            .spawn_blocking(work)
            .await
            .map_err(|error| Error::internal("working on a pool's folder", error))?
    }
}

/// Hands the image on while hashing it; answers its SHA-256. Ends early if the writer has.
async fn pour(
    ctx: &Ctx,
    reader: &mut Reader,
    sender: mpsc::Sender<Bytes>,
    expected: u64,
) -> Result<String> {
    let broken = |error| Error::internal("reading an image's stored bytes", error);
    let stop = ctx.cancel_token();
    let set = DigestSet {
        md5: false,
        sha256: true,
        sha512: false,
    };
    let mut hashing = Hashing::start(set).map_err(broken)?;
    let mut done = 0_u64;
    loop {
        let next = tokio::select! {
            next = reader.next() => next,
            () = stop.cancelled() => return Err(Error::Cancelled),
        };
        let Some(chunk) = next else { break };
        let chunk = chunk.map_err(broken)?;
        done += chunk.len() as u64;
        hashing.update(chunk.clone()).await.map_err(broken)?;
        if sender.send(chunk).await.is_err() {
            // The writer has failed, and its error is the one that counts.
            return Err(Error::Cancelled);
        }
        ctx.progress(done, Some(expected));
    }
    let digests = hashing.finish().await.map_err(broken)?;
    Ok(digests
        .sha256
        .map(|digest| digest.to_string())
        .unwrap_or_default())
}

/// By what a copy is compared. Every image that has come in has one.
fn recorded_digest(image: &Image) -> Result<&str> {
    image
        .checksums
        .sha256
        .as_deref()
        .ok_or_else(|| Error::refused("no SHA-256 was recorded with it"))
}

fn taken(making: &Making) -> Error {
    Error::internal("naming a new disk", format!("{} is taken", making.stem))
}

fn io_failed(
    pool: PoolId,
    doing: &'static str,
    path: &std::path::Path,
) -> impl Fn(io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |source| {
        let path = path.clone();
        errors::pool(
            pool,
            ComputeError::Io {
                doing,
                path,
                source,
            },
        )
    }
}
