//! Classes of images: those of one owner that are alike in everything that has few values. Whoever
//! writes such a column settles the image's class in the same transaction.

use gaze_domain::{Image, ImageId, ProjectId};
use gaze_sql::{Kind, Row, SqlError, Tx, Value};

use crate::Failure;
use crate::columns::one;

/// What images of a class are alike in, as both tables name it.
const ALIKE: &str = "owner_id, visibility, status, enabled, protected, hidden, media, system, \
    virtio, platform, architecture, firmware, format";

/// [`likeness`] of a row of `image`.
macro_rules! likeness_of_row {
    () => {
        "image.owner_id || '/' || image.visibility || '/' || image.status || '/' \
         || CAST(image.enabled AS TEXT) || '/' || CAST(image.protected AS TEXT) || '/' \
         || CAST(image.hidden AS TEXT) || '/' || image.media || '/' \
         || CAST(image.system AS TEXT) || '/' || CAST(image.virtio AS TEXT) || '/' \
         || image.platform || '/' || COALESCE(image.architecture, '') || '/' \
         || COALESCE(image.firmware, '') || '/' || COALESCE(image.format, '')"
    };
}

/// What [`settle_row`] is told of a row of `image`, also by `RETURNING`: the class that it is in,
/// and the one that it belongs in, 0 if there is none yet.
pub(super) const ROW: &str = concat!(
    "image.class_id, COALESCE((SELECT c.id FROM image_class c WHERE c.likeness = ",
    likeness_of_row!(),
    "), 0)"
);

/// Ties an image `i` to a member `m`, by the index that has the revision as well on SQLite and not by
/// that of ids, from which the row would have to be looked up.
pub(super) const OF_MEMBER: &str = "i.class_id = m.class_id \
    AND i.created_at = m.image_created_at AND (i.id || '') = m.image_id";

/// How often others may take the number that a new class was to get, on PostgreSQL.
const TRIES: usize = 100;

/// All that images of a class are alike in, as one text: an index over as many columns would have to
/// compare absent ones as well.
pub(super) fn likeness(image: &Image) -> String {
    let word = |word: Option<&'static str>| word.unwrap_or_default();
    format!(
        "{}/{}/{}/{}/{}/{}/{}/{}/{}/{}/{}/{}/{}",
        image.owner.hex(),
        image.visibility,
        image.status,
        u8::from(image.enabled),
        u8::from(image.protected),
        u8::from(image.hidden),
        image.media,
        u8::from(image.system),
        u8::from(image.virtio),
        image.platform,
        word(image.architecture.map(gaze_domain::Architecture::as_str)),
        word(image.firmware.map(gaze_domain::Firmware::as_str)),
        word(image.format.map(gaze_domain::DiskFormat::as_str)),
    )
}

/// The class of that likeness, an argument; 0 if there is none yet.
pub(super) fn known(likeness: &str) -> String {
    format!("COALESCE((SELECT c.id FROM image_class c WHERE c.likeness = {likeness}), 0)")
}

/// Counts a new image in the class that was known and that its row names, and makes it if there was
/// none.
pub(super) async fn enter(tx: &mut Tx, id: ImageId, known: i64) -> Result<i64, Failure> {
    let mut class = known;
    if class == 0 {
        class = of_row(tx, id).await?;
        let sql = "UPDATE image SET class_id = $1 WHERE id = $2";
        tx.post(sql, &[class.into(), id.hex().into()])?;
    }
    count(tx, class, 1)?;
    Ok(class)
}

/// Makes the class of an image that of its row, if there is such an image.
pub async fn settle(tx: &mut Tx, id: ImageId) -> Result<(), Failure> {
    let sql = format!("SELECT {ROW} FROM image WHERE id = $1");
    if let Some(row) = tx.query_opt(&sql, &[id.hex().into()]).await? {
        settle_row(tx, id, &row).await?;
    }
    Ok(())
}

/// As [`settle`], of the columns [`ROW`] as they are now. Returns the class.
pub(super) async fn settle_row(tx: &mut Tx, id: ImageId, row: &Row) -> Result<i64, Failure> {
    let (before, mut now) = (row.int(0)?, row.int(1)?);
    if now == 0 {
        now = of_row(tx, id).await?;
    }
    if now == before {
        return Ok(now);
    }
    for sql in [
        "UPDATE image SET class_id = $1 WHERE id = $2",
        "UPDATE image_tag SET class_id = $1 WHERE image_id = $2",
        "UPDATE image_property SET class_id = $1 WHERE image_id = $2",
        "UPDATE image_member SET class_id = $1 WHERE image_id = $2",
    ] {
        tx.post(sql, &[now.into(), id.hex().into()])?;
    }
    count(tx, before, -1)?;
    count(tx, now, 1)?;
    Ok(now)
}

/// Gives images that were one project's and are now another's their new classes.
pub(crate) async fn give_all(tx: &mut Tx, from: ProjectId, to: ProjectId) -> Result<(), Failure> {
    let sql = "SELECT class_id, MIN(id) FROM image WHERE owner_id = $1
               AND class_id IN (SELECT id FROM image_class WHERE owner_id = $2)
               GROUP BY class_id ORDER BY class_id";
    for row in tx.query(sql, &[to.hex().into(), from.hex().into()]).await? {
        let before = row.int(0)?;
        let now = of_one(tx, &row.text(1)?.into()).await?;
        let args = [now.into(), before.into(), to.hex().into()];
        for table in ["image_tag", "image_property", "image_member"] {
            let sql = format!(
                "UPDATE {table} SET class_id = $1 WHERE image_id IN \
                 (SELECT id FROM image WHERE class_id = $2 AND owner_id = $3)"
            );
            tx.execute(&sql, &args).await?;
        }
        let sql = "UPDATE image SET class_id = $1 WHERE class_id = $2 AND owner_id = $3";
        let moved = i64::try_from(tx.execute(sql, &args).await?).unwrap_or(i64::MAX);
        count(tx, before, -moved)?;
        count(tx, now, moved)?;
    }
    Ok(())
}

async fn of_row(tx: &mut Tx, id: ImageId) -> Result<i64, Failure> {
    of_one(tx, &id.hex().into()).await
}

/// Finds the class of the row of that image, which is there, or makes it.
async fn of_one(tx: &mut Tx, id: &Value) -> Result<i64, Failure> {
    let find = concat!(
        "SELECT c.id FROM image CROSS JOIN image_class c WHERE image.id = $1 AND c.likeness = ",
        likeness_of_row!()
    );
    let make = format!(
        "INSERT INTO image_class (id, likeness, {ALIKE})
         SELECT (SELECT COALESCE(MAX(id), 0) + 1 FROM image_class), {}, {ALIKE}
         FROM image WHERE image.id = $1 ON CONFLICT DO NOTHING",
        likeness_of_row!()
    );
    for _ in 0..TRIES {
        if let Some(class) = one(tx, find, std::slice::from_ref(id), |c| c.int()).await? {
            return Ok(class);
        }
        tx.execute(&make, std::slice::from_ref(id)).await?;
    }
    Err(SqlError::Busy.into())
}

/// Counts images in or out, where that is done.
pub(super) fn count(tx: &mut Tx, class: i64, more: i64) -> Result<(), Failure> {
    if tx.kind() == Kind::Sqlite {
        let sql = "UPDATE image_class SET images = images + $1 WHERE id = $2";
        tx.post(sql, &[more.into(), class.into()])?;
    }
    Ok(())
}
