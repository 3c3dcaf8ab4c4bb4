//! Clusters.

use gaze_domain::{Cluster, ClusterId, Error, Noun, ZoneId};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one};
use crate::failure::refused;
use crate::{Failure, Rows, tag};

const SELECT: &str = "SELECT id, zone_id, name, description, architecture, created_at, \
                      updated_at FROM cluster";

fn decode(c: &mut Columns<'_>) -> Result<Cluster, Failure> {
    Ok(Cluster {
        id: c.parse()?,
        zone: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        architecture: c.parse()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

pub async fn insert(tx: &mut Tx, cluster: &Cluster) -> Result<(), Failure> {
    let sql = "INSERT INTO cluster (id, zone_id, name, description, architecture, created_at,
               updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let args = [
        cluster.id.hex().into(),
        cluster.zone.hex().into(),
        (&cluster.name).into(),
        cluster.description.clone().into(),
        cluster.architecture.as_str().into(),
        micros(cluster.created_at),
        micros(cluster.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Cluster, &cluster.name).into()),
        _ => Ok(()),
    }
}

/// Saves what may change of a cluster.
pub async fn update(tx: &mut Tx, cluster: &Cluster) -> Result<(), Failure> {
    let sql = "UPDATE cluster SET name = $1, description = $2, updated_at = $3 WHERE id = $4";
    let args = [
        (&cluster.name).into(),
        cluster.description.clone().into(),
        micros(cluster.updated_at),
        cluster.id.hex().into(),
    ];
    let updated = tx
        .execute(sql, &args)
        .await
        .map_err(|error| refused(error, || Error::exists(Noun::Cluster, &cluster.name)))?;
    match updated {
        0 => Err(Error::not_found(Noun::Cluster, cluster.id).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: ClusterId) -> Result<Option<Cluster>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn get(rows: &mut impl Rows, id: ClusterId) -> Result<Cluster, Failure> {
    find(rows, id)
        .await?
        .ok_or_else(|| Error::not_found(Noun::Cluster, id).into())
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<Cluster>, Failure> {
    all(
        rows,
        &format!("{SELECT} ORDER BY created_at, id"),
        &[],
        decode,
    )
    .await
}

/// The oldest cluster of a zone.
pub async fn first_of(rows: &mut impl Rows, zone: ZoneId) -> Result<Option<Cluster>, Failure> {
    let sql = format!("{SELECT} WHERE zone_id = $1 ORDER BY created_at, id LIMIT 1");
    one(rows, &sql, &[zone.hex().into()], decode).await
}

/// Removes a cluster without instances.
pub async fn delete(tx: &mut Tx, id: ClusterId) -> Result<(), Failure> {
    let sql = "DELETE FROM cluster WHERE id = $1
               AND NOT EXISTS (SELECT 1 FROM instance WHERE cluster_id = $1)";
    let in_use = || Error::InUse {
        noun: Noun::Cluster,
        id: id.hex(),
        reason: "it has instances".into(),
    };
    let deleted = tx.execute(sql, &[id.hex().into()]).await;
    if deleted.map_err(|error| refused(error, in_use))? == 1 {
        return tag::forget(tx, &id.hex()).await;
    }
    get(tx, id).await?;
    Err(in_use().into())
}
