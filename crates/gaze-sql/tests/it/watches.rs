//! What a watch notices.

use gaze_sql::testing::{databases, sqlite};
use gaze_sql::{Db, Migration, SqlError, Target, Watch, request};

const TABLES: &[Migration] = &[Migration {
    version: 1,
    name: "tables",
    sql: "CREATE TABLE shelf (id TEXT PRIMARY KEY, name TEXT);
          CREATE TABLE book (id TEXT PRIMARY KEY,
              shelf_id TEXT NOT NULL REFERENCES shelf (id) ON DELETE CASCADE);
          CREATE TABLE reader (id TEXT PRIMARY KEY);
          -- Only on PostgreSQL:
          CREATE TRIGGER change AFTER INSERT OR DELETE OR UPDATE OF name ON shelf
              EXECUTE FUNCTION count_change();
          CREATE TRIGGER change AFTER INSERT OR DELETE OR UPDATE ON book
              EXECUTE FUNCTION count_change();
          CREATE TRIGGER change AFTER INSERT OR DELETE OR UPDATE ON reader
              EXECUTE FUNCTION count_change();",
}];

async fn run(db: &Db, sql: &'static str) -> Result<(), SqlError> {
    db.write(move |tx| Box::pin(async move { tx.execute(sql, &[]).await.map(drop) }))
        .await
}

#[tokio::test]
async fn a_watch_notices_what_happens_to_its_tables_and_nothing_else() {
    for fresh in databases().await {
        let db = &fresh.db;
        db.migrate("test", TABLES).await.unwrap();
        let shelves = db.watch(&["shelf"]);
        let books = db.watch(&["reader", "book"]);
        for (sql, of_shelves, of_books) in [
            ("INSERT INTO shelf (id) VALUES ('s')", true, false),
            (
                "INSERT INTO book (id, shelf_id) VALUES ('b', 's')",
                false,
                true,
            ),
            ("INSERT INTO reader (id) VALUES ('r')", false, true),
            ("UPDATE shelf SET name = 'n' WHERE id = 's'", true, false),
            // The book goes with its shelf.
            ("DELETE FROM shelf WHERE id = 's'", true, true),
        ] {
            let before = (changes(&shelves).await, changes(&books).await);
            run(db, sql).await.unwrap();
            let after = (changes(&shelves).await, changes(&books).await);
            let noticed = (after.0 != before.0, after.1 != before.1);
            assert_eq!(noticed, (of_shelves, of_books), "{} {sql}", fresh.name);
        }
    }
}

async fn changes(watch: &Watch) -> u64 {
    watch.changes().await.unwrap()
}

#[tokio::test]
async fn on_sqlite_a_statement_that_changes_no_row_is_not_noticed() {
    let fresh = sqlite().await;
    let db = &fresh.db;
    db.migrate("test", TABLES).await.unwrap();
    run(db, "INSERT INTO shelf (id) VALUES ('s')")
        .await
        .unwrap();
    let shelves = db.watch(&["shelf"]);
    let before = changes(&shelves).await;
    for sql in [
        "UPDATE shelf SET name = 'n' WHERE id = 'absent'",
        "INSERT INTO shelf (id) VALUES ('s') ON CONFLICT DO NOTHING",
    ] {
        run(db, sql).await.unwrap();
    }
    assert_eq!(changes(&shelves).await, before);
}

#[tokio::test]
async fn a_change_is_noticed_before_its_writer_is_answered() {
    for fresh in databases().await {
        let db = &fresh.db;
        db.migrate("test", TABLES).await.unwrap();
        let watch = db.watch(&["reader"]);
        for count in 1..=100_i64 {
            let before = changes(&watch).await;
            let written = db.write(move |tx| {
                Box::pin(async move {
                    let sql = "INSERT INTO reader (id) VALUES ($1)";
                    tx.execute(sql, &[count.to_string().into()]).await
                })
            });
            let _rows: u64 = written.await.unwrap();
            assert!(changes(&watch).await > before, "{}", fresh.name);
        }
    }
}

/// What a reader sees and may keep must have a number that the writer's commit changes, also if
/// the writer had already written, and not committed, when the reader looked.
#[tokio::test]
async fn a_transaction_that_is_open_at_a_look_is_noticed_when_it_commits() {
    for fresh in databases().await {
        let Target::Postgres { .. } = fresh.target else {
            // Nobody else writes, and who writes tells after the commit.
            continue;
        };
        let db = &fresh.db;
        db.migrate("test", TABLES).await.unwrap();
        let watch = db.watch(&["reader"]);
        let (wrote, has_written) = tokio::sync::oneshot::channel();
        let (looked, has_looked) = tokio::sync::oneshot::channel::<()>();
        let writer = tokio::spawn({
            let db = db.clone();
            async move {
                db.write(|tx| {
                    Box::pin(async move {
                        let sql = "INSERT INTO reader (id) VALUES ('r')";
                        tx.execute(sql, &[]).await?;
                        wrote.send(()).unwrap();
                        has_looked.await.unwrap();
                        Ok::<_, SqlError>(())
                    })
                })
                .await
            }
        });
        has_written.await.unwrap();
        let other = Db::open(&fresh.target).await.unwrap();
        run(&other, "INSERT INTO reader (id) VALUES ('other')")
            .await
            .unwrap();
        let between = changes(&watch).await;
        looked.send(()).unwrap();
        writer.await.unwrap().unwrap();
        assert!(changes(&watch).await > between);
    }
}

#[tokio::test]
async fn changes_of_another_process_are_noticed_and_counters_of_the_dead_are_kept() {
    for fresh in databases().await {
        let Target::Postgres { .. } = fresh.target else {
            continue;
        };
        let db = &fresh.db;
        db.migrate("test", TABLES).await.unwrap();
        let watch = db.watch(&["reader"]);
        let mut before = changes(&watch).await;
        for id in ["a", "b", "c"] {
            let other = Db::open(&fresh.target).await.unwrap();
            // Adds up what the connections of the one before have counted.
            other.migrate("test", TABLES).await.unwrap();
            let sql = format!("INSERT INTO reader (id) VALUES ('{id}')");
            let written: Result<u64, SqlError> = other
                .write(move |tx| Box::pin(async move { tx.execute(&sql, &[]).await }))
                .await;
            written.unwrap();
            let after = changes(&watch).await;
            assert_eq!(after, before + 1);
            before = after;
            other.close().await;
        }
    }
}

#[tokio::test]
async fn a_request_looks_once_and_again_after_it_wrote() {
    for fresh in databases().await {
        let Target::Postgres { .. } = fresh.target else {
            continue;
        };
        let db = &fresh.db;
        db.migrate("test", TABLES).await.unwrap();
        let watch = db.watch(&["reader"]);
        let insert = async |id: &'static str| {
            let other = Db::open(&fresh.target).await.unwrap();
            let written = tokio::spawn(async move { run(&other, id).await });
            written.await.unwrap().unwrap();
        };
        request::one_look(async {
            let first = changes(&watch).await;
            insert("INSERT INTO reader (id) VALUES ('a')").await;
            run(db, "INSERT INTO shelf (id) VALUES ('s')")
                .await
                .unwrap();
            assert!(changes(&watch).await > first);
        })
        .await;
        let before = changes(&watch).await;
        insert("INSERT INTO reader (id) VALUES ('b')").await;
        assert!(request::one_look(changes(&watch)).await > before);
    }
}
