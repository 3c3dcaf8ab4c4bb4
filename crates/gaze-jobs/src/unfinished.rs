//! What is being done, and on what: asked with every list of those who show it.

use std::sync::{Arc, Mutex, PoisonError};

use gaze_sql::{Db, SqlError, Value, Watch};

use crate::job::COLUMNS;
use crate::read::placeholders;
use crate::{Job, Jobs};

/// Jobs that are kept to be looked through. Mostly there is none.
const FEW: usize = 16;

/// The unfinished jobs, if they are few, until the table changes.
#[derive(Debug)]
pub(crate) struct Unfinished {
    watch: Watch,
    kept: Mutex<Option<Kept>>,
}

#[derive(Clone, Debug)]
struct Kept {
    /// What the watch said before they were read.
    changes: u64,
    /// The oldest first; `None` if there are more than a few.
    few: Option<Arc<[Job]>>,
}

impl Unfinished {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            watch: db.watch(&["job"]),
            kept: Mutex::default(),
        }
    }
}

impl Jobs {
    /// The unfinished jobs on any of these subjects, the oldest first, with live progress as
    /// [`Jobs::find`]: no statement as long as no job has changed, unless there are many.
    pub async fn unfinished_of(&self, subjects: &[String]) -> Result<Vec<Job>, SqlError> {
        let Some(last) = subjects.last() else {
            return Ok(Vec::new());
        };
        if let Some(few) = self.few_unfinished().await? {
            let of_these = few.iter().filter(|job| subjects.contains(&job.subject));
            let mut jobs: Vec<Job> = of_these.cloned().collect();
            for job in &mut jobs {
                self.shared.registry.refresh(job);
            }
            return Ok(jobs);
        }
        // Padded, so that there are few texts of the statement to be prepared.
        let places = subjects.len().next_power_of_two();
        let args: Vec<Value> = subjects
            .iter()
            .chain(std::iter::repeat(last))
            .take(places)
            .map(Value::from)
            .collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM job WHERE finished_at IS NULL AND subject IN ({}) \
             ORDER BY created_at, id",
            placeholders(1, places)
        );
        self.select(&sql, &args).await
    }

    async fn few_unfinished(&self) -> Result<Option<Arc<[Job]>>, SqlError> {
        let unfinished = &self.shared.unfinished;
        // Before they are read: a change in between makes them stale, never the reverse.
        let changes = unfinished.watch.changes().await?;
        let kept = || {
            unfinished
                .kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(kept) = kept().as_ref().filter(|kept| kept.changes == changes) {
            return Ok(kept.few.clone());
        }
        // Not in order: that would be walked past all finished ones.
        let sql = format!("SELECT {COLUMNS} FROM job WHERE finished_at IS NULL LIMIT $1");
        let limit = i64::try_from(FEW).unwrap_or(i64::MAX) + 1;
        let mut jobs = self.select(&sql, &[limit.into()]).await?;
        jobs.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let few = (jobs.len() <= FEW).then(|| Arc::from(jobs));
        let mut kept = kept();
        // What another has read after a later change stays.
        if kept.as_ref().is_none_or(|kept| kept.changes <= changes) {
            *kept = Some(Kept {
                changes,
                few: few.clone(),
            });
        }
        Ok(few)
    }
}
