//! Statements that travel together mean what they would mean one by one.

use std::sync::Arc;

use gaze_sql::{Db, SqlError, Target, Value};

use crate::{ids, insert, with_items};

#[tokio::test]
async fn several_reads_answer_in_their_order() {
    for fresh in with_items().await {
        insert(&fresh.db, "a").await.unwrap();
        let sql = "SELECT id FROM item WHERE id = $1";
        let args = ["a", "b"].map(|id| [Value::from(id)]);
        let before = fresh.db.statements();
        // More than are sent at once.
        let all: Vec<(&str, &[Value])> = (0..40).map(|at| (sql, &args[at % 2][..])).collect();
        let rows = fresh.db.query_all(&all).await.unwrap();
        let found: Vec<usize> = rows.iter().map(Vec::len).collect();
        assert_eq!(found, [1, 0].repeat(20), "{}", fresh.name);
        assert_eq!(fresh.db.statements() - before, 40);
    }
}

#[tokio::test]
async fn what_is_posted_is_done_in_its_order_and_with_the_commit() {
    for fresh in with_items().await {
        let written: Result<usize, SqlError> = fresh
            .db
            .write(|tx| {
                Box::pin(async move {
                    for at in 0..40_i64 {
                        let args = [format!("{at:02}").into(), at.into()];
                        tx.post("INSERT INTO item (id, size) VALUES ($1, $2)", &args)?;
                        tx.post("UPDATE item SET size = size + 1", &[])?;
                    }
                    let rows = tx.query("SELECT id FROM item", &[]).await?;
                    tx.post("DELETE FROM item WHERE size < 60", &[])?;
                    Ok(rows.len())
                })
            })
            .await;
        assert_eq!(written.unwrap(), 40, "{}", fresh.name);
        // Each was raised by those after it: all are 40 now.
        assert_eq!(ids(&fresh.db).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_posted_statement_that_fails_undoes_the_transaction_and_is_told() {
    for fresh in with_items().await {
        insert(&fresh.db, "a").await.unwrap();
        let sql = "INSERT INTO item (id) VALUES ($1)";
        let written: Result<(), SqlError> = fresh
            .db
            .write(move |tx| {
                Box::pin(async move {
                    tx.post(sql, &["b".into()])?;
                    tx.post(sql, &["a".into()])?;
                    tx.post(sql, &["c".into()])
                })
            })
            .await;
        let error = written.unwrap_err();
        assert!(error.is_conflict(), "{}: {error}", fresh.name);
        assert_eq!(ids(&fresh.db).await, ["a"]);
        // The connection is fit for the next.
        insert(&fresh.db, "d").await.unwrap();
        assert_eq!(ids(&fresh.db).await, ["a", "d"]);
    }
}

#[tokio::test]
async fn a_posted_statement_that_is_no_sql_leaves_nothing_open() {
    for fresh in with_items().await {
        let written: Result<(), SqlError> = fresh
            .db
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute("INSERT INTO item (id) VALUES ('a')", &[])
                        .await?;
                    tx.post("INSERT INTO nowhere (id) VALUES ('a')", &[])
                })
            })
            .await;
        assert!(matches!(written, Err(SqlError::Statement { .. })));
        assert_eq!(ids(&fresh.db).await, Vec::<String>::new());
        insert(&fresh.db, "d").await.unwrap();
    }
}

#[tokio::test]
async fn a_contended_write_is_a_write() {
    for fresh in with_items().await {
        insert(&fresh.db, "a").await.unwrap();
        let db = &fresh.db;
        let raise = async |by: i64, fail: bool| {
            db.write_contended(move |tx| {
                Box::pin(async move {
                    let sql = "UPDATE item SET size = COALESCE(size, 0) + $1 WHERE id = 'a'";
                    tx.execute(sql, &[by.into()]).await?;
                    if fail {
                        return Err(SqlError::Busy);
                    }
                    Ok(())
                })
            })
            .await
        };
        let all = (1..=20).map(|by| raise(by, by % 2 == 0));
        let outcomes = futures_util::future::join_all(all).await;
        assert_eq!(outcomes.iter().filter(|it| it.is_ok()).count(), 10);
        let row = db.query_opt("SELECT size FROM item", &[]).await.unwrap();
        assert_eq!(row.unwrap().int(0).unwrap(), 100, "{}", fresh.name);
    }
}

#[tokio::test]
async fn connections_that_the_server_has_ended_are_replaced() {
    for fresh in with_items().await {
        let Target::Postgres { .. } = fresh.target else {
            continue;
        };
        let db = Arc::new(Db::open(&fresh.target).await.unwrap());
        insert(&db, "a").await.unwrap();
        let watch = db.watch(&["item"]);
        watch.changes().await.unwrap();
        // The other handle's, and not the one that asks.
        let end = "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        fresh.db.query(end, &[]).await.unwrap();
        assert_eq!(ids(&db).await, ["a"]);
        let before = watch.changes().await;
        // A look does not go on as if nothing had been: the server may be another.
        let again = watch.changes().await.unwrap();
        assert!(before.is_err() || before.unwrap() <= again);
        while let Err(error) = insert(&db, "b").await {
            assert!(matches!(error, SqlError::Unavailable { .. }), "{error}");
        }
        assert_eq!(ids(&db).await, ["a", "b"]);
    }
}
