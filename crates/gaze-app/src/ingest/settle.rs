//! What an intake's end means for the catalogue. Both ends are one transaction each, which the
//! caller shares with the end of its job.

use std::collections::BTreeSet;

use gaze_catalog::{Failure, Tx, image, location, placing, project, store, upload_ticket};
use gaze_domain::image::Checksums;
use gaze_domain::{
    ByteCount, Image, ImageId, Location, LocationState, Status, StoreId, Timestamp, Transition,
};

use super::Landed;

/// What remains of an image whose bytes never became complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aftermath {
    /// It waits for another try: a client's upload, a fetch into an image that was there before.
    Requeue,
    /// Nothing: it was made by the very call that failed.
    Remove,
}

/// Records a complete intake: the image becomes active, or staged, and its facts are those of the
/// content.
pub(crate) async fn land(
    tx: &mut Tx,
    id: ImageId,
    landed: &Landed,
    end: Transition,
    now: Timestamp,
) -> Result<Image, Failure> {
    let before = image::lock(tx, id).await?;
    let reserved = charged(&before);
    let size = landed.stored.size;
    if reserved > size {
        project::refund(tx, before.owner, 0, reserved - size).await?;
    } else if size > reserved {
        project::charge(tx, before.owner, 0, size - reserved).await?;
    }
    lock_stores(tx, before.locations.iter().map(|copy| copy.store)).await?;
    for copy in &landed.ready {
        location::complete(tx, *copy, ByteCount(size), now).await?;
    }
    for copy in &landed.lost {
        location::abandon(tx, *copy).await?;
    }
    image::apply(tx, id, end, now).await?;
    let mut after = before.clone();
    after.format = Some(landed.format);
    after.size = Some(ByteCount(size));
    after.virtual_size = Some(ByteCount(landed.inspection.virtual_size));
    after.checksums = Checksums {
        md5: landed.stored.digests.md5.map(|digest| digest.to_string()),
        sha256: landed
            .stored
            .digests
            .sha256
            .map(|digest| digest.to_string()),
        sha512: landed
            .stored
            .digests
            .sha512
            .map(|digest| digest.to_string()),
    };
    after.updated_at = now;
    image::update(tx, &before, &after).await?;
    image::get(tx, id).await
}

/// Takes back everything that an intake reserved, charged and recorded. The blobs must be gone.
/// May run again after a crash: what has been undone stays undone.
pub(crate) async fn undo(
    tx: &mut Tx,
    id: ImageId,
    aftermath: Aftermath,
    now: Timestamp,
) -> Result<(), Failure> {
    if image::find(tx, id).await?.is_none() {
        return Ok(());
    }
    let before = image::lock(tx, id).await?;
    if !before.status.is_in_progress() {
        return Ok(());
    }
    let images = match aftermath {
        Aftermath::Requeue => 0,
        Aftermath::Remove => 1,
    };
    project::refund(tx, before.owner, images, charged(&before)).await?;
    lock_stores(tx, before.locations.iter().map(|copy| copy.store)).await?;
    if aftermath == Aftermath::Requeue {
        let stores: Vec<StoreId> = before.locations.iter().map(|copy| copy.store).collect();
        placing::miss(tx, id, &stores).await?;
    }
    // What a ticket promised is still to come.
    let promised = aftermath == Aftermath::Requeue && upload_ticket::find(tx, id).await?.is_some();
    for copy in &before.locations {
        match copy.state {
            LocationState::Writing if promised => location::empty(tx, copy.id).await?,
            LocationState::Writing => location::abandon(tx, copy.id).await?,
            LocationState::Ready | LocationState::Deleted | LocationState::Deleting => {}
        }
    }
    match aftermath {
        Aftermath::Requeue if before.status == Status::Importing => {
            let mut after = before.clone();
            after.source = String::new();
            image::update(tx, &before, &after).await?;
            image::apply(tx, id, Transition::ABANDON_IMPORT, now).await
        }
        Aftermath::Requeue => image::apply(tx, id, Transition::ABANDON_UPLOAD, now).await,
        Aftermath::Remove => image::delete(tx, id).await,
    }
}

/// What the owner has been charged for bytes in progress: the largest reservation, since an owner
/// pays once however many copies there are, and copies that were given up grow no more.
pub(crate) fn charged(image: &Image) -> u64 {
    let writing = |copy: &&Location| copy.state == LocationState::Writing;
    let sizes = image.locations.iter().filter(writing);
    sizes.map(|copy| copy.size.0).max().unwrap_or(0)
}

/// Holds the stores' accounts until the transaction ends, always in the same order. Whoever
/// changes those of several stores calls this first, and after the image and the project were
/// changed, so that no two transactions wait for each other.
pub(crate) async fn lock_stores(
    tx: &mut Tx,
    stores: impl IntoIterator<Item = StoreId>,
) -> Result<(), Failure> {
    let stores: BTreeSet<StoreId> = stores.into_iter().collect();
    for id in stores {
        store::release(tx, id, ByteCount(0)).await?;
    }
    Ok(())
}
