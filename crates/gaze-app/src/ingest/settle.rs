//! What an intake's end means for the catalogue. Both ends are one transaction each, which the
//! caller shares with the end of its job.

use gaze_catalog::{Failure, Tx, image, location, project};
use gaze_domain::image::Checksums;
use gaze_domain::{ByteCount, Image, ImageId, LocationState, Timestamp, Transition};

use super::Landed;

/// What remains of an image whose bytes never became complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aftermath {
    /// It waits for another try: a client's upload.
    Requeue,
    /// Nothing: it was made by the very call that failed.
    Remove,
}

/// Records a complete intake: the image becomes active and its facts are those of the content.
pub(crate) async fn land(
    tx: &mut Tx,
    id: ImageId,
    landed: &Landed,
    now: Timestamp,
) -> Result<Image, Failure> {
    let before = image::lock(tx, id).await?;
    let reserved = charged(&before);
    let size = landed.stored.size;
    for copy in &landed.ready {
        location::complete(tx, *copy, ByteCount(size), now).await?;
    }
    for copy in &landed.lost {
        location::abandon(tx, *copy).await?;
    }
    if reserved > size {
        project::refund(tx, before.owner, 0, reserved - size).await?;
    } else if size > reserved {
        project::charge(tx, before.owner, 0, size - reserved).await?;
    }
    image::apply(tx, id, Transition::COMPLETE, now).await?;
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
    let Some(before) = image::find(tx, id).await? else {
        return Ok(());
    };
    if !before.status.is_in_progress() {
        return Ok(());
    }
    let reserved = charged(&before);
    for copy in &before.locations {
        if copy.state == LocationState::Writing {
            location::abandon(tx, copy.id).await?;
        }
    }
    match aftermath {
        Aftermath::Requeue => {
            project::refund(tx, before.owner, 0, reserved).await?;
            image::apply(tx, id, Transition::ABANDON_UPLOAD, now).await
        }
        Aftermath::Remove => {
            project::refund(tx, before.owner, 1, reserved).await?;
            image::delete(tx, id).await
        }
    }
}

/// What the owner has been charged for bytes in progress: the reservation of the oldest copy,
/// since an owner pays once however many copies there are.
fn charged(image: &Image) -> u64 {
    let oldest = image
        .locations
        .iter()
        .find(|copy| copy.state == LocationState::Writing);
    oldest.map_or(0, |copy| copy.size.0)
}
