//! What PostgreSQL's errors are here.

use std::sync::Arc;

use tokio_postgres::error::SqlState;

use crate::SqlError;

/// Sorts PostgreSQL's error codes
/// (<https://www.postgresql.org/docs/15/errcodes-appendix.html>).
pub(super) fn of_statement(sql: &str, error: tokio_postgres::Error) -> SqlError {
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
        // By a time limit of ours, or by the operator.
        SqlState::QUERY_CANCELED,
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
