//! Fresh databases of both kinds for tests.

use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::{Db, Target};

/// Base URL of a PostgreSQL server on which tests may create databases.
pub const POSTGRES_VARIABLE: &str = "GAZE_TEST_POSTGRES";
/// Set to `1` where there is no PostgreSQL on purpose.
pub const SQLITE_ONLY_VARIABLE: &str = "GAZE_TEST_SQLITE_ONLY";

/// A database of a test's own, with its name for messages.
#[derive(Debug)]
pub struct Fresh {
    pub name: &'static str,
    pub db: Db,
    pub target: Target,
    _folder: Option<TempDir>,
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
        _folder: Some(folder),
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
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "gaze_test_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let base = base.trim_end_matches('/');
    let (client, connection) =
        tokio_postgres::connect(&format!("{base}/postgres"), tokio_postgres::NoTls)
            .await
            .expect("the PostgreSQL server for tests");
    let driver = tokio::task::spawn(connection);
    client
        .batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        .await
        .expect("no database of that name");
    client
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a fresh database");
    drop(client);
    driver.abort();
    let target = Target::Postgres {
        url: format!("{base}/{name}"),
        max_connections: 4,
    };
    let db = Db::open(&target).await.expect("a PostgreSQL database");
    Fresh {
        name: "PostgreSQL",
        db,
        target,
        _folder: None,
    }
}
