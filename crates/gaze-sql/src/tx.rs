//! A transaction, as its body sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Kind, Row, SqlError, Value, postgres, sqlite};

/// The open transaction handed to the body of [`crate::Db::write`].
///
/// Once a statement has failed, every later one answers [`SqlError::Aborted`] and nothing is
/// committed, whatever the body returns.
pub struct Tx {
    connection: Connection,
    statements: Arc<AtomicU64>,
    failed: bool,
    on_commit: Vec<Box<dyn FnOnce() + Send>>,
}

enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(postgres::OpenTransaction),
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx")
            .field("kind", &self.kind())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

impl Tx {
    pub(crate) fn sqlite(connection: rusqlite::Connection, statements: Arc<AtomicU64>) -> Tx {
        Tx::new(Connection::Sqlite(connection), statements)
    }

    pub(crate) fn postgres(open: postgres::OpenTransaction, statements: Arc<AtomicU64>) -> Tx {
        Tx::new(Connection::Postgres(open), statements)
    }

    fn new(connection: Connection, statements: Arc<AtomicU64>) -> Tx {
        Tx {
            connection,
            statements,
            failed: false,
            on_commit: Vec::new(),
        }
    }

    /// Runs a statement and returns its rows; for `SELECT` and `.. RETURNING`.
    pub async fn query(&mut self, sql: &str, args: &[Value]) -> Result<Vec<Row>, SqlError> {
        self.begin_statement()?;
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => sqlite::query(connection, sql, args),
            Connection::Postgres(open) => open.query(sql, args).await,
        };
        self.end_statement(result)
    }

    /// Runs several statements one after the other and returns the rows of each: on PostgreSQL, in
    /// one round trip.
    pub async fn query_all(
        &mut self,
        statements: &[(&str, &[Value])],
    ) -> Result<Vec<Vec<Row>>, SqlError> {
        for _ in statements {
            self.begin_statement()?;
        }
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => statements
                .iter()
                .map(|(sql, args)| sqlite::query(connection, sql, args))
                .collect(),
            Connection::Postgres(open) => open.query_all(statements).await,
        };
        self.end_statement(result)
    }

    /// Runs a statement whose outcome nobody looks at: on PostgreSQL it is sent with the next one,
    /// or with the commit, and so it may be those that tell that it failed.
    pub fn post(&mut self, sql: &str, args: &[Value]) -> Result<(), SqlError> {
        self.begin_statement()?;
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => sqlite::execute(connection, sql, args).map(drop),
            Connection::Postgres(open) => {
                open.post(sql, args);
                Ok(())
            }
        };
        self.end_statement(result)
    }

    /// Like [`Tx::query`], but returns only the first row, if there is one.
    pub async fn query_opt(&mut self, sql: &str, args: &[Value]) -> Result<Option<Row>, SqlError> {
        Ok(self.query(sql, args).await?.into_iter().next())
    }

    /// Runs a statement and returns how many rows it changed.
    pub async fn execute(&mut self, sql: &str, args: &[Value]) -> Result<u64, SqlError> {
        self.begin_statement()?;
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => sqlite::execute(connection, sql, args),
            Connection::Postgres(open) => open.execute(sql, args).await,
        };
        self.end_statement(result)
    }

    /// Runs several statements separated by `;` without arguments: the text of a migration.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), SqlError> {
        self.begin_statement()?;
        let result = match &mut self.connection {
            Connection::Sqlite(connection) => sqlite::batch(connection, sql),
            Connection::Postgres(open) => open.batch(sql).await,
        };
        self.end_statement(result)
    }

    /// Which database this is.
    pub fn kind(&self) -> Kind {
        match self.connection {
            Connection::Sqlite(_) => Kind::Sqlite,
            Connection::Postgres(_) => Kind::Postgres,
        }
    }

    /// Has `action` run once the commit is durable, before the writer gets its answer; it is
    /// dropped unrun if the transaction does not commit. For waking a worker: it must not block.
    pub fn on_commit(&mut self, action: Box<dyn FnOnce() + Send>) {
        self.on_commit.push(action);
    }

    fn begin_statement(&self) -> Result<(), SqlError> {
        if self.failed {
            return Err(SqlError::Aborted);
        }
        self.statements.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn end_statement<T>(&mut self, result: Result<T, SqlError>) -> Result<T, SqlError> {
        self.failed |= result.is_err();
        result
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failed
    }

    pub(crate) fn take_on_commit(&mut self) -> Vec<Box<dyn FnOnce() + Send>> {
        std::mem::take(&mut self.on_commit)
    }

    /// The SQLite connection, given back by the body.
    pub(crate) fn into_sqlite(self) -> Option<rusqlite::Connection> {
        match self.connection {
            Connection::Sqlite(connection) => Some(connection),
            Connection::Postgres(_) => None,
        }
    }

    /// The PostgreSQL transaction, given back by the body.
    pub(crate) fn into_postgres(self) -> Option<postgres::OpenTransaction> {
        match self.connection {
            Connection::Postgres(open) => Some(open),
            Connection::Sqlite(_) => None,
        }
    }
}

/// Runs what the committed transactions asked for; a panic in one does not reach the others.
pub(crate) fn run_on_commit(actions: Vec<Box<dyn FnOnce() + Send>>) {
    for action in actions {
        if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(action)) {
            tracing::error!(error = %SqlError::panicked(&*panic), "an on_commit action panicked");
        }
    }
}
