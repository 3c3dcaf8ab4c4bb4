//! Projects and what they use up.

use gaze_domain::{DomainId, Error, Noun, Project, ProjectId, Quota};
use gaze_sql::{Kind, SqlError, Tx, Value};

use crate::columns::{Columns, all, count, micros, one, opt_count, places};
use crate::failure::refused;
use crate::{Failure, Rows};

const SELECT: &str = "SELECT id, domain_id, COALESCE(external_name, name), description, enabled, max_image_count, \
                      max_image_bytes, image_count, image_bytes, created_at, updated_at \
                      FROM project";

fn decode(c: &mut Columns<'_>) -> Result<Project, Failure> {
    Ok(Project {
        id: c.parse()?,
        domain: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        enabled: c.flag()?,
        max_image_count: c.opt_unsigned()?,
        max_image_bytes: c.opt_unsigned()?,
        image_count: c.unsigned()?,
        image_bytes: c.unsigned()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

pub async fn insert(tx: &mut Tx, project: &Project) -> Result<(), Failure> {
    let sql = "INSERT INTO project (id, domain_id, name, description, enabled, max_image_count,
               max_image_bytes, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let args = [
        project.id.hex().into(),
        project.domain.hex().into(),
        (&project.name).into(),
        project.description.clone().into(),
        project.enabled.into(),
        opt_count(project.max_image_count),
        opt_count(project.max_image_bytes),
        micros(project.created_at),
        micros(project.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Project, &project.name).into()),
        _ => Ok(()),
    }
}

/// Saves everything but the use. The name of a project that is an authority's outside is changed
/// there: another one is refused with [`Error::WrongState`].
pub async fn update(tx: &mut Tx, project: &Project) -> Result<(), Failure> {
    let sql = "UPDATE project SET
               name = CASE WHEN external_id IS NULL THEN $1 ELSE name END,
               description = $2, enabled = $3, max_image_count = $4,
               max_image_bytes = $5, updated_at = $6
               WHERE id = $7 AND (external_id IS NULL OR external_name = $1)";
    let args = [
        (&project.name).into(),
        project.description.clone().into(),
        project.enabled.into(),
        opt_count(project.max_image_count),
        opt_count(project.max_image_bytes),
        micros(project.updated_at),
        project.id.hex().into(),
    ];
    let updated = tx
        .execute(sql, &args)
        .await
        .map_err(|error| refused(error, || Error::exists(Noun::Project, &project.name)))?;
    if updated > 0 {
        return Ok(());
    }
    Err(match find(tx, project.id).await? {
        None => Error::not_found(Noun::Project, project.id),
        Some(_) => Error::WrongState {
            noun: Noun::Project,
            id: project.id.hex(),
            state: "a project of an authority outside".into(),
            needed: "it is renamed there".into(),
        },
    }
    .into())
}

pub async fn find(rows: &mut impl Rows, id: ProjectId) -> Result<Option<Project>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn get(rows: &mut impl Rows, id: ProjectId) -> Result<Project, Failure> {
    find(rows, id)
        .await?
        .ok_or_else(|| Error::not_found(Noun::Project, id).into())
}

pub async fn find_by_name(
    rows: &mut impl Rows,
    domain: DomainId,
    name: &str,
) -> Result<Option<Project>, Failure> {
    let sql = format!("{SELECT} WHERE domain_id = $1 AND name = $2");
    one(rows, &sql, &[domain.hex().into(), name.into()], decode).await
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<Project>, Failure> {
    all(
        rows,
        &format!("{SELECT} ORDER BY created_at, id"),
        &[],
        decode,
    )
    .await
}

/// Takes from the quota, or fails with [`Error::QuotaExceeded`] and takes nothing. The check and
/// the taking are one statement, so that two requests cannot both get the last of it. Without a
/// quota, what a `BIGINT` holds is the limit.
pub async fn charge(tx: &mut Tx, id: ProjectId, images: u64, bytes: u64) -> Result<(), Failure> {
    let sql = "UPDATE project SET image_count = image_count + $1, image_bytes = image_bytes + $2
               WHERE id = $3
               AND (CAST($1 AS BIGINT) = 0 OR max_image_count IS NULL
               OR image_count <= max_image_count - $1)
               AND (CAST($2 AS BIGINT) = 0 OR max_image_bytes IS NULL
               OR image_bytes <= max_image_bytes - $2)
               AND image_bytes <= 9223372036854775807 - $2";
    if tx
        .execute(sql, &[count(images), count(bytes), id.hex().into()])
        .await?
        == 1
    {
        return Ok(());
    }
    Err(exceeded(tx, id, images, bytes).await?.into())
}

/// What [`charge_last`] fails with on PostgreSQL.
const QUOTA: &str = "project_quota";

/// [`charge`] as a transaction's last statement. On PostgreSQL it goes with the commit, so that
/// nobody waits for this project's account while something is on its way, and it is the commit that
/// fails: see [`refusal`].
pub(crate) async fn charge_last(
    tx: &mut Tx,
    id: ProjectId,
    images: u64,
    bytes: u64,
) -> Result<(), Failure> {
    match tx.kind() {
        Kind::Sqlite => charge(tx, id, images, bytes).await,
        Kind::Postgres => {
            let args = [id.hex().into(), count(images), count(bytes)];
            Ok(tx.post("SELECT charge_project($1, $2, $3)", &args)?)
        }
    }
}

/// What the failure of a transaction that ended with [`charge_last`] means.
pub(crate) async fn refusal(
    rows: &mut impl Rows,
    failure: Failure,
    id: ProjectId,
    images: u64,
    bytes: u64,
) -> Failure {
    match failure {
        Failure::Sql(SqlError::Conflict { constraint }) if constraint == QUOTA => {
            let refusal = exceeded(rows, id, images, bytes).await;
            refusal.map_or_else(|failure| failure, Failure::Domain)
        }
        other => other,
    }
}

async fn exceeded(
    rows: &mut impl Rows,
    id: ProjectId,
    images: u64,
    bytes: u64,
) -> Result<Error, Failure> {
    let project = get(rows, id).await?;
    let (quota, limit, used, requested) = match project.max_image_count {
        Some(limit) if images > 0 && project.image_count + images > limit => {
            (Quota::ImageCount, limit, project.image_count, images)
        }
        _ => {
            let limit = project.max_image_bytes.unwrap_or(i64::MAX.unsigned_abs());
            (Quota::ImageBytes, limit, project.image_bytes, bytes)
        }
    };
    Ok(Error::QuotaExceeded {
        project: id,
        project_name: project.name,
        quota,
        limit,
        used,
        requested,
    })
}

/// Gives back to the quota.
pub async fn refund(tx: &mut Tx, id: ProjectId, images: u64, bytes: u64) -> Result<(), Failure> {
    let sql = "UPDATE project SET image_count = image_count - $1, image_bytes = image_bytes - $2
               WHERE id = $3";
    tx.execute(sql, &[count(images), count(bytes), id.hex().into()])
        .await?;
    Ok(())
}

/// Counts as used what comes from another project, whatever the quota is.
pub async fn add_use(tx: &mut Tx, id: ProjectId, images: u64, bytes: u64) -> Result<(), Failure> {
    let sql = "UPDATE project SET image_count = image_count + $1, image_bytes = image_bytes + $2
               WHERE id = $3";
    tx.execute(sql, &[count(images), count(bytes), id.hex().into()])
        .await?;
    Ok(())
}

/// Holds these projects' accounts until the transaction ends, in one order for all. Images are
/// locked before.
pub async fn lock(tx: &mut Tx, ids: &[ProjectId]) -> Result<(), Failure> {
    if tx.kind() == Kind::Postgres {
        let args: Vec<Value> = ids.iter().map(|id| id.hex().into()).collect();
        let sql = format!(
            "SELECT id FROM project WHERE id IN ({}) ORDER BY id FOR UPDATE",
            places(1, args.len())
        );
        tx.query(&sql, &args).await?;
    }
    Ok(())
}

/// Removes a project that owns nothing; its users, tokens and keys go with it.
pub async fn delete(tx: &mut Tx, id: ProjectId) -> Result<(), Failure> {
    let project = get(tx, id).await?;
    let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM project p WHERE p.id = $1
               AND (EXISTS (SELECT 1 FROM image WHERE owner_id = p.id)
               OR EXISTS (SELECT 1 FROM instance WHERE owner_id = p.id)
               OR EXISTS (SELECT 1 FROM volume WHERE owner_id = p.id)
               OR EXISTS (SELECT 1 FROM metadef_namespace WHERE owner_id = p.id))) AS owning";
    let owned = one(tx, sql, &[id.hex().into()], |c| c.int())
        .await?
        .unwrap_or(0);
    let in_use = || Error::InUse {
        noun: Noun::Project,
        id: project.name.clone(),
        reason: "it owns images, instances, volumes or metadata namespaces".into(),
    };
    if owned > 0 {
        return Err(in_use().into());
    }
    for sql in [
        "DELETE FROM image_member WHERE project_id = $1",
        "DELETE FROM token WHERE project_id = $1",
        "DELETE FROM access_key WHERE project_id = $1",
        "DELETE FROM application_credential WHERE project_id = $1",
        "DELETE FROM account WHERE project_id = $1",
        "DELETE FROM image_class WHERE owner_id = $1",
        "DELETE FROM project WHERE id = $1",
    ] {
        tx.execute(sql, &[id.hex().into()])
            .await
            .map_err(|error| refused(error, in_use))?;
    }
    Ok(())
}
