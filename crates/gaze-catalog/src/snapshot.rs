//! Snapshots of volumes.

use gaze_domain::{Error, Noun, ProjectId, Snapshot, SnapshotId, VolumeId};
use gaze_sql::Tx;

use crate::columns::{Columns, all, count, micros, one};
use crate::{Failure, Rows, tag};

const SELECT: &str = "SELECT id, volume_id, owner_id, name, description, format, path, depth, \
                      size, allocated, created_at, updated_at FROM snapshot";

fn decode(c: &mut Columns<'_>) -> Result<Snapshot, Failure> {
    Ok(Snapshot {
        id: c.parse()?,
        volume: c.parse()?,
        owner: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        format: c.parse()?,
        path: c.text()?,
        depth: c.unsigned()?,
        size: c.bytes()?,
        allocated: c.bytes()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// Saves a snapshot. A file is at most one snapshot of a volume.
pub async fn insert(tx: &mut Tx, snapshot: &Snapshot) -> Result<(), Failure> {
    let sql = "INSERT INTO snapshot (id, volume_id, owner_id, name, description, format, path,
               depth, size, allocated, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    let args = [
        snapshot.id.hex().into(),
        snapshot.volume.hex().into(),
        snapshot.owner.hex().into(),
        (&snapshot.name).into(),
        snapshot.description.clone().into(),
        snapshot.format.as_str().into(),
        (&snapshot.path).into(),
        count(snapshot.depth),
        count(snapshot.size.0),
        count(snapshot.allocated.0),
        micros(snapshot.created_at),
        micros(snapshot.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Snapshot, &snapshot.path).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: SnapshotId) -> Result<Option<Snapshot>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<Snapshot>, Failure> {
    let sql = format!("{SELECT} ORDER BY created_at, id");
    all(rows, &sql, &[], decode).await
}

pub async fn list_of(rows: &mut impl Rows, owner: ProjectId) -> Result<Vec<Snapshot>, Failure> {
    let sql = format!("{SELECT} WHERE owner_id = $1 ORDER BY created_at, id");
    all(rows, &sql, &[owner.hex().into()], decode).await
}

/// Of one volume, the oldest first.
pub async fn list_under(rows: &mut impl Rows, volume: VolumeId) -> Result<Vec<Snapshot>, Failure> {
    let sql = format!("{SELECT} WHERE volume_id = $1 ORDER BY depth, id");
    all(rows, &sql, &[volume.hex().into()], decode).await
}

/// Removes a snapshot from the catalogue; its file is not touched.
pub async fn delete(tx: &mut Tx, id: SnapshotId) -> Result<(), Failure> {
    let sql = "DELETE FROM snapshot WHERE id = $1";
    match tx.execute(sql, &[id.hex().into()]).await? {
        0 => Err(Error::not_found(Noun::Snapshot, id).into()),
        _ => tag::forget(tx, &id.hex()).await,
    }
}
