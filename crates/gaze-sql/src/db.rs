//! The handle on a database: reads outside a transaction, writes inside one.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;

use crate::postgres::{Manner, Postgres};
use crate::sqlite::Sqlite;
use crate::{Cost, Migration, Row, SqlError, Tx, Value, Watch, migrate, request};

/// Which database to open.
#[derive(Clone)]
pub enum Target {
    /// A file, created if absent; its directory must exist. One process at a time.
    Sqlite {
        /// The database file; `-wal`, `-shm` and `.lock` files stand beside it.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// `postgres://user:password@host:port/database`, or key-value words.
        url: String,
        /// Upper limit of open connections; at least four are used: one for reads, one for writes,
        /// and two of the layer's own.
        max_connections: usize,
    },
}

/// Leaves out the URL, which may hold a password.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Sqlite { path } => f.debug_struct("Sqlite").field("path", path).finish(),
            Target::Postgres {
                max_connections, ..
            } => f
                .debug_struct("Postgres")
                .field("max_connections", max_connections)
                .finish_non_exhaustive(),
        }
    }
}

/// Which database it is, for the few places where the dialects differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// A database. Clones share its connections.
#[derive(Clone)]
pub struct Db {
    backend: Arc<Backend>,
    statements: Arc<AtomicU64>,
}

enum Backend {
    Sqlite(Sqlite),
    Postgres(Box<Postgres>),
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

impl Db {
    /// Opens the database and proves that it answers.
    ///
    /// Fails with [`SqlError::InUse`] when another process has the SQLite file open.
    pub async fn open(target: &Target) -> Result<Db, SqlError> {
        let statements = Arc::new(AtomicU64::new(0));
        let backend = match target {
            Target::Sqlite { path } => {
                Backend::Sqlite(Sqlite::open(path, Arc::clone(&statements))?)
            }
            Target::Postgres {
                url,
                max_connections,
            } => Backend::Postgres(Box::new(Postgres::open(url, *max_connections).await?)),
        };
        Ok(Db {
            backend: Arc::new(backend),
            statements,
        })
    }

    /// Which database this is.
    pub fn kind(&self) -> Kind {
        match &*self.backend {
            Backend::Sqlite(_) => Kind::Sqlite,
            Backend::Postgres(_) => Kind::Postgres,
        }
    }

    /// Runs one read outside a transaction; it sees every write that was answered before.
    /// A statement that writes is refused. On SQLite it runs inline on the calling thread.
    pub async fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>, SqlError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.query(sql, args),
            Backend::Postgres(postgres) => Box::pin(postgres.query(sql, args)).await,
        }
    }

    /// Runs several reads, which may see different states of the database, in one round trip.
    pub async fn query_all(
        &self,
        statements: &[(&str, &[Value])],
    ) -> Result<Vec<Vec<Row>>, SqlError> {
        self.statements
            .fetch_add(statements.len() as u64, Ordering::Relaxed);
        match &*self.backend {
            Backend::Sqlite(sqlite) => statements
                .iter()
                .map(|(sql, args)| sqlite.query(sql, args))
                .collect(),
            Backend::Postgres(postgres) => Box::pin(postgres.query_all(statements)).await,
        }
    }

    /// Like [`Db::query`], but returns only the first row, if there is one.
    pub async fn query_opt(&self, sql: &str, args: &[Value]) -> Result<Option<Row>, SqlError> {
        Ok(self.query(sql, args).await?.into_iter().next())
    }

    /// Runs `body` in one transaction: commits if it returns `Ok`, rolls back if it returns
    /// `Err` or panics. `Ok` is answered only when the commit is durable.
    ///
    /// The body may await nothing but statements of its own [`Tx`]. On SQLite it runs on the
    /// writer thread and goes on even when the caller stops waiting; on PostgreSQL a caller that
    /// stops waiting before the commit rolls it back. PostgreSQL's transactions are
    /// `READ COMMITTED`: lock (`FOR UPDATE`) or guard the `UPDATE` what must not change between
    /// two statements. SQLite's run one after another.
    pub async fn write<T, E, F>(&self, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.write_so(Manner::Plain, body).await
    }

    /// The same, for a transaction that changes a row which many others change too: on
    /// PostgreSQL it gives its locks back before it is durable, or all who want the row would
    /// wait for the disk one after the other.
    ///
    /// Others may so see the change some milliseconds before it is durable, and a server that
    /// fails in between takes it back. Nobody was told of it, and what others have written since
    /// is taken back with it; but whoever only looked has seen it. So it is for changes that may
    /// be seen and lost, such as new things without bytes, and for none after which bytes are
    /// removed.
    pub async fn write_contended<T, E, F>(&self, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.write_so(Manner::Contended, body).await
    }

    async fn write_so<T, E, F>(&self, manner: Manner, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(body).await,
            Backend::Postgres(postgres) => {
                let statements = Arc::clone(&self.statements);
                // Boxed, as reads are: a round trip costs more, and what runs on SQLite stays
                // small.
                let written = Box::pin(postgres.write(statements, manner, body)).await;
                request::wrote();
                written
            }
        }
    }

    /// Brings a set of migrations up to date: applies, in order and each in its own
    /// transaction, the steps that the database has not seen. Safe when several processes do so
    /// at once.
    pub async fn migrate(&self, set: &str, steps: &[Migration]) -> Result<(), SqlError> {
        migrate::run(self, set, steps).await
    }

    /// The plan of a statement, one line an entry, for tests that hold a query to its index:
    /// SQLite's `EXPLAIN QUERY PLAN` details, or PostgreSQL's `EXPLAIN` of the plan for all
    /// arguments, with sequential scans discouraged, since on a small table it would prefer one to
    /// any index.
    pub async fn explain(&self, sql: &str, args: &[Value]) -> Result<Vec<String>, SqlError> {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.explain(sql, args),
            Backend::Postgres(postgres) => postgres.explain(sql, args).await,
        }
    }

    /// What running a statement costs, in numbers that are the same on every machine, for tests
    /// that hold a query to what it may read. `None` on PostgreSQL, where it is not run.
    pub fn cost(&self, sql: &str, args: &[Value]) -> Result<Option<Cost>, SqlError> {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.cost(sql, args).map(Some),
            Backend::Postgres(_) => Ok(None),
        }
    }

    /// A watch on tables, for keeping what was read from them. On SQLite a table is changed by
    /// statements that name rows: not by migrations, and not by a `DELETE` without a condition. On
    /// PostgreSQL it is changed by what the triggers that run `count_change()` are for: a table
    /// without one never changes.
    pub fn watch(&self, tables: &'static [&'static str]) -> Watch {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.watch(tables),
            Backend::Postgres(postgres) => postgres.watch(tables),
        }
    }

    /// How many statements were run through this database and its clones, leaving out `BEGIN`
    /// and `COMMIT`; for tests that count the queries of a request.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Finishes the queued transactions, closes every connection and, on SQLite, frees the file
    /// for the next process. Later calls on any clone answer [`SqlError::Closed`].
    pub async fn close(&self) {
        match &*self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }
}
