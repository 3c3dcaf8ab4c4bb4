//! Exports, and the room that converted ones take.

use std::collections::HashMap;

use gaze_domain::{
    ByteCount, DiskFormat, Error, Export, ExportId, ExportState, ImageId, Noun, StoreId, Timestamp,
};
use gaze_sql::{Kind, Tx};

use crate::columns::{self, BATCH, Columns, all, count, micros, one, padded, places};
use crate::failure::refused;
use crate::image::revision::touch;
use crate::{Failure, Rows, store};

const SELECT: &str = "SELECT id, image_id, store_id, format, blob_key, size, md5, sha256, state, \
                      job_id, created_at, updated_at FROM export";

fn decode(c: &mut Columns<'_>) -> Result<Export, Failure> {
    Ok(Export {
        id: c.parse()?,
        image: c.parse()?,
        store: c.parse()?,
        format: c.parse()?,
        key: c.opt_text()?,
        size: c.bytes()?,
        md5: c.opt_text()?,
        sha256: c.opt_text()?,
        state: c.parse()?,
        job: c.opt_parse()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// Records an export. One that is to be converted has no room yet: see [`reserve`].
pub async fn insert(tx: &mut Tx, export: &Export) -> Result<(), Failure> {
    let sql = "INSERT INTO export (id, image_id, store_id, format, blob_key, size, md5, sha256,
               state, job_id, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let args = [
        export.id.hex().into(),
        export.image.hex().into(),
        export.store.hex().into(),
        export.format.as_str().into(),
        export.key.clone().into(),
        count(export.size.0),
        export.md5.clone().into(),
        export.sha256.clone().into(),
        export.state.as_str().into(),
        export.job.map(|job| job.hex()).into(),
        micros(export.created_at),
        micros(export.updated_at),
    ];
    touch(tx, export.image).await?;
    tx.execute(sql, &args)
        .await
        .map_err(|error| refused(error, || Error::exists(Noun::Export, export.id)))?;
    Ok(())
}

/// Reserves `to` bytes of the store in all for an export that is being written.
pub async fn reserve(tx: &mut Tx, id: ExportId, to: ByteCount) -> Result<(), Failure> {
    let export = lock(tx, id).await?;
    expect(&export, ExportState::Writing)?;
    let (have, want) = (export.size.0, to.0);
    if want > have {
        store::reserve(tx, export.store, ByteCount(want - have)).await?;
    } else if have > want {
        store::release(tx, export.store, ByteCount(have - want)).await?;
    }
    tx.execute(
        "UPDATE export SET size = $1 WHERE id = $2",
        &[count(want), id.hex().into()],
    )
    .await?;
    Ok(())
}

/// A converted export is complete: the reservation becomes use.
pub async fn complete(
    tx: &mut Tx,
    id: ExportId,
    size: ByteCount,
    md5: Option<String>,
    sha256: Option<String>,
    now: Timestamp,
) -> Result<(), Failure> {
    let export = lock(tx, id).await?;
    expect(&export, ExportState::Writing)?;
    store::settle(tx, export.store, export.size, size).await?;
    let sql = "UPDATE export SET state = 'ready', size = $1, md5 = $2, sha256 = $3, updated_at = $4
               WHERE id = $5";
    let args = [
        count(size.0),
        md5.into(),
        sha256.into(),
        micros(now),
        id.hex().into(),
    ];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// Forgets an export that never became complete; its blob must be gone, or never have been.
pub async fn abandon(tx: &mut Tx, id: ExportId) -> Result<(), Failure> {
    let Some(export) = hold(tx, id).await? else {
        return Ok(());
    };
    expect(&export, ExportState::Writing)?;
    store::release(tx, export.store, export.size).await?;
    remove(tx, &export).await
}

/// Ends the life of a ready export for those who read it. Its room is given back when its blob is
/// gone.
pub async fn mark_deleting(tx: &mut Tx, id: ExportId, now: Timestamp) -> Result<(), Failure> {
    let sql = "UPDATE export SET state = 'deleting', updated_at = $1
               WHERE id = $2 AND state = 'ready'";
    tx.execute(sql, &[micros(now), id.hex().into()]).await?;
    Ok(())
}

/// Forgets an export whose blob has been removed, and gives its room back.
pub async fn forget(tx: &mut Tx, id: ExportId) -> Result<(), Failure> {
    let Some(export) = hold(tx, id).await? else {
        return Ok(());
    };
    expect(&export, ExportState::Deleting)?;
    if export.extra() > 0 {
        store::free(tx, export.store, ByteCount(export.extra())).await?;
    }
    remove(tx, &export).await
}

async fn remove(tx: &mut Tx, export: &Export) -> Result<(), Failure> {
    touch(tx, export.image).await?;
    let sql = "DELETE FROM export WHERE id = $1";
    tx.execute(sql, &[export.id.hex().into()]).await?;
    Ok(())
}

pub async fn find(rows: &mut impl Rows, id: ExportId) -> Result<Option<Export>, Failure> {
    let sql = format!("{SELECT} WHERE id = $1");
    one(rows, &sql, &[id.hex().into()], decode).await
}

/// The export of that kind, unless it is on its way out.
pub async fn find_same(
    rows: &mut impl Rows,
    image: ImageId,
    store: StoreId,
    format: DiskFormat,
) -> Result<Option<Export>, Failure> {
    let sql = format!(
        "{SELECT} WHERE image_id = $1 AND store_id = $2 AND format = $3 AND state <> 'deleting'"
    );
    let args = [
        image.hex().into(),
        store.hex().into(),
        format.as_str().into(),
    ];
    one(rows, &sql, &args, decode).await
}

/// The exports of these images, oldest first: one statement for each [`BATCH`] of them.
pub async fn of_images(
    rows: &mut impl Rows,
    images: &[ImageId],
) -> Result<HashMap<ImageId, Vec<Export>>, Failure> {
    let mut found: HashMap<ImageId, Vec<Export>> = HashMap::new();
    for batch in images.chunks(BATCH) {
        let args = padded(batch.iter().map(|id| id.hex().into()).collect());
        let sql = format!(
            "{SELECT} WHERE image_id IN ({}) ORDER BY image_id, created_at, id",
            places(1, args.len())
        );
        for export in all(rows, &sql, &args, decode).await? {
            found.entry(export.image).or_default().push(export);
        }
    }
    Ok(found)
}

/// The exports of one image, oldest first.
pub async fn of_image(rows: &mut impl Rows, image: ImageId) -> Result<Vec<Export>, Failure> {
    let sql = format!("{SELECT} WHERE image_id = $1 ORDER BY created_at, id");
    all(rows, &sql, &[image.hex().into()], decode).await
}

/// Keys of converted blobs that the catalogue knows in a store among those asked about.
pub async fn known_keys(
    rows: &mut impl Rows,
    store: StoreId,
    keys: &[String],
) -> Result<Vec<String>, Failure> {
    columns::known_keys(rows, "export", store, keys).await
}

/// The export if it is still there, held against other writers: of two who would settle its
/// account only one may.
pub async fn hold(tx: &mut Tx, id: ExportId) -> Result<Option<Export>, Failure> {
    let hold = match tx.kind() {
        Kind::Sqlite => "",
        Kind::Postgres => " FOR UPDATE",
    };
    let sql = format!("{SELECT} WHERE id = $1{hold}");
    one(tx, &sql, &[id.hex().into()], decode).await
}

/// The export, held against other writers until the transaction ends.
pub async fn lock(tx: &mut Tx, id: ExportId) -> Result<Export, Failure> {
    hold(tx, id)
        .await?
        .ok_or_else(|| Error::not_found(Noun::Export, id).into())
}

fn expect(export: &Export, state: ExportState) -> Result<(), Failure> {
    if export.state == state {
        return Ok(());
    }
    Err(Error::WrongState {
        noun: Noun::Export,
        id: export.id.hex(),
        state: export.state.to_string(),
        needed: format!("it must be {state}"),
    }
    .into())
}
