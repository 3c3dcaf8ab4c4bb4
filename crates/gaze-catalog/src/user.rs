//! Users. The password column holds an Argon2 hash and leaves this crate only for checking.

use gaze_domain::{DomainId, Error, Noun, ProjectId, Role, Timestamp, User, UserId};
use gaze_sql::{Kind, Tx};

use crate::columns::{Columns, all, micros, one};
use crate::failure::refused;
use crate::{Failure, Rows};

const SELECT: &str = "SELECT id, domain_id, project_id, name, description, email, role, enabled, \
                      created_at, updated_at, password FROM account";

fn decode(c: &mut Columns<'_>) -> Result<User, Failure> {
    Ok(User {
        id: c.parse()?,
        domain: c.parse()?,
        project: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        email: c.opt_text()?,
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
               (id, domain_id, project_id, name, description, email, role, password, enabled,
               created_at, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
    let args = [
        user.id.hex().into(),
        user.domain.hex().into(),
        user.project.hex().into(),
        (&user.name).into(),
        user.description.clone().into(),
        user.email.clone().into(),
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

/// Saves everything but the password. What opened another project than the user's present one is
/// not touched: see [`close`].
pub async fn update(tx: &mut Tx, user: &User) -> Result<(), Failure> {
    let sql = "UPDATE account SET project_id = $1, name = $2, description = $3, email = $4,
               role = $5, enabled = $6, updated_at = $7 WHERE id = $8";
    let args = [
        user.project.hex().into(),
        (&user.name).into(),
        user.description.clone().into(),
        user.email.clone().into(),
        user.role.as_str().into(),
        user.enabled.into(),
        micros(user.updated_at),
        user.id.hex().into(),
    ];
    let updated = tx
        .execute(sql, &args)
        .await
        .map_err(|error| refused(error, || Error::exists(Noun::User, &user.name)))?;
    match updated {
        0 => Err(Error::not_found(Noun::User, user.id).into()),
        _ => Ok(()),
    }
}

/// Ends every token, access key and application credential of a user: what was given for one
/// project opens no other.
pub async fn close(tx: &mut Tx, id: UserId) -> Result<(), Failure> {
    for sql in [
        "DELETE FROM token WHERE user_id = $1",
        "DELETE FROM access_key WHERE user_id = $1",
        "DELETE FROM application_credential WHERE user_id = $1",
    ] {
        tx.execute(sql, &[id.hex().into()]).await?;
    }
    Ok(())
}

/// Reads a user whose row stays as it is until the transaction ends, unless this transaction
/// changes it.
pub async fn lock(tx: &mut Tx, id: UserId) -> Result<User, Failure> {
    if tx.kind() == Kind::Postgres {
        let sql = "SELECT id FROM account WHERE id = $1 FOR UPDATE";
        tx.query(sql, &[id.hex().into()]).await?;
    }
    get(tx, id).await
}

/// Holds all administrators as they are until the transaction ends, so that of two who would each
/// remove the other only one does. Comes before everything else that a transaction locks.
pub async fn lock_administrators(tx: &mut Tx) -> Result<(), Failure> {
    if tx.kind() == Kind::Postgres {
        let sql = "SELECT id FROM account WHERE role = $1 ORDER BY id FOR UPDATE";
        tx.query(sql, &[Role::Admin.as_str().into()]).await?;
    }
    Ok(())
}

/// How many administrators can log in.
pub async fn count_administrators(rows: &mut impl Rows) -> Result<u64, Failure> {
    let sql = "SELECT COUNT(*) FROM account u JOIN project p ON p.id = u.project_id
               WHERE u.role = $1 AND u.enabled = 1 AND p.enabled = 1";
    let args = [Role::Admin.as_str().into()];
    Ok(one(rows, sql, &args, |c| c.unsigned()).await?.unwrap_or(0))
}

/// Sets a new password and ends every token that the old one gave, besides the one of that hash. What
/// programs were given lives on.
pub async fn set_password(
    tx: &mut Tx,
    id: UserId,
    password: &str,
    keep: Option<&str>,
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
    let sql = "DELETE FROM token WHERE user_id = $1 AND kind NOT IN ('api', 'application')
               AND hash <> $2";
    // No hash is empty.
    tx.execute(sql, &[id.hex().into(), keep.unwrap_or_default().into()])
        .await?;
    Ok(())
}

/// Takes all users out of a project: they keep their names and passwords, and have no role, no
/// token and no key any more.
pub async fn release(
    tx: &mut Tx,
    from: ProjectId,
    home: ProjectId,
    now: Timestamp,
) -> Result<(), Failure> {
    for user in list_of(tx, from).await? {
        close(tx, user.id).await?;
    }
    let sql =
        "UPDATE account SET project_id = $1, role = $2, updated_at = $3 WHERE project_id = $4";
    let args = [
        home.hex().into(),
        Role::Unassigned.as_str().into(),
        micros(now),
        from.hex().into(),
    ];
    tx.execute(sql, &args).await?;
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
