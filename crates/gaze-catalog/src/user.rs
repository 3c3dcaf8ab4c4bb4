//! Users. The password column holds an Argon2 hash and leaves this crate only for checking.

use gaze_domain::{DomainId, Error, Noun, ProjectId, Timestamp, User, UserId};
use gaze_sql::Tx;

use crate::columns::{Columns, all, micros, one};
use crate::{Failure, Rows};

const SELECT: &str = "SELECT id, domain_id, project_id, name, role, enabled, created_at, \
                      updated_at, password FROM account";

fn decode(c: &mut Columns<'_>) -> Result<User, Failure> {
    Ok(User {
        id: c.parse()?,
        domain: c.parse()?,
        project: c.parse()?,
        name: c.text()?,
        role: c.parse()?,
        enabled: c.flag()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

fn decode_with_password(c: &mut Columns<'_>) -> Result<(User, String), Failure> {
    Ok((decode(c)?, c.text()?))
}

pub async fn insert(tx: &mut Tx, user: &User, password: &str) -> Result<(), Failure> {
    let sql = "INSERT INTO account
               (id, domain_id, project_id, name, role, password, enabled, created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let args = [
        user.id.hex().into(),
        user.domain.hex().into(),
        user.project.hex().into(),
        (&user.name).into(),
        user.role.as_str().into(),
        password.into(),
        user.enabled.into(),
        micros(user.created_at),
        micros(user.updated_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::User, &user.name).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, id: UserId) -> Result<Option<User>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode,
    )
    .await
}

pub async fn get(rows: &mut impl Rows, id: UserId) -> Result<User, Failure> {
    find(rows, id)
        .await?
        .ok_or_else(|| Error::not_found(Noun::User, id).into())
}

/// A user and the hash of the password.
pub async fn find_with_password(
    rows: &mut impl Rows,
    id: UserId,
) -> Result<Option<(User, String)>, Failure> {
    one(
        rows,
        &format!("{SELECT} WHERE id = $1"),
        &[id.hex().into()],
        decode_with_password,
    )
    .await
}

/// The same, by name.
pub async fn find_by_name_with_password(
    rows: &mut impl Rows,
    domain: DomainId,
    name: &str,
) -> Result<Option<(User, String)>, Failure> {
    let sql = format!("{SELECT} WHERE domain_id = $1 AND name = $2");
    one(
        rows,
        &sql,
        &[domain.hex().into(), name.into()],
        decode_with_password,
    )
    .await
}

pub async fn list(rows: &mut impl Rows) -> Result<Vec<User>, Failure> {
    all(
        rows,
        &format!("{SELECT} ORDER BY created_at, id"),
        &[],
        decode,
    )
    .await
}

pub async fn list_of(rows: &mut impl Rows, project: ProjectId) -> Result<Vec<User>, Failure> {
    let sql = format!("{SELECT} WHERE project_id = $1 ORDER BY created_at, id");
    all(rows, &sql, &[project.hex().into()], decode).await
}

/// Sets a new password and ends every token that the old one gave.
pub async fn set_password(
    tx: &mut Tx,
    id: UserId,
    password: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE account SET password = $1, updated_at = $2 WHERE id = $3";
    if tx
        .execute(sql, &[password.into(), micros(now), id.hex().into()])
        .await?
        == 0
    {
        return Err(Error::not_found(Noun::User, id).into());
    }
    let sql = "DELETE FROM token WHERE user_id = $1 AND kind <> 'api'";
    tx.execute(sql, &[id.hex().into()]).await?;
    Ok(())
}

/// Removes a user with its tokens and keys.
pub async fn delete(tx: &mut Tx, id: UserId) -> Result<(), Failure> {
    match tx
        .execute("DELETE FROM account WHERE id = $1", &[id.hex().into()])
        .await?
    {
        0 => Err(Error::not_found(Noun::User, id).into()),
        _ => Ok(()),
    }
}
