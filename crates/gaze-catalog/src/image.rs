//! Images.

mod by_class;
mod candidates;
mod class;
mod conditions;
mod driver;
mod facets;
mod fields;
mod list;
mod order;
mod page;
mod read;
pub(crate) mod revision;

use std::collections::{BTreeMap, BTreeSet};

use gaze_domain::image::{Checksums, Os};
use gaze_domain::{
    Error, Image, ImageId, MemberState, Noun, ProjectId, Status, Timestamp, Transition,
};
use gaze_sql::{Kind, Row, Tx, Value};

use crate::columns::{Columns, all, count, micros, one, opt_count, opt_micros, places, word};
use crate::failure::refused;
use crate::{Failure, Rows, location, tag};

pub use candidates::{
    candidate_heads, candidates, read_candidates, statement as statement_of_candidates,
};
pub(crate) use class::give_all as give_classes;
pub use class::settle as settle_class;
pub use list::{count as count_list, heads, list, read_list, statement_of_list};
pub use read::{Read, read};
pub use revision::{Head, Revision, head};

pub(crate) const COLUMNS: &str = "i.id, i.owner_id, i.name, i.description, i.status, i.enabled, \
    i.visibility, i.protected, i.hidden, i.media, i.system, i.virtio, i.platform, i.architecture, \
    i.firmware, i.os_distro, i.os_version, i.guest_type, i.format, i.size, i.virtual_size, i.md5, \
    i.sha256, i.sha512, i.min_disk_gib, i.min_ram_mib, i.source, i.failure, i.tags, i.properties, \
    i.created_at, i.updated_at, i.deleted_at";

fn decode(c: &mut Columns<'_>) -> Result<Image, Failure> {
    Ok(Image {
        id: c.parse()?,
        owner: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        status: c.parse()?,
        enabled: c.flag()?,
        visibility: c.parse()?,
        protected: c.flag()?,
        hidden: c.flag()?,
        media: c.parse()?,
        system: c.flag()?,
        virtio: c.flag()?,
        platform: c.parse()?,
        architecture: c.opt_parse()?,
        firmware: c.opt_parse()?,
        os: Os {
            distro: c.opt_text()?,
            version: c.opt_text()?,
            guest_type: c.opt_text()?,
        },
        format: c.opt_parse()?,
        size: c.opt_bytes()?,
        virtual_size: c.opt_bytes()?,
        checksums: Checksums {
            md5: c.opt_text()?,
            sha256: c.opt_text()?,
            sha512: c.opt_text()?,
        },
        min_disk_gib: c.unsigned()?,
        min_ram_mib: c.unsigned()?,
        source: c.text()?,
        failure: c.opt_text()?,
        tags: json::<BTreeSet<String>>(&c.text()?)?,
        properties: json::<BTreeMap<String, String>>(&c.text()?)?,
        locations: Vec::new(),
        created_at: c.time()?,
        updated_at: c.time()?,
        deleted_at: c.opt_time()?,
    })
}

fn json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text)
        .map_err(|error| Error::internal("decoding tags or properties", error).into())
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<Value, Failure> {
    serde_json::to_string(value)
        .map(Value::from)
        .map_err(|error| Error::internal("encoding tags or properties", error).into())
}

/// Saves a new image without its locations. Its id must never have been used: ids of purged
/// images stay taken only as long as their row exists.
pub async fn insert(tx: &mut Tx, image: &Image) -> Result<(), Failure> {
    let sql = format!(
        "INSERT INTO image (id, owner_id, name, description, status, enabled, visibility, \
         protected, hidden, media, system, virtio, platform, architecture, firmware, os_distro, \
         os_version, guest_type, format, size, virtual_size, md5, sha256, sha512, min_disk_gib, \
         min_ram_mib, source, failure, tags, properties, created_at, updated_at, deleted_at, \
         revision, class_id) VALUES ({}, {}) ON CONFLICT DO NOTHING RETURNING class_id",
        places(1, 34),
        class::known("$35")
    );
    let mut args = vec![
        image.id.hex().into(),
        image.owner.hex().into(),
        (&image.name).into(),
        image.description.clone().into(),
        image.status.as_str().into(),
    ];
    args.extend(changeable(image));
    args.extend(content(image));
    args.extend([
        to_json(&image.tags)?,
        to_json(&image.properties)?,
        micros(image.created_at),
        micros(image.updated_at),
        opt_micros(image.deleted_at),
        revision::first(image).into(),
        class::likeness(image).into(),
    ]);
    let Some(row) = tx.query_opt(&sql, &args).await? else {
        return Err(Error::exists(Noun::Image, image.id).into());
    };
    let class = class::enter(tx, image.id, row.int(0)?).await?;
    facets::insert_tags(tx, image, class)?;
    tag::follow_image(tx, image, true).await?;
    facets::insert_properties(tx, image, class)
}

fn changeable(image: &Image) -> Vec<Value> {
    vec![
        image.enabled.into(),
        image.visibility.as_str().into(),
        image.protected.into(),
        image.hidden.into(),
        image.media.as_str().into(),
        image.system.into(),
        image.virtio.into(),
        image.platform.as_str().into(),
        word(image.architecture.map(gaze_domain::Architecture::as_str)),
        word(image.firmware.map(gaze_domain::Firmware::as_str)),
        image.os.distro.clone().into(),
        image.os.version.clone().into(),
        image.os.guest_type.clone().into(),
    ]
}

fn content(image: &Image) -> Vec<Value> {
    vec![
        word(image.format.map(gaze_domain::DiskFormat::as_str)),
        opt_count(image.size.map(|size| size.0)),
        opt_count(image.virtual_size.map(|size| size.0)),
        image.checksums.md5.clone().into(),
        image.checksums.sha256.clone().into(),
        image.checksums.sha512.clone().into(),
        count(image.min_disk_gib),
        count(image.min_ram_mib),
        (&image.source).into(),
        image.failure.clone().into(),
    ]
}

/// Saves what a user may change, and the content's facts; never the status, owner or locations.
/// `before` is the image as it was read in this transaction.
pub async fn update(tx: &mut Tx, before: &Image, image: &Image) -> Result<(), Failure> {
    let sql = format!(
        "UPDATE image SET name = $1, description = $2, enabled = $3, visibility = $4,
        protected = $5, hidden = $6, media = $7, system = $8, virtio = $9, platform = $10,
        architecture = $11, firmware = $12, os_distro = $13, os_version = $14, guest_type = $15,
        format = $16, size = $17, virtual_size = $18, md5 = $19, sha256 = $20, sha512 = $21,
        min_disk_gib = $22, min_ram_mib = $23, source = $24, failure = $25, tags = $26,
        properties = $27, updated_at = $28, deleted_at = $29, revision = revision + 1
        WHERE id = $30 RETURNING {}",
        class::ROW
    );
    let mut args = vec![(&image.name).into(), image.description.clone().into()];
    args.extend(changeable(image));
    args.extend(content(image));
    args.extend([
        to_json(&image.tags)?,
        to_json(&image.properties)?,
        micros(image.updated_at),
        opt_micros(image.deleted_at),
        image.id.hex().into(),
    ]);
    let Some(row) = tx.query_opt(&sql, &args).await? else {
        return Err(Error::not_found(Noun::Image, image.id).into());
    };
    let class = class::settle_row(tx, image.id, &row).await?;
    if before.tags != image.tags {
        let sql = "DELETE FROM image_tag WHERE image_id = $1";
        tx.post(sql, &[image.id.hex().into()])?;
        facets::insert_tags(tx, image, class)?;
    }
    if before.tags != image.tags || before.firmware != image.firmware {
        tag::follow_image(tx, image, false).await?;
    }
    if before.properties != image.properties {
        let sql = "DELETE FROM image_property WHERE image_id = $1";
        tx.post(sql, &[image.id.hex().into()])?;
        facets::insert_properties(tx, image, class)?;
    }
    Ok(())
}

/// Applies a transition as a compare-and-set. Fails with [`Error::WrongState`] from any other
/// status, so of two that race only one wins.
pub async fn apply(
    tx: &mut Tx,
    id: ImageId,
    transition: Transition,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = format!(
        "UPDATE image SET status = $1, updated_at = $2, revision = revision + 1
         WHERE id = $3 AND status IN ({}) RETURNING {}",
        places(4, transition.from().len()),
        class::ROW
    );
    let mut args = vec![
        transition.to().as_str().into(),
        micros(now),
        id.hex().into(),
    ];
    args.extend(
        transition
            .from()
            .iter()
            .map(|status| Value::from(status.as_str())),
    );
    if let Some(row) = tx.query_opt(&sql, &args).await? {
        class::settle_row(tx, id, &row).await?;
        return Ok(());
    }
    let image = get(tx, id).await?;
    Err(Error::WrongState {
        noun: Noun::Image,
        id: id.hex(),
        state: image.status.to_string(),
        needed: format!(
            "{} needs it to be {}",
            transition.name(),
            words(transition.from())
        ),
    }
    .into())
}

fn words(statuses: &[Status]) -> String {
    statuses
        .iter()
        .map(|status| status.as_str())
        .collect::<Vec<_>>()
        .join(" or ")
}

/// One image with its locations: two statements.
pub async fn find(rows: &mut impl Rows, id: ImageId) -> Result<Option<Image>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM image i WHERE i.id = $1");
    let copies = location::statement_of_image();
    let args: [Value; 1] = [id.hex().into()];
    let found = rows.rows_of_all(&[(&sql, &args), (&copies, &args)]).await?;
    of_both(&found)
}

/// An image, if it was found, of the row of it and the rows of its copies.
fn of_both(found: &[Vec<Row>]) -> Result<Option<Image>, Failure> {
    let [image, copies] = found else {
        return Err(Error::internal("reading an image", "rows are missing").into());
    };
    let Some(row) = image.first() else {
        return Ok(None);
    };
    let mut image = decode(&mut Columns::new(row))?;
    image.locations = location::decoded(copies)?;
    Ok(Some(image))
}

pub async fn get(rows: &mut impl Rows, id: ImageId) -> Result<Image, Failure> {
    find(rows, id)
        .await?
        .ok_or_else(|| Error::not_found(Noun::Image, id).into())
}

/// What the project is to the image.
pub async fn membership(
    rows: &mut impl Rows,
    id: ImageId,
    project: ProjectId,
) -> Result<Option<MemberState>, Failure> {
    let sql = "SELECT state FROM image_member WHERE image_id = $1 AND project_id = $2";
    one(rows, sql, &[id.hex().into(), project.hex().into()], |c| {
        c.parse()
    })
    .await
}

/// Deleted images whose time has come and whose removal has not begun, oldest first.
pub async fn deleted_before(
    rows: &mut impl Rows,
    instant: Timestamp,
    limit: u32,
) -> Result<Vec<ImageId>, Failure> {
    let sql = "SELECT id FROM image WHERE status = 'deleted' AND deleted_at < $1
               AND NOT EXISTS (SELECT 1 FROM image_location
               WHERE image_id = image.id AND state = 'deleting')
               ORDER BY deleted_at LIMIT $2";
    all(rows, sql, &[micros(instant), limit.into()], |c| c.parse()).await
}

/// Removes the row of an image. Fails with [`Error::InUse`] while it has locations.
pub async fn delete(tx: &mut Tx, id: ImageId) -> Result<(), Failure> {
    let sql = "DELETE FROM image WHERE id = $1
               AND NOT EXISTS (SELECT 1 FROM image_location WHERE image_id = $1)
               RETURNING class_id";
    let in_use = || Error::InUse {
        noun: Noun::Image,
        id: id.hex(),
        reason: "it has copies in stores".into(),
    };
    match tx.query_opt(sql, &[id.hex().into()]).await {
        Ok(None) => {
            get(tx, id).await?;
            Err(in_use().into())
        }
        Ok(Some(row)) => {
            class::count(tx, row.int(0)?, -1)?;
            tag::forget(tx, &id.hex()).await
        }
        Err(error) => Err(refused(error, in_use)),
    }
}

/// How many images there are, by status.
pub async fn count_by_status(rows: &mut impl Rows) -> Result<Vec<(Status, u64)>, Failure> {
    let sql = "SELECT status, COUNT(*) FROM image GROUP BY status ORDER BY status";
    all(rows, sql, &[], |c| Ok((c.parse()?, c.unsigned()?))).await
}

/// The image, held against other writers until the transaction ends: what is read here is still
/// true when it is written back.
pub async fn lock(tx: &mut Tx, id: ImageId) -> Result<Image, Failure> {
    if tx.kind() == Kind::Sqlite {
        return get(tx, id).await;
    }
    // Together: the reads see what is there when the lock is held.
    let hold = "SELECT id FROM image WHERE id = $1 FOR UPDATE";
    let sql = format!("SELECT {COLUMNS} FROM image i WHERE i.id = $1");
    let copies = location::statement_of_image();
    let args: [Value; 1] = [id.hex().into()];
    let found = tx
        .query_all(&[(hold, &args), (&sql, &args), (&copies, &args)])
        .await?;
    of_both(found.get(1..).unwrap_or_default())?
        .ok_or_else(|| Error::not_found(Noun::Image, id).into())
}
