//! PostgreSQL through a pool of connections.

pub(crate) mod changes;
mod connection;
mod durable;
mod errors;
mod pool;
mod transaction;
mod values;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

use crate::tx::run_on_commit;
use crate::{Row, SqlError, Tx, Value, Watch};
use changes::Changes;
use connection::MOST_AT_ONCE;
use durable::Durable;
use pool::Pool;
pub(crate) use transaction::OpenTransaction;

/// READ COMMITTED: each statement sees what was committed before it began
/// (<https://www.postgresql.org/docs/15/transaction-iso.html>).
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// The commit gives its locks back before it is durable, which is then waited for
/// (<https://www.postgresql.org/docs/15/wal-async-commit.html>).
const BEGIN_CONTENDED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL synchronous_commit = off";

/// Contended transactions that run at once. In the server each that waits for the row costs all the
/// others, and holds a connection; here it costs nothing.
const CONTENDING: usize = 3;

/// How a transaction is begun and ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Nobody sees it before it is durable.
    Plain,
    /// Others see it, and get its locks, a moment before it is durable.
    Contended,
}

pub(crate) struct Postgres {
    /// Apart from the writers', so that writes that wait for one another or for the disk leave
    /// reads alone.
    readers: Arc<Pool>,
    writers: Arc<Pool>,
    changes: Arc<Changes>,
    durable: Durable,
    contending: Semaphore,
}

impl Postgres {
    /// Of the connections a third reads, one looks for changes, one waits for the disk, and the
    /// others write: a writer holds its connection for as long as the disk takes.
    pub(crate) async fn open(url: &str, max_connections: usize) -> Result<Postgres, SqlError> {
        let config = url
            .parse::<tokio_postgres::Config>()
            .map_err(SqlError::unavailable("reading the PostgreSQL URL"))?;
        let reading = (max_connections / 3).max(1);
        let writing = max_connections.saturating_sub(reading + 2).max(1);
        let postgres = Postgres {
            readers: Pool::new(config.clone(), reading),
            writers: Pool::new(config.clone(), writing),
            changes: Arc::new(Changes::new(config.clone())),
            durable: Durable::new(config),
            contending: Semaphore::new(CONTENDING),
        };
        drop(postgres.readers.get().await?);
        Ok(postgres)
    }

    pub(crate) async fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>, SqlError> {
        let lent = self.readers.get().await?;
        let read = lent.connection()?.query(sql, args).await;
        if matches!(read, Err(SqlError::Unavailable { .. })) {
            // Perhaps the server was started again since the connection was last used.
            lent.close();
            return self
                .readers
                .get()
                .await?
                .connection()?
                .query(sql, args)
                .await;
        }
        read
    }

    pub(crate) async fn query_all(
        &self,
        statements: &[(&str, &[Value])],
    ) -> Result<Vec<Vec<Row>>, SqlError> {
        let lent = self.readers.get().await?;
        let connection = lent.connection()?;
        let mut ready = Vec::with_capacity(statements.len());
        for (sql, args) in statements {
            ready.push(connection.ready(sql, args).await?);
        }
        let mut all = Vec::with_capacity(statements.len());
        for some in ready.chunks(MOST_AT_ONCE) {
            for outcome in connection.run_all(some).await {
                all.push(outcome?.rows);
            }
        }
        Ok(all)
    }

    /// The plan that every call gets, whatever its arguments are: so they are left out.
    pub(crate) async fn explain(&self, sql: &str, args: &[Value]) -> Result<Vec<String>, SqlError> {
        let mut open = OpenTransaction::new(self.readers.get().await?, "BEGIN");
        open.batch("SET LOCAL enable_seqscan = off").await?;
        open.batch(&format!("PREPARE explained AS {sql}")).await?;
        let nothing = vec!["NULL"; args.len()].join(", ");
        let execute = match args {
            [] => "EXPLAIN EXECUTE explained".to_owned(),
            _ => format!("EXPLAIN EXECUTE explained ({nothing})"),
        };
        let rows = open.query(&execute, &[]).await?;
        open.batch("DEALLOCATE explained").await?;
        open.roll_back().await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    pub(crate) async fn write<T, E, F>(
        &self,
        statements: Arc<AtomicU64>,
        manner: Manner,
        body: F,
    ) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let begin = match manner {
            Manner::Plain => BEGIN_WRITE,
            Manner::Contended => BEGIN_CONTENDED,
        };
        let turn = match manner {
            Manner::Plain => None,
            Manner::Contended => {
                let turn = self.contending.acquire().await;
                Some(turn.map_err(|_closed| SqlError::Closed)?)
            }
        };
        let open = OpenTransaction::new(self.writers.get().await?, begin);
        let mut tx = Tx::postgres(open, statements);
        // After a panic nothing of the body is used again: the transaction is rolled back.
        let body = AssertUnwindSafe(async { body(&mut tx).await })
            .catch_unwind()
            .await;
        let outcome = match body {
            Ok(Ok(_)) if tx.has_failed() => Err(SqlError::Aborted.into()),
            Ok(outcome) => outcome,
            Err(panic) => Err(SqlError::panicked(&*panic).into()),
        };
        let on_commit = tx.take_on_commit();
        let Some(open) = tx.into_postgres() else {
            return outcome;
        };
        match outcome {
            Ok(value) => {
                open.end("COMMIT").await?;
                drop(turn);
                if manner == Manner::Contended {
                    self.durable.wait().await?;
                }
                run_on_commit(on_commit);
                Ok(value)
            }
            Err(error) => {
                // The connection was closed if this fails, which rolls back as well; the
                // body's own error is what the caller has to know.
                if let Err(error) = open.roll_back().await {
                    tracing::warn!(?error, "rolling back on PostgreSQL");
                }
                Err(error)
            }
        }
    }

    pub(crate) fn watch(&self, tables: &'static [&'static str]) -> Watch {
        let changes = Arc::clone(&self.changes);
        self.changes.watches.watch(tables, Some(changes))
    }

    pub(crate) async fn close(&self) {
        self.readers.close();
        self.writers.close();
        self.changes.close().await;
        self.durable.close().await;
    }
}
