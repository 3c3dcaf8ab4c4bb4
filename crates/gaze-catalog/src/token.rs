//! Tokens, known by the SHA-256 of their text.

use gaze_domain::access::{AuthFailure, TokenKind, TokenScope};
use gaze_domain::{ApplicationCredentialId, Caller, Error, ProjectId, Role, Timestamp, UserId};
use gaze_sql::Tx;

use crate::columns::{Columns, micros, one, opt_micros};
use crate::failure::refused;
use crate::{Failure, Rows};

/// A row as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of the token's text, lower-case hexadecimal.
    pub hash: String,
    pub user: UserId,
    pub project: ProjectId,
    pub kind: TokenKind,
    pub scope: TokenScope,
    pub issued_at: Timestamp,
    /// `None`: until revoked.
    pub expires_at: Option<Timestamp>,
    /// What a program got it with; of [`TokenKind::Application`] only.
    pub credential: Option<ApplicationCredentialId>,
}

/// A token with everybody behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub caller: Caller,
    /// Whether user and project are both enabled, and the user has a role.
    pub enabled: bool,
}

pub async fn insert(tx: &mut Tx, token: &Token) -> Result<(), Failure> {
    let sql = "INSERT INTO token (hash, user_id, project_id, kind, scope, issued_at, expires_at,
               application_credential_id)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = [
        (&token.hash).into(),
        token.user.hex().into(),
        token.project.hex().into(),
        token.kind.as_str().into(),
        token.scope.as_str().into(),
        micros(token.issued_at),
        opt_micros(token.expires_at),
        token.credential.map(ApplicationCredentialId::hex).into(),
    ];
    // Whoever is to hold it may be gone by now, or the credential that it is from.
    tx.execute(sql, &args)
        .await
        .map_err(|error| refused(error, || AuthFailure::InvalidToken.into()))?;
    Ok(())
}

/// One statement from the hash to the whole caller; expired tokens are found too.
pub async fn find_holder(rows: &mut impl Rows, hash: &str) -> Result<Option<Holder>, Failure> {
    let sql = "SELECT u.id, u.name, p.id, COALESCE(p.external_name, p.name), d.id,
               COALESCE(d.external_name, d.name), u.role, u.enabled, p.enabled,
               t.hash, t.kind, t.scope, t.issued_at, t.expires_at, c.role
               FROM token t JOIN account u ON u.id = t.user_id
               JOIN project p ON p.id = t.project_id JOIN domain d ON d.id = u.domain_id
               LEFT JOIN application_credential c ON c.id = t.application_credential_id
               WHERE t.hash = $1";
    one(rows, sql, &[hash.into()], |c| {
        let (mut caller, enabled) = decode_caller(c)?;
        caller.token = Some(gaze_domain::access::TokenUse {
            hash: c.text()?,
            kind: c.parse()?,
            scope: c.parse()?,
            issued_at: c.time()?,
            expires_at: c.opt_time()?,
        });
        if let Some(most) = c.opt_parse()?
            && caller.role.implies(most)
        {
            caller.role = most;
        }
        Ok(Holder { caller, enabled })
    })
    .await
}

/// The caller that an access key stands for, with the key's secret.
pub async fn find_signer(
    rows: &mut impl Rows,
    access: &str,
) -> Result<Option<(Holder, String)>, Failure> {
    let sql = "SELECT u.id, u.name, p.id, COALESCE(p.external_name, p.name), d.id,
               COALESCE(d.external_name, d.name), u.role, u.enabled, p.enabled,
               k.enabled, k.secret
               FROM access_key k JOIN account u ON u.id = k.user_id
               JOIN project p ON p.id = k.project_id JOIN domain d ON d.id = u.domain_id
               WHERE k.access = $1";
    one(rows, sql, &[access.into()], |c| {
        let (caller, enabled) = decode_caller(c)?;
        let key_enabled = c.flag()?;
        Ok((
            Holder {
                caller,
                enabled: enabled && key_enabled,
            },
            c.text()?,
        ))
    })
    .await
}

/// The caller that a user is in its own project.
pub async fn find_caller(rows: &mut impl Rows, user: UserId) -> Result<Option<Holder>, Failure> {
    let sql = "SELECT u.id, u.name, p.id, COALESCE(p.external_name, p.name), d.id,
               COALESCE(d.external_name, d.name), u.role, u.enabled, p.enabled
               FROM account u JOIN project p ON p.id = u.project_id
               JOIN domain d ON d.id = u.domain_id WHERE u.id = $1";
    one(rows, sql, &[user.hex().into()], |c| {
        let (caller, enabled) = decode_caller(c)?;
        Ok(Holder { caller, enabled })
    })
    .await
}

fn decode_caller(c: &mut Columns<'_>) -> Result<(Caller, bool), Failure> {
    let caller = Caller {
        user: c.parse()?,
        user_name: c.text()?,
        project: c.parse()?,
        project_name: c.text()?,
        domain: c.parse()?,
        domain_name: c.text()?,
        role: c.parse()?,
        token: None,
    };
    let user_enabled = c.flag()?;
    let project_enabled = c.flag()?;
    let assigned = caller.role != Role::Unassigned;
    Ok((caller, user_enabled && project_enabled && assigned))
}

pub async fn set_expiry(tx: &mut Tx, hash: &str, expires_at: Timestamp) -> Result<(), Failure> {
    let sql = "UPDATE token SET expires_at = $1 WHERE hash = $2";
    match tx.execute(sql, &[micros(expires_at), hash.into()]).await? {
        0 => Err(Error::from(AuthFailure::InvalidToken).into()),
        _ => Ok(()),
    }
}

/// Ends a token. Returns whether there was one.
pub async fn delete(tx: &mut Tx, hash: &str) -> Result<bool, Failure> {
    Ok(tx
        .execute("DELETE FROM token WHERE hash = $1", &[hash.into()])
        .await?
        == 1)
}

/// Removes what has expired before that instant.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp) -> Result<u64, Failure> {
    Ok(tx
        .execute("DELETE FROM token WHERE expires_at < $1", &[micros(before)])
        .await?)
}

/// How many tokens of that kind a user holds that have not expired.
pub async fn count_of(
    rows: &mut impl Rows,
    user: UserId,
    kind: TokenKind,
    now: Timestamp,
) -> Result<u64, Failure> {
    let sql = "SELECT COUNT(*) FROM token WHERE user_id = $1 AND kind = $2
               AND (expires_at IS NULL OR expires_at > $3)";
    let args = [user.hex().into(), kind.as_str().into(), micros(now)];
    Ok(one(rows, sql, &args, |c| c.unsigned()).await?.unwrap_or(0))
}
