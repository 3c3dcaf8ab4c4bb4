//! Images that an operator asked to have at hand.

use gaze_domain::{ByteCount, ImageId, Timestamp};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros};
use crate::{Failure, Rows};

/// A wish, and the image's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtHand {
    pub image: ImageId,
    pub size: ByteCount,
    pub asked_at: Timestamp,
}

fn decode(c: &mut Columns<'_>) -> Result<AtHand, Failure> {
    Ok(AtHand {
        image: c.parse()?,
        size: c.opt_bytes()?.unwrap_or(ByteCount(0)),
        asked_at: c.time()?,
    })
}

/// Records the wish; the first one stands.
pub async fn ask(tx: &mut Tx, image: ImageId, now: Timestamp) -> Result<(), Failure> {
    let sql = "INSERT INTO image_at_hand (image_id, asked_at) VALUES ($1, $2)
               ON CONFLICT (image_id) DO NOTHING";
    tx.execute(sql, &[image.hex().into(), micros(now)]).await?;
    Ok(())
}

/// Takes the wish back, if there was one.
pub async fn release(tx: &mut Tx, image: ImageId) -> Result<(), Failure> {
    let sql = "DELETE FROM image_at_hand WHERE image_id = $1";
    tx.execute(sql, &[image.hex().into()]).await?;
    Ok(())
}

/// The wishes for images that are not deleted, the oldest first.
pub async fn list(rows: &mut impl Rows) -> Result<Vec<AtHand>, Failure> {
    let sql = "SELECT h.image_id, i.size, h.asked_at FROM image_at_hand h
               JOIN image i ON i.id = h.image_id
               WHERE i.status <> 'deleted' ORDER BY h.asked_at, h.image_id";
    all(rows, sql, &[], decode).await
}
