//! What can go wrong between a statement and its rows.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

/// The driver's own error, shared so that every transaction of a failed batch can carry it.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// The one error of this crate. `Display` does not repeat the source.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SqlError {
    /// The database cannot be reached or cannot work: gone, full, corrupt, no free connection.
    /// When this comes from a commit the outcome of the transaction is unknown.
    #[error("the database is unavailable: {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// The driver's error.
        source: Cause,
    },
    /// A unique, foreign key or check constraint refused the change. The text names the
    /// constraint the way the database does: `UNIQUE constraint failed: job.id` on SQLite,
    /// `job_pkey` on PostgreSQL.
    #[error("a constraint refused the change: {constraint}")]
    Conflict {
        /// The database's words for the constraint.
        constraint: String,
    },
    /// Another transaction stood in the way (lock, deadlock, serialization); the same call may
    /// succeed when made again.
    #[error("the database is busy with another transaction")]
    Busy,
    /// A column did not hold what the caller asked for.
    #[error("column {column} holds {found}, not {expected}")]
    Decode {
        /// Index of the column, from 0.
        column: usize,
        /// What was asked for.
        expected: &'static str,
        /// What the column holds.
        found: String,
    },
    /// The statement itself is wrong: syntax, unknown table, type, not-null.
    #[error("the statement failed: {sql}")]
    Statement {
        /// The text of the statement, without its arguments.
        sql: String,
        /// The driver's error.
        source: Cause,
    },
    /// The statement uses another number of parameters than it was given.
    #[error("the statement takes {takes} arguments and was given {given}: {sql}")]
    Arguments {
        /// The text of the statement.
        sql: String,
        /// The highest `$n` of the text.
        takes: usize,
        /// How many were given.
        given: usize,
    },
    /// A number that no `BIGINT` holds.
    #[error("{value} does not fit a BIGINT")]
    IntTooLarge {
        /// The number.
        value: u64,
    },
    /// A statement was run after another of the same transaction had failed, or the body
    /// returned `Ok` in spite of the failure. Nothing was committed.
    #[error("an earlier statement of the transaction failed, nothing was committed")]
    Aborted,
    /// A transaction body awaited something that is not a statement of its own transaction.
    #[error("a transaction body may await only its own statements")]
    BodyPending,
    /// A transaction body panicked; it was rolled back.
    #[error("a transaction body panicked: {message}")]
    BodyPanicked {
        /// The panic's text.
        message: String,
    },
    /// Another process has this SQLite database open.
    #[error("another process is using the database {}", path.display())]
    InUse {
        /// The database file.
        path: PathBuf,
    },
    /// The database was closed by [`crate::Db::close`].
    #[error("the database is closed")]
    Closed,
    /// A migration failed; earlier ones stay applied.
    #[error("migration {set} {version} failed")]
    Migration {
        /// The set.
        set: String,
        /// The step that failed.
        version: u32,
        /// Why.
        source: Box<SqlError>,
    },
    /// The database and the program disagree about a set of migrations: a newer program has
    /// written the database, an applied step was edited, or the steps are out of order.
    #[error("the migrations of {set} do not fit the database: {reason}")]
    MigrationMismatch {
        /// The set.
        set: String,
        /// What does not fit.
        reason: String,
    },
}

impl SqlError {
    /// Whether a unique, foreign key or check constraint refused the change.
    pub fn is_conflict(&self) -> bool {
        matches!(self, SqlError::Conflict { .. })
    }

    pub(crate) fn unavailable<E: Error + Send + Sync + 'static>(
        doing: &'static str,
    ) -> impl FnOnce(E) -> SqlError {
        move |source| SqlError::Unavailable {
            doing,
            source: Arc::new(source),
        }
    }

    /// The error for a panic payload caught from a transaction body.
    pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> SqlError {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        SqlError::BodyPanicked { message }
    }
}
