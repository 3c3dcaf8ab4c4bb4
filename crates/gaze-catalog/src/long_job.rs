//! Long jobs: work that a client asked to be kept account of, with what it was asked with and what
//! came of it.

use gaze_domain::{Error, JobId, Noun, ProjectId, Timestamp};
use gaze_sql::{Tx, Value};

use crate::columns::{Columns, all, micros, one, opt_micros};
use crate::{Failure, Rows, tag};

/// A long job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LongJob {
    pub id: JobId,
    pub owner: ProjectId,
    /// The face that was asked.
    pub face: String,
    /// The call that asked for it.
    pub request: JobId,
    /// The work that does it, unless that was over at once.
    pub work: JobId,
    pub name: String,
    pub description: Option<String>,
    /// What is done, in the face's word.
    pub operation: String,
    /// What it is done with, in the face's words and without secrets.
    pub data: String,
    /// Whether `data` is all that was sent.
    pub whole: bool,
    /// What it is done to, as the client says.
    pub target: Option<String>,
    /// How it ended: a word of the app's.
    pub outcome: Option<String>,
    /// What came of it, in the face's words.
    pub result: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, owner_id, face, request_id, work_id, name, description, operation, data, \
     whole, target, outcome, result, created_at, updated_at, finished_at";

fn decode(c: &mut Columns<'_>) -> Result<LongJob, Failure> {
    Ok(LongJob {
        id: c.parse()?,
        owner: c.parse()?,
        face: c.text()?,
        request: c.parse()?,
        work: c.parse()?,
        name: c.text()?,
        description: c.opt_text()?,
        operation: c.text()?,
        data: c.text()?,
        whole: c.flag()?,
        target: c.opt_text()?,
        outcome: c.opt_text()?,
        result: c.opt_text()?,
        created_at: c.time()?,
        updated_at: c.time()?,
        finished_at: c.opt_time()?,
    })
}

/// Adds a long job, whose id must be new among them.
pub async fn insert(tx: &mut Tx, job: &LongJob) -> Result<(), Failure> {
    let sql = format!(
        "INSERT INTO long_job ({COLUMNS})
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         ON CONFLICT DO NOTHING"
    );
    let args: [Value; 16] = [
        job.id.hex().into(),
        job.owner.hex().into(),
        job.face.as_str().into(),
        job.request.hex().into(),
        job.work.hex().into(),
        job.name.as_str().into(),
        job.description.clone().into(),
        job.operation.as_str().into(),
        job.data.as_str().into(),
        job.whole.into(),
        job.target.clone().into(),
        job.outcome.clone().into(),
        job.result.clone().into(),
        micros(job.created_at),
        micros(job.updated_at),
        opt_micros(job.finished_at),
    ];
    match tx.execute(&sql, &args).await? {
        0 => Err(Error::exists(Noun::Job, job.id).into()),
        _ => Ok(()),
    }
}

/// Changes what a long job is called, where something is said.
pub async fn describe(
    tx: &mut Tx,
    id: JobId,
    name: Option<&str>,
    description: Option<&str>,
    now: Timestamp,
) -> Result<(), Failure> {
    let sql = "UPDATE long_job SET name = COALESCE($1, name),
               description = COALESCE($2, description), updated_at = $3 WHERE id = $4";
    let args = [
        name.map(str::to_owned).into(),
        description.map(str::to_owned).into(),
        micros(now),
        id.hex().into(),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::not_found(Noun::Job, id).into()),
        _ => Ok(()),
    }
}

/// Records how an open long job ended; `false` if it is not open.
pub async fn finish(
    tx: &mut Tx,
    id: JobId,
    outcome: &str,
    result: &str,
    now: Timestamp,
) -> Result<bool, Failure> {
    let sql = "UPDATE long_job SET outcome = $1, result = $2, updated_at = $3, finished_at = $3
               WHERE id = $4 AND finished_at IS NULL";
    let args = [outcome.into(), result.into(), micros(now), id.hex().into()];
    Ok(tx.execute(sql, &args).await? > 0)
}

/// Opens a finished long job again, for other work and another call; `false` if it is open.
pub async fn reopen(
    tx: &mut Tx,
    id: JobId,
    request: JobId,
    work: JobId,
    now: Timestamp,
) -> Result<bool, Failure> {
    let sql = "UPDATE long_job SET request_id = $1, work_id = $2, outcome = NULL, result = NULL,
               finished_at = NULL, created_at = $3, updated_at = $3
               WHERE id = $4 AND finished_at IS NOT NULL";
    let args = [
        request.hex().into(),
        work.hex().into(),
        micros(now),
        id.hex().into(),
    ];
    Ok(tx.execute(sql, &args).await? > 0)
}

pub async fn find(rows: &mut impl Rows, id: JobId) -> Result<Option<LongJob>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM long_job WHERE id = $1");
    one(rows, &sql, &[id.hex().into()], decode).await
}

/// The newest long job that this call asked for.
pub async fn find_requested(
    rows: &mut impl Rows,
    request: JobId,
) -> Result<Option<LongJob>, Failure> {
    let sql = format!(
        "SELECT {COLUMNS} FROM long_job WHERE request_id = $1
         ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    one(rows, &sql, &[request.hex().into()], decode).await
}

/// Long jobs, the newest first; of one project or of all.
pub async fn list(
    rows: &mut impl Rows,
    owner: Option<ProjectId>,
    limit: u32,
) -> Result<Vec<LongJob>, Failure> {
    let mut args = vec![limit.into()];
    let filter = match owner {
        Some(owner) => {
            args.push(owner.hex().into());
            "WHERE owner_id = $2"
        }
        None => "",
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM long_job {filter} ORDER BY created_at DESC, id DESC LIMIT $1"
    );
    all(rows, &sql, &args, decode).await
}

/// Long jobs that have not ended, the oldest first.
pub async fn open(rows: &mut impl Rows, limit: u32) -> Result<Vec<LongJob>, Failure> {
    let sql = format!(
        "SELECT {COLUMNS} FROM long_job WHERE finished_at IS NULL
         ORDER BY created_at, id LIMIT $1"
    );
    all(rows, &sql, &[limit.into()], decode).await
}

pub async fn delete(tx: &mut Tx, id: JobId) -> Result<(), Failure> {
    tx.execute("DELETE FROM long_job WHERE id = $1", &[id.hex().into()])
        .await?;
    tag::forget(tx, &id.hex()).await
}

/// Forgets what ended before that instant.
pub async fn delete_finished(tx: &mut Tx, before: Timestamp) -> Result<u64, Failure> {
    let tags = "DELETE FROM tag WHERE subject_id IN
                (SELECT id FROM long_job WHERE finished_at < $1)";
    tx.execute(tags, &[micros(before)]).await?;
    let sql = "DELETE FROM long_job WHERE finished_at < $1";
    Ok(tx.execute(sql, &[micros(before)]).await?)
}
