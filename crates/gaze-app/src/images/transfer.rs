//! What imports and captures have in common: a new image and its job begin in one transaction, and
//! both end in one.

use std::time::Duration;

use gaze_catalog::{image, location, placing, project};
use gaze_domain::{ByteCount, Image, ImageId, JobId, Result, StoreId, Transition};
use gaze_jobs::{Class, Ctx, NewJob};
use serde_json::{Value, json};

use super::create::insert_charged;
use crate::App;
use crate::ingest::{Landed, land, lock_stores};
use crate::requests::Started;
use crate::work::{WorkKind, enqueue_failure};

/// Attempts after a crash of the process or a failure of the database.
const ATTEMPTS: u32 = 5;

/// A new image whose bytes a job will bring.
pub(super) struct Transfer {
    pub(super) image: Image,
    /// Bytes that are known to come: reserved in every store and charged once.
    pub(super) bytes: u64,
    pub(super) stores: Vec<StoreId>,
    pub(super) begin: Transition,
    pub(super) kind: WorkKind,
    /// The id that the job is to have.
    pub(super) job: Option<JobId>,
    /// What the job's handler needs to know.
    pub(super) payload: Value,
    /// If stores were named for an image that was there before: those that are left out.
    pub(super) missed: Option<Vec<StoreId>>,
}

/// Where the image of a transfer comes from.
#[derive(Clone, Copy)]
enum Origin {
    New,
    Queued,
}

impl App {
    /// Records the image, its copies to be and its job, or nothing.
    pub(super) async fn begin_transfer(&self, transfer: Transfer) -> Result<Started> {
        self.record_transfer(transfer, Origin::New).await
    }

    /// The same for an image that is there already.
    pub(super) async fn resume_transfer(&self, transfer: Transfer) -> Result<Started> {
        self.record_transfer(transfer, Origin::Queued).await
    }

    async fn record_transfer(&self, transfer: Transfer, origin: Origin) -> Result<Started> {
        let Transfer {
            image: made,
            bytes,
            stores,
            begin,
            kind,
            job,
            payload,
            missed,
        } = transfer;
        let job = job.unwrap_or_else(|| JobId::new(self.new_uuid()));
        let copies = self.new_copies(made.id, &stores);
        let new_job = NewJob {
            id: job.hex(),
            kind: kind.as_str(),
            class: Class::Transfer,
            payload,
            subject: made.id.hex(),
            owner: made.owner.hex(),
            max_attempts: ATTEMPTS,
            delay: Duration::ZERO,
        };
        let (jobs, now) = (self.jobs().clone(), self.now());
        let image = self
            .catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let owner = match origin {
                        Origin::New => {
                            insert_charged(tx, &made).await?;
                            made.owner
                        }
                        Origin::Queued => {
                            let before = image::lock(tx, made.id).await?;
                            let mut after = before.clone();
                            after.source = made.source.clone();
                            image::update(tx, &before, &after).await?;
                            before.owner
                        }
                    };
                    project::charge(tx, owner, 0, bytes).await?;
                    lock_stores(tx, copies.iter().map(|(_, store, _)| *store)).await?;
                    for (copy, store, key) in copies {
                        location::begin(tx, copy, made.id, store, &key, ByteCount(bytes), now)
                            .await?;
                    }
                    image::apply(tx, made.id, begin, now).await?;
                    if let Some(missed) = missed {
                        placing::set(tx, made.id, &missed).await?;
                    }
                    jobs.enqueue(tx, new_job).await.map_err(enqueue_failure)?;
                    image::get(tx, made.id).await
                })
            })
            .await?;
        Ok(Started { image, job })
    }

    /// Records that all bytes have landed, together with the job's success.
    pub(super) async fn end_transfer(&self, ctx: &Ctx, id: ImageId, landed: Landed) -> Result<()> {
        ctx.stage("recording");
        let (ctx, now) = (ctx.clone(), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    land(tx, id, &landed, Transition::COMPLETE, now).await?;
                    let lost = before.locations.iter();
                    let lost = lost.filter(|copy| landed.lost.contains(&copy.id));
                    let lost: Vec<StoreId> = lost.map(|copy| copy.store).collect();
                    placing::miss(tx, id, &lost).await?;
                    Ok(ctx.succeed(tx, json!({ "image": id.hex() })).await?)
                })
            })
            .await
    }
}
