//! Revisions: whoever has kept an image asks for no more than whether it is still the same.
//!
//! Every statement that changes what is read of an image (its row, its copies, the stores that it
//! missed, whether there are exports of it) adds to its revision in the same transaction. So two
//! reads of one revision have read the same. What was read inside a transaction must not be kept:
//! it may be undone, and another transaction may then give the same revision to something else.

use gaze_domain::{Image, ImageId, LocationId};
use gaze_sql::Tx;

use crate::columns::Columns;
use crate::{Failure, Rows};

/// One state of an image that was committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(i64);

/// Which image, and at which revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub id: ImageId,
    pub revision: Revision,
}

/// The columns of a [`Head`].
pub(super) const HEAD: &str = "i.id, i.revision";

/// Revisions that an image of one microsecond may go through before it meets one that was made in
/// the next. An image is changed by statements, of which no database runs that many in that time.
const STEPS: i64 = 1024;

/// The revision of a new image. An id may be used again when its image is gone: what somebody has
/// kept of the former must not pass for the new. The clock never goes back, so the new one begins
/// behind all revisions of the former.
pub(super) fn first(image: &Image) -> i64 {
    image.created_at.as_microsecond().saturating_mul(STEPS)
}

pub(crate) fn decode(c: &mut Columns<'_>) -> Result<Revision, Failure> {
    c.int().map(Revision)
}

pub(super) fn decode_head(c: &mut Columns<'_>) -> Result<Head, Failure> {
    Ok(Head {
        id: c.parse()?,
        revision: decode(c)?,
    })
}

/// The present revision of an image: one statement.
pub async fn head(rows: &mut impl Rows, id: ImageId) -> Result<Option<Head>, Failure> {
    let sql = "SELECT i.id, i.revision FROM image i WHERE i.id = $1";
    crate::columns::one(rows, sql, &[id.hex().into()], decode_head).await
}

/// Something beside the image's row is about to change. Called before that is locked: images are
/// locked before what belongs to them.
pub(crate) async fn touch(tx: &mut Tx, id: ImageId) -> Result<(), Failure> {
    let sql = "UPDATE image SET revision = revision + 1 WHERE id = $1";
    tx.execute(sql, &[id.hex().into()]).await?;
    Ok(())
}

/// [`touch`] for the image that the copy is of. A copy never changes its image.
pub(crate) async fn touch_of(tx: &mut Tx, copy: LocationId) -> Result<(), Failure> {
    let sql = "UPDATE image SET revision = revision + 1
               WHERE id = (SELECT image_id FROM image_location WHERE id = $1)";
    tx.execute(sql, &[copy.hex().into()]).await?;
    Ok(())
}
