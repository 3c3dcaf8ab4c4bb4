//! An image's bytes in more stores than they came to.
//!
//! While a copy is made, its location is `writing`, whatever the image's status: of a complete
//! image that says that a copying runs, and there is one at a time. The owner pays for its bytes
//! once, however many copies there are.

mod job;

use std::collections::HashMap;
use std::time::Duration;

use gaze_catalog::{Failure as TxFailure, Tx, image, location, placing};
use gaze_domain::{
    ByteCount, Caller, Error, Image, ImageId, JobId, LocationState, Noun, Result, Status, StoreId,
};
use gaze_jobs::{Class, NewJob};
use serde_json::json;

use super::stores::Need;
use crate::App;
use crate::ingest::{Rule, lock_stores};
use crate::requests::{CopyInto, NewCopies, Started, StoreChoice};
use crate::work::{WorkKind, enqueue_failure};

pub(crate) use job::CopyHandler;

/// Attempts after a crash of the process or a failure of the database.
const ATTEMPTS: u32 = 5;

/// A copying that is to begin.
pub(super) struct Copying {
    pub(super) image: Image,
    /// The stores that get a copy, at least one.
    pub(super) stores: Vec<StoreId>,
    /// Stores that were named, and are left out already.
    pub(super) missed: Vec<StoreId>,
    pub(super) rule: Rule,
    /// For a staged image: the stores that it is to be in when it is admitted at the end.
    pub(super) admitted_to: Option<Vec<StoreId>>,
    pub(super) job: Option<JobId>,
}

impl App {
    /// Makes a job that copies an active image into more stores. The bytes are compared with the
    /// digest that was recorded when they came; what differs is not kept. `None` if every store
    /// has a copy.
    pub async fn copy_image(
        &self,
        caller: &Caller,
        id: ImageId,
        copies: NewCopies,
    ) -> Result<Option<Started>> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "copy the image into other stores")?;
        let image = known.into_image();
        must_be(&image, Status::Active)?;
        must_rest(&image)?;
        let named = match copies.into {
            CopyInto::Stores(stores) => {
                if let Some(there) = stores.iter().find(|store| is_in(&image, **store)) {
                    return Err(Error::exists(Noun::Location, there));
                }
                stores
            }
            CopyInto::Rest => {
                let stores = gaze_catalog::store::list(&mut self.catalog().read()).await?;
                let all = stores.into_iter().map(|store| store.id);
                let rest: Vec<StoreId> = all.filter(|store| !is_in(&image, *store)).collect();
                if rest.is_empty() {
                    self.wish_came_true(id).await?;
                    return Ok(None);
                }
                rest
            }
        };
        let rule = if copies.partial { Rule::One } else { Rule::All };
        let (stores, missed) = self.room_for_copies(&image, named, rule).await?;
        let begun = Copying {
            image,
            stores,
            missed,
            rule,
            admitted_to: None,
            job: copies.job,
        };
        self.begin_copying(begun).await.map(Some)
    }

    /// Of those among these images that were to be kept in certain stores: the stores that were
    /// missed the last time.
    pub async fn missed_stores(
        &self,
        images: &[ImageId],
    ) -> Result<HashMap<ImageId, Vec<StoreId>>> {
        Ok(placing::of_images(&mut self.catalog().read(), images).await?)
    }

    /// Which of these stores can take a copy of the image, and which cannot.
    pub(super) async fn room_for_copies(
        &self,
        image: &Image,
        named: Vec<StoreId>,
        rule: Rule,
    ) -> Result<(Vec<StoreId>, Vec<StoreId>)> {
        let need = Need {
            bytes: image.size.map_or(0, |size| size.0),
            pool: None,
            rule,
        };
        let choice = StoreChoice::Named(named.clone());
        let chosen = self.choose_stores(&choice, need).await?;
        let missed = named.into_iter().filter(|store| !chosen.contains(store));
        let missed = missed.collect();
        Ok((chosen, missed))
    }

    async fn wish_came_true(&self, id: ImageId) -> Result<()> {
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    image::lock(tx, id).await?;
                    placing::set(tx, id, &[]).await
                })
            })
            .await
    }

    /// Reserves the room, records the copies to be and their job, or nothing.
    pub(super) async fn begin_copying(&self, copying: Copying) -> Result<Started> {
        let Copying {
            image,
            stores,
            missed,
            rule,
            admitted_to,
            job,
        } = copying;
        let job = job.unwrap_or_else(|| JobId::new(self.new_uuid()));
        let id = image.id;
        let expected = match admitted_to {
            Some(_) => Status::Staged,
            None => Status::Active,
        };
        let copies = self.new_copies(id, &stores);
        let hex =
            |stores: &[StoreId]| -> Vec<String> { stores.iter().map(|it| it.hex()).collect() };
        let ids: Vec<String> = copies.iter().map(|(copy, ..)| copy.hex()).collect();
        let new = NewJob {
            id: job.hex(),
            kind: WorkKind::Copy.as_str(),
            class: Class::Transfer,
            payload: json!({
                "copies": ids,
                "partial": rule == Rule::One,
                "admitted_to": admitted_to.as_deref().map(hex),
            }),
            subject: id.hex(),
            owner: image.owner.hex(),
            max_attempts: ATTEMPTS,
            delay: Duration::ZERO,
        };
        let (jobs, now) = (self.jobs().clone(), self.now());
        let image = self
            .catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    must_be(&before, expected)?;
                    must_rest(&before)?;
                    if let Some(there) = stores.iter().find(|store| is_in(&before, **store)) {
                        return Err(Error::exists(Noun::Location, there).into());
                    }
                    let size = before.size.unwrap_or(ByteCount(0));
                    lock_stores(tx, stores.iter().copied()).await?;
                    for (copy, store, key) in copies {
                        location::begin(tx, copy, id, store, &key, size, now).await?;
                    }
                    placing::set(tx, id, &missed).await?;
                    jobs.enqueue(tx, new).await.map_err(enqueue_failure)?;
                    image::get(tx, id).await
                })
            })
            .await?;
        Ok(Started { image, job })
    }

    /// Cancels the copying of an image that is to be deleted, and waits for it to be undone. What
    /// is not undone in time is undone later.
    pub(super) async fn stop_copying(&self, image: &Image) -> Result<()> {
        const PATIENCE: Duration = Duration::from_secs(20);
        if image.status.is_in_progress() || must_rest(image).is_ok() {
            return Ok(());
        }
        let unfinished = self.jobs().unfinished_of(&[image.id.hex()]).await;
        for job in unfinished.map_err(crate::work::sql)? {
            if job.kind == WorkKind::Copy.as_str() {
                let cancelled = self.jobs().cancel(&job.id).await;
                cancelled.map_err(crate::work::sql)?;
                let waited = self.jobs().wait(&job.id, PATIENCE).await;
                waited.map_err(crate::work::sql)?;
            }
        }
        Ok(())
    }
}

fn must_be(image: &Image, status: Status) -> Result<()> {
    if image.status == status {
        return Ok(());
    }
    Err(Error::WrongState {
        noun: Noun::Image,
        id: image.id.hex(),
        state: image.status.to_string(),
        needed: format!("only an image that is {status} can be copied"),
    })
}

/// Refuses an image that is being copied.
pub(super) fn must_rest(image: &Image) -> Result<()> {
    let mut copies = image.locations.iter();
    if copies.all(|copy| copy.state != LocationState::Writing) {
        return Ok(());
    }
    Err(Error::WrongState {
        noun: Noun::Image,
        id: image.id.hex(),
        state: "being copied".into(),
        needed: "wait until that has ended".into(),
    })
}

/// Whether the store has a copy, or will; one that is being removed is none.
fn is_in(image: &Image, store: StoreId) -> bool {
    let mut copies = image.locations.iter();
    copies.any(|copy| copy.store == store && copy.state != LocationState::Deleting)
}

/// Forgets an image that was deleted while it was copied, if the removal of its bytes has ended
/// since and had to leave the row.
async fn forget_deleted(tx: &mut Tx, id: ImageId) -> Result<(), TxFailure> {
    let Some(left) = image::find(tx, id).await? else {
        return Ok(());
    };
    if left.status == Status::Deleted
        && left.locations.is_empty()
        && gaze_catalog::export::of_image(tx, id).await?.is_empty()
    {
        super::purge::remove_row(tx, &left).await?;
    }
    Ok(())
}
