//! Application credentials. The secret's column holds an Argon2 hash and leaves this crate only for
//! checking.

use gaze_domain::{ApplicationCredential, ApplicationCredentialId, Error, Noun, UserId};
use gaze_sql::{Tx, Value};

use crate::columns::{Columns, all, micros, one, opt_micros};
use crate::{Failure, Rows};

const COLUMNS: &str = "c.id, c.user_id, c.project_id, c.name, c.description, c.role, \
                       c.unrestricted, c.expires_at, c.created_at, c.secret";

fn decode(c: &mut Columns<'_>) -> Result<ApplicationCredential, Failure> {
    Ok(ApplicationCredential {
        id: c.parse()?,
        user: c.parse()?,
        project: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        role: c.parse()?,
        unrestricted: c.flag()?,
        expires_at: c.opt_time()?,
        created_at: c.time()?,
    })
}

fn decode_with_secret(c: &mut Columns<'_>) -> Result<(ApplicationCredential, String), Failure> {
    Ok((decode(c)?, c.text()?))
}

pub async fn insert(tx: &mut Tx, new: &ApplicationCredential, secret: &str) -> Result<(), Failure> {
    let sql = "INSERT INTO application_credential
               (id, user_id, project_id, name, description, role, secret, unrestricted,
               expires_at, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    let args = [
        new.id.hex().into(),
        new.user.hex().into(),
        new.project.hex().into(),
        (&new.name).into(),
        new.description.clone().into(),
        new.role.as_str().into(),
        secret.into(),
        new.unrestricted.into(),
        opt_micros(new.expires_at),
        micros(new.created_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::ApplicationCredential, &new.name).into()),
        _ => Ok(()),
    }
}

pub async fn find(
    rows: &mut impl Rows,
    id: ApplicationCredentialId,
) -> Result<Option<ApplicationCredential>, Failure> {
    let sql = statement("WHERE c.id = $1");
    one(rows, &sql, &[id.hex().into()], decode).await
}

/// A credential and the hash of its secret.
pub async fn find_with_secret(
    rows: &mut impl Rows,
    id: ApplicationCredentialId,
) -> Result<Option<(ApplicationCredential, String)>, Failure> {
    let sql = statement("WHERE c.id = $1");
    one(rows, &sql, &[id.hex().into()], decode_with_secret).await
}

/// The same, by the name that its user gave it.
pub async fn find_by_name_with_secret(
    rows: &mut impl Rows,
    user: UserId,
    name: &str,
) -> Result<Option<(ApplicationCredential, String)>, Failure> {
    let sql = statement("WHERE c.user_id = $1 AND c.name = $2");
    let args = [user.hex().into(), name.into()];
    one(rows, &sql, &args, decode_with_secret).await
}

/// The one with which a token was got.
pub async fn behind_token(
    rows: &mut impl Rows,
    hash: &str,
) -> Result<Option<ApplicationCredential>, Failure> {
    let sql = statement("JOIN token t ON t.application_credential_id = c.id WHERE t.hash = $1");
    one(rows, &sql, &[hash.into()], decode).await
}

pub async fn list_of(
    rows: &mut impl Rows,
    user: UserId,
) -> Result<Vec<ApplicationCredential>, Failure> {
    let sql = statement("WHERE c.user_id = $1 ORDER BY c.created_at, c.id");
    all(rows, &sql, &[user.hex().into()], decode).await
}

pub async fn count_of(rows: &mut impl Rows, user: UserId) -> Result<u64, Failure> {
    let sql = "SELECT COUNT(*) FROM application_credential WHERE user_id = $1";
    let args: [Value; 1] = [user.hex().into()];
    Ok(one(rows, sql, &args, |c| c.unsigned()).await?.unwrap_or(0))
}

/// Removes one, with the tokens that it gave.
pub async fn delete(tx: &mut Tx, id: ApplicationCredentialId) -> Result<(), Failure> {
    let sql = "DELETE FROM application_credential WHERE id = $1";
    match tx.execute(sql, &[id.hex().into()]).await? {
        0 => Err(Error::not_found(Noun::ApplicationCredential, id).into()),
        _ => Ok(()),
    }
}

fn statement(rest: &str) -> String {
    format!("SELECT {COLUMNS} FROM application_credential c {rest}")
}
