//! What a statement costs, counted by SQLite itself.

use rusqlite::{Connection, StatementStatus};

use super::{query, statement_error};
use crate::{SqlError, Value};

/// Counts of one run of a statement (<https://www.sqlite.org/c3ref/c_stmtstatus_counter.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Operations of SQLite's virtual machine: what its time is proportional to.
    pub steps: u64,
    /// How often the statement was compiled anew while it ran.
    pub prepared_again: u64,
}

/// Runs the statement twice, so that what the second run costs is that of a prepared statement.
pub(super) fn cost(connection: &Connection, sql: &str, args: &[Value]) -> Result<Cost, SqlError> {
    query(connection, sql, args)?;
    taken(connection, sql)?;
    query(connection, sql, args)?;
    taken(connection, sql)
}

/// What the connection's prepared statement has counted since it was asked last.
fn taken(connection: &Connection, sql: &str) -> Result<Cost, SqlError> {
    let statement = connection
        .prepare_cached(sql)
        .map_err(|error| statement_error(sql, error))?;
    let count = |of| u64::try_from(statement.reset_status(of)).unwrap_or(0);
    Ok(Cost {
        steps: count(StatementStatus::VmStep),
        prepared_again: count(StatementStatus::RePrepare),
    })
}
