//! Volumes.

use gaze_domain::{Error, InstanceId, Noun, ProjectId, Timestamp, Volume, VolumeId};
use gaze_sql::Tx;

use crate::columns::{Columns, all, count, micros, one, opt_micros};
use crate::{Failure, Rows, tag};

const SELECT: &str = "SELECT id, owner_id, pool_id, instance_id, image_id, last_instance_id, \
                      detached_at, name, role, format, path, size, allocated, created_at, \
                      updated_at FROM volume";

fn decode(c: &mut Columns<'_>) -> Result<Volume, Failure> {
    Ok(Volume {
        id: c.parse()?,
        owner: c.parse()?,
        pool: c.parse()?,
        instance: c.opt_parse()?,
        image: c.opt_parse()?,
        last_instance: c.opt_parse()?,
        detached_at: c.opt_time()?,
        name: c.text()?,
        role: c.parse()?,
        format: c.parse()?,
        path: c.text()?,
        size: c.bytes()?,
        allocated: c.bytes()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// Saves a volume. A file is the volume of at most one.
pub async fn insert(tx: &mut Tx, volume: &Volume) -> Result<(), Failure> {
    let sql = "INSERT INTO volume (id, owner_id, pool_id, instance_id, image_id, last_instance_id,
               detached_at, name, role, format, path, size, allocated, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
               ON CONFLICT DO NOTHING";
    let args = [
        volume.id.hex().into(),
        volume.owner.hex().into(),
        volume.pool.hex().into(),
        volume.instance.map(|id| id.hex()).into(),
        volume.image.map(|id| id.hex()).into(),
        volume.last_instance.map(|id| id.hex()).into(),
        opt_micros(volume.detached_at),
        (&volume.name).into(),
        volume.role.as_str().into(),
        volume.format.as_str().into(),
        (&volume.path).into(),
        count(volume.size.0),
        count(volume.allocated.0),
        micros(volume.created_at),
        micros(volume.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Volume, &volume.path).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: VolumeId) -> Result<Option<Volume>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<Volume>, Failure> {
    all(
        rows,
        &format!("{SELECT} ORDER BY created_at, id"),
        &[],
        decode,
    )
    .await
}

pub async fn list_of(rows: &mut impl Rows, owner: ProjectId) -> Result<Vec<Volume>, Failure> {
    let sql = format!("{SELECT} WHERE owner_id = $1 ORDER BY created_at, id");
    all(rows, &sql, &[owner.hex().into()], decode).await
}

/// The volumes of an instance.
pub async fn list_attached(
    rows: &mut impl Rows,
    instance: InstanceId,
) -> Result<Vec<Volume>, Failure> {
    let sql = format!("{SELECT} WHERE instance_id = $1 ORDER BY created_at, id");
    all(rows, &sql, &[instance.hex().into()], decode).await
}

/// The volume whose active file is at that path.
pub async fn find_at(rows: &mut impl Rows, path: &str) -> Result<Option<Volume>, Failure> {
    let sql = format!("{SELECT} WHERE path = $1");
    one(rows, &sql, &[path.into()], decode).await
}

/// Takes a volume off its instance; it stays in the catalogue.
pub async fn detach(tx: &mut Tx, id: VolumeId, now: Timestamp) -> Result<(), Failure> {
    let sql = "UPDATE volume SET last_instance_id = instance_id, instance_id = NULL,
               detached_at = $2, updated_at = $2 WHERE id = $1";
    match tx.execute(sql, &[id.hex().into(), micros(now)]).await? {
        0 => Err(Error::not_found(Noun::Volume, id).into()),
        _ => Ok(()),
    }
}

/// Removes a volume from the catalogue; its file is not touched.
pub async fn delete(tx: &mut Tx, id: VolumeId) -> Result<(), Failure> {
    let below =
        "DELETE FROM tag WHERE subject_id IN (SELECT id FROM snapshot WHERE volume_id = $1)";
    tx.execute(below, &[id.hex().into()]).await?;
    match tx
        .execute("DELETE FROM volume WHERE id = $1", &[id.hex().into()])
        .await?
    {
        0 => Err(Error::not_found(Noun::Volume, id).into()),
        _ => tag::forget(tx, &id.hex()).await,
    }
}
