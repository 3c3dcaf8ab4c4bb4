//! Access keys.

use gaze_domain::{AccessKey, AccessKeyId, Error, Noun, ProjectId, UserId};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one};
use crate::{Failure, Rows};

const SELECT: &str = "SELECT id, user_id, project_id, access, secret, description, enabled, \
                      created_at FROM access_key";

fn decode(c: &mut Columns<'_>) -> Result<AccessKey, Failure> {
    Ok(AccessKey {
        id: c.parse()?,
        user: c.parse()?,
        project: c.parse()?,
        access: c.text()?,
        secret: c.text()?,
        description: c.opt_text()?,
        enabled: c.flag()?,
        created_at: c.time()?,
    })
}

pub async fn insert(tx: &mut Tx, key: &AccessKey) -> Result<(), Failure> {
    let sql = "INSERT INTO access_key
               (id, user_id, project_id, access, secret, description, enabled, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let args = [
        key.id.hex().into(),
        key.user.hex().into(),
        key.project.hex().into(),
        (&key.access).into(),
        (&key.secret).into(),
        key.description.clone().into(),
        key.enabled.into(),
        micros(key.created_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::AccessKey, &key.access).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: AccessKeyId) -> Result<Option<AccessKey>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<AccessKey>, Failure> {
    all(
        rows,
        &format!("{SELECT} ORDER BY created_at, id"),
        &[],
        decode,
    )
    .await
}

pub async fn list_of_project(
    rows: &mut impl Rows,
    project: ProjectId,
) -> Result<Vec<AccessKey>, Failure> {
    let sql = format!("{SELECT} WHERE project_id = $1 ORDER BY created_at, id");
    all(rows, &sql, &[project.hex().into()], decode).await
}

pub async fn list_of_user(rows: &mut impl Rows, user: UserId) -> Result<Vec<AccessKey>, Failure> {
    let sql = format!("{SELECT} WHERE user_id = $1 ORDER BY created_at, id");
    all(rows, &sql, &[user.hex().into()], decode).await
}

pub async fn set_enabled(tx: &mut Tx, id: AccessKeyId, enabled: bool) -> Result<(), Failure> {
    let sql = "UPDATE access_key SET enabled = $1 WHERE id = $2";
    match tx.execute(sql, &[enabled.into(), id.hex().into()]).await? {
        0 => Err(Error::not_found(Noun::AccessKey, id).into()),
        _ => Ok(()),
    }
}

pub async fn delete(tx: &mut Tx, id: AccessKeyId) -> Result<(), Failure> {
    match tx
        .execute("DELETE FROM access_key WHERE id = $1", &[id.hex().into()])
        .await?
    {
        0 => Err(Error::not_found(Noun::AccessKey, id).into()),
        _ => Ok(()),
    }
}
