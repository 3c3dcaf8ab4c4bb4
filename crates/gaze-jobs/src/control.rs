//! Cancelling jobs, and forgetting old ones.

use gaze_sql::SqlError;

use crate::Jobs;

const CANCEL: &str = "UPDATE job SET cancel_requested = 1, \
     due_at = CASE WHEN state = 'queued' THEN $2 ELSE due_at END, \
     class = CASE WHEN state = 'queued' THEN 'quick' ELSE class END \
     WHERE id = $1 AND finished_at IS NULL";

impl Jobs {
    /// Asks to cancel the job. `true` if it was unfinished; it may yet succeed. A queued job is
    /// claimed at once and rolled back, by the workers of quick jobs, since those of its own class
    /// may be busy for hours; a running one is told through its token, at once in this
    /// process and with the next heartbeat in another.
    pub async fn cancel(&self, id: &str) -> Result<bool, SqlError> {
        let (shared, job) = (self.shared.clone(), id.to_owned());
        self.shared
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let args = [(&job).into(), shared.now().into()];
                    if tx.execute(CANCEL, &args).await? == 0 {
                        return Ok(false);
                    }
                    tx.on_commit(Box::new(move || {
                        if let Some(live) = shared.registry.get(&job) {
                            live.cancel();
                        }
                        shared.wake_all();
                    }));
                    Ok(true)
                })
            })
            .await
    }

    /// Deletes the jobs that were finished before that time; returns how many.
    pub async fn purge_finished(&self, before_micros: i64) -> Result<u64, SqlError> {
        self.shared
            .db
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute(
                        "DELETE FROM job WHERE finished_at < $1",
                        &[before_micros.into()],
                    )
                    .await
                })
            })
            .await
    }
}
