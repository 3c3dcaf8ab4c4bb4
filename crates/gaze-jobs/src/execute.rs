//! One claim of a job, from its start to its outcome.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use gaze_sql::SqlError;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::jobs::Shared;
use crate::keeper::{Afterwards, Keeper};
use crate::lease::{Lease, backoff};
use crate::live::{Live, Progress};
use crate::{Ctx, Failure, Handler, Job};

/// A job that this process has claimed.
pub(crate) struct Claimed {
    pub(crate) job: Job,
    /// Why it is to be rolled back, if it is.
    pub(crate) cause: Option<Value>,
    pub(crate) claim: i64,
    /// How many rollbacks have failed.
    pub(crate) rollbacks: i64,
}

pub(crate) struct Execution {
    pub(crate) shared: Arc<Shared>,
    pub(crate) handler: Arc<dyn Handler>,
    pub(crate) tracker: TaskTracker,
    pub(crate) shutdown: CancellationToken,
    pub(crate) abort: CancellationToken,
}

/// How a call of the handler ended.
enum Ended {
    Returned,
    Failed(Failure),
    /// Cut off by the end of the runner.
    Aborted,
}

impl Execution {
    pub(crate) async fn run(&self, claimed: Claimed) {
        let job = &claimed.job;
        let progress = Progress {
            done: job.progress_done,
            total: job.progress_total,
            stage: job.stage.clone(),
        };
        let live = Arc::new(Live::new(self.shutdown.child_token(), progress));
        if job.cancel_requested {
            live.cancel();
        }
        let id = job.id.clone();
        self.shared.registry.insert(&id, &live);
        let lease = Lease {
            shared: self.shared.clone(),
            live,
            id: id.clone(),
            claim: claimed.claim,
        };
        let (keeper, work) = Keeper::new(lease.clone(), Afterwards::Leave);
        self.tracker.spawn(work);
        if let Err(error) = self.carry_out(&lease, claimed).await {
            // The lease runs out, and then the job is claimed again.
            tracing::error!(?error, job = id, "recording what became of a job");
        }
        drop(keeper);
    }

    async fn carry_out(&self, lease: &Lease, claimed: Claimed) -> Result<(), SqlError> {
        let Claimed {
            job,
            cause,
            rollbacks,
            ..
        } = claimed;
        let cause = match cause {
            Some(cause) => cause,
            None => match self.attempt(lease, &job).await? {
                Some(cause) => cause,
                None => return Ok(()),
            },
        };
        self.roll_back(lease, job, &cause, rollbacks).await
    }

    /// Has the handler run. Returns why the job is now to be rolled back, if it is.
    async fn attempt(&self, lease: &Lease, job: &Job) -> Result<Option<Value>, SqlError> {
        let live = &lease.live;
        let ctx = Ctx {
            job: job.clone(),
            lease: lease.clone(),
            token: live.work.clone(),
        };
        let ended = self.supervise(async { self.handler.run(&ctx).await }).await;
        if live.is_finished() || live.is_lost() {
            return Ok(None);
        }
        let failure = match ended {
            Ended::Aborted => {
                lease.release().await?;
                return Ok(None);
            }
            Ended::Returned => unfinished(),
            Ended::Failed(failure) => failure,
        };
        // The shutdown's token may be why it failed; if not, it will fail again.
        if self.shutdown.is_cancelled() {
            lease.release().await?;
            return Ok(None);
        }
        let (cause, pause) = match failure {
            Failure::Retry { error } => (error, Some(backoff(job.attempt))),
            Failure::RetryAfter { error, pause } => (error, Some(pause)),
            Failure::Fatal { error } => (error, None),
        };
        if let Some(pause) = pause
            && job.attempt < job.max_attempts
            && !live.cancel_requested()
        {
            tracing::warn!(job = job.id, kind = job.kind, error = %cause, "a job is tried again");
            lease.retry(&cause, pause).await?;
            return Ok(None);
        }
        Ok(lease.doom(&cause).await?.then_some(cause))
    }

    async fn roll_back(
        &self,
        lease: &Lease,
        mut job: Job,
        cause: &Value,
        rollbacks: i64,
    ) -> Result<(), SqlError> {
        let live = &lease.live;
        job.cancel_requested = live.cancel_requested();
        let ctx = Ctx {
            job,
            lease: lease.clone(),
            token: live.base.clone(),
        };
        let ended = self
            .supervise(async { self.handler.rollback(&ctx, cause).await })
            .await;
        if live.is_finished() || live.is_lost() {
            return Ok(());
        }
        if self.shutdown.is_cancelled() {
            return lease.release().await.map(drop);
        }
        let failure = match ended {
            Ended::Failed(failure) => failure,
            Ended::Returned | Ended::Aborted => unfinished(),
        };
        tracing::error!(
            job = ctx.job.id,
            kind = ctx.job.kind,
            ?failure,
            "a rollback failed"
        );
        let failed = u32::try_from(rollbacks)
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        lease.retry_rollback(backoff(failed)).await.map(drop)
    }

    async fn supervise(&self, call: impl Future<Output = Result<(), Failure>>) -> Ended {
        // After a panic nothing of the call is used again.
        let call = AssertUnwindSafe(call).catch_unwind();
        match self.abort.run_until_cancelled(call).await {
            None => Ended::Aborted,
            Some(Ok(Ok(()))) => Ended::Returned,
            Some(Ok(Err(failure))) => Ended::Failed(failure),
            Some(Err(panic)) => {
                let message = panic_message(&*panic);
                tracing::error!(message, "a handler panicked");
                Ended::Failed(Failure::Fatal {
                    error: json!({"kind": "internal", "message": message}),
                })
            }
        }
    }
}

/// A handler returned `Ok` but the job is not finished: a mistake of the handler.
fn unfinished() -> Failure {
    let message = "the handler ended without finishing the job";
    Failure::Fatal {
        error: json!({"kind": "internal", "message": message}),
    }
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
