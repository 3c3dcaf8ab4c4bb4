//! Remembered calls and their answers, for vendors whose clients ask for the outcome later or have
//! it posted to them.

use gaze_domain::{Error, JobId, Noun, Timestamp};
use gaze_sql::{Tx, Value};

use crate::columns::{Columns, all, micros, one, opt_micros};
use crate::{Failure, Rows};

/// A call that has an id, and its answer once there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub id: JobId,
    /// The face that took the call.
    pub face: String,
    /// The work whose end is the answer.
    pub work: Option<JobId>,
    /// The URL to which the answer is posted.
    pub hook: Option<String>,
    /// Whether whoever is told wants to know the answer's classes.
    pub classes: bool,
    /// When the work has had its time.
    pub deadline: Option<Timestamp>,
    /// Status and body of the answer.
    pub answer: Option<(u16, String)>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, face, work_id, hook, classes, deadline, status, body, created_at, finished_at";

fn decode(c: &mut Columns<'_>) -> Result<Call, Failure> {
    let (id, face) = (c.parse()?, c.text()?);
    let (work, hook) = (c.opt_parse()?, c.opt_text()?);
    let (classes, deadline) = (c.flag()?, c.opt_time()?);
    let status = c
        .opt_unsigned()?
        .and_then(|status| u16::try_from(status).ok());
    let body = c.opt_text()?;
    Ok(Call {
        id,
        face,
        work,
        hook,
        classes,
        deadline,
        answer: status.zip(body),
        created_at: c.time()?,
        finished_at: c.opt_time()?,
    })
}

/// Takes the id, which must be new among calls. The call has no answer yet.
pub async fn insert(tx: &mut Tx, call: &Call) -> Result<(), Failure> {
    let sql = "INSERT INTO remembered_call
               (id, face, work_id, hook, classes, deadline, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    let args = [
        call.id.hex().into(),
        call.face.as_str().into(),
        call.work.map(JobId::hex).into(),
        call.hook.clone().into(),
        call.classes.into(),
        opt_micros(call.deadline),
        micros(call.created_at),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Job, call.id).into()),
        _ => Ok(()),
    }
}

/// Sets the answer of a call that has none; `false` if it has one, or is not known.
pub async fn answer(
    tx: &mut Tx,
    id: JobId,
    status: u16,
    body: &str,
    now: Timestamp,
) -> Result<bool, Failure> {
    let sql = "UPDATE remembered_call SET status = $1, body = $2, finished_at = $3
               WHERE id = $4 AND finished_at IS NULL";
    let args: [Value; 4] = [
        i64::from(status).into(),
        body.into(),
        micros(now),
        id.hex().into(),
    ];
    Ok(tx.execute(sql, &args).await? > 0)
}

pub async fn find(rows: &mut impl Rows, id: JobId) -> Result<Option<Call>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM remembered_call WHERE id = $1");
    one(rows, &sql, &[id.hex().into()], decode).await
}

/// Calls without an answer, the oldest first.
pub async fn open(rows: &mut impl Rows, limit: u32) -> Result<Vec<Call>, Failure> {
    let sql = format!(
        "SELECT {COLUMNS} FROM remembered_call WHERE finished_at IS NULL
         ORDER BY created_at, id LIMIT $1"
    );
    all(rows, &sql, &[limit.into()], decode).await
}

/// Forgets a call as if it had not been.
pub async fn forget(tx: &mut Tx, id: JobId) -> Result<(), Failure> {
    tx.execute(
        "DELETE FROM remembered_call WHERE id = $1",
        &[id.hex().into()],
    )
    .await?;
    Ok(())
}

/// Forgets what was answered before that instant.
pub async fn delete_finished(tx: &mut Tx, before: Timestamp) -> Result<u64, Failure> {
    let sql = "DELETE FROM remembered_call WHERE finished_at < $1";
    Ok(tx.execute(sql, &[micros(before)]).await?)
}
