//! What a handler is, and what it is given.

use std::fmt::Debug;
use std::time::Duration;

use gaze_sql::{BoxFuture, SqlError, Tx};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::Job;
use crate::lease::{End, Lease};

/// Does the jobs of one kind. Both methods may run twice for one job, the second time after the
/// first was cut off at any point.
pub trait Handler: Send + Sync + Debug {
    /// The kind of the jobs it does.
    fn kind(&self) -> &'static str;

    /// Does the job. Before it returns `Ok` it must have called [`Ctx::succeed`] in its last
    /// transaction, and that must have committed. When [`Ctx::cancel_token`] fires it should
    /// return any [`Failure`] soon. A panic counts as [`Failure::Fatal`].
    fn run<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Failure>>;

    /// Undoes what was done, which may be nothing. Before it returns `Ok` it must have called
    /// [`Ctx::fail`] or [`Ctx::cancelled_in`] in its last transaction, and that must have
    /// committed. Any failure has it run again later.
    ///
    /// `error` is that of the failed attempt; `{"kind":"interrupted"}` when the process died
    /// during the last attempt or during an inline job; `{"kind":"cancelled"}` when the job was
    /// cancelled while it was queued.
    fn rollback<'a>(&'a self, ctx: &'a Ctx, error: &'a Value)
    -> BoxFuture<'a, Result<(), Failure>>;
}

/// Why a handler did not do its job.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// Another attempt may succeed: it is made after a pause, unless this was the last one.
    Retry {
        /// What [`Handler::rollback`] and the readers of the job are told.
        error: Value,
    },
    /// As `Retry`, after a pause of the handler's choice.
    RetryAfter {
        /// What [`Handler::rollback`] and the readers of the job are told.
        error: Value,
        /// How long to wait.
        pause: Duration,
    },
    /// No attempt will succeed: the job is rolled back.
    Fatal {
        /// What [`Handler::rollback`] and the readers of the job are told.
        error: Value,
    },
}

/// One run of a handler: the job, and the handler's hold on it. Clones are the same run.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// The job, as it was when it was claimed.
    pub job: Job,
    pub(crate) lease: Lease,
    pub(crate) token: CancellationToken,
}

impl Ctx {
    /// Says how far the job is, in units of the handler's choice. Cheap: seen at once in this
    /// process, written to the database once a second at most.
    pub fn progress(&self, done: u64, total: Option<u64>) {
        self.lease.live.set_progress(done, total);
    }

    /// Says what the job is doing; as cheap as [`Ctx::progress`].
    pub fn stage(&self, stage: &str) {
        self.lease.live.set_stage(stage);
    }

    /// Fires on a request to cancel, when the lease is lost, and on shutdown. During a rollback
    /// a request to cancel does not fire it.
    pub fn cancel_token(&self) -> CancellationToken {
        self.token.clone()
    }

    /// Whether somebody asked to cancel the job, as far as this process knows.
    pub fn cancel_requested(&self) -> bool {
        self.lease.live.cancel_requested()
    }

    /// Records in the transaction that the job is done, with its result.
    ///
    /// Answers [`SqlError::Conflict`] if the lease is lost; the transaction must then not commit,
    /// so the body must pass the error on.
    pub async fn succeed(&self, tx: &mut Tx, result: Value) -> Result<(), SqlError> {
        self.lease.finish(tx, End::Succeeded(result)).await
    }

    /// Records in the transaction that the job has failed and is rolled back; cancelled, if that
    /// was requested. Errors as for [`Ctx::succeed`].
    pub async fn fail(&self, tx: &mut Tx, error: Value) -> Result<(), SqlError> {
        self.lease.finish(tx, End::Failed(error)).await
    }

    /// Records in the transaction that the job was cancelled and is rolled back, with the error
    /// `{"kind":"cancelled"}`. Errors as for [`Ctx::succeed`].
    pub async fn cancelled_in(&self, tx: &mut Tx) -> Result<(), SqlError> {
        self.lease
            .finish(tx, End::Cancelled(serde_json::json!({"kind": "cancelled"})))
            .await
    }
}
