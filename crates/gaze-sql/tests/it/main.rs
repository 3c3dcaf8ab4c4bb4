//! The promises of the connection layer, on real databases of both kinds.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod group_commit;
mod migrations;
mod opening;
mod round_trips;
mod statements;
mod transactions;
mod watches;

use gaze_sql::testing::{Fresh, databases};
use gaze_sql::{Db, Migration, SqlError, Value};

const TABLES: &[Migration] = &[Migration {
    version: 1,
    name: "tables",
    sql: "CREATE TABLE item (
    id TEXT PRIMARY KEY NOT NULL,
    size BIGINT CHECK (size >= 0),
    parent TEXT REFERENCES item (id),
    body BLOB
);
CREATE INDEX item_size ON item (size, id);",
}];

/// Fresh databases of both kinds with a table `item`.
async fn with_items() -> Vec<Fresh> {
    let databases = databases().await;
    for fresh in &databases {
        fresh.db.migrate("test", TABLES).await.unwrap();
    }
    databases
}

/// Runs one statement in a transaction of its own.
async fn execute(db: &Db, sql: &str, args: &[Value]) -> Result<u64, SqlError> {
    let (sql, args) = (sql.to_owned(), args.to_vec());
    db.write(move |tx| Box::pin(async move { tx.execute(&sql, &args).await }))
        .await
}

async fn insert(db: &Db, id: &str) -> Result<u64, SqlError> {
    execute(db, "INSERT INTO item (id) VALUES ($1)", &[id.into()]).await
}

/// The ids of the items, in order.
async fn ids(db: &Db) -> Vec<String> {
    let rows = db
        .query("SELECT id FROM item ORDER BY id", &[])
        .await
        .unwrap();
    rows.iter().map(|row| row.text(0).unwrap()).collect()
}
