//! Deleting, recovering and purging some of an image's copies.
//!
//! An image is deleted when none of its copies is left that could be read, and recovered with the
//! first that is recovered. Stores that hold no copy of the image are passed over when copies are
//! deleted: there is nothing left to do there.

use gaze_catalog::{Failure as TxFailure, Tx, image, location};
use gaze_domain::{
    Caller, Error, Image, ImageId, JobId, Location, LocationState, Noun, Result, Status, StoreId,
    Timestamp, Transition,
};

use super::delete::begin_removal;
use crate::App;
use crate::requests::DeleteMode;

impl App {
    /// Deletes the image's copies in these stores. With [`DeleteMode::Delay`] they can be
    /// recovered for a while. An image whose bytes are on their way has no copies yet: it is
    /// deleted whole if all its stores are named, and refused otherwise.
    pub async fn delete_copies(
        &self,
        caller: &Caller,
        id: ImageId,
        stores: Vec<StoreId>,
        mode: DeleteMode,
    ) -> Result<()> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "delete the image")?;
        if known.image.protected {
            return Err(Error::Protected { image: id });
        }
        let whole = |image: &Image| {
            let mut copies = image.locations.iter();
            copies.all(|copy| stores.contains(&copy.store))
        };
        if whole(&known.image) {
            return self.delete_image(caller, id, mode).await;
        }
        let (jobs, job, now) = (self.jobs().clone(), JobId::new(self.new_uuid()), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    if before.protected {
                        return Err(Error::Protected { image: id }.into());
                    }
                    let named = in_stores(&before, &stores);
                    if named.is_empty() {
                        return Ok(());
                    }
                    if named
                        .iter()
                        .any(|copy| copy.state == LocationState::Writing)
                    {
                        let needed = "its bytes are on their way; all its stores must be named";
                        return Err(wrong_state(&before, needed).into());
                    }
                    for copy in &named {
                        location::mark_deleted(tx, copy.id, now).await?;
                    }
                    let after = settle(tx, id, now).await?;
                    match mode {
                        DeleteMode::Delay => Ok(()),
                        DeleteMode::Now => {
                            let named = in_stores(&after, &stores);
                            begin_removal(tx, &jobs, &after, &named, job, now).await
                        }
                    }
                })
            })
            .await
    }

    /// Removes the copy in one store for good, for vendors with whom an image keeps its last copy:
    /// that one is [`Error::InUse`].
    pub async fn remove_copy(&self, caller: &Caller, id: ImageId, store: StoreId) -> Result<()> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "delete the image")?;
        let (jobs, job, now) = (self.jobs().clone(), JobId::new(self.new_uuid()), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    if before.protected {
                        return Err(Error::Protected { image: id }.into());
                    }
                    let (here, elsewhere): (Vec<&Location>, Vec<&Location>) = before
                        .ready_locations()
                        .partition(|copy| copy.store == store);
                    if here.is_empty() {
                        return Err(Error::not_found(Noun::Location, id).into());
                    }
                    if elsewhere.is_empty() {
                        return Err(Error::InUse {
                            noun: Noun::Image,
                            id: id.hex(),
                            reason: "this is its last copy".into(),
                        }
                        .into());
                    }
                    for copy in here {
                        location::mark_deleted(tx, copy.id, now).await?;
                    }
                    let after = settle(tx, id, now).await?;
                    let gone = in_stores(&after, &[store]);
                    begin_removal(tx, &jobs, &after, &gone, job, now).await
                })
            })
            .await
    }

    /// Takes the deletion of the copies in these stores back; each must hold a deleted one.
    pub async fn recover_copies(
        &self,
        caller: &Caller,
        id: ImageId,
        stores: Vec<StoreId>,
    ) -> Result<Image> {
        self.known_image(caller, id)
            .await?
            .must_change(caller, "recover the image")?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let before = image::lock(tx, id).await?;
                    for copy in deleted_in(&before, &stores)? {
                        location::recover(tx, copy.id, now).await?;
                    }
                    settle(tx, id, now).await
                })
            })
            .await
    }

    /// Removes the deleted copies in these stores for good, and waits a while for that; each must
    /// hold one. The image goes with its last copy.
    pub async fn purge_copies(
        &self,
        caller: &Caller,
        id: ImageId,
        stores: Vec<StoreId>,
    ) -> Result<()> {
        let known = self.known_image(caller, id).await?;
        known.must_change(caller, "purge the image")?;
        if known.image.protected {
            return Err(Error::Protected { image: id });
        }
        let (jobs, job, now) = (self.jobs().clone(), JobId::new(self.new_uuid()), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let image = image::lock(tx, id).await?;
                    let copies = deleted_in(&image, &stores)?;
                    begin_removal(tx, &jobs, &image, &copies, job, now).await
                })
            })
            .await?;
        self.wait_for_removal(id).await
    }
}

/// Brings the image's status in line with its copies, and answers the image as it is then.
async fn settle(tx: &mut Tx, id: ImageId, now: Timestamp) -> Result<Image, TxFailure> {
    let before = image::get(tx, id).await?;
    let readable = before.ready_locations().next().is_some();
    let mut after = before.clone();
    match (before.status, readable) {
        (Status::Active | Status::Staged, false) => {
            image::apply(tx, id, Transition::DELETE, now).await?;
            after.deleted_at = Some(now);
        }
        (Status::Deleted, true) => {
            image::apply(tx, id, Transition::RECOVER, now).await?;
            after.deleted_at = None;
        }
        _ => {}
    }
    after.updated_at = now;
    image::update(tx, &before, &after).await?;
    image::get(tx, id).await
}

fn in_stores(image: &Image, stores: &[StoreId]) -> Vec<Location> {
    let copies = image.locations.iter();
    copies
        .filter(|copy| stores.contains(&copy.store))
        .cloned()
        .collect()
}

/// The deleted copies in these stores, one in each.
fn deleted_in(image: &Image, stores: &[StoreId]) -> Result<Vec<Location>> {
    let mut found: Vec<Location> = Vec::with_capacity(stores.len());
    for store in stores {
        let copy = image.locations.iter().find(|copy| copy.store == *store);
        match copy {
            None => {
                let needed = format!("it has no copy in store {store}");
                return Err(wrong_state(image, &needed));
            }
            Some(copy) if copy.state != LocationState::Deleted => {
                let needed = format!("its copy in store {store} is {}", copy.state);
                return Err(wrong_state(image, &needed));
            }
            Some(copy) if found.iter().any(|known| known.id == copy.id) => {}
            Some(copy) => found.push(copy.clone()),
        }
    }
    Ok(found)
}

fn wrong_state(image: &Image, needed: &str) -> Error {
    Error::WrongState {
        noun: Noun::Image,
        id: image.id.hex(),
        state: image.status.to_string(),
        needed: needed.to_owned(),
    }
}
