//! The job that converts an image for export.
//!
//! Its row is there before its first byte and goes after its last, so a crash at any point leaves
//! what the next attempt, the rollback or the sweep of orphans puts right.

use bytes::Bytes;
use gaze_blob::{DigestSet, Key, Store as BlobStore, Stored, WriteOptions, Writer};
use gaze_catalog::{export, image, project};
use gaze_domain::{ByteCount, Error, Export, ExportId, ExportState, Image, Noun, Result};
use gaze_jobs::{BoxFuture, Ctx, Failure, Handler};
use serde_json::{Value, json};

use crate::images::upload::{judged, retry};
use crate::ingest::{DiskReader, Matter};
use crate::work::WorkKind;
use crate::{App, errors};

impl App {
    async fn run_export(&self, ctx: &Ctx) -> Result<()> {
        let id = export_of(ctx)?;
        let mut read = self.catalog().read();
        let export = export::find(&mut read, id)
            .await?
            .ok_or_else(|| Error::not_found(Noun::Export, id))?;
        let image = image::get(&mut read, export.image).await?;
        ctx.stage("reading");
        let stored = self.convert_into(ctx, &export, &image).await?;
        ctx.stage("recording");
        let (ctx, now) = (ctx.clone(), self.now());
        let digests = stored.digests;
        let md5 = digests.md5.map(|digest| digest.to_string());
        let sha256 = digests.sha256.map(|digest| digest.to_string());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let size = ByteCount(stored.size);
                    export::complete(tx, id, size, md5, sha256, now).await?;
                    Ok(ctx.succeed(tx, json!({ "export": id.hex() })).await?)
                })
            })
            .await
    }

    async fn convert_into(&self, ctx: &Ctx, export: &Export, image: &Image) -> Result<Stored> {
        let blobs = self.blobs(export.store).await?;
        let failed = |error| errors::blob(export.store, error);
        let key = key_of(export)?;
        let (source, from) = source(export, image)?;
        let path = blobs
            .local_file(&source)
            .ok_or_else(|| Error::Unreachable {
                noun: Noun::Store,
                id: export.store.hex(),
                reason: "its blobs are not files of this host, which converting needs".into(),
            })?;
        let stop = ctx.cancel_token();
        let mut reader =
            DiskReader::convert(self, path, (from, export.format), stop.clone()).await?;
        let total = reader.total;
        self.grant_export(export, total).await?;
        // What an attempt that was cut off has left.
        blobs.delete(&key).await.map_err(failed)?;
        let mut writer = open(blobs.as_ref(), &key, total).await.map_err(failed)?;
        ctx.progress(0, Some(total));
        let poured = async {
            let mut done = 0;
            loop {
                let next = tokio::select! {
                    next = reader.next() => next?,
                    () = stop.cancelled() => return Err(Error::Cancelled),
                };
                done += match next {
                    Some(Matter::Data(bytes)) => put(writer.as_mut(), bytes).await,
                    Some(Matter::Zeros(len)) => writer.zeros(len).await.map(|()| len),
                    None => return Ok(()),
                }
                .map_err(failed)?;
                ctx.progress(done, Some(total));
            }
        }
        .await;
        match poured {
            Ok(()) => writer.finish().await.map_err(failed),
            Err(error) => {
                if let Err(left) = writer.abort().await {
                    tracing::warn!(store = %export.store, reason = %errors::with_causes(&left), "temporary data was left behind");
                }
                Err(error)
            }
        }
    }

    /// Takes room and quota for exactly what will be written.
    async fn grant_export(&self, export: &Export, total: u64) -> Result<()> {
        let limit = self.settings().max_image_bytes;
        if total > limit {
            return Err(Error::TooLarge {
                what: "the export".into(),
                limit: ByteCount(limit),
            });
        }
        let (id, image) = (export.id, export.image);
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let owner = image::lock(tx, image).await?.owner;
                    let granted = export::lock(tx, id).await?.size.0;
                    if total > granted {
                        project::charge(tx, owner, 0, total - granted).await?;
                    } else {
                        project::refund(tx, owner, 0, granted - total).await?;
                    }
                    export::reserve(tx, id, ByteCount(total)).await
                })
            })
            .await
    }

    async fn undo_export(&self, ctx: &Ctx, error: &Value) -> Result<()> {
        let id = export_of(ctx)?;
        let found = export::find(&mut self.catalog().read(), id).await?;
        let writing = found.filter(|export| export.state == ExportState::Writing);
        if let Some(export) = &writing {
            let failed = |error| errors::blob(export.store, error);
            let blobs = self.blobs(export.store).await?;
            blobs.delete(&key_of(export)?).await.map_err(failed)?;
        }
        let (ctx, error) = (ctx.clone(), error.clone());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(export) = writing {
                        let owner = image::lock(tx, export.image).await?.owner;
                        let granted = export::lock(tx, id).await?.size.0;
                        project::refund(tx, owner, 0, granted).await?;
                        export::abandon(tx, id).await?;
                    }
                    Ok(ctx.fail(tx, error).await?)
                })
            })
            .await
    }
}

async fn open(
    blobs: &dyn BlobStore,
    key: &Key,
    total: u64,
) -> Result<Box<dyn Writer>, gaze_blob::BlobError> {
    let options = WriteOptions {
        expected_len: Some(total),
        digests: DigestSet::MD5_SHA256,
    };
    blobs.writer(key, options).await
}

async fn put(writer: &mut dyn Writer, bytes: Bytes) -> Result<u64, gaze_blob::BlobError> {
    let len = bytes.len() as u64;
    writer.write(bytes).await.map(|()| len)
}

fn export_of(ctx: &Ctx) -> Result<ExportId> {
    ctx.job.payload["export"]
        .as_str()
        .unwrap_or_default()
        .parse()
}

fn key_of(export: &Export) -> Result<Key> {
    let key = export.key.as_deref().unwrap_or_default();
    Key::parse(key).map_err(|error| Error::internal("naming a blob", error))
}

/// The blob of the copy that is converted, and its format.
fn source(export: &Export, image: &Image) -> Result<(Key, gaze_domain::DiskFormat)> {
    let copy = image
        .ready_locations()
        .find(|copy| copy.store == export.store)
        .ok_or_else(|| super::no_copy(image, &export.store.hex()))?;
    let key = Key::parse(&copy.key).map_err(|error| Error::internal("naming a blob", error))?;
    Ok((key, super::active_format(image)?))
}

/// Runs exports.
#[derive(Debug)]
pub(crate) struct ExportHandler(pub(crate) App);

impl Handler for ExportHandler {
    fn kind(&self) -> &'static str {
        WorkKind::Export.as_str()
    }

    fn run<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move { self.0.run_export(ctx).await.map_err(|error| judged(&error)) })
    }

    fn rollback<'a>(
        &'a self,
        ctx: &'a Ctx,
        error: &'a Value,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let undone = self.0.undo_export(ctx, error).await;
            undone.map_err(|error| retry(&error))
        })
    }
}
