//! Work that the calling request does itself, seen by others as a job.

use std::sync::Arc;

use gaze_sql::{SqlError, Tx};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::Jobs;
use crate::enqueue::INLINE_CLAIM;
use crate::keeper::{Afterwards, Keeper};
use crate::lease::{End, Lease};
use crate::live::{Live, Progress};

/// Keeps an inline job alive. Dropped before [`InlineJob::succeed`] or [`InlineJob::fail`] has
/// committed, it leaves the job to [`crate::Handler::rollback`] with the error
/// `{"kind":"interrupted"}`; [`crate::Handler::run`] is never called for it.
#[derive(Debug)]
pub struct InlineJob {
    lease: Lease,
    _keeper: Keeper,
}

impl Jobs {
    /// The guard of a job that [`Jobs::begin_inline`] of this process has inserted and whose
    /// transaction has committed. To be called once a job, inside a tokio runtime.
    pub fn inline(&self, id: &str) -> InlineJob {
        let live = Arc::new(Live::new(CancellationToken::new(), Progress::default()));
        self.shared.registry.insert(id, &live);
        let lease = Lease {
            shared: self.shared.clone(),
            live,
            id: id.to_owned(),
            claim: INLINE_CLAIM,
        };
        let (keeper, work) = Keeper::new(lease.clone(), Afterwards::Release);
        tokio::spawn(work);
        InlineJob {
            lease,
            _keeper: keeper,
        }
    }
}

impl InlineJob {
    /// The id of the job.
    pub fn id(&self) -> &str {
        &self.lease.id
    }

    /// Says how far the work is; as cheap as [`crate::Ctx::progress`].
    pub fn progress(&self, done: u64, total: Option<u64>) {
        self.lease.live.set_progress(done, total);
    }

    /// Says what the work is doing; as cheap as [`InlineJob::progress`].
    pub fn stage(&self, stage: &str) {
        self.lease.live.set_stage(stage);
    }

    /// Fires on a request to cancel and when the lease is lost.
    pub fn cancel_token(&self) -> CancellationToken {
        self.lease.live.work.clone()
    }

    /// Whether somebody asked to cancel the job, as far as this process knows.
    pub fn cancel_requested(&self) -> bool {
        self.lease.live.cancel_requested()
    }

    /// Records in the transaction that the work is done. Errors as for [`crate::Ctx::succeed`].
    pub async fn succeed(&self, tx: &mut Tx, result: Value) -> Result<(), SqlError> {
        self.lease.finish(tx, End::Succeeded(result)).await
    }

    /// Records in the transaction that the work has failed and is undone; cancelled, if that was
    /// requested. Errors as for [`crate::Ctx::succeed`].
    pub async fn fail(&self, tx: &mut Tx, error: Value) -> Result<(), SqlError> {
        self.lease.finish(tx, End::Failed(error)).await
    }
}
