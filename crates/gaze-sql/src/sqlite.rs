//! SQLite: reads inline on a few read-only connections, writes on one thread.

mod cost;
mod writer;

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, ffi};

use crate::watch::Watches;
use crate::{Row, SqlError, Tx, Value, Watch};
use writer::Writer;

pub use cost::Cost;

/// Prepared statements kept on each connection; the text of a list with optional filters
/// differs from call to call, so more than rusqlite's 16.
const STATEMENT_CACHE: usize = 256;

/// Read-only connections, within these bounds one per core: a read runs on a runtime worker, of
/// which there is one per core.
const MIN_READERS: usize = 2;
const MAX_READERS: usize = 16;

/// How long a connection waits for a lock. Only a checkpoint or a foreign tool (`sqlite3`, a
/// backup) ever holds one against us.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Sqlite {
    readers: Vec<Mutex<Option<Connection>>>,
    next_reader: AtomicUsize,
    watches: Arc<Watches>,
    writer: Writer,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, statements: Arc<AtomicU64>) -> Result<Sqlite, SqlError> {
        let lock = lock(path)?;
        let writing = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let write = connect(path, writing)?;
        configure_writer(&write).map_err(SqlError::unavailable(
            "preparing the SQLite file for writing",
        ))?;
        let count = std::thread::available_parallelism()
            .map_or(MIN_READERS, usize::from)
            .clamp(MIN_READERS, MAX_READERS);
        let reading = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let readers = (0..count)
            .map(|_| Ok(Mutex::new(Some(connect(path, reading)?))))
            .collect::<Result<Vec<_>, SqlError>>()?;
        let watches = Arc::new(Watches::default());
        watch_rows(&write, &watches).map_err(SqlError::unavailable(
            "watching what is written to the SQLite file",
        ))?;
        let writer = Writer::start(write, lock, statements, Arc::clone(&watches))?;
        Ok(Sqlite {
            readers,
            next_reader: AtomicUsize::new(0),
            watches,
            writer,
        })
    }

    pub(crate) fn query(&self, sql: &str, args: &[Value]) -> Result<Vec<Row>, SqlError> {
        query(self.reader().as_ref().ok_or(SqlError::Closed)?, sql, args)
    }

    pub(crate) fn explain(&self, sql: &str, args: &[Value]) -> Result<Vec<String>, SqlError> {
        const DETAIL: usize = 3;
        self.query(&format!("EXPLAIN QUERY PLAN {sql}"), args)?
            .iter()
            .map(|row| row.text(DETAIL))
            .collect()
    }

    pub(crate) fn cost(&self, sql: &str, args: &[Value]) -> Result<Cost, SqlError> {
        cost::cost(self.reader().as_ref().ok_or(SqlError::Closed)?, sql, args)
    }

    pub(crate) async fn write<T, E, F>(&self, body: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.writer.write(body).await
    }

    pub(crate) fn watch(&self, tables: &'static [&'static str]) -> Watch {
        self.watches.watch(tables, None)
    }

    pub(crate) async fn close(&self) {
        for reader in &self.readers {
            drop(reader.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
        self.writer.close().await;
    }

    /// A free connection, or the next in turn when all are taken.
    fn reader(&self) -> MutexGuard<'_, Option<Connection>> {
        let first = self.next_reader.fetch_add(1, Ordering::Relaxed);
        let count = self.readers.len();
        (0..count)
            .find_map(|offset| self.readers[(first + offset) % count].try_lock().ok())
            .unwrap_or_else(|| {
                self.readers[first % count]
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
            })
    }
}

/// Takes the lock file beside the database. SQLite itself would let two processes share the
/// file; our start-up recovery and group commit assume that there is one.
fn lock(path: &Path) -> Result<File, SqlError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(PathBuf::from(name))
        .map_err(SqlError::unavailable(
            "opening the lock file beside the SQLite file",
        ))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SqlError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(SqlError::unavailable(
            "locking the lock file beside the SQLite file",
        )(error)),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, SqlError> {
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        // A plan may not depend on what is bound, or SQLite prepares the statement again for each
        // new value that a partial index might be compared with: half the time of a short list.
        // So what a partial index asks for is written out in the statements that it serves.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // LIKE minds case on PostgreSQL; one text for both needs one meaning.
        connection.execute_batch("PRAGMA case_sensitive_like = ON")?;
        Ok(connection)
    };
    open().map_err(SqlError::unavailable::<rusqlite::Error>(
        "opening the SQLite file",
    ))
}

fn configure_writer(connection: &Connection) -> rusqlite::Result<()> {
    // FULL: in WAL mode NORMAL may lose the last commits on power loss, and we answer only
    // what is durable (https://www.sqlite.org/pragma.html#pragma_synchronous).
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_row| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")
}

fn watch_rows(connection: &Connection, watches: &Arc<Watches>) -> rusqlite::Result<()> {
    let watches = Arc::clone(watches);
    connection.update_hook(Some(move |_action, _database: &str, table: &str, _row| {
        watches.touch(table);
    }))
}

pub(crate) fn query(
    connection: &Connection,
    sql: &str,
    args: &[Value],
) -> Result<Vec<Row>, SqlError> {
    let failed = |error| statement_error(sql, error);
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    bind(&mut statement, sql, args)?;
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    let mut collected: Vec<Row> = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        // The rows of an answer are much alike.
        let text = collected.last().map_or(0, |row| row.text_len() * 9 / 8);
        let mut decoded = Row::with_capacity(width, text);
        for column in 0..width {
            decode(&mut decoded, column, row.get_ref(column).map_err(failed)?)?;
        }
        collected.push(decoded);
    }
    Ok(collected)
}

pub(crate) fn execute(connection: &Connection, sql: &str, args: &[Value]) -> Result<u64, SqlError> {
    let failed = |error| statement_error(sql, error);
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    bind(&mut statement, sql, args)?;
    statement
        .raw_execute()
        .map(|changed| changed as u64)
        .map_err(failed)
}

pub(crate) fn batch(connection: &Connection, sql: &str) -> Result<(), SqlError> {
    connection
        .execute_batch(sql)
        .map_err(|error| statement_error(sql, error))
}

/// Binds `$n` to the n-th argument. To SQLite `$n` is a name, numbered by first appearance, so
/// the number is read from the name.
fn bind(statement: &mut Statement<'_>, sql: &str, args: &[Value]) -> Result<(), SqlError> {
    let mut highest = 0;
    for index in 1..=statement.parameter_count() {
        let number = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok())
            .unwrap_or(0);
        highest = highest.max(number);
        let arg = number.checked_sub(1).and_then(|at| args.get(at));
        if let Some(arg) = arg {
            statement
                .raw_bind_parameter(index, arg)
                .map_err(|error| statement_error(sql, error))?;
        }
    }
    if highest == args.len() {
        return Ok(());
    }
    Err(SqlError::Arguments {
        sql: sql.to_owned(),
        takes: highest,
        given: args.len(),
    })
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

fn decode(row: &mut Row, column: usize, value: ValueRef<'_>) -> Result<(), SqlError> {
    let refuse = |found: &str| SqlError::Decode {
        column,
        expected: "an integer, text, bytes or null",
        found: found.to_owned(),
    };
    match value {
        ValueRef::Null => row.push_null(),
        ValueRef::Integer(value) => row.push_int(value),
        ValueRef::Text(value) => match std::str::from_utf8(value) {
            Ok(text) => row.push_text(text)?,
            Err(_) => return Err(refuse("text that is not UTF-8")),
        },
        ValueRef::Blob(value) => row.push_bytes(value),
        ValueRef::Real(_) => return Err(refuse("a floating-point number")),
    }
    Ok(())
}

/// Sorts SQLite's result codes (<https://www.sqlite.org/rescode.html>).
fn statement_error(sql: &str, error: rusqlite::Error) -> SqlError {
    let (code, extended, message) = match &error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            (failure.code, failure.extended_code, message.clone())
        }
        _ => {
            return SqlError::Statement {
                sql: sql.to_owned(),
                source: Arc::new(error),
            };
        }
    };
    match code {
        ErrorCode::ConstraintViolation if extended != ffi::SQLITE_CONSTRAINT_NOTNULL => {
            SqlError::Conflict {
                constraint: message.unwrap_or_else(|| error.to_string()),
            }
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => SqlError::Busy,
        ErrorCode::SystemIoFailure
        | ErrorCode::DiskFull
        | ErrorCode::CannotOpen
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::OutOfMemory => SqlError::Unavailable {
            doing: "running a statement",
            source: Arc::new(error),
        },
        _ => SqlError::Statement {
            sql: sql.to_owned(),
            source: Arc::new(error),
        },
    }
}
