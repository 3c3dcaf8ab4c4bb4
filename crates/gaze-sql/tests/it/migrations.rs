//! Each step is applied once, whoever comes first, and disagreement is noticed.

use gaze_sql::testing::databases;
use gaze_sql::{Db, Kind, Migration, SqlError};

use crate::{ids, insert};

const ONE: Migration = Migration {
    version: 1,
    name: "item",
    sql: "CREATE TABLE item (id TEXT PRIMARY KEY NOT NULL); \
          INSERT INTO item (id) VALUES ('by step 1');",
};
const TWO: Migration = Migration {
    version: 2,
    name: "more",
    sql: "INSERT INTO item (id) VALUES ('by step 2')",
};
const BROKEN: Migration = Migration {
    version: 2,
    name: "broken",
    sql: "INSERT INTO item (id) VALUES ('half'); INSERT INTO nowhere VALUES (1);",
};

#[tokio::test]
async fn each_step_is_applied_once() {
    for fresh in databases().await {
        let db = &fresh.db;
        db.migrate("set", &[ONE]).await.unwrap();
        db.migrate("set", &[ONE]).await.unwrap();
        assert_eq!(ids(db).await, ["by step 1"]);
        db.migrate("set", &[ONE, TWO]).await.unwrap();
        db.migrate("set", &[ONE, TWO]).await.unwrap();
        assert_eq!(
            ids(db).await,
            ["by step 1", "by step 2"],
            "on {}",
            fresh.name
        );
    }
}

#[tokio::test]
async fn sets_do_not_know_of_one_another() {
    for fresh in databases().await {
        fresh.db.migrate("one", &[ONE]).await.unwrap();
        let other = Migration {
            version: 1,
            name: "other",
            sql: TWO.sql,
        };
        fresh.db.migrate("two", &[other]).await.unwrap();
        assert_eq!(ids(&fresh.db).await, ["by step 1", "by step 2"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_processes_may_migrate_at_once() {
    for fresh in databases().await {
        let mut others = Vec::new();
        for _ in 0..4 {
            // A second process cannot open a SQLite file; there, several callers must do.
            others.push(match fresh.db.kind() {
                Kind::Sqlite => fresh.db.clone(),
                Kind::Postgres => Db::open(&fresh.target).await.unwrap(),
            });
        }
        let tasks: Vec<_> = others
            .into_iter()
            .map(|db| tokio::spawn(async move { db.migrate("set", &[ONE, TWO]).await }))
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(
            ids(&fresh.db).await,
            ["by step 1", "by step 2"],
            "on {}",
            fresh.name
        );
    }
}

#[tokio::test]
async fn a_step_that_fails_leaves_nothing_and_the_steps_before_it_stay() {
    for fresh in databases().await {
        let failed = fresh.db.migrate("set", &[ONE, BROKEN]).await;
        assert!(
            matches!(&failed, Err(SqlError::Migration { set, version: 2, .. }) if set == "set"),
            "on {}: {failed:?}",
            fresh.name
        );
        assert_eq!(ids(&fresh.db).await, ["by step 1"]);
        fresh.db.migrate("set", &[ONE, TWO]).await.unwrap();
        assert_eq!(ids(&fresh.db).await, ["by step 1", "by step 2"]);
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_untouched() {
    for fresh in databases().await {
        fresh.db.migrate("set", &[ONE, TWO]).await.unwrap();
        let refused = fresh.db.migrate("set", &[ONE]).await;
        assert!(
            matches!(refused, Err(SqlError::MigrationMismatch { .. })),
            "on {}: {refused:?}",
            fresh.name
        );
        insert(&fresh.db, "still usable").await.unwrap();
    }
}

#[tokio::test]
async fn steps_out_of_order_are_refused() {
    for fresh in databases().await {
        let zero = Migration { version: 0, ..ONE };
        for steps in [&[zero][..], &[ONE, ONE], &[TWO, ONE]] {
            let refused = fresh.db.migrate("set", steps).await;
            assert!(
                matches!(refused, Err(SqlError::MigrationMismatch { .. })),
                "{refused:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_step_that_comes_later_than_its_neighbours_is_applied_then() {
    for fresh in databases().await {
        let three = Migration {
            version: 3,
            name: "last",
            sql: "INSERT INTO item (id) VALUES ('by step 3')",
        };
        fresh.db.migrate("set", &[ONE, three]).await.unwrap();
        assert_eq!(ids(&fresh.db).await, ["by step 1", "by step 3"]);
        fresh.db.migrate("set", &[ONE, TWO, three]).await.unwrap();
        fresh.db.migrate("set", &[ONE, TWO, three]).await.unwrap();
        let all = ["by step 1", "by step 2", "by step 3"];
        assert_eq!(ids(&fresh.db).await, all, "on {}", fresh.name);
    }
}

#[tokio::test]
async fn an_applied_step_that_was_edited_is_noticed() {
    for fresh in databases().await {
        fresh.db.migrate("set", &[ONE]).await.unwrap();
        let edited = Migration {
            sql: "CREATE TABLE another (id TEXT)",
            ..ONE
        };
        let refused = fresh.db.migrate("set", &[edited]).await;
        assert!(
            matches!(refused, Err(SqlError::MigrationMismatch { .. })),
            "on {}: {refused:?}",
            fresh.name
        );
    }
}
