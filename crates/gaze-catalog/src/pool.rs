//! Pools.

use gaze_domain::{Error, Noun, Pool, PoolId, ZoneId};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one};
use crate::failure::refused;
use crate::{Failure, Rows, tag};

const SELECT: &str = "SELECT id, zone_id, name, description, kind, path, fsid, enabled, \
                      created_at, updated_at FROM pool";

fn decode(c: &mut Columns<'_>) -> Result<Pool, Failure> {
    Ok(Pool {
        id: c.parse()?,
        zone: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        kind: c.parse()?,
        path: c.opt_text()?,
        fsid: c.opt_text()?,
        enabled: c.flag()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

pub async fn insert(tx: &mut Tx, pool: &Pool) -> Result<(), Failure> {
    let sql = "INSERT INTO pool
               (id, zone_id, name, description, kind, path, fsid, enabled, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    let args = [
        pool.id.hex().into(),
        pool.zone.hex().into(),
        (&pool.name).into(),
        pool.description.clone().into(),
        pool.kind.as_str().into(),
        pool.path.clone().into(),
        pool.fsid.clone().into(),
        pool.enabled.into(),
        micros(pool.created_at),
        micros(pool.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Pool, &pool.name).into()),
        _ => Ok(()),
    }
}

/// Saves what may change of a pool.
pub async fn update(tx: &mut Tx, pool: &Pool) -> Result<(), Failure> {
    let sql = "UPDATE pool SET name = $1, description = $2, enabled = $3, updated_at = $4
               WHERE id = $5";
    let args = [
        (&pool.name).into(),
        pool.description.clone().into(),
        pool.enabled.into(),
        micros(pool.updated_at),
        pool.id.hex().into(),
    ];
    let updated = tx
        .execute(sql, &args)
        .await
        .map_err(|error| refused(error, || Error::exists(Noun::Pool, &pool.name)))?;
    match updated {
        0 => Err(Error::not_found(Noun::Pool, pool.id).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: PoolId) -> Result<Option<Pool>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn get(rows: &mut impl Rows, id: PoolId) -> Result<Pool, Failure> {
    find(rows, id)
        .await?
        .ok_or_else(|| Error::not_found(Noun::Pool, id).into())
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<Pool>, Failure> {
    all(
        rows,
        &format!("{SELECT} ORDER BY created_at, id"),
        &[],
        decode,
    )
    .await
}

/// The oldest pool of a zone.
pub async fn first_of(rows: &mut impl Rows, zone: ZoneId) -> Result<Option<Pool>, Failure> {
    let sql = format!("{SELECT} WHERE zone_id = $1 ORDER BY created_at, id LIMIT 1");
    one(rows, &sql, &[zone.hex().into()], decode).await
}

/// Removes a pool without volumes.
pub async fn delete(tx: &mut Tx, id: PoolId) -> Result<(), Failure> {
    let sql = "DELETE FROM pool WHERE id = $1
               AND NOT EXISTS (SELECT 1 FROM volume WHERE pool_id = $1)";
    let in_use = || Error::InUse {
        noun: Noun::Pool,
        id: id.hex(),
        reason: "it has volumes".into(),
    };
    let deleted = tx.execute(sql, &[id.hex().into()]).await;
    if deleted.map_err(|error| refused(error, in_use))? == 1 {
        return tag::forget(tx, &id.hex()).await;
    }
    get(tx, id).await?;
    Err(in_use().into())
}
