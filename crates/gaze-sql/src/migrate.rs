//! Migrations: numbered steps, each applied once and in its own transaction.

use crate::postgres::changes;
use crate::{Db, Kind, SqlError, Tx};

/// One step of a set. The text is written once for both databases: on PostgreSQL every `BLOB` in
/// capitals that is a word of its own becomes `BYTEA`, also inside comments and quotes; and what
/// stands behind a line [`ONLY_POSTGRES`] is for PostgreSQL alone.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// At least 1, and above that of the step before it. A number may be missing: a step that was
    /// written at the same time as others takes its place among them when it comes.
    pub version: u32,
    /// What the step does, in a word or two.
    pub name: &'static str,
    /// Statements separated by `;`.
    pub sql: &'static str,
}

/// Begins the part of a migration that SQLite is not told.
const ONLY_POSTGRES: &str = "-- Only on PostgreSQL:";

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
    set_name TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    statements TEXT NOT NULL,
    PRIMARY KEY (set_name, version)
)";

/// Key of the advisory lock that keeps two processes from migrating one PostgreSQL at once.
const LOCK: &str = "SELECT CAST(pg_advisory_xact_lock(7165321987) AS TEXT)";

pub(crate) async fn run(db: &Db, set: &str, steps: &[Migration]) -> Result<(), SqlError> {
    let mut least = 1;
    for step in steps {
        if step.version < least {
            return Err(SqlError::MigrationMismatch {
                set: set.to_owned(),
                reason: format!("step {} is out of order", step.version),
            });
        }
        least = step.version + 1;
    }
    let (known, expected) = (set.to_owned(), steps.to_vec());
    let missing = db
        .write(move |tx| Box::pin(async move { missing(tx, &known, &expected).await }))
        .await?;
    for step in missing {
        let set = set.to_owned();
        db.write(move |tx| Box::pin(async move { apply(tx, &set, step).await }))
            .await?;
    }
    Ok(())
}

/// The steps that the database has not seen, in their order. What it has seen must be among them.
async fn missing(tx: &mut Tx, set: &str, steps: &[Migration]) -> Result<Vec<Migration>, SqlError> {
    lock(tx).await?;
    tx.batch(TABLE).await?;
    if tx.kind() == Kind::Postgres {
        tx.batch(changes::COUNTERS).await?;
        tx.batch(changes::FOLD).await?;
    }
    let sql = "SELECT version, name, statements FROM migration WHERE set_name = $1 \
               ORDER BY version";
    let mismatch = |reason: String| SqlError::MigrationMismatch {
        set: set.to_owned(),
        reason,
    };
    let mut missing = steps.to_vec();
    for row in &tx.query(sql, &[set.into()]).await? {
        let version = row.int(0)?;
        let Some(at) = missing
            .iter()
            .position(|step| i64::from(step.version) == version)
        else {
            return Err(mismatch(format!(
                "the database has seen step {version}, which this program does not know"
            )));
        };
        let step = missing.remove(at);
        if row.str(1)? != step.name || row.str(2)? != step.sql {
            return Err(mismatch(format!(
                "step {version} ({}) was edited after it was applied",
                step.name
            )));
        }
    }
    Ok(missing)
}

async fn apply(tx: &mut Tx, set: &str, step: Migration) -> Result<(), SqlError> {
    lock(tx).await?;
    let sql = "INSERT INTO migration (set_name, version, name, statements)
               VALUES ($1, $2, $3, $4)
               ON CONFLICT DO NOTHING";
    let args = [
        set.into(),
        step.version.into(),
        step.name.into(),
        step.sql.into(),
    ];
    if tx.execute(sql, &args).await? == 0 {
        return Ok(());
    }
    let failed = |source| SqlError::Migration {
        set: set.to_owned(),
        version: step.version,
        source: Box::new(source),
    };
    match tx.kind() {
        Kind::Sqlite => tx.batch(for_sqlite(step.sql)).await.map_err(failed),
        Kind::Postgres => tx.batch(&for_postgres(step.sql)).await.map_err(failed),
    }
}

async fn lock(tx: &mut Tx) -> Result<(), SqlError> {
    match tx.kind() {
        Kind::Sqlite => Ok(()),
        Kind::Postgres => {
            // An index on a large table takes its time, and so does who waits for it.
            tx.batch("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
                .await?;
            tx.query(LOCK, &[]).await.map(drop)
        }
    }
}

fn for_sqlite(sql: &str) -> &str {
    sql.split_once(ONLY_POSTGRES).map_or(sql, |(both, _)| both)
}

/// The text with each word `BLOB` replaced; a longer word that contains it is left alone.
fn for_postgres(sql: &str) -> String {
    sql.split_inclusive(|c: char| !is_of_word(c))
        .map(|piece| match piece.strip_prefix("BLOB") {
            Some(rest) if !rest.starts_with(is_of_word) => format!("BYTEA{rest}"),
            _ => piece.to_owned(),
        })
        .collect()
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_is_told_what_both_are() {
        let check = |sql: &str, expected: &str| assert_eq!(for_sqlite(sql), expected);
        check("CREATE TABLE a (id TEXT);", "CREATE TABLE a (id TEXT);");
        check("A;\n-- Only on PostgreSQL:\nB;", "A;\n");
        check("-- Only on PostgreSQL:\nB;", "");
    }

    #[test]
    fn blob_becomes_bytea_only_as_a_word_of_its_own() {
        let check = |sql: &str, expected: &str| assert_eq!(for_postgres(sql), expected);
        check("body BLOB", "body BYTEA");
        check("body\nBLOB,", "body\nBYTEA,");
        check("CAST(x AS BLOB)", "CAST(x AS BYTEA)");
        check("BLOB BLOB", "BYTEA BYTEA");
        check("(BLOB)", "(BYTEA)");
        check("body BLOBS", "body BLOBS");
        check("a BLOB_KEY TEXT", "a BLOB_KEY TEXT");
        check("a_BLOB TEXT, MYBLOB", "a_BLOB TEXT, MYBLOB");
        check("blob TEXT", "blob TEXT");
        check("", "");
    }
}
