//! The one thread that writes to SQLite, and its group commit.
//!
//! A durable commit costs an fsync, so all transactions that are queued when the thread comes
//! round share one: `BEGIN IMMEDIATE`, each body in a savepoint of its own, `COMMIT`. A body
//! that fails takes back only its own changes. Nobody is answered before the commit; when it
//! fails, everybody whose body had succeeded is told so.

use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_util::future::BoxFuture;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::tx::run_on_commit;
use crate::watch::Watches;
use crate::{SqlError, Tx};

/// Transactions that may share one commit. More would only make the first wait longer.
const MAX_BATCH: usize = 128;

/// Transactions that may wait for the thread; beyond, [`Writer::write`] waits to hand its over.
const QUEUE: usize = 1024;

#[derive(Debug)]
pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Writer {
    /// Starts the thread, which owns the connection and the lock file until it ends.
    pub(super) fn start(
        connection: Connection,
        lock: File,
        statements: Arc<AtomicU64>,
        watches: Arc<Watches>,
    ) -> Result<Writer, SqlError> {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let (end, ended) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("gaze-sql-writer".to_owned())
            .spawn(move || {
                run(connection, jobs, &statements, &watches);
                drop(lock);
                drop(end);
            })
            .map_err(SqlError::unavailable("starting the writer thread"))?;
        Ok(Writer {
            queue: Mutex::new(Some(queue)),
            ended: Mutex::new(Some(ended)),
        })
    }

    pub(super) async fn write<T, E, F>(&self, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let queue = self
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let queue = queue.ok_or(SqlError::Closed)?;
        let (reply, answer) = oneshot::channel();
        let job = Transaction {
            body: Some(body),
            outcome: None,
            reply,
        };
        queue
            .send(Box::new(job))
            .await
            .map_err(|_unsent| SqlError::Closed)?;
        drop(queue);
        answer
            .await
            .unwrap_or_else(|_thread_ended| Err(SqlError::Closed.into()))
    }

    /// Takes no more transactions and waits until those already queued are answered and the
    /// connection is closed.
    pub(super) async fn close(&self) {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let ended = self
            .ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(ended) = ended {
            // The sender is dropped, never used: an error is the news that the thread is done.
            drop(ended.await);
        }
    }
}

/// A queued transaction, its types erased.
trait Job: Send {
    /// Runs the body. `true` if it wants its changes committed.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Answers the caller: with `failure` in place of a success, or with the body's own outcome.
    fn reply(self: Box<Self>, failure: Option<SqlError>);
}

impl std::fmt::Debug for dyn Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Job")
    }
}

struct Transaction<T, E, F> {
    body: Option<F>,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Transaction<T, E, F>
where
    F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send,
    T: Send,
    E: From<SqlError> + Send,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        let Some(body) = self.body.take() else {
            return false;
        };
        // After a panic only the connection is used again, and its savepoint is rolled back.
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| {
            body(tx)
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
        }));
        let outcome = match polled {
            Ok(Poll::Ready(Ok(_))) if tx.has_failed() => Err(SqlError::Aborted.into()),
            Ok(Poll::Ready(outcome)) => outcome,
            Ok(Poll::Pending) => Err(SqlError::BodyPending.into()),
            Err(panic) => Err(SqlError::panicked(&*panic).into()),
        };
        let commit = outcome.is_ok();
        self.outcome = Some(outcome);
        commit
    }

    fn reply(self: Box<Self>, failure: Option<SqlError>) {
        let outcome = match (self.outcome, failure) {
            (Some(Err(error)), _) => Err(error),
            (_, Some(failure)) => Err(failure.into()),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(SqlError::Closed.into()),
        };
        // The caller may have stopped waiting; the transaction stands all the same.
        drop(self.reply.send(outcome));
    }
}

fn run(
    mut connection: Connection,
    mut queue: mpsc::Receiver<Box<dyn Job>>,
    statements: &Arc<AtomicU64>,
    watches: &Watches,
) {
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < MAX_BATCH
            && let Ok(next) = queue.try_recv()
        {
            batch.push(next);
        }
        let Some(back) = run_batch(connection, batch, statements, watches) else {
            return;
        };
        connection = back;
    }
    if let Err((_connection, error)) = connection.close() {
        tracing::warn!(%error, "closing the SQLite file");
    }
}

/// Runs the batch and answers all of it. Gives the connection back.
fn run_batch(
    mut connection: Connection,
    mut batch: Vec<Box<dyn Job>>,
    statements: &Arc<AtomicU64>,
    watches: &Watches,
) -> Option<Connection> {
    let mut on_commit = Vec::new();
    let mut failure = control(&connection, "BEGIN IMMEDIATE").err();
    for job in &mut batch {
        if failure.is_some() {
            break;
        }
        failure = control(&connection, "SAVEPOINT body").err();
        if failure.is_some() {
            break;
        }
        let mut tx = Tx::sqlite(connection, Arc::clone(statements));
        let keep = job.run(&mut tx);
        let mut actions = tx.take_on_commit();
        connection = tx.into_sqlite()?;
        let ended = if keep {
            on_commit.append(&mut actions);
            control(&connection, "RELEASE body")
        } else {
            control(&connection, "ROLLBACK TO body")
                .and_then(|()| control(&connection, "RELEASE body"))
        };
        // On a full disk or an I/O error SQLite may have rolled back the whole transaction by
        // itself; then the savepoint is unknown and the earlier bodies are lost as well.
        failure = ended.err();
    }
    if failure.is_none() {
        failure = control(&connection, "COMMIT").err();
    }
    // Also after a failure, since a commit that fails may have been written all the same.
    watches.tell();
    match &failure {
        None => run_on_commit(on_commit),
        Some(error) => {
            tracing::error!(?error, transactions = batch.len(), "a group commit failed");
            if !connection.is_autocommit()
                && let Err(error) = control(&connection, "ROLLBACK")
            {
                tracing::error!(?error, "rolling back a failed group commit");
            }
        }
    }
    for job in batch {
        job.reply(failure.clone());
    }
    Some(connection)
}

fn control(connection: &Connection, sql: &str) -> Result<(), SqlError> {
    let run = || connection.prepare_cached(sql)?.execute([]).map(drop);
    run().map_err(|error| match super::statement_error(sql, error) {
        SqlError::Statement { source, .. } => SqlError::Unavailable {
            doing: "controlling a group commit",
            source,
        },
        other => other,
    })
}
