//! What belongs to which project, and giving it to another.

use gaze_domain::{ImageId, InstanceId, Noun, ProjectId, Timestamp, VolumeId};
use gaze_sql::{Kind, Tx, Value};

use crate::columns::{BATCH, Columns, all, corrupt, micros, padded, places};
use crate::{Failure, Rows, image, project};

/// Something that belongs to a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    pub noun: Noun,
    /// In its plain form.
    pub id: String,
    pub owner: ProjectId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The tables whose rows belong to a project, and what is in them.
const TABLES: [(&str, Noun); 4] = [
    ("image", Noun::Image),
    ("instance", Noun::Instance),
    ("volume", Noun::Volume),
    ("snapshot", Noun::Snapshot),
];

fn decode(c: &mut Columns<'_>) -> Result<Owned, Failure> {
    let table = c.text()?;
    let noun = TABLES
        .iter()
        .find_map(|(name, noun)| (*name == table).then_some(*noun));
    Ok(Owned {
        noun: noun
            .ok_or_else(|| corrupt(&gaze_domain::Error::invalid("table", "belongs to nobody")))?,
        id: c.text()?,
        owner: c.parse()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

/// What belongs to the project, or to any, oldest first; at most so many.
pub async fn list(
    rows: &mut impl Rows,
    owner: Option<ProjectId>,
    limit: u32,
) -> Result<Vec<Owned>, Failure> {
    let mut args = vec![Value::from(limit)];
    let filter = owner.map_or("", |owner| {
        args.push(owner.hex().into());
        "WHERE owner_id = $2"
    });
    all(rows, &statement(filter), &args, decode).await
}

/// Of these ids, given in their plain form, what belongs to the project, or to any.
pub async fn among(
    rows: &mut impl Rows,
    owner: Option<ProjectId>,
    ids: &[String],
) -> Result<Vec<Owned>, Failure> {
    let mut found = Vec::new();
    for batch in ids.chunks(BATCH) {
        let mut args = vec![Value::from(u32::MAX)];
        args.extend(padded(batch.iter().map(Value::from).collect()));
        let mut filter = format!("WHERE id IN ({})", places(2, args.len() - 1));
        if let Some(owner) = owner {
            args.push(owner.hex().into());
            filter = format!("{filter} AND owner_id = ${}", args.len());
        }
        found.extend(all(rows, &statement(&filter), &args, decode).await?);
    }
    Ok(found)
}

fn statement(filter: &str) -> String {
    let parts: Vec<String> = TABLES
        .iter()
        .map(|(table, _)| {
            format!(
                "SELECT '{table}' AS noun, id, owner_id, created_at, updated_at FROM {table} {filter}"
            )
        })
        .collect();
    format!(
        "SELECT noun, id, owner_id, created_at, updated_at FROM ({}) AS owned
         ORDER BY created_at, id LIMIT $1",
        parts.join(" UNION ALL ")
    )
}

/// Gives an image to a project, which needs no membership of it any more. What it uses up is moved
/// by [`project::move_use`].
pub async fn give_image(
    tx: &mut Tx,
    id: ImageId,
    to: ProjectId,
    now: Timestamp,
) -> Result<(), Failure> {
    let args = [to.hex().into(), micros(now), id.hex().into()];
    let sql = "UPDATE image SET owner_id = $1, updated_at = $2, revision = revision + 1
               WHERE id = $3";
    tx.execute(sql, &args).await?;
    image::settle_class(tx, id).await?;
    let sql = "DELETE FROM image_member WHERE image_id = $1 AND project_id = $2";
    tx.execute(sql, &[id.hex().into(), to.hex().into()]).await?;
    Ok(())
}

/// Gives a machine to a project, with its volumes and their snapshots.
pub async fn give_instance(
    tx: &mut Tx,
    id: InstanceId,
    to: ProjectId,
    now: Timestamp,
) -> Result<(), Failure> {
    let args = [to.hex().into(), micros(now), id.hex().into()];
    for sql in [
        "UPDATE instance SET owner_id = $1, updated_at = $2 WHERE id = $3",
        "UPDATE volume SET owner_id = $1, updated_at = $2 WHERE instance_id = $3",
        "UPDATE snapshot SET owner_id = $1, updated_at = $2
         WHERE volume_id IN (SELECT id FROM volume WHERE instance_id = $3)",
    ] {
        tx.execute(sql, &args).await?;
    }
    Ok(())
}

/// Gives a volume to a project, with its snapshots.
pub async fn give_volume(
    tx: &mut Tx,
    id: VolumeId,
    to: ProjectId,
    now: Timestamp,
) -> Result<(), Failure> {
    let args = [to.hex().into(), micros(now), id.hex().into()];
    for sql in [
        "UPDATE volume SET owner_id = $1, updated_at = $2 WHERE id = $3",
        "UPDATE snapshot SET owner_id = $1, updated_at = $2 WHERE volume_id = $3",
    ] {
        tx.execute(sql, &args).await?;
    }
    Ok(())
}

/// Gives everything that belongs to one project to another, whatever the quota of that one is.
pub async fn give_all(
    tx: &mut Tx,
    from: ProjectId,
    to: ProjectId,
    now: Timestamp,
) -> Result<(), Failure> {
    if tx.kind() == Kind::Postgres {
        // Images before projects: the order in which everybody locks them.
        let sql = "SELECT id FROM image WHERE owner_id = $1 ORDER BY id FOR UPDATE";
        tx.query(sql, &[from.hex().into()]).await?;
    }
    project::lock(tx, &[from, to]).await?;
    let sql = "DELETE FROM image_member WHERE project_id = $1
               AND image_id IN (SELECT id FROM image WHERE owner_id = $2)";
    tx.execute(sql, &[to.hex().into(), from.hex().into()])
        .await?;
    for (table, noun) in TABLES {
        let further = if noun == Noun::Image {
            ", revision = revision + 1"
        } else {
            ""
        };
        let sql = format!(
            "UPDATE {table} SET owner_id = $1, updated_at = $2{further} WHERE owner_id = $3"
        );
        let args = [to.hex().into(), micros(now), from.hex().into()];
        tx.execute(&sql, &args).await?;
    }
    image::give_classes(tx, from, to).await?;
    let used = project::get(tx, from).await?;
    project::refund(tx, from, used.image_count, used.image_bytes).await?;
    project::add_use(tx, to, used.image_count, used.image_bytes).await
}
