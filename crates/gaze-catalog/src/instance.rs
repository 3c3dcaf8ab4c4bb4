//! Instances.

use gaze_domain::{Error, Firmware, ImageId, Instance, InstanceId, Noun, ProjectId, Timestamp};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one, word};
use crate::{Failure, Rows, tag};

const SELECT: &str = "SELECT i.id, i.owner_id, i.zone_id, i.cluster_id, i.name, i.description, \
                      i.image_id, (SELECT v.id FROM volume v WHERE v.instance_id = i.id \
                      AND v.role = 'root' ORDER BY v.created_at, v.id LIMIT 1), i.platform, \
                      i.architecture, i.guest_os, i.firmware, i.virtio, i.created_at, \
                      i.updated_at FROM instance i";

fn decode(c: &mut Columns<'_>) -> Result<Instance, Failure> {
    Ok(Instance {
        id: c.parse()?,
        owner: c.parse()?,
        zone: c.parse()?,
        cluster: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        image: c.opt_parse()?,
        root_volume: c.opt_parse()?,
        platform: c.parse()?,
        architecture: c.parse()?,
        guest_os: c.opt_text()?,
        firmware: c.opt_parse()?,
        virtio: c.flag()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// Saves an instance; its root volume refers to it from its own row.
pub async fn insert(tx: &mut Tx, instance: &Instance) -> Result<(), Failure> {
    let sql = "INSERT INTO instance (id, owner_id, zone_id, cluster_id, name, description,
               image_id, platform, architecture, guest_os, firmware, virtio, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
               ON CONFLICT DO NOTHING";
    let args = [
        instance.id.hex().into(),
        instance.owner.hex().into(),
        instance.zone.hex().into(),
        instance.cluster.hex().into(),
        (&instance.name).into(),
        instance.description.clone().into(),
        instance.image.map(|id| id.hex()).into(),
        instance.platform.as_str().into(),
        instance.architecture.as_str().into(),
        instance.guest_os.clone().into(),
        word(instance.firmware.map(gaze_domain::Firmware::as_str)),
        instance.virtio.into(),
        micros(instance.created_at),
        micros(instance.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Instance, instance.id).into()),
        _ => tag::follow_instance(tx, instance).await,
    }
}

/// Records how the instance starts.
pub async fn set_firmware(
    tx: &mut Tx,
    id: InstanceId,
    firmware: Option<Firmware>,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE instance SET firmware = $2, updated_at = $3 WHERE id = $1";
    let args = [
        id.hex().into(),
        word(firmware.map(Firmware::as_str)),
        micros(now),
    ];
    tx.execute(sql, &args).await?;
    let changed = find(tx, id).await?;
    let changed = changed.ok_or_else(|| Error::not_found(Noun::Instance, id))?;
    tag::follow_instance(tx, &changed).await
}

pub async fn find(rows: &mut impl Rows, id: InstanceId) -> Result<Option<Instance>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE i.id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<Instance>, Failure> {
    all(
        rows,
        &format!("{SELECT} ORDER BY i.created_at, i.id"),
        &[],
        decode,
    )
    .await
}

pub async fn list_of(rows: &mut impl Rows, owner: ProjectId) -> Result<Vec<Instance>, Failure> {
    let sql = format!("{SELECT} WHERE i.owner_id = $1 ORDER BY i.created_at, i.id");
    all(rows, &sql, &[owner.hex().into()], decode).await
}

/// Records the image that the instance's root volume is made from. Holds the instance's row until
/// the transaction ends.
pub async fn set_image(
    tx: &mut Tx,
    id: InstanceId,
    image: ImageId,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE instance SET image_id = $2, updated_at = $3 WHERE id = $1";
    let args = [id.hex().into(), image.hex().into(), micros(now)];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::not_found(Noun::Instance, id).into()),
        _ => Ok(()),
    }
}

/// Removes an instance and its volumes from the catalogue; their files are not touched.
pub async fn delete(tx: &mut Tx, id: InstanceId) -> Result<(), Failure> {
    for of in [
        "SELECT s.id FROM snapshot s JOIN volume v ON v.id = s.volume_id WHERE v.instance_id = $1",
        "SELECT id FROM volume WHERE instance_id = $1",
    ] {
        let sql = format!("DELETE FROM tag WHERE subject_id IN ({of})");
        tx.execute(&sql, &[id.hex().into()]).await?;
    }
    tx.execute(
        "DELETE FROM volume WHERE instance_id = $1",
        &[id.hex().into()],
    )
    .await?;
    match tx
        .execute("DELETE FROM instance WHERE id = $1", &[id.hex().into()])
        .await?
    {
        0 => Err(Error::not_found(Noun::Instance, id).into()),
        _ => tag::forget(tx, &id.hex()).await,
    }
}
