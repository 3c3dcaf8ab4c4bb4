//! Images as they are read to be kept: with their revision, and what else is told of them.

use gaze_domain::{Image, ImageId, StoreId};
use gaze_sql::Value;

use super::revision::{self, Revision};
use super::{COLUMNS, decode};
use crate::columns::{BATCH, Columns, all, padded, places};
use crate::{Failure, Rows, location, placing};

/// An image, the revision that it was read at, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub revision: Revision,
    pub image: Image,
    /// If it was to be kept in certain stores: those that were missed the last time.
    pub missed: Option<Vec<StoreId>>,
    /// Whether there are exports of it, in whatever state.
    pub exported: bool,
}

/// The columns of a [`Read`]; its copies are read apart.
pub(super) fn columns() -> String {
    format!(
        "{COLUMNS}, i.revision, \
         (SELECT p.missed FROM image_placing p WHERE p.image_id = i.id) AS missed, \
         (SELECT COUNT(*) FROM export e WHERE e.image_id = i.id) AS exports"
    )
}

fn decode_read(c: &mut Columns<'_>) -> Result<Read, Failure> {
    Ok(Read {
        image: decode(c)?,
        revision: revision::decode(c)?,
        missed: c
            .opt_text()?
            .map(|missed| placing::stores(&missed))
            .transpose()?,
        exported: c.unsigned()? > 0,
    })
}

/// Those of these images that are there, in any order: a statement for each thousand, and one for
/// their copies.
pub async fn read(rows: &mut impl Rows, ids: &[ImageId]) -> Result<Vec<Read>, Failure> {
    let mut found = Vec::with_capacity(ids.len());
    for batch in ids.chunks(BATCH) {
        let args = padded(batch.iter().map(|id| id.hex().into()).collect());
        let sql = format!(
            "SELECT {} FROM image i WHERE i.id IN ({})",
            columns(),
            places(1, args.len())
        );
        found.extend(page(rows, &sql, &args).await?);
    }
    Ok(found)
}

/// The images that the statement answers, which selects [`columns`].
///
/// The copies are read after the rows. A change in between makes them newer than the revision says,
/// which nobody is told any more once the change is committed; the other way round, copies of before
/// would be kept under the revision of after.
pub(super) async fn page(
    rows: &mut impl Rows,
    sql: &str,
    args: &[Value],
) -> Result<Vec<Read>, Failure> {
    let mut found = all(rows, sql, args, decode_read).await?;
    let ids: Vec<ImageId> = found.iter().map(|read| read.image.id).collect();
    let mut locations = location::of_images(rows, &ids).await?;
    for read in &mut found {
        read.image.locations = locations.remove(&read.image.id).unwrap_or_default();
    }
    Ok(found)
}
