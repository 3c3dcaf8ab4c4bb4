//! Migrations: numbered steps, each applied once and in its own transaction.

use crate::{Db, Kind, SqlError, Tx};

/// One step of a set. The text is written once for both databases: on PostgreSQL every `BLOB` in
/// capitals that is a word of its own becomes `BYTEA`, also inside comments and quotes.
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
    statements TEXT NOT NULL,
    PRIMARY KEY (set_name, version)
)";

/// Key of the advisory lock that keeps two processes from migrating one PostgreSQL at once.
const LOCK: &str = "SELECT CAST(pg_advisory_xact_lock(7165321987) AS TEXT)";

pub(crate) async fn run(db: &Db, set: &str, steps: &[Migration]) -> Result<(), SqlError> {
    if let Some((at, step)) = steps
        .iter()
        .enumerate()
        .find(|(at, step)| step.version as usize != at + 1)
    {
        let reason = format!("step {} has version {}", at + 1, step.version);
        return Err(SqlError::MigrationMismatch {
            set: set.to_owned(),
            reason,
        });
    }
    let (known, expected) = (set.to_owned(), steps.to_vec());
    let applied = db
        .write(move |tx| Box::pin(async move { applied(tx, &known, &expected).await }))
        .await?;
    for step in &steps[applied..] {
        let (set, step) = (set.to_owned(), *step);
        db.write(move |tx| Box::pin(async move { apply(tx, &set, step).await }))
            .await?;
    }
    Ok(())
}

/// How many steps the database has seen; they must be the first of these.
async fn applied(tx: &mut Tx, set: &str, steps: &[Migration]) -> Result<usize, SqlError> {
    lock(tx).await?;
    tx.batch(TABLE).await?;
    let sql = "SELECT version, name, statements FROM migration WHERE set_name = $1 \
               ORDER BY version";
    let seen = tx.query(sql, &[set.into()]).await?;
    let mismatch = |reason: String| SqlError::MigrationMismatch {
        set: set.to_owned(),
        reason,
    };
    if seen.len() > steps.len() {
        let (count, known) = (seen.len(), steps.len());
        return Err(mismatch(format!(
            "the database has seen {count} steps, this program knows {known}"
        )));
    }
    for (row, step) in seen.iter().zip(steps) {
        let version = row.int(0)?;
        if version != i64::from(step.version) {
            return Err(mismatch(format!(
                "where step {} belongs, the database has seen step {version}",
                step.version
            )));
        }
        if row.str(1)? != step.name || row.str(2)? != step.sql {
            return Err(mismatch(format!(
                "step {version} ({}) was edited after it was applied",
                step.name
            )));
        }
    }
    Ok(seen.len())
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
        Kind::Sqlite => tx.batch(step.sql).await.map_err(failed),
        Kind::Postgres => tx.batch(&for_postgres(step.sql)).await.map_err(failed),
    }
}

async fn lock(tx: &mut Tx) -> Result<(), SqlError> {
    match tx.kind() {
        Kind::Sqlite => Ok(()),
        Kind::Postgres => tx.query(LOCK, &[]).await.map(|_locked| ()),
    }
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
