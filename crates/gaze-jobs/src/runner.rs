//! Claiming due jobs and handing them to their handlers.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gaze_sql::{Kind, SqlError, Value};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::execute::{Claimed, Execution};
use crate::fair;
use crate::job::{COLUMNS, WIDTH, json};
use crate::jobs::Shared;
use crate::read::placeholders;
use crate::{Class, Handler, Job, Jobs};

/// How long [`Runner::stop`] waits, after its deadline, for jobs to be given back.
const GIVE_BACK: Duration = Duration::from_secs(5);

/// Runs jobs. Dropped without [`Runner::stop`], it goes on until the runtime ends.
#[derive(Debug)]
pub struct Runner {
    tracker: TaskTracker,
    shutdown: CancellationToken,
    abort: CancellationToken,
}

impl Jobs {
    /// Starts to run the jobs of these handlers' kinds; jobs of other kinds are left alone.
    ///
    /// On SQLite, which one process uses at a time, the leases of earlier processes are void:
    /// their jobs are claimed at once.
    pub async fn run(&self, handlers: Vec<Arc<dyn Handler>>) -> Result<Runner, SqlError> {
        if self.shared.db.kind() == Kind::Sqlite {
            self.void_leases().await?;
        }
        let runner = Runner {
            tracker: TaskTracker::new(),
            shutdown: CancellationToken::new(),
            abort: CancellationToken::new(),
        };
        let handlers: HashMap<&'static str, Arc<dyn Handler>> = handlers
            .into_iter()
            .map(|handler| (handler.kind(), handler))
            .collect();
        if handlers.is_empty() {
            return Ok(runner);
        }
        let handlers = Arc::new(handlers);
        for class in Class::ALL {
            let options = &self.shared.options;
            let slots = match class {
                Class::Transfer => options.transfers,
                Class::Quick => options.quick,
                Class::Notice => options.notices,
            };
            let dispatcher = Dispatcher {
                shared: self.shared.clone(),
                class,
                slots: Arc::new(Semaphore::new(slots.clamp(1, Semaphore::MAX_PERMITS))),
                handlers: Arc::clone(&handlers),
                tracker: runner.tracker.clone(),
                shutdown: runner.shutdown.clone(),
                abort: runner.abort.clone(),
                last: String::new(),
            };
            runner.tracker.spawn(dispatcher.run());
        }
        Ok(runner)
    }

    async fn void_leases(&self) -> Result<(), SqlError> {
        let owner = self.shared.lease_owner.clone();
        self.shared
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "UPDATE job SET due_at = 0 WHERE finished_at IS NULL \
                               AND state = 'running' AND lease_owner <> $1";
                    tx.execute(sql, &[owner.into()]).await.map(drop)
                })
            })
            .await
    }
}

impl Runner {
    /// Stops: claims nothing more, fires the tokens, waits for the handlers until the deadline,
    /// and cuts off those that then still run. Jobs that are not finished are queued again, the
    /// attempt not counted.
    pub async fn stop(self, deadline: Duration) {
        self.shutdown.cancel();
        self.tracker.close();
        if tokio::time::timeout(deadline, self.tracker.wait())
            .await
            .is_ok()
        {
            return;
        }
        self.abort.cancel();
        if tokio::time::timeout(GIVE_BACK, self.tracker.wait())
            .await
            .is_err()
        {
            tracing::warn!("some jobs could not be given back; their leases will run out");
        }
    }
}

/// Claims the jobs of one class.
struct Dispatcher {
    shared: Arc<Shared>,
    class: Class,
    slots: Arc<Semaphore>,
    handlers: Arc<HashMap<&'static str, Arc<dyn Handler>>>,
    tracker: TaskTracker,
    shutdown: CancellationToken,
    abort: CancellationToken,
    /// The owner that had its turn last.
    last: String,
}

impl Dispatcher {
    async fn run(mut self) {
        let shutdown = self.shutdown.clone();
        while let Some(Ok(slot)) = shutdown
            .run_until_cancelled(Arc::clone(&self.slots).acquire_owned())
            .await
        {
            match self.claim().await {
                Ok(Some((handler, claimed))) => {
                    let execution = Execution {
                        shared: self.shared.clone(),
                        handler,
                        tracker: self.tracker.clone(),
                        shutdown: self.shutdown.clone(),
                        abort: self.abort.clone(),
                    };
                    self.tracker.spawn(async move {
                        execution.run(claimed).await;
                        drop(slot);
                    });
                    continue;
                }
                Ok(None) => {}
                Err(error) => tracing::error!(?error, "claiming a job"),
            }
            drop(slot);
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.shared.due(self.class).notified() => {}
                () = tokio::time::sleep(self.shared.options.poll) => {}
            }
        }
    }

    async fn claim(&mut self) -> Result<Option<(Arc<dyn Handler>, Claimed)>, SqlError> {
        let kinds = self.handlers.len();
        let mut due = vec![Value::from(self.class.as_str()), self.shared.now().into()];
        due.extend(self.handlers.keys().map(|kind| Value::from(*kind)));
        let of_kinds = format!("kind IN ({})", placeholders(3, kinds));
        // Idle, only this read happens, and no write stands in the way of others.
        let peek = fair::next_owner(&of_kinds, kinds + 3);
        let mut args = due.clone();
        args.push(self.last.as_str().into());
        let Some(row) = self.shared.db.query_opt(&peek, &args).await? else {
            return Ok(None);
        };
        let filter = format!(
            "class = $1 AND finished_at IS NULL AND due_at <= $2 AND {of_kinds} AND owner = ${}",
            kinds + 5
        );
        let sql = claim_statement(&filter, kinds, self.shared.db.kind());
        let mut args = due;
        args.push(self.shared.lease_owner.as_str().into());
        args.push(self.shared.after(self.shared.options.lease).into());
        self.last = row.text(0)?;
        args.push(self.last.as_str().into());
        let row = self
            .shared
            .db
            .write(move |tx| Box::pin(async move { tx.query_opt(&sql, &args).await }))
            .await?;
        let Some(row) = row else { return Ok(None) };
        let claimed = Claimed {
            job: Job::read(&row)?,
            cause: json(&row, WIDTH)?,
            claim: row.int(WIDTH + 1)?,
            rollbacks: row.int(WIDTH + 2)?,
        };
        let handler = self.handlers.get(claimed.job.kind.as_str()).cloned();
        Ok(handler.map(|handler| (handler, claimed)))
    }
}

/// Takes the job of that owner that is due first. What was cancelled, is inline or has used up its attempts is
/// to be rolled back; the rest begins another attempt.
fn claim_statement(filter: &str, kinds: usize, kind: Kind) -> String {
    let lock = match kind {
        Kind::Sqlite => "",
        Kind::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    let owner = kinds + 3;
    let until = kinds + 4;
    format!(
        r#"UPDATE job SET state = 'running', claim = claim + 1, lease_owner = ${owner},
            due_at = ${until}, started_at = COALESCE(started_at, $2),
            cause = COALESCE(cause, CASE
                WHEN cancel_requested = 1 THEN '{{"kind":"cancelled"}}'
                WHEN is_inline = 1 OR attempt >= max_attempts THEN '{{"kind":"interrupted"}}'
                END),
            attempt = CASE
                WHEN cause IS NULL AND cancel_requested = 0 AND is_inline = 0
                    AND attempt < max_attempts THEN attempt + 1
                ELSE attempt END
        WHERE id = (SELECT id FROM job WHERE {filter} ORDER BY due_at, id LIMIT 1 {lock})
        RETURNING {COLUMNS}, cause, claim, rollbacks"#
    )
}
