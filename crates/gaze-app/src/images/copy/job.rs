//! The job that copies an image into more stores.
//!
//! The rows of the copies are there before their first byte, and say `writing` until all that the
//! job has to do is recorded at once; so a crash at any point leaves what the next attempt, the
//! rollback or the sweep of orphans puts right.

use gaze_catalog::{image, location, placing};
use gaze_domain::{
    ByteCount, Error, Image, ImageId, JobId, Location, LocationId, LocationState, Noun, Result,
    StoreId, Transition,
};
use gaze_jobs::{BoxFuture, Ctx, Failure, Handler};
use serde_json::{Value, json};

use super::forget_deleted;
use crate::App;
use crate::images::delete::begin_removal;
use crate::images::upload::{judged, retry};
use crate::ingest::{Duplicates, Rule, Watch, duplicate, lock_stores};
use crate::work::WorkKind;

/// What the job's payload says.
struct Order {
    copies: Vec<LocationId>,
    rule: Rule,
    admitted_to: Option<Vec<StoreId>>,
}

impl Order {
    fn read(payload: &Value) -> Result<Self> {
        let copies = words(&payload["copies"]);
        let stores = payload["admitted_to"].is_array();
        let stores = stores.then(|| words(&payload["admitted_to"]));
        let partial = payload["partial"].as_bool() == Some(true);
        Ok(Self {
            copies: copies.into_iter().map(str::parse).collect::<Result<_>>()?,
            rule: if partial { Rule::One } else { Rule::All },
            admitted_to: stores
                .map(|stores| stores.into_iter().map(str::parse).collect())
                .transpose()?,
        })
    }

    /// Whether what is staged is enough, since it is in one of the stores that were named.
    fn is_met_by(&self, image: &Image) -> bool {
        let wanted = self.admitted_to.as_deref().unwrap_or_default();
        let mut staged = image.ready_locations();
        self.rule == Rule::One && staged.any(|copy| wanted.contains(&copy.store))
    }

    /// The copies that are still to be made.
    fn open(&self, image: &Image) -> Vec<Location> {
        let ours = image
            .locations
            .iter()
            .filter(|copy| copy.state == LocationState::Writing && self.copies.contains(&copy.id));
        ours.cloned().collect()
    }
}

fn words(list: &Value) -> Vec<&str> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}

impl App {
    async fn run_copying(&self, ctx: &Ctx) -> Result<()> {
        let id: ImageId = ctx.job.subject.parse()?;
        let order = Order::read(&ctx.job.payload)?;
        let image = image::get(&mut self.catalog().read(), id).await?;
        let places = order.open(&image);
        let total = image.size.map(|size| size.0);
        ctx.stage("copying");
        ctx.progress(0, total);
        let told = ctx.clone();
        let progress = move |done| told.progress(done, total);
        let watch = Watch {
            stop: ctx.cancel_token(),
            progress: &progress,
        };
        let done = match duplicate(self, &image, &places, order.rule, &watch).await {
            Ok(done) => done,
            Err(error) if order.is_met_by(&image) && !matches!(error, Error::Cancelled) => {
                let lost = places.iter().map(|copy| (copy.id, copy.store)).collect();
                let ready = Vec::new();
                Duplicates { ready, lost }
            }
            Err(error) => return Err(error),
        };
        ctx.stage("recording");
        self.end_copying(ctx, id, order, done).await
    }

    async fn end_copying(
        &self,
        ctx: &Ctx,
        id: ImageId,
        order: Order,
        done: Duplicates,
    ) -> Result<()> {
        let (jobs, removal) = (self.jobs().clone(), JobId::new(self.new_uuid()));
        let (ctx, now) = (ctx.clone(), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    // Deleted since: whoever did that is not given the image back.
                    if before.ready_locations().next().is_none() {
                        return Err(Error::not_found(Noun::Image, id).into());
                    }
                    let size = before.size.unwrap_or(ByteCount(0));
                    lock_stores(tx, before.locations.iter().map(|copy| copy.store)).await?;
                    for copy in &done.ready {
                        location::complete(tx, *copy, size, now).await?;
                    }
                    for (copy, _) in &done.lost {
                        location::abandon(tx, *copy).await?;
                    }
                    let lost: Vec<StoreId> = done.lost.iter().map(|(_, store)| *store).collect();
                    placing::miss(tx, id, &lost).await?;
                    if let Some(stores) = &order.admitted_to {
                        image::apply(tx, id, Transition::ADMIT, now).await?;
                        let staged = before.ready_locations();
                        let unwanted: Vec<Location> = staged
                            .filter(|copy| !stores.contains(&copy.store))
                            .cloned()
                            .collect();
                        begin_removal(tx, &jobs, &before, &unwanted, removal, now).await?;
                    }
                    let after = image::get(tx, id).await?;
                    let mut touched = after.clone();
                    touched.updated_at = now;
                    image::update(tx, &after, &touched).await?;
                    Ok(ctx.succeed(tx, json!({ "image": id.hex() })).await?)
                })
            })
            .await
    }

    /// The blobs first, then the rows with the job's end.
    async fn undo_copying(&self, ctx: &Ctx, error: &Value) -> Result<()> {
        let id: ImageId = ctx.job.subject.parse()?;
        let order = Order::read(&ctx.job.payload)?;
        let found = image::find(&mut self.catalog().read(), id).await?;
        if let Some(image) = &found {
            self.remove_blobs(&order.open(image)).await;
        }
        let (ctx, error) = (ctx.clone(), error.clone());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    if image::find(tx, id).await?.is_some() {
                        let image = image::lock(tx, id).await?;
                        let open = order.open(&image);
                        lock_stores(tx, open.iter().map(|copy| copy.store)).await?;
                        for copy in &open {
                            location::abandon(tx, copy.id).await?;
                        }
                        let stores: Vec<StoreId> = open.iter().map(|copy| copy.store).collect();
                        placing::miss(tx, id, &stores).await?;
                        forget_deleted(tx, id).await?;
                    }
                    Ok(ctx.fail(tx, error).await?)
                })
            })
            .await
    }
}

/// Copies images.
#[derive(Debug)]
pub(crate) struct CopyHandler(pub(crate) App);

impl Handler for CopyHandler {
    fn kind(&self) -> &'static str {
        WorkKind::Copy.as_str()
    }

    fn run<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            self.0
                .run_copying(ctx)
                .await
                .map_err(|error| judged(&error))
        })
    }

    fn rollback<'a>(
        &'a self,
        ctx: &'a Ctx,
        error: &'a Value,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let undone = self.0.undo_copying(ctx, error).await;
            undone.map_err(|error| retry(&error))
        })
    }
}
