//! Regions.

use gaze_domain::{Error, Noun, Region, RegionId};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one};
use crate::failure::refused;
use crate::{Failure, Rows};

const SELECT: &str = "SELECT id, name, title, created_at FROM region";

fn decode(c: &mut Columns<'_>) -> Result<Region, Failure> {
    Ok(Region {
        id: c.parse()?,
        name: c.text()?,
        title: c.text()?,
        created_at: c.time()?,
    })
}

pub async fn insert(tx: &mut Tx, region: &Region) -> Result<(), Failure> {
    let sql = "INSERT INTO region (id, name, title, created_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT DO NOTHING";
    let args = [
        region.id.hex().into(),
        (&region.name).into(),
        (&region.title).into(),
        micros(region.created_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Region, &region.name).into()),
        _ => Ok(()),
    }
}

pub async fn find_by_name(rows: &mut impl Rows, name: &str) -> Result<Option<Region>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE name = $1"),
        &[name.into()],
        decode,
    )
    .await
}

pub async fn find(rows: &mut impl Rows, id: RegionId) -> Result<Option<Region>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<Region>, Failure> {
    all(
        rows,
        &format!("{SELECT} ORDER BY created_at, id"),
        &[],
        decode,
    )
    .await
}

/// Removes a region that has neither zones nor stores.
pub async fn delete(tx: &mut Tx, id: RegionId) -> Result<(), Failure> {
    let sql = "DELETE FROM region WHERE id = $1
               AND NOT EXISTS (SELECT 1 FROM zone WHERE region_id = $1)
               AND NOT EXISTS (SELECT 1 FROM store WHERE region_id = $1)";
    let in_use = || Error::InUse {
        noun: Noun::Region,
        id: id.hex(),
        reason: "it has zones or stores".into(),
    };
    let deleted = tx.execute(sql, &[id.hex().into()]).await;
    if deleted.map_err(|error| refused(error, in_use))? == 1 {
        return Ok(());
    }
    Err(match find(tx, id).await? {
        Some(_) => in_use(),
        None => Error::not_found(Noun::Region, id),
    }
    .into())
}
