//! A transaction commits as a whole or not at all, and says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use gaze_sql::SqlError;

use crate::{execute, ids, insert, with_items};

#[derive(Debug)]
enum Refused {
    ByUs,
    Sql(SqlError),
}

impl From<SqlError> for Refused {
    fn from(error: SqlError) -> Refused {
        Refused::Sql(error)
    }
}

#[tokio::test]
async fn an_error_of_the_body_rolls_back_and_is_answered() {
    for fresh in with_items().await {
        let outcome: Result<(), Refused> = fresh
            .db
            .write(|tx| {
                Box::pin(async move {
                    tx.execute("INSERT INTO item (id) VALUES ('a')", &[])
                        .await?;
                    let seen = tx.query("SELECT id FROM item", &[]).await?;
                    assert_eq!(seen.len(), 1, "a transaction sees its own changes");
                    Err(Refused::ByUs)
                })
            })
            .await;
        assert!(
            matches!(outcome, Err(Refused::ByUs)),
            "on {}: {outcome:?}",
            fresh.name
        );
        assert_eq!(ids(&fresh.db).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_transaction_may_change_more_than_is_kept_in_memory_to_undo_it() {
    const ROWS: i64 = 2000;
    for fresh in with_items().await {
        let filled = fresh.db.write(|tx| {
            Box::pin(async move {
                for id in 0..ROWS {
                    let sql = "INSERT INTO item (id, size, body) VALUES ($1, 1, $2)";
                    let args = [format!("{id:04}").into(), vec![7; 2000].into()];
                    tx.execute(sql, &args).await?;
                }
                Ok::<_, SqlError>(())
            })
        });
        filled.await.unwrap();
        // Every page of the table is changed before the last row fails.
        let all = "UPDATE item SET size = CASE WHEN id = '1999' THEN -1 ELSE 2 END";
        let failed = execute(&fresh.db, all, &[]).await;
        assert!(
            matches!(failed, Err(SqlError::Conflict { .. })),
            "{failed:?}"
        );
        let sum = async || {
            let sql = "SELECT CAST(SUM(size) AS BIGINT) FROM item";
            let rows = fresh.db.query(sql, &[]).await.unwrap();
            rows[0].int(0).unwrap()
        };
        assert_eq!(sum().await, ROWS);
        execute(&fresh.db, "UPDATE item SET size = 2", &[])
            .await
            .unwrap();
        assert_eq!(sum().await, 2 * ROWS);
    }
}

#[tokio::test]
async fn a_panic_of_the_body_rolls_back_and_leaves_the_database_usable() {
    for fresh in with_items().await {
        let outcome: Result<(), Refused> = fresh
            .db
            .write(|tx| {
                Box::pin(async move {
                    tx.execute("INSERT INTO item (id) VALUES ('a')", &[])
                        .await?;
                    panic!("out of {}", "cheese")
                })
            })
            .await;
        let Err(Refused::Sql(SqlError::BodyPanicked { message })) = outcome else {
            panic!("on {}: {outcome:?}", fresh.name)
        };
        assert_eq!(message, "out of cheese");
        assert_eq!(ids(&fresh.db).await, Vec::<String>::new());
        insert(&fresh.db, "b").await.unwrap();
    }
}

#[tokio::test]
async fn after_a_failed_statement_the_transaction_is_over() {
    for fresh in with_items().await {
        insert(&fresh.db, "a").await.unwrap();
        let outcome: Result<(), SqlError> = fresh
            .db
            .write(|tx| {
                Box::pin(async move {
                    tx.execute("INSERT INTO item (id) VALUES ('b')", &[])
                        .await?;
                    let again = tx.execute("INSERT INTO item (id) VALUES ('a')", &[]).await;
                    assert!(again.unwrap_err().is_conflict());
                    let later = tx.query("SELECT id FROM item", &[]).await;
                    assert!(matches!(later, Err(SqlError::Aborted)), "{later:?}");
                    Ok(())
                })
            })
            .await;
        assert!(
            matches!(outcome, Err(SqlError::Aborted)),
            "on {}: {outcome:?}",
            fresh.name
        );
        assert_eq!(ids(&fresh.db).await, ["a"]);
    }
}

#[tokio::test]
async fn on_commit_runs_after_a_commit_and_only_then() {
    for fresh in with_items().await {
        let ran = Arc::new(AtomicU32::new(0));
        let write = async |value: u32, commit: bool| {
            let ran = Arc::clone(&ran);
            let outcome: Result<(), Refused> = fresh
                .db
                .write(move |tx| {
                    Box::pin(async move {
                        let inside = Arc::clone(&ran);
                        tx.on_commit(Box::new(move || inside.store(value, Ordering::SeqCst)));
                        assert_ne!(ran.load(Ordering::SeqCst), value, "not before the commit");
                        if commit { Ok(()) } else { Err(Refused::ByUs) }
                    })
                })
                .await;
            assert_eq!(outcome.is_ok(), commit);
        };
        write(1, false).await;
        assert_eq!(ran.load(Ordering::SeqCst), 0);
        write(2, true).await;
        assert_eq!(ran.load(Ordering::SeqCst), 2);
    }
}

#[tokio::test]
async fn a_panic_in_on_commit_hurts_nobody() {
    for fresh in with_items().await {
        fresh
            .db
            .write(|tx| {
                Box::pin(async move {
                    tx.on_commit(Box::new(|| panic!("out of cheese")));
                    tx.execute("INSERT INTO item (id) VALUES ('a')", &[]).await
                })
            })
            .await
            .unwrap();
        insert(&fresh.db, "b").await.unwrap();
        assert_eq!(ids(&fresh.db).await, ["a", "b"]);
    }
}

#[tokio::test]
async fn a_read_outside_a_transaction_cannot_write() {
    for fresh in with_items().await {
        let refused = fresh
            .db
            .query("INSERT INTO item (id) VALUES ('a')", &[])
            .await;
        assert!(refused.is_err(), "on {}", fresh.name);
        assert_eq!(ids(&fresh.db).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_closed_database_says_so() {
    for fresh in with_items().await {
        let clone = fresh.db.clone();
        fresh.db.close().await;
        assert!(
            matches!(insert(&clone, "a").await, Err(SqlError::Closed)),
            "{}",
            fresh.name
        );
        let read = clone.query("SELECT id FROM item", &[]).await;
        assert!(matches!(read, Err(SqlError::Closed)), "{}", fresh.name);
    }
}
