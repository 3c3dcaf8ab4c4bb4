//! Zones.

use gaze_domain::{Error, Noun, Zone, ZoneId};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one};
use crate::failure::refused;
use crate::{Failure, Rows, tag};

const SELECT: &str =
    "SELECT id, region_id, name, description, enabled, created_at, updated_at FROM zone";

fn decode(c: &mut Columns<'_>) -> Result<Zone, Failure> {
    Ok(Zone {
        id: c.parse()?,
        region: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        enabled: c.flag()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

pub async fn insert(tx: &mut Tx, zone: &Zone) -> Result<(), Failure> {
    let sql = "INSERT INTO zone (id, region_id, name, description, enabled, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let args = [
        zone.id.hex().into(),
        zone.region.hex().into(),
        (&zone.name).into(),
        zone.description.clone().into(),
        zone.enabled.into(),
        micros(zone.created_at),
        micros(zone.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Zone, &zone.name).into()),
        _ => Ok(()),
    }
}

/// Saves what may change of a zone.
pub async fn update(tx: &mut Tx, zone: &Zone) -> Result<(), Failure> {
    let sql = "UPDATE zone SET name = $1, description = $2, enabled = $3, updated_at = $4
               WHERE id = $5";
    let args = [
        (&zone.name).into(),
        zone.description.clone().into(),
        zone.enabled.into(),
        micros(zone.updated_at),
        zone.id.hex().into(),
    ];
    let updated = tx
        .execute(sql, &args)
        .await
        .map_err(|error| refused(error, || Error::exists(Noun::Zone, &zone.name)))?;
    match updated {
        0 => Err(Error::not_found(Noun::Zone, zone.id).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: ZoneId) -> Result<Option<Zone>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn get(rows: &mut impl Rows, id: ZoneId) -> Result<Zone, Failure> {
    find(rows, id)
        .await?
        .ok_or_else(|| Error::not_found(Noun::Zone, id).into())
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<Zone>, Failure> {
    all(
        rows,
        &format!("{SELECT} ORDER BY created_at, id"),
        &[],
        decode,
    )
    .await
}

/// Removes a zone that nothing refers to.
pub async fn delete(tx: &mut Tx, id: ZoneId) -> Result<(), Failure> {
    let sql = "DELETE FROM zone WHERE id = $1
               AND NOT EXISTS (SELECT 1 FROM cluster WHERE zone_id = $1)
               AND NOT EXISTS (SELECT 1 FROM pool WHERE zone_id = $1)
               AND NOT EXISTS (SELECT 1 FROM store_zone WHERE zone_id = $1)
               AND NOT EXISTS (SELECT 1 FROM instance WHERE zone_id = $1)";
    let in_use = || Error::InUse {
        noun: Noun::Zone,
        id: id.hex(),
        reason: "it has clusters, pools, stores or instances".into(),
    };
    let deleted = tx.execute(sql, &[id.hex().into()]).await;
    if deleted.map_err(|error| refused(error, in_use))? == 1 {
        return tag::forget(tx, &id.hex()).await;
    }
    get(tx, id).await?;
    Err(in_use().into())
}
