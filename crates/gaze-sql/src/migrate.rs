//! Migrations: numbered steps, each applied once and in its own transaction.

use crate::{Db, Kind, SqlError, Tx};

/// One step of a set. The text is written once for both databases: `BLOB` stands for `BYTEA` on
/// PostgreSQL, wherever it is a word of its own.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// From 1, without gaps.
    pub version: u32,
    /// What the step does, in a word or two.
    pub name: &'static str,
    /// Statements separated by `;`.
    pub sql: &'static str,
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
    set_name TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (set_name, version)
)";

/// Key of the advisory lock that keeps two processes from migrating one PostgreSQL at once.
const LOCK: &str = "SELECT CAST(pg_advisory_xact_lock(7165321987) AS TEXT)";

pub(crate) async fn run(db: &Db, set: &str, steps: &[Migration]) -> Result<(), SqlError> {
    if let Some((at, step)) =
        steps.iter().enumerate().find(|(at, step)| step.version as usize != at + 1)
    {
        let reason = format!("step {} has version {}", at + 1, step.version);
        return Err(SqlError::MigrationMismatch { set: set.to_owned(), reason });
    }
    let known = set.to_owned();
    let newest = steps.len();
    let applied = db
        .write(move |tx| Box::pin(async move { applied(tx, &known, newest).await }))
        .await?;
    for step in &steps[applied..] {
        let (set, step) = (set.to_owned(), *step);
        db.write(move |tx| Box::pin(async move { apply(tx, &set, step).await })).await?;
    }
    Ok(())
}

/// How many steps the database has seen.
async fn applied(tx: &mut Tx, set: &str, newest: usize) -> Result<usize, SqlError> {
    lock(tx).await?;
    tx.batch(TABLE).await?;
    let sql = "SELECT COUNT(*), COALESCE(MAX(version), 0) FROM migration WHERE set_name = $1";
    let row = tx.query_opt(sql, &[set.into()]).await?;
    let (count, highest) = match row {
        Some(row) => (row.int(0)?, row.int(1)?),
        None => (0, 0),
    };
    let mismatch = |reason: String| SqlError::MigrationMismatch { set: set.to_owned(), reason };
    if count != highest {
        return Err(mismatch(format!("{count} steps are applied, the highest is {highest}")));
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count > newest {
        return Err(mismatch(format!(
            "the database has seen {count} steps, this program knows {newest}"
        )));
    }
    Ok(count)
}

async fn apply(tx: &mut Tx, set: &str, step: Migration) -> Result<(), SqlError> {
    lock(tx).await?;
    let sql = "INSERT INTO migration (set_name, version, name) VALUES ($1, $2, $3)
               ON CONFLICT DO NOTHING";
    let args = [set.into(), step.version.into(), step.name.into()];
    if tx.execute(sql, &args).await? == 0 {
        return Ok(());
    }
    let failed = |source| SqlError::Migration {
        set: set.to_owned(),
        version: step.version,
        source: Box::new(source),
    };
    match tx.kind() {
        Kind::Sqlite => tx.batch(step.sql).await.map_err(failed),
        Kind::Postgres => tx.batch(&step.sql.replace(" BLOB", " BYTEA")).await.map_err(failed),
    }
}

async fn lock(tx: &mut Tx) -> Result<(), SqlError> {
    match tx.kind() {
        Kind::Sqlite => Ok(()),
        Kind::Postgres => tx.query(LOCK, &[]).await.map(|_locked| ()),
    }
}
