//! Locations: which store holds which copy, and the room it takes.

use std::collections::HashMap;

use gaze_domain::{
    ByteCount, Error, ImageId, Location, LocationId, LocationState, Noun, StoreId, Timestamp,
};
use gaze_sql::{Kind, Row, Tx};

use crate::columns::{self, BATCH, Columns, all, count, micros, one, padded, places};
use crate::failure::refused;
use crate::image::revision::{touch, touch_of};
use crate::{Failure, Rows, setting, store};

const SELECT: &str = "SELECT id, image_id, store_id, blob_key, state, size, ordinal, created_at, \
                      updated_at FROM image_location";

fn decode(c: &mut Columns<'_>) -> Result<Location, Failure> {
    Ok(Location {
        id: c.parse()?,
        image: c.parse()?,
        store: c.parse()?,
        key: c.text()?,
        state: c.parse()?,
        size: c.bytes()?,
        ordinal: c.int()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// Begins a copy: reserves `size` bytes of the store and records where they will go.
pub async fn begin(
    tx: &mut Tx,
    id: LocationId,
    image: ImageId,
    store: StoreId,
    key: &str,
    size: ByteCount,
    now: Timestamp,
) -> Result<Location, Failure> {
    touch(tx, image).await?;
    store::reserve(tx, store, size).await?;
    let ordinal = setting::next_number(tx, "location").await?;
    let sql = "INSERT INTO image_location
               (id, image_id, store_id, blob_key, state, size, ordinal, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    let state = LocationState::Writing;
    let args = [
        id.hex().into(),
        image.hex().into(),
        store.hex().into(),
        key.into(),
        state.as_str().into(),
        count(size.0),
        ordinal.into(),
        micros(now),
    ];
    tx.execute(sql, &args)
        .await
        .map_err(|error| refused(error, || Error::exists(Noun::Location, key)))?;
    let key = key.to_owned();
    Ok(Location {
        id,
        image,
        store,
        key,
        state,
        size,
        ordinal,
        created_at: now,
        updated_at: now,
    })
}

/// Reserves more for a copy that turned out larger, so that `to` bytes are reserved in all.
/// Returns how many were added: none if that many were reserved before.
pub async fn grow(tx: &mut Tx, id: LocationId, to: ByteCount) -> Result<ByteCount, Failure> {
    touch_of(tx, id).await?;
    let location = lock(tx, id).await?;
    expect(&location, LocationState::Writing)?;
    let more = ByteCount(to.0.saturating_sub(location.size.0));
    if more == ByteCount(0) {
        return Ok(more);
    }
    store::reserve(tx, location.store, more).await?;
    let sql = "UPDATE image_location SET size = $1 WHERE id = $2";
    tx.execute(sql, &[count(location.size.0 + more.0), id.hex().into()])
        .await?;
    Ok(more)
}

/// The copy is complete: the reservation becomes use.
pub async fn complete(
    tx: &mut Tx,
    id: LocationId,
    size: ByteCount,
    now: Timestamp,
) -> Result<(), Failure> {
    touch_of(tx, id).await?;
    let location = lock(tx, id).await?;
    expect(&location, LocationState::Writing)?;
    store::settle(tx, location.store, location.size, size).await?;
    let sql = "UPDATE image_location SET state = 'ready', size = $1, updated_at = $2 WHERE id = $3";
    tx.execute(sql, &[count(size.0), micros(now), id.hex().into()])
        .await?;
    Ok(())
}

/// Forgets a copy that never became complete; its blob must be gone, or never have been.
pub async fn abandon(tx: &mut Tx, id: LocationId) -> Result<(), Failure> {
    touch_of(tx, id).await?;
    let Some(location) = find_locked(tx, id).await? else {
        return Ok(());
    };
    expect(&location, LocationState::Writing)?;
    store::release(tx, location.store, location.size).await?;
    tx.execute(
        "DELETE FROM image_location WHERE id = $1",
        &[id.hex().into()],
    )
    .await?;
    Ok(())
}

/// Takes back what was reserved for a copy that is still to come; its blob must be gone.
pub async fn empty(tx: &mut Tx, id: LocationId) -> Result<(), Failure> {
    touch_of(tx, id).await?;
    let location = lock(tx, id).await?;
    expect(&location, LocationState::Writing)?;
    store::release(tx, location.store, location.size).await?;
    let sql = "UPDATE image_location SET size = 0 WHERE id = $1";
    tx.execute(sql, &[id.hex().into()]).await?;
    Ok(())
}

/// Deletes a complete copy, to be recovered or purged later. `now` is when its time begins to run.
/// A copy in another state stays as it is.
pub async fn mark_deleted(tx: &mut Tx, id: LocationId, now: Timestamp) -> Result<(), Failure> {
    touch_of(tx, id).await?;
    let sql = "UPDATE image_location SET state = 'deleted', updated_at = $1
               WHERE id = $2 AND state = 'ready'";
    tx.execute(sql, &[micros(now), id.hex().into()]).await?;
    Ok(())
}

/// Takes a deletion back. A copy in another state stays as it is.
pub async fn recover(tx: &mut Tx, id: LocationId, now: Timestamp) -> Result<(), Failure> {
    touch_of(tx, id).await?;
    let sql = "UPDATE image_location SET state = 'ready', updated_at = $1
               WHERE id = $2 AND state = 'deleted'";
    tx.execute(sql, &[micros(now), id.hex().into()]).await?;
    Ok(())
}

/// Marks a complete copy for removal and answers whether it was one. Its room is given back when
/// the blob is gone.
pub async fn mark_deleting(tx: &mut Tx, id: LocationId, now: Timestamp) -> Result<bool, Failure> {
    touch_of(tx, id).await?;
    let sql = "UPDATE image_location SET state = 'deleting', updated_at = $1
               WHERE id = $2 AND state IN ('ready', 'deleted')";
    Ok(tx.execute(sql, &[micros(now), id.hex().into()]).await? == 1)
}

/// Copies that were deleted before that instant, oldest deletion first.
pub async fn deleted_before(
    rows: &mut impl Rows,
    instant: Timestamp,
    limit: u32,
) -> Result<Vec<Location>, Failure> {
    let sql = format!(
        "{SELECT} WHERE state = 'deleted' AND updated_at < $1 ORDER BY updated_at, id LIMIT $2"
    );
    all(rows, &sql, &[micros(instant), limit.into()], decode).await
}

/// Forgets a copy whose blob has been removed.
pub async fn forget(tx: &mut Tx, id: LocationId) -> Result<(), Failure> {
    touch_of(tx, id).await?;
    let Some(location) = find_locked(tx, id).await? else {
        return Ok(());
    };
    expect(&location, LocationState::Deleting)?;
    store::free(tx, location.store, location.size).await?;
    tx.execute(
        "DELETE FROM image_location WHERE id = $1",
        &[id.hex().into()],
    )
    .await?;
    Ok(())
}

/// The location, held against other writers: of two that would settle its account only one may.
async fn find_locked(tx: &mut Tx, id: LocationId) -> Result<Option<Location>, Failure> {
    let hold = match tx.kind() {
        Kind::Sqlite => "",
        Kind::Postgres => " FOR UPDATE",
    };
    let sql = format!("{SELECT} WHERE id = $1{hold}");
    one(tx, &sql, &[id.hex().into()], decode).await
}

async fn lock(tx: &mut Tx, id: LocationId) -> Result<Location, Failure> {
    find_locked(tx, id)
        .await?
        .ok_or_else(|| Error::not_found(Noun::Location, id).into())
}

fn expect(location: &Location, state: LocationState) -> Result<(), Failure> {
    if location.state == state {
        return Ok(());
    }
    Err(Error::WrongState {
        noun: Noun::Location,
        id: location.id.hex(),
        state: location.state.to_string(),
        needed: format!("it must be {state}"),
    }
    .into())
}

pub async fn find(rows: &mut impl Rows, id: LocationId) -> Result<Option<Location>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn get(rows: &mut impl Rows, id: LocationId) -> Result<Location, Failure> {
    find(rows, id)
        .await?
        .ok_or_else(|| Error::not_found(Noun::Location, id).into())
}

/// The copies of these images, oldest first: one statement for each [`BATCH`] of them.
pub async fn of_images(
    rows: &mut impl Rows,
    images: &[ImageId],
) -> Result<HashMap<ImageId, Vec<Location>>, Failure> {
    let mut found: HashMap<ImageId, Vec<Location>> = HashMap::with_capacity(images.len());
    for batch in images.chunks(BATCH) {
        let args = padded(batch.iter().map(|id| id.hex().into()).collect());
        let sql = format!(
            "{SELECT} WHERE image_id IN ({}) ORDER BY image_id, ordinal",
            places(1, args.len())
        );
        for location in all(rows, &sql, &args, decode).await? {
            found.entry(location.image).or_default().push(location);
        }
    }
    Ok(found)
}

/// The statement that reads the copies of one image, oldest first, given its id.
pub(crate) fn statement_of_image() -> String {
    format!("{SELECT} WHERE image_id = $1 ORDER BY ordinal")
}

pub(crate) fn decoded(rows: &[Row]) -> Result<Vec<Location>, Failure> {
    rows.iter()
        .map(|row| decode(&mut Columns::new(row)))
        .collect()
}

/// Keys that the catalogue knows in a store among those asked about.
pub async fn known_keys(
    rows: &mut impl Rows,
    store: StoreId,
    keys: &[String],
) -> Result<Vec<String>, Failure> {
    columns::known_keys(rows, "image_location", store, keys).await
}

/// Copies that are neither ready nor gone.
pub async fn unfinished(rows: &mut impl Rows) -> Result<Vec<Location>, Failure> {
    all(
        rows,
        &format!("{SELECT} WHERE state <> 'ready' ORDER BY ordinal"),
        &[],
        decode,
    )
    .await
}
