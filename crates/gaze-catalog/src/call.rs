//! Remembered answers of calls, for vendors whose clients ask for the outcome later.

use gaze_domain::{Error, JobId, Noun, Timestamp};
use gaze_sql::Tx;

use crate::columns::{Columns, micros, one};
use crate::{Failure, Rows};

/// A call that a client named, and its answer once there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub id: JobId,
    /// The face that took the call.
    pub face: String,
    /// Status and body of the answer.
    pub answer: Option<(u16, String)>,
    pub created_at: Timestamp,
}

fn decode(c: &mut Columns<'_>) -> Result<Call, Failure> {
    let (id, face) = (c.parse()?, c.text()?);
    let status = c
        .opt_unsigned()?
        .and_then(|status| u16::try_from(status).ok());
    let body = c.opt_text()?;
    Ok(Call {
        id,
        face,
        answer: status.zip(body),
        created_at: c.time()?,
    })
}

/// Takes the id, which must be new among calls.
pub async fn insert(tx: &mut Tx, id: JobId, face: &str, now: Timestamp) -> Result<(), Failure> {
    let sql = "INSERT INTO remembered_call (id, face, created_at) VALUES ($1, $2, $3)
               ON CONFLICT DO NOTHING";
    match tx
        .execute(sql, &[id.hex().into(), face.into(), micros(now)])
        .await?
    {
        0 => Err(Error::exists(Noun::Job, id).into()),
        _ => Ok(()),
    }
}

pub async fn set_answer(tx: &mut Tx, id: JobId, status: u16, body: &str) -> Result<(), Failure> {
    let sql = "UPDATE remembered_call SET status = $1, body = $2 WHERE id = $3";
    tx.execute(
        sql,
        &[i64::from(status).into(), body.into(), id.hex().into()],
    )
    .await?;
    Ok(())
}

pub async fn find(rows: &mut impl Rows, id: JobId) -> Result<Option<Call>, Failure> {
    let sql = "SELECT id, face, status, body, created_at FROM remembered_call WHERE id = $1";
    one(rows, sql, &[id.hex().into()], decode).await
}

/// Forgets what is older than that instant.
pub async fn delete_older(tx: &mut Tx, than: Timestamp) -> Result<u64, Failure> {
    Ok(tx
        .execute(
            "DELETE FROM remembered_call WHERE created_at < $1",
            &[micros(than)],
        )
        .await?)
}
