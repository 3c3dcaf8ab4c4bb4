//! Removing the bytes of a deleted image.

use std::collections::BTreeSet;
use std::time::Duration;

use gaze_blob::Key;
use gaze_catalog::{Failure as TxFailure, Tx, export, image, location, project};
use gaze_domain::{Error, Image, ImageId, JobId, Location, LocationState, Result};
use gaze_jobs::{BoxFuture, Class, Ctx, Failure, Handler, Jobs, NewJob};
use serde_json::{Value, json};

use super::delete::{begin_purge, begin_removal};
use super::upload::retry;
use crate::work::{WorkKind, enqueue_failure};
use crate::{App, clock, errors};

/// The removal of bytes is tried for days before an operator has to look.
const ATTEMPTS: u32 = 1000;

/// Deleted images that one round purges at most.
const ROUND: u32 = 100;

impl App {
    /// Purges what was deleted long enough ago.
    pub(crate) async fn purge_expired(&self) -> Result<()> {
        let limit = clock::before(self.now(), self.settings().keep_deleted);
        let due = image::deleted_before(&mut self.catalog().read(), limit, ROUND).await?;
        for id in due {
            let (jobs, job, now) = (self.jobs().clone(), JobId::new(self.new_uuid()), self.now());
            self.catalog()
                .write(move |tx| {
                    Box::pin(async move {
                        // Since it was listed, it may have been recovered, or be gone.
                        if image::find(tx, id).await?.is_none() {
                            return Ok(());
                        }
                        let image = image::lock(tx, id).await?;
                        if image.deleted_at.is_none_or(|deleted| deleted >= limit) {
                            return Ok(());
                        }
                        begin_purge(tx, &jobs, &image, job, now).await
                    })
                })
                .await?;
        }
        Ok(())
    }

    /// Removes the bytes of copies that were deleted long enough ago, whatever became of the rest
    /// of their images.
    pub(crate) async fn purge_expired_copies(&self) -> Result<()> {
        let limit = clock::before(self.now(), self.settings().keep_deleted);
        let due = location::deleted_before(&mut self.catalog().read(), limit, ROUND).await?;
        let images: BTreeSet<ImageId> = due.iter().map(|copy| copy.image).collect();
        for id in images {
            let (jobs, job, now) = (self.jobs().clone(), JobId::new(self.new_uuid()), self.now());
            self.catalog()
                .write(move |tx| {
                    Box::pin(async move {
                        // Since they were listed, they may have been recovered, or be gone.
                        if image::find(tx, id).await?.is_none() {
                            return Ok(());
                        }
                        let image = image::lock(tx, id).await?;
                        let copies: Vec<Location> = image
                            .deleted_locations()
                            .filter(|copy| copy.updated_at < limit)
                            .cloned()
                            .collect();
                        begin_removal(tx, &jobs, &image, &copies, job, now).await
                    })
                })
                .await?;
        }
        Ok(())
    }

    async fn run_purge(&self, ctx: &Ctx) -> Result<()> {
        let id: ImageId = ctx.job.subject.parse()?;
        let found = image::find(&mut self.catalog().read(), id).await?;
        self.remove_exports(id, found.as_ref()).await?;
        for copy in found.iter().flat_map(|image| &image.locations) {
            if copy.state != LocationState::Deleting {
                continue;
            }
            let key =
                Key::parse(&copy.key).map_err(|error| Error::internal("naming a blob", error))?;
            let blobs = self.blobs(copy.store).await?;
            blobs
                .delete(&key)
                .await
                .map_err(|error| errors::blob(copy.store, error))?;
            let copy = copy.id;
            self.catalog()
                .write(move |tx| Box::pin(async move { location::forget(tx, copy).await }))
                .await?;
        }
        let ctx = ctx.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    if image::find(tx, id).await?.is_some() {
                        let image = image::lock(tx, id).await?;
                        if image.locations.is_empty() && export::of_image(tx, id).await?.is_empty()
                        {
                            remove_row(tx, &image).await?;
                        }
                    }
                    Ok(ctx.succeed(tx, json!({})).await?)
                })
            })
            .await
    }
}

/// Enters the job that removes what is marked for removal of an image.
pub(super) async fn enqueue_purge(
    tx: &mut Tx,
    jobs: &Jobs,
    image: &Image,
    job: JobId,
) -> Result<(), TxFailure> {
    let new = NewJob {
        id: job.hex(),
        kind: WorkKind::Purge.as_str(),
        class: Class::Quick,
        payload: json!({}),
        subject: image.id.hex(),
        owner: image.owner.hex(),
        max_attempts: ATTEMPTS,
        delay: Duration::ZERO,
    };
    jobs.enqueue(tx, new).await.map_err(enqueue_failure)
}

/// Forgets an image without copies and gives its owner the quota back.
pub(super) async fn remove_row(tx: &mut Tx, image: &Image) -> Result<(), TxFailure> {
    let bytes = image.size.map_or(0, |size| size.0);
    project::refund(tx, image.owner, 1, bytes).await?;
    image::delete(tx, image.id).await
}

/// Runs purges. They are never rolled back: what is to go goes sooner or later.
#[derive(Debug)]
pub(crate) struct PurgeHandler(pub(crate) App);

impl Handler for PurgeHandler {
    fn kind(&self) -> &'static str {
        WorkKind::Purge.as_str()
    }

    fn run<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.0.run_purge(ctx).await.map_err(|error| {
                tracing::warn!(image = %ctx.job.subject, reason = %errors::with_causes(&error), "bytes could not be removed yet");
                retry(&error)
            })
        })
    }

    fn rollback<'a>(
        &'a self,
        ctx: &'a Ctx,
        error: &'a Value,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        let (ctx, error) = (ctx.clone(), error.clone());
        Box::pin(async move {
            self.0
                .catalog()
                .write(move |tx| Box::pin(async move { Ok(ctx.fail(tx, error).await?) }))
                .await
                .map_err(|error| retry(&error))
        })
    }
}
