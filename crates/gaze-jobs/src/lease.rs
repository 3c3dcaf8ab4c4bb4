//! A claim on a job, and what its holder may do with the job.

use std::sync::Arc;
use std::time::Duration;

use gaze_sql::{SqlError, Tx, Value};

use crate::jobs::Shared;
use crate::live::{Live, Progress};

/// One claim. Every change that it makes to the job holds only while it is the newest.
#[derive(Clone, Debug)]
pub(crate) struct Lease {
    pub(crate) shared: Arc<Shared>,
    pub(crate) live: Arc<Live>,
    pub(crate) id: String,
    pub(crate) claim: i64,
}

/// What a heartbeat found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    Held { cancel_requested: bool },
    Finished,
    Lost,
}

/// How a job ends.
#[derive(Debug)]
pub(crate) enum End {
    Succeeded(serde_json::Value),
    /// Cancelled if that was requested, else failed.
    Failed(serde_json::Value),
    Cancelled(serde_json::Value),
}

/// Longest pause between two attempts.
const MAX_BACKOFF: Duration = Duration::from_mins(5);

/// The pause after the n-th attempt, from 1: a second, doubled each time.
pub(crate) fn backoff(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    Duration::from_secs(1 << doublings).min(MAX_BACKOFF)
}

impl Lease {
    /// Writes the final state. Fails with [`SqlError::Conflict`] if the claim is not the newest.
    pub(crate) async fn finish(&self, tx: &mut Tx, end: End) -> Result<(), SqlError> {
        let (state, result, error) = match end {
            End::Succeeded(result) => ("'succeeded'", Some(result), None),
            End::Failed(error) => (
                "CASE WHEN cancel_requested = 1 THEN 'cancelled' ELSE 'failed' END",
                None,
                Some(error),
            ),
            End::Cancelled(error) => ("'cancelled'", None, Some(error)),
        };
        let set = format!(
            "state = {state}, finished_at = $4, result = $5, error = $6, progress_done = $7, \
             progress_total = $8, stage = $9"
        );
        let Progress { done, total, stage } = self.live.progress();
        let args = vec![
            self.shared.now().into(),
            result.map(|value| value.to_string()).into(),
            error.map(|value| value.to_string()).into(),
            clamped(done),
            total.map_or(Value::Null, clamped),
            stage.into(),
        ];
        if !self.update(tx, &set, args).await? {
            let constraint = format!("the lease on job {} is lost", self.id);
            return Err(SqlError::Conflict { constraint });
        }
        let lease = self.clone();
        tx.on_commit(Box::new(move || {
            lease.live.finish();
            lease.shared.announce_finished(&lease.id);
        }));
        Ok(())
    }

    /// Extends the lease and records the progress.
    pub(crate) async fn heartbeat(&self, progress: Progress) -> Result<Beat, SqlError> {
        let lease = self.clone();
        self.shared
            .db
            .write(move |tx| Box::pin(async move { lease.beat(tx, progress).await }))
            .await
    }

    async fn beat(&self, tx: &mut Tx, progress: Progress) -> Result<Beat, SqlError> {
        const BEAT: &str = "due_at = $4, progress_done = $5, progress_total = $6, stage = $7";
        let args = vec![
            self.shared.after(self.shared.options.lease).into(),
            clamped(progress.done),
            progress.total.map_or(Value::Null, clamped),
            progress.stage.into(),
        ];
        let held = self.update(tx, BEAT, args).await?;
        let sql = "SELECT cancel_requested, finished_at FROM job WHERE id = $1";
        let Some(row) = tx.query_opt(sql, &[(&self.id).into()]).await? else {
            return Ok(Beat::Lost);
        };
        Ok(if held {
            Beat::Held {
                cancel_requested: row.bool(0)?,
            }
        } else if row.opt_int(1)?.is_some() {
            Beat::Finished
        } else {
            Beat::Lost
        })
    }

    /// Queues the job for another attempt after a pause. `false` if the lease is lost.
    pub(crate) async fn retry(
        &self,
        error: &serde_json::Value,
        pause: Duration,
    ) -> Result<bool, SqlError> {
        let args = vec![self.shared.after(pause).into(), error.to_string().into()];
        self.change("state = 'queued', due_at = $4, error = $5", args)
            .await
    }

    /// Records that the job is to be rolled back, and why: no attempt follows, whatever becomes
    /// of this process. `false` if the lease is lost.
    pub(crate) async fn doom(&self, cause: &serde_json::Value) -> Result<bool, SqlError> {
        self.change("cause = $4, error = $4", vec![cause.to_string().into()])
            .await
    }

    /// Queues the job for another attempt at its rollback. `false` if the lease is lost.
    pub(crate) async fn retry_rollback(&self, pause: Duration) -> Result<bool, SqlError> {
        let args = vec![self.shared.after(pause).into()];
        self.change(
            "state = 'queued', due_at = $4, rollbacks = rollbacks + 1",
            args,
        )
        .await
    }

    /// Gives the job back as if this claim had not been. `false` if the lease is lost.
    pub(crate) async fn release(&self) -> Result<bool, SqlError> {
        const RELEASE: &str = "state = 'queued', due_at = $4, attempt = CASE \
             WHEN cause IS NULL AND is_inline = 0 THEN attempt - 1 ELSE attempt END";
        self.change(RELEASE, vec![self.shared.now().into()]).await
    }

    async fn change(&self, set: &'static str, args: Vec<Value>) -> Result<bool, SqlError> {
        let lease = self.clone();
        self.shared
            .db
            .write(move |tx| Box::pin(async move { lease.update(tx, set, args).await }))
            .await
    }

    async fn update(&self, tx: &mut Tx, set: &str, more: Vec<Value>) -> Result<bool, SqlError> {
        let sql = format!(
            "UPDATE job SET {set} \
             WHERE id = $1 AND claim = $2 AND lease_owner = $3 AND state = 'running'"
        );
        let mut args: Vec<Value> = vec![
            (&self.id).into(),
            self.claim.into(),
            self.shared.lease_owner.as_str().into(),
        ];
        args.extend(more);
        Ok(tx.execute(&sql, &args).await? > 0)
    }
}

/// Progress beyond what a `BIGINT` holds is as good as its limit.
fn clamped(value: u64) -> Value {
    Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_its_limit() {
        let check = |attempt, seconds| assert_eq!(backoff(attempt), Duration::from_secs(seconds));
        check(0, 1);
        check(1, 1);
        check(2, 2);
        check(3, 4);
        check(9, 256);
        check(10, 300);
        check(u32::MAX, 300);
    }
}
