//! Noticing changes of tables by whichever process made them.
//!
//! Triggers count the statements that change a table, in the transaction that changes it: each
//! connection in a row of its own, so that no writer waits for another. A look is one statement
//! that sums the rows up. It sees what was committed before it began, so a change is seen by every
//! look that begins after the change was answered, and as long as a sum is the same nothing that
//! it counts was committed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Mutex as Turn;
use tokio_postgres::Config;

use super::connection::Connection;
use crate::watch::Watches;
use crate::{SqlError, Value};

/// The table of the counters and the function that counts for a trigger. A trigger is for
/// statements: `CREATE TRIGGER … AFTER … ON image EXECUTE FUNCTION count_change()`.
pub(crate) const COUNTERS: &str = "
CREATE TABLE IF NOT EXISTS table_change (
    table_name TEXT NOT NULL,
    backend BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (table_name, backend)
) WITH (fillfactor = 50);
CREATE OR REPLACE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO table_change AS known (table_name, backend, number)
    VALUES (TG_TABLE_NAME, pg_backend_pid(), 1)
    ON CONFLICT (table_name, backend) DO UPDATE SET number = known.number + 1;
    RETURN NULL;
END $$;";

/// Adds what connections that are gone have counted to one row for all, so that there are never
/// many. No sum changes.
pub(crate) const FOLD: &str = "
WITH gone AS (
    DELETE FROM table_change WHERE backend <> 0
    AND backend NOT IN (SELECT pid FROM pg_stat_get_activity(NULL) WHERE pid IS NOT NULL)
    RETURNING table_name, number
)
INSERT INTO table_change AS known (table_name, backend, number)
SELECT table_name, 0, SUM(number) FROM gone GROUP BY table_name
ON CONFLICT (table_name, backend) DO UPDATE SET number = known.number + excluded.number";

/// As long as the snapshot is the one of the last look, nothing at all has been committed, and
/// nothing is summed up.
const LOOK: &str = "SELECT CAST(pg_current_snapshot() AS TEXT),
    CASE WHEN CAST(pg_current_snapshot() AS TEXT) = CAST($1 AS TEXT) THEN NULL ELSE
    (SELECT COALESCE(string_agg(table_name || '=' || number, ','), '') FROM
    (SELECT table_name, SUM(number) AS number FROM table_change GROUP BY table_name) AS sums) END";

/// What is kept is forgotten when the connection is lost: the server may be another one, or
/// another's copy of an earlier day. So each connection counts from far above the last.
const FAR: u64 = 1 << 48;

pub(crate) struct Changes {
    config: Config,
    /// Shared by all who look: their statements are sent without waiting for one another.
    connection: Turn<Open>,
    /// The snapshot of a look of which the watches have been told, and its connection's number.
    seen: Mutex<(u64, String)>,
    pub(super) watches: Arc<Watches>,
}

#[derive(Default)]
struct Open {
    number: u64,
    connection: Option<Arc<Connection>>,
    closed: bool,
}

impl Changes {
    pub(super) fn new(config: Config) -> Changes {
        Changes {
            config,
            connection: Turn::default(),
            seen: Mutex::default(),
            watches: Arc::default(),
        }
    }

    /// Brings the watches up to date with what was committed before this was called.
    pub(crate) async fn look(&self) -> Result<(), SqlError> {
        let (number, connection) = self.connection().await?;
        let before = {
            let seen = self.seen();
            let same = seen.0 == number;
            Value::Text(if same { seen.1.clone() } else { String::new() })
        };
        let rows = connection.query(LOOK, &[before]).await?;
        let Some(row) = rows.first() else {
            return Ok(());
        };
        if let Some(sums) = row.opt_str(1)? {
            self.watches.tell_sums(number * FAR, &parsed(sums));
            // Should a later look have been quicker, the next finds a difference that is none.
            *self.seen() = (number, row.text(0)?);
        }
        Ok(())
    }

    async fn connection(&self) -> Result<(u64, Arc<Connection>), SqlError> {
        let mut open = self.connection.lock().await;
        if open.closed {
            return Err(SqlError::Closed);
        }
        if let Some(connection) = open.connection.as_ref().filter(|it| !it.is_closed()) {
            return Ok((open.number, Arc::clone(connection)));
        }
        let connection = Arc::new(Connection::open(&self.config).await?);
        open.number += 1;
        open.connection = Some(Arc::clone(&connection));
        Ok((open.number, connection))
    }

    pub(super) async fn close(&self) {
        *self.connection.lock().await = Open {
            closed: true,
            ..Open::default()
        };
    }

    fn seen(&self) -> MutexGuard<'_, (u64, String)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `image=3,token=1`.
fn parsed(sums: &str) -> Vec<(&str, u64)> {
    let pairs = sums.split(',').filter_map(|pair| pair.split_once('='));
    pairs
        .filter_map(|(table, number)| Some((table, number.parse().ok()?)))
        .collect()
}
