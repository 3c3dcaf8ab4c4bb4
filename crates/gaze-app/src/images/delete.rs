//! Deleting and recovering an image.

use std::time::Duration;

use gaze_catalog::{Failure as TxFailure, Tx, image, location};
use gaze_domain::{
    Caller, Error, Image, ImageId, JobId, Location, Noun, Result, Status, StoreId, Timestamp,
    Transition,
};
use gaze_jobs::Jobs;

use super::ticket::withdraw;
use crate::App;
use crate::requests::DeleteMode;
use crate::work::{WorkKind, sql};

impl App {
    /// Deletes an image. With [`DeleteMode::Delay`] it can be recovered for a while. An image
    /// whose bytes are on their way is cancelled; its job takes everything back.
    pub async fn delete_image(&self, caller: &Caller, id: ImageId, mode: DeleteMode) -> Result<()> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "delete the image")?;
        if known.image.protected {
            return Err(Error::Protected { image: id });
        }
        if known.image.status.is_in_progress() && !self.stop_work_on(id).await? {
            return Ok(());
        }
        self.stop_copying(&known.image).await?;
        let now = self.now();
        let jobs = self.jobs().clone();
        let job = JobId::new(self.new_uuid());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    if before.protected {
                        return Err(Error::Protected { image: id }.into());
                    }
                    match (before.status, mode) {
                        (Status::Staged | Status::Active | Status::Failed, DeleteMode::Delay) => {
                            mark_deleted(tx, &before, now).await
                        }
                        (Status::Deleted, DeleteMode::Delay) => Ok(()),
                        (Status::Queued, _) => withdraw(tx, &before).await,
                        (Status::Staged | Status::Active | Status::Failed, DeleteMode::Now) => {
                            mark_deleted(tx, &before, now).await?;
                            begin_purge(tx, &jobs, &before, job, now).await
                        }
                        (Status::Deleted, DeleteMode::Now) => {
                            begin_purge(tx, &jobs, &before, job, now).await
                        }
                        (Status::Saving | Status::Importing | Status::Capturing, _) => {
                            Err(Error::WrongState {
                                noun: Noun::Image,
                                id: id.hex(),
                                state: before.status.to_string(),
                                needed: "its bytes are on their way; try again".into(),
                            }
                            .into())
                        }
                    }
                })
            })
            .await
    }

    /// Deletes an image for good, for vendors who know no deleted images: one that is deleted
    /// already does not exist.
    pub async fn remove_image(&self, caller: &Caller, id: ImageId) -> Result<()> {
        self.get_live_image(caller, id).await?;
        self.delete_image(caller, id, DeleteMode::Now).await
    }

    /// Takes a deleted image back with all its copies, as long as it has not been purged; or those
    /// copies of an image in use that were deleted.
    pub async fn recover_image(&self, caller: &Caller, id: ImageId) -> Result<Image> {
        self.known_image(caller, id)
            .await?
            .must_change(caller, "recover the image")?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    let kept = before.kept_locations().next().is_some();
                    if before.status == Status::Deleted && !kept {
                        return Err(Error::WrongState {
                            noun: Noun::Image,
                            id: id.hex(),
                            state: "being purged".into(),
                            needed: "its bytes are gone".into(),
                        }
                        .into());
                    }
                    if before.status != Status::Active || before.deleted_locations().count() == 0 {
                        image::apply(tx, id, Transition::RECOVER, now).await?;
                    }
                    for copy in before.deleted_locations() {
                        location::recover(tx, copy.id, now).await?;
                    }
                    let mut after = image::get(tx, id).await?;
                    after.deleted_at = None;
                    after.updated_at = now;
                    image::update(tx, &before, &after).await?;
                    Ok(after)
                })
            })
            .await
    }

    /// Removes a deleted image for good: its bytes, then its row, and waits a while for that. Of an
    /// image in use, the copies that were deleted are removed.
    pub async fn purge_image(&self, caller: &Caller, id: ImageId) -> Result<()> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "purge the image")?;
        let copies: Vec<StoreId> = known.image.deleted_locations().map(|c| c.store).collect();
        if known.image.status == Status::Active && !copies.is_empty() {
            return self.purge_copies(caller, id, copies).await;
        }
        if known.image.status != Status::Deleted {
            return Err(Error::WrongState {
                noun: Noun::Image,
                id: id.hex(),
                state: known.image.status.to_string(),
                needed: "only a deleted image is purged".into(),
            });
        }
        self.delete_image(caller, id, DeleteMode::Now).await?;
        self.wait_for_removal(id).await
    }

    /// Waits for what is being removed of an image to be gone, so that whoever looks next finds
    /// nothing. Goes on without after a while: a store that cannot be reached is tried for days.
    pub(super) async fn wait_for_removal(&self, id: ImageId) -> Result<()> {
        const PATIENCE: Duration = Duration::from_secs(20);
        for job in self.jobs().unfinished_of(&[id.hex()]).await.map_err(sql)? {
            if job.kind == WorkKind::Purge.as_str() {
                self.jobs().wait(&job.id, PATIENCE).await.map_err(sql)?;
            }
        }
        Ok(())
    }

    /// Cancels what is being done to an image, and waits for it to be undone. Whether the image
    /// is still there: an upload leaves it queued, and work may complete before it is told.
    async fn stop_work_on(&self, id: ImageId) -> Result<bool> {
        const PATIENCE: Duration = Duration::from_secs(20);
        for job in self.jobs().unfinished_of(&[id.hex()]).await.map_err(sql)? {
            self.jobs().cancel(&job.id).await.map_err(sql)?;
            self.jobs().wait(&job.id, PATIENCE).await.map_err(sql)?;
        }
        let left = image::find(&mut self.catalog().read(), id).await?;
        Ok(left.is_some())
    }
}

async fn mark_deleted(tx: &mut Tx, before: &Image, now: Timestamp) -> Result<(), TxFailure> {
    image::apply(tx, before.id, Transition::DELETE, now).await?;
    for copy in before.ready_locations() {
        location::mark_deleted(tx, copy.id, now).await?;
    }
    let mut after = before.clone();
    after.deleted_at = Some(now);
    after.updated_at = now;
    image::update(tx, before, &after).await
}

/// Begins to remove a deleted image with all its copies; its row goes with the last of them.
pub(super) async fn begin_purge(
    tx: &mut Tx,
    jobs: &Jobs,
    image: &Image,
    job: JobId,
    now: Timestamp,
) -> Result<(), TxFailure> {
    if image.locations.is_empty() {
        return super::purge::remove_row(tx, image).await;
    }
    let copies: Vec<Location> = image.kept_locations().cloned().collect();
    begin_removal(tx, jobs, image, &copies, job, now).await
}

/// Marks copies for removal and enqueues the job that removes them. What is being removed already
/// has a job.
pub(super) async fn begin_removal(
    tx: &mut Tx,
    jobs: &Jobs,
    image: &Image,
    copies: &[Location],
    job: JobId,
    now: Timestamp,
) -> Result<(), TxFailure> {
    let mut begun = false;
    for copy in copies {
        begun |= location::mark_deleting(tx, copy.id, now).await?;
    }
    if !begun {
        return Ok(());
    }
    super::purge::enqueue_purge(tx, jobs, image, job).await
}
