//! What a watch notices.

use gaze_sql::testing::{databases, sqlite};
use gaze_sql::{Db, Kind, Migration, SqlError};

const TABLES: &[Migration] = &[Migration {
    version: 1,
    name: "tables",
    sql: "CREATE TABLE shelf (id TEXT PRIMARY KEY, name TEXT);
          CREATE TABLE book (id TEXT PRIMARY KEY,
              shelf_id TEXT NOT NULL REFERENCES shelf (id) ON DELETE CASCADE);
          CREATE TABLE reader (id TEXT PRIMARY KEY);",
}];

async fn run(db: &Db, sql: &'static str) -> Result<(), SqlError> {
    db.write(move |tx| Box::pin(async move { tx.execute(sql, &[]).await.map(drop) }))
        .await
}

#[tokio::test]
async fn a_watch_notices_what_happens_to_its_tables_and_nothing_else() {
    let fresh = sqlite().await;
    let db = &fresh.db;
    db.migrate("test", TABLES).await.unwrap();
    let shelves = db.watch(&["shelf"]).unwrap();
    let books = db.watch(&["reader", "book"]).unwrap();
    for (sql, of_shelves, of_books) in [
        ("INSERT INTO shelf (id) VALUES ('s')", true, false),
        (
            "INSERT INTO book (id, shelf_id) VALUES ('b', 's')",
            false,
            true,
        ),
        ("INSERT INTO reader (id) VALUES ('r')", false, true),
        ("UPDATE shelf SET name = 'n' WHERE id = 's'", true, false),
        (
            "UPDATE shelf SET name = 'n' WHERE id = 'absent'",
            false,
            false,
        ),
        (
            "INSERT INTO shelf (id) VALUES ('s') ON CONFLICT DO NOTHING",
            false,
            false,
        ),
        // The book goes with its shelf.
        ("DELETE FROM shelf WHERE id = 's'", true, true),
    ] {
        let before = (shelves.changes(), books.changes());
        run(db, sql).await.unwrap();
        let noticed = (shelves.changes() != before.0, books.changes() != before.1);
        assert_eq!(noticed, (of_shelves, of_books), "{sql}");
    }
}

#[tokio::test]
async fn a_change_is_noticed_before_its_writer_is_answered() {
    let fresh = sqlite().await;
    let db = &fresh.db;
    db.migrate("test", TABLES).await.unwrap();
    let watch = db.watch(&["reader"]).unwrap();
    for count in 1..=100_i64 {
        let before = watch.changes();
        let written = db.write(move |tx| {
            Box::pin(async move {
                let sql = "INSERT INTO reader (id) VALUES ($1)";
                tx.execute(sql, &[count.to_string().into()]).await
            })
        });
        let _rows: u64 = written.await.unwrap();
        assert!(watch.changes() > before);
    }
}

#[tokio::test]
async fn only_a_database_with_one_writing_process_is_watched() {
    for fresh in databases().await {
        let watched = fresh.db.watch(&["reader"]).is_some();
        assert_eq!(watched, fresh.db.kind() == Kind::Sqlite, "{}", fresh.name);
    }
}
