//! New jobs.

use std::time::Duration;

use gaze_sql::{SqlError, Tx};
use serde_json::Value;

use crate::{Class, Jobs, State};

/// A job to be.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    /// Names it among all jobs.
    pub id: String,
    /// Which handler runs it, or rolls it back if it is an inline one.
    pub kind: &'static str,
    /// Which workers it waits for.
    pub class: Class,
    /// What the handler needs to know.
    pub payload: Value,
    /// The id of what it works on.
    pub subject: String,
    /// The id of whom it belongs to.
    pub owner: String,
    /// How often a handler may start it; at least 1.
    pub max_attempts: u32,
    /// How long it has to wait at first.
    pub delay: Duration,
}

/// Why a job was not enqueued.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EnqueueError {
    /// There is a job of that id. The transaction goes on, without this one.
    #[error("there already is a job {id}")]
    Duplicate {
        /// The id.
        id: String,
    },
    /// The database refused.
    #[error(transparent)]
    Sql(#[from] SqlError),
}

const INSERT: &str = "INSERT INTO job (id, kind, class, is_inline, payload, subject, owner, \
     state, attempt, max_attempts, rollbacks, progress_done, stage, cancel_requested, due_at, \
     claim, lease_owner, created_at, started_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, '', 0, $11, $12, $13, $14, $15) \
     ON CONFLICT (id) DO NOTHING";

impl Jobs {
    /// Inserts a queued job in the caller's transaction: it exists if and when that commits, and
    /// the runner of this process is told so.
    pub async fn enqueue(&self, tx: &mut Tx, new: NewJob) -> Result<(), EnqueueError> {
        let class = new.class;
        let due_at = self.shared.after(new.delay);
        let row = Insert {
            new,
            is_inline: false,
            state: State::Queued,
            claim: 0,
            due_at,
        };
        self.insert(tx, row).await?;
        let shared = self.shared.clone();
        tx.on_commit(Box::new(move || shared.due(class).notify_one()));
        Ok(())
    }

    /// Inserts a job that the caller does itself, already running under this process's lease.
    /// The delay is ignored. After the commit, take [`Jobs::inline`]: without it the job is
    /// rolled back when the lease has run out.
    pub async fn begin_inline(&self, tx: &mut Tx, new: NewJob) -> Result<(), EnqueueError> {
        let due_at = self.shared.after(self.shared.options.lease);
        let row = Insert {
            new,
            is_inline: true,
            state: State::Running,
            claim: INLINE_CLAIM,
            due_at,
        };
        self.insert(tx, row).await
    }

    async fn insert(&self, tx: &mut Tx, row: Insert) -> Result<(), EnqueueError> {
        let now = self.shared.now();
        let Insert {
            new,
            is_inline,
            state,
            claim,
            due_at,
        } = row;
        let lease_owner = if is_inline {
            self.shared.lease_owner.as_str()
        } else {
            ""
        };
        let args = [
            (&new.id).into(),
            new.kind.into(),
            new.class.as_str().into(),
            is_inline.into(),
            new.payload.to_string().into(),
            new.subject.into(),
            new.owner.into(),
            state.as_str().into(),
            claim.into(),
            new.max_attempts.max(1).into(),
            due_at.into(),
            claim.into(),
            lease_owner.into(),
            now.into(),
            is_inline.then_some(now).into(),
        ];
        match tx.execute(INSERT, &args).await? {
            0 => Err(EnqueueError::Duplicate { id: new.id }),
            _ => Ok(()),
        }
    }
}

/// The claim under which an inline job begins, and its attempt.
pub(crate) const INLINE_CLAIM: i64 = 1;

struct Insert {
    new: NewJob,
    is_inline: bool,
    state: State,
    claim: i64,
    due_at: i64,
}
