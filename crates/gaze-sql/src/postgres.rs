//! PostgreSQL through a pool of connections.

mod values;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{NoTls, Statement};

use crate::tx::run_on_commit;
use crate::{Row, SqlError, Tx, Value};

/// How long a caller waits for a free connection, and for a new one to be made.
const CONNECTION_WAIT: Duration = Duration::from_secs(10);

/// Runs on every new connection: what is not inside [`Postgres::write`] may only read, as on
/// SQLite.
const READ_ONLY: &str = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY";

/// READ COMMITTED: each statement sees what was committed before it began
/// (<https://www.postgresql.org/docs/15/transaction-iso.html>).
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

pub(crate) struct Postgres {
    pool: Pool,
}

impl Postgres {
    pub(crate) async fn open(url: &str, max_connections: usize) -> Result<Postgres, SqlError> {
        let config = url
            .parse::<tokio_postgres::Config>()
            .map_err(SqlError::unavailable("reading the PostgreSQL URL"))?;
        let recycling_method = RecyclingMethod::Fast;
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method });
        let pool = Pool::builder(manager)
            .max_size(max_connections.max(1))
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(CONNECTION_WAIT))
            .create_timeout(Some(CONNECTION_WAIT))
            .post_create(Hook::async_fn(|client, _metrics| {
                Box::pin(async move {
                    client
                        .batch_execute(READ_ONLY)
                        .await
                        .map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(SqlError::unavailable("building the PostgreSQL pool"))?;
        let postgres = Postgres { pool };
        drop(postgres.client().await?);
        Ok(postgres)
    }

    async fn client(&self) -> Result<Object, SqlError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Closed => SqlError::Closed,
            other => SqlError::unavailable("getting a PostgreSQL connection")(other),
        })
    }

    pub(crate) async fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>, SqlError> {
        query(&self.client().await?, sql, args).await
    }

    pub(crate) async fn explain(&self, sql: &str, args: &[Value]) -> Result<Vec<String>, SqlError> {
        let mut open = OpenTransaction::begin(self.client().await?, "BEGIN").await?;
        open.batch("SET LOCAL enable_seqscan = off").await?;
        let rows = open.query(&format!("EXPLAIN {sql}"), args).await?;
        open.end("ROLLBACK").await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    pub(crate) async fn write<T, E, F>(&self, statements: Arc<AtomicU64>, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let open = OpenTransaction::begin(self.client().await?, BEGIN_WRITE).await?;
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
                run_on_commit(on_commit);
                Ok(value)
            }
            Err(error) => {
                // The connection was closed if this fails, which rolls back as well; the
                // body's own error is what the caller has to know.
                if let Err(error) = open.end("ROLLBACK").await {
                    tracing::warn!(?error, "rolling back on PostgreSQL");
                }
                Err(error)
            }
        }
    }

    pub(crate) fn close(&self) {
        self.pool.close();
    }
}

/// A connection inside a transaction. Dropped before [`OpenTransaction::end`] the connection is
/// closed instead of going back to the pool, and the server rolls back.
pub(crate) struct OpenTransaction {
    client: Option<Object>,
}

impl OpenTransaction {
    async fn begin(client: Object, begin: &str) -> Result<OpenTransaction, SqlError> {
        let mut open = OpenTransaction {
            client: Some(client),
        };
        open.batch(begin).await?;
        Ok(open)
    }

    async fn end(mut self, end: &str) -> Result<(), SqlError> {
        self.batch(end).await?;
        // Only now is the connection fit for the pool again.
        drop(self.client.take());
        Ok(())
    }

    fn client(&self) -> Result<&Object, SqlError> {
        self.client.as_ref().ok_or(SqlError::Closed)
    }

    pub(crate) async fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>, SqlError> {
        query(self.client()?, sql, args).await
    }

    pub(crate) async fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64, SqlError> {
        let client = self.client()?;
        let statement = prepare(client, sql, args).await?;
        client
            .execute(&statement, &references(args))
            .await
            .map_err(|e| statement_error(sql, e))
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), SqlError> {
        self.client()?
            .batch_execute(sql)
            .await
            .map_err(|error| statement_error(sql, error))
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

async fn query(client: &Object, sql: &str, args: &[Value]) -> Result<Vec<Row>, SqlError> {
    let statement = prepare(client, sql, args).await?;
    let rows = client
        .query(&statement, &references(args))
        .await
        .map_err(|error| statement_error(sql, error))?;
    rows.iter().map(values::decode_row).collect()
}

async fn prepare(client: &Object, sql: &str, args: &[Value]) -> Result<Statement, SqlError> {
    let statement = client
        .prepare_cached(sql)
        .await
        .map_err(|error| statement_error(sql, error))?;
    let takes = statement.params().len();
    if takes == args.len() {
        return Ok(statement);
    }
    Err(SqlError::Arguments {
        sql: sql.to_owned(),
        takes,
        given: args.len(),
    })
}

fn references(args: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    args.iter().map(|arg| arg as &(dyn ToSql + Sync)).collect()
}

/// Sorts PostgreSQL's error codes
/// (<https://www.postgresql.org/docs/15/errcodes-appendix.html>).
fn statement_error(sql: &str, error: tokio_postgres::Error) -> SqlError {
    let Some(database) = error.as_db_error() else {
        return if error.is_closed() {
            SqlError::unavailable("running a statement")(error)
        } else {
            SqlError::Statement {
                sql: sql.to_owned(),
                source: Arc::new(error),
            }
        };
    };
    let code = database.code();
    if [
        SqlState::UNIQUE_VIOLATION,
        SqlState::FOREIGN_KEY_VIOLATION,
        SqlState::CHECK_VIOLATION,
    ]
    .contains(code)
    {
        let constraint = database
            .constraint()
            .unwrap_or(database.message())
            .to_owned();
        return SqlError::Conflict { constraint };
    }
    if [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
    ]
    .contains(code)
    {
        return SqlError::Busy;
    }
    // Classes 08 (connection), 53 (resources), 57 (operator intervention) and 58 (system).
    if ["08", "53", "57", "58"]
        .iter()
        .any(|class| code.code().starts_with(class))
    {
        return SqlError::unavailable("running a statement")(error);
    }
    SqlError::Statement {
        sql: sql.to_owned(),
        source: Arc::new(error),
    }
}
