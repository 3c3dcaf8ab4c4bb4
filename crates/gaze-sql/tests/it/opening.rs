//! Opening and closing, and who may.

use gaze_sql::testing::{databases, sqlite};
use gaze_sql::{Db, Kind, SqlError, Target};

use crate::{TABLES, ids, insert};

#[tokio::test]
async fn a_sqlite_file_is_open_once_at_a_time() {
    let fresh = sqlite().await;
    let Target::Sqlite { path: file } = &fresh.target else {
        panic!("{:?}", fresh.target)
    };
    // The lock belongs to the open file and not to the process, so that a second open of this
    // process stands for that of another.
    let second = Db::open(&fresh.target).await;
    assert!(matches!(second, Err(SqlError::InUse { path }) if path == *file));
    fresh.db.migrate("test", TABLES).await.unwrap();
    insert(&fresh.db, "a").await.unwrap();
    fresh.db.close().await;
    let third = Db::open(&fresh.target).await.unwrap();
    assert_eq!(ids(&third).await, ["a"]);
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_reopen() {
    for fresh in databases().await {
        fresh.db.migrate("test", TABLES).await.unwrap();
        insert(&fresh.db, "a").await.unwrap();
        fresh.db.close().await;
        let db = Db::open(&fresh.target).await.unwrap();
        assert_eq!(ids(&db).await, ["a"], "on {}", fresh.name);
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_makes_it_unavailable() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("nowhere").join("test.db");
    let refused = Db::open(&Target::Sqlite { path }).await;
    assert!(
        matches!(refused, Err(SqlError::Unavailable { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("test.db");
    std::fs::write(
        &path,
        "no database, only words and words and words".repeat(100),
    )
    .unwrap();
    let refused = Db::open(&Target::Sqlite { path }).await;
    assert!(
        matches!(refused, Err(SqlError::Unavailable { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable_and_its_password_stays_secret() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = format!("postgres://gaze:secret@127.0.0.1:{port}/gaze");
    let target = Target::Postgres {
        url,
        max_connections: 1,
    };
    assert!(!format!("{target:?}").contains("secret"));
    let refused = Db::open(&target).await;
    let Err(error @ SqlError::Unavailable { .. }) = refused else {
        panic!("{refused:?}")
    };
    assert!(!format!("{error:?}").contains("secret"));
}

#[tokio::test]
async fn a_database_knows_its_kind() {
    for fresh in databases().await {
        let expected = if fresh.name == "SQLite" {
            Kind::Sqlite
        } else {
            Kind::Postgres
        };
        assert_eq!(fresh.db.kind(), expected);
    }
}
