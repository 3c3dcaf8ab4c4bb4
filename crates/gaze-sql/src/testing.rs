//! Fresh databases of both kinds for tests.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use crate::{Db, Target};

/// Base URL of a PostgreSQL server on which tests may create databases.
pub const POSTGRES_VARIABLE: &str = "GAZE_TEST_POSTGRES";
/// Set to `1` where there is no PostgreSQL on purpose.
pub const SQLITE_ONLY_VARIABLE: &str = "GAZE_TEST_SQLITE_ONLY";

/// First part of the name of every PostgreSQL database made here; the maker's process id and a
/// random number follow.
const PREFIX: &str = "gaze_test_";
/// Most databases of dead processes that one creation removes, so that no test waits long.
const MOST_STALE: usize = 4;
/// Key of the advisory lock that lets only one process at a time remove them.
const STALE_LOCK: i64 = 6_120_113_004;

/// A database of a test's own, with its name for messages. Dropping it removes the database.
#[derive(Debug)]
pub struct Fresh {
    pub name: &'static str,
    pub db: Db,
    pub target: Target,
    _remains: Remains,
}

/// What has to go when the test is over; declared last, so that the pool is dropped before it.
#[derive(Debug)]
enum Remains {
    Folder { _folder: TempDir },
    Database { base: String, name: String },
}

/// One fresh SQLite database.
///
/// # Panics
/// If it cannot be made.
#[expect(clippy::expect_used, reason = "a test without its database has failed")]
pub async fn sqlite() -> Fresh {
    let folder = TempDir::new().expect("a temporary folder");
    let target = Target::Sqlite {
        path: folder.path().join("test.db"),
    };
    let db = Db::open(&target).await.expect("a SQLite database");
    Fresh {
        name: "SQLite",
        db,
        target,
        _remains: Remains::Folder { _folder: folder },
    }
}

/// A fresh SQLite and a fresh PostgreSQL database.
///
/// # Panics
/// If one cannot be made; also if [`POSTGRES_VARIABLE`] is not set, unless
/// [`SQLITE_ONLY_VARIABLE`] is.
#[expect(
    clippy::disallowed_methods,
    reason = "the test command hands over the server's address"
)]
pub async fn databases() -> Vec<Fresh> {
    let mut fresh = vec![sqlite().await];
    match std::env::var(POSTGRES_VARIABLE) {
        Ok(base) => fresh.push(postgres(&base).await),
        Err(_) => assert!(
            std::env::var(SQLITE_ONLY_VARIABLE).is_ok_and(|only| only == "1"),
            "set {POSTGRES_VARIABLE} to the URL of a PostgreSQL server, or \
             {SQLITE_ONLY_VARIABLE}=1"
        ),
    }
    fresh
}

/// A fresh database on that server.
///
/// # Panics
/// If it cannot be made.
#[expect(clippy::expect_used, reason = "a test without its database has failed")]
pub async fn postgres(base: &str) -> Fresh {
    let base = base.trim_end_matches('/').to_owned();
    let random = RandomState::new().build_hasher().finish();
    let name = format!("{PREFIX}{}_{random:016x}", std::process::id());
    let (client, driver) = connect(&base)
        .await
        .expect("the PostgreSQL server for tests");
    remove_stale(&client)
        .await
        .expect("a look for databases of dead processes");
    client
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a fresh database");
    driver.abort();
    let target = Target::Postgres {
        url: format!("{base}/{name}"),
        max_connections: 6,
    };
    let remains = Remains::Database { base, name };
    let db = Db::open(&target).await.expect("a PostgreSQL database");
    Fresh {
        name: "PostgreSQL",
        db,
        target,
        _remains: remains,
    }
}

type Driver = tokio::task::JoinHandle<Result<(), tokio_postgres::Error>>;

async fn connect(base: &str) -> Result<(Client, Driver), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(&format!("{base}/postgres"), NoTls).await?;
    Ok((client, tokio::task::spawn(connection)))
}

/// Removes databases whose makers were killed before they could. A database that somebody is
/// connected to is left alone, whatever its name says.
async fn remove_stale(client: &Client) -> Result<(), tokio_postgres::Error> {
    let alone = client
        .query_one("SELECT pg_try_advisory_lock($1)", &[&STALE_LOCK])
        .await?;
    if !alone.get::<_, bool>(0) {
        return Ok(());
    }
    let sql = "SELECT datname::TEXT FROM pg_database d WHERE datname LIKE 'gaze\\_test\\_%'
               AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datid = d.oid)
               ORDER BY d.oid DESC";
    let names: Vec<String> = client
        .query(sql, &[])
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect();
    let stale = names.iter().filter(|name| maker_is_dead(name));
    for name in stale.take(MOST_STALE) {
        // Somebody may have connected meanwhile; then the server refuses, and rightly.
        if let Err(error) = client.batch_execute(&format!("DROP DATABASE {name}")).await {
            tracing::debug!(%error, name, "leaving a database of a dead process");
        }
    }
    Ok(())
}

/// Whether the process that a database's name speaks of is known to be gone. Only where `/proc`
/// tells; elsewhere nothing counts as dead.
fn maker_is_dead(name: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    Path::new("/proc/self").exists()
        && name
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split('_').next())
            .is_some_and(|pid| digits(pid) && !Path::new("/proc").join(pid).exists())
}

/// Removes the PostgreSQL database. The test's own runtime may be the one that is being dropped,
/// so this brings its own.
impl Drop for Remains {
    fn drop(&mut self) {
        let Remains::Database { base, name } = self else {
            return;
        };
        let (base, name) = (std::mem::take(base), std::mem::take(name));
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let removal = std::thread::spawn(
            move || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?;
                runtime.block_on(async {
                    let (client, driver) = connect(&base).await?;
                    client.batch_execute(&sql).await?;
                    driver.abort();
                    Ok(())
                })
            },
        );
        match removal.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error, name, "a test's database stays"),
            Err(_panicked) => tracing::warn!(name, "a test's database stays"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_dead_makers_count_as_stale() {
        let check = |name: &str, dead: bool| assert_eq!(maker_is_dead(name), dead, "{name}");
        // Linux gives no process a number beyond 2^22.
        check("gaze_test_4194305_00ff", true);
        check("gaze_test_4194305", true);
        check(&format!("gaze_test_{}_00ff", std::process::id()), false);
        check("gaze_test_self_00ff", false);
        check("gaze_test_", false);
        check("postgres", false);
    }

    #[tokio::test]
    async fn a_dropped_database_is_gone_and_a_stale_one_is_removed_by_the_next() {
        for fresh in databases().await {
            let url = match fresh.target.clone() {
                Target::Sqlite { path } => {
                    drop(fresh);
                    assert!(!path.exists());
                    continue;
                }
                Target::Postgres { url, .. } => url,
            };
            let (base, name) = url.rsplit_once('/').unwrap();
            let (client, driver) = connect(base).await.unwrap();
            assert!(exists(&client, name).await);
            drop(fresh);
            assert!(!exists(&client, name).await);

            let random = RandomState::new().build_hasher().finish();
            let stale = format!("{PREFIX}4194305_{random:016x}");
            client
                .batch_execute(&format!("CREATE DATABASE {stale}"))
                .await
                .unwrap();
            while exists(&client, &stale).await {
                // Another process may be removing stale ones; only one does at a time.
                drop(postgres(base).await);
            }
            driver.abort();
        }
    }

    async fn exists(client: &Client, name: &str) -> bool {
        let sql = "SELECT 1 FROM pg_database WHERE datname = $1";
        !client.query(sql, &[&name]).await.unwrap().is_empty()
    }
}
