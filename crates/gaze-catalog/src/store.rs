//! Stores and their accounts of room.

use std::collections::HashMap;

use gaze_domain::{
    ByteCount, Error, Noun, Store, StoreId, StoreState, StoreStatus, Timestamp, ZoneId,
};
use gaze_sql::Tx;

use crate::columns::{Columns, all, count, micros, opt_count};
use crate::failure::refused;
use crate::{Failure, Rows, tag};

const SELECT: &str = "SELECT id, region_id, name, description, kind, url, host, fsid, medium, \
                      state, status, max_bytes, capacity, used, reserved, created_at, updated_at FROM store";

fn decode(c: &mut Columns<'_>) -> Result<Store, Failure> {
    Ok(Store {
        id: c.parse()?,
        region: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        kind: c.parse()?,
        url: c.text()?,
        host: c.opt_text()?,
        fsid: c.opt_text()?,
        medium: c.opt_text()?,
        state: c.parse()?,
        status: c.parse()?,
        limit: c.opt_bytes()?,
        capacity: c.bytes()?,
        used: c.bytes()?,
        reserved: c.bytes()?,
        zones: Vec::new(),
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

pub async fn insert(tx: &mut Tx, store: &Store) -> Result<(), Failure> {
    let sql = "INSERT INTO store (id, region_id, name, description, kind, url, host, fsid, medium,
               state, status, max_bytes, capacity, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
               ON CONFLICT DO NOTHING";
    let args = [
        store.id.hex().into(),
        store.region.hex().into(),
        (&store.name).into(),
        store.description.clone().into(),
        store.kind.as_str().into(),
        (&store.url).into(),
        store.host.clone().into(),
        store.fsid.clone().into(),
        store.medium.clone().into(),
        store.state.as_str().into(),
        store.status.as_str().into(),
        opt_count(store.limit.map(|limit| limit.0)),
        count(store.capacity.0),
        micros(store.created_at),
        micros(store.updated_at),
    ];
    if tx.execute(sql, &args).await? == 0 {
        return Err(Error::exists(Noun::Store, &store.name).into());
    }
    for zone in &store.zones {
        attach(tx, store.id, *zone).await?;
    }
    Ok(())
}

/// Saves what is said of a store: its name and description.
pub async fn update(tx: &mut Tx, store: &Store) -> Result<(), Failure> {
    let sql = "UPDATE store SET name = $1, description = $2, updated_at = $3 WHERE id = $4";
    let args = [
        (&store.name).into(),
        store.description.clone().into(),
        micros(store.updated_at),
        store.id.hex().into(),
    ];
    let updated = tx
        .execute(sql, &args)
        .await
        .map_err(|error| refused(error, || Error::exists(Noun::Store, &store.name)))?;
    match updated {
        0 => Err(Error::not_found(Noun::Store, store.id).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: StoreId) -> Result<Option<Store>, Failure> {
    let stores = all(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await?;
    Ok(with_zones(rows, stores).await?.pop())
}

pub async fn get(rows: &mut impl Rows, id: StoreId) -> Result<Store, Failure> {
    find(rows, id)
        .await?
        .ok_or_else(|| Error::not_found(Noun::Store, id).into())
}

/// All stores, oldest first: two statements, however many there are.
pub async fn list(rows: &mut impl Rows) -> Result<Vec<Store>, Failure> {
    let stores = all(
        rows,
        &format!("{SELECT} ORDER BY created_at, id"),
        &[],
        decode,
    )
    .await?;
    with_zones(rows, stores).await
}

async fn with_zones(rows: &mut impl Rows, mut stores: Vec<Store>) -> Result<Vec<Store>, Failure> {
    let sql = "SELECT store_id, zone_id FROM store_zone ORDER BY store_id, zone_id";
    let pairs: Vec<(StoreId, ZoneId)> =
        all(rows, sql, &[], |c| Ok((c.parse()?, c.parse()?))).await?;
    let mut zones: HashMap<StoreId, Vec<ZoneId>> = HashMap::new();
    for (store, zone) in pairs {
        zones.entry(store).or_default().push(zone);
    }
    for store in &mut stores {
        store.zones = zones.remove(&store.id).unwrap_or_default();
    }
    Ok(stores)
}

/// Whether the store did not serve the zone before.
pub async fn attach(tx: &mut Tx, store: StoreId, zone: ZoneId) -> Result<bool, Failure> {
    let sql = "INSERT INTO store_zone (store_id, zone_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let attached = tx
        .execute(sql, &[store.hex().into(), zone.hex().into()])
        .await?;
    Ok(attached == 1)
}

/// Whether the store served the zone before.
pub async fn detach(tx: &mut Tx, store: StoreId, zone: ZoneId) -> Result<bool, Failure> {
    let sql = "DELETE FROM store_zone WHERE store_id = $1 AND zone_id = $2";
    let detached = tx
        .execute(sql, &[store.hex().into(), zone.hex().into()])
        .await?;
    Ok(detached == 1)
}

pub async fn set_state(
    tx: &mut Tx,
    id: StoreId,
    state: StoreState,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE store SET state = $1, updated_at = $2 WHERE id = $3";
    let args = [state.as_str().into(), micros(now), id.hex().into()];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::not_found(Noun::Store, id).into()),
        _ => Ok(()),
    }
}

/// Records what was observed. Writes only on a change, so that watching costs nothing.
pub async fn set_status(
    tx: &mut Tx,
    id: StoreId,
    status: StoreStatus,
    now: Timestamp,
) -> Result<bool, Failure> {
    let sql = "UPDATE store SET status = $1, updated_at = $2 WHERE id = $3 AND status <> $1";
    Ok(tx
        .execute(sql, &[status.as_str().into(), micros(now), id.hex().into()])
        .await?
        == 1)
}

/// Records how much may be kept here, never less than what is there or promised.
pub async fn set_capacity(tx: &mut Tx, id: StoreId, capacity: ByteCount) -> Result<(), Failure> {
    let sql = "UPDATE store SET capacity =
               CASE WHEN used + reserved > $1 THEN used + reserved ELSE $1 END WHERE id = $2";
    tx.execute(sql, &[count(capacity.0), id.hex().into()])
        .await?;
    Ok(())
}

/// Promises room. Fails with [`Error::NoSpace`], changing nothing, if there is not that much.
pub async fn reserve(tx: &mut Tx, id: StoreId, amount: ByteCount) -> Result<(), Failure> {
    let sql = "UPDATE store SET reserved = reserved + $1
               WHERE id = $2 AND capacity - used - reserved >= $1";
    if tx.execute(sql, &[count(amount.0), id.hex().into()]).await? == 1 {
        return Ok(());
    }
    get(tx, id).await?;
    Err(Error::NoSpace {
        store: id,
        requested: amount,
    }
    .into())
}

/// Takes a promise back.
pub async fn release(tx: &mut Tx, id: StoreId, amount: ByteCount) -> Result<(), Failure> {
    let sql = "UPDATE store SET reserved = reserved - $1 WHERE id = $2";
    tx.execute(sql, &[count(amount.0), id.hex().into()]).await?;
    Ok(())
}

/// Turns a promise of `reserved` into `used` bytes of a complete blob.
pub async fn settle(
    tx: &mut Tx,
    id: StoreId,
    reserved: ByteCount,
    used: ByteCount,
) -> Result<(), Failure> {
    let sql = "UPDATE store SET reserved = reserved - $1, used = used + $2 WHERE id = $3";
    tx.execute(sql, &[count(reserved.0), count(used.0), id.hex().into()])
        .await?;
    Ok(())
}

/// Gives back the room of a blob that is gone.
pub async fn free(tx: &mut Tx, id: StoreId, amount: ByteCount) -> Result<(), Failure> {
    let sql = "UPDATE store SET used = used - $1 WHERE id = $2";
    tx.execute(sql, &[count(amount.0), id.hex().into()]).await?;
    Ok(())
}

/// Removes a store that holds nothing.
pub async fn delete(tx: &mut Tx, id: StoreId) -> Result<(), Failure> {
    let sql = "DELETE FROM store WHERE id = $1
               AND NOT EXISTS (SELECT 1 FROM image_location WHERE store_id = $1)";
    let in_use = || Error::InUse {
        noun: Noun::Store,
        id: id.hex(),
        reason: "it holds images".into(),
    };
    let deleted = tx.execute(sql, &[id.hex().into()]).await;
    if deleted.map_err(|error| refused(error, in_use))? == 1 {
        return tag::forget(tx, &id.hex()).await;
    }
    get(tx, id).await?;
    Err(in_use().into())
}
