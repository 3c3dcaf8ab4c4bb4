//! SQLite's queued transactions share a commit and nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use futures_util::FutureExt;
use gaze_sql::testing::sqlite;
use gaze_sql::{Db, SqlError};

use crate::{TABLES, ids, insert};

/// Holds the writer thread in a transaction until the returned sender is dropped, so that what
/// is written meanwhile is queued.
async fn hold(
    db: &Db,
) -> (
    mpsc::Sender<()>,
    tokio::task::JoinHandle<Result<(), SqlError>>,
) {
    let (release, held) = mpsc::channel::<()>();
    let (inside, entered) = tokio::sync::oneshot::channel();
    let db = db.clone();
    let holder = tokio::spawn(async move {
        db.write(move |_tx| {
            Box::pin(async move {
                inside.send(()).unwrap();
                assert!(
                    held.recv().is_err(),
                    "nothing is sent, the sender is dropped"
                );
                Ok(())
            })
        })
        .await
    });
    entered.await.unwrap();
    (release, holder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queued_transactions_share_one_commit() {
    let fresh = sqlite().await;
    let db = &fresh.db;
    db.migrate("test", TABLES).await.unwrap();
    let (release, holder) = hold(db).await;
    let (statements, visible) = (db.statements(), Arc::new(AtomicU64::new(0)));
    let writes: Vec<_> = (0..100)
        .map(|at| {
            let (db, visible) = (db.clone(), Arc::clone(&visible));
            let (queued, is_queued) = tokio::sync::oneshot::channel();
            let task = tokio::spawn(async move {
                let write = db.write(move |tx| {
                    Box::pin(async move {
                        let sql = "INSERT INTO item (id) VALUES ($1)";
                        tx.execute(sql, &[format!("{at:03}").into()]).await?;
                        let committed = Arc::clone(&visible);
                        tx.on_commit(Box::new(move || {
                            committed.fetch_add(1, Ordering::SeqCst);
                        }));
                        Ok::<_, SqlError>(visible.load(Ordering::SeqCst))
                    })
                });
                let mut write = Box::pin(write);
                assert!(
                    (&mut write).now_or_never().is_none(),
                    "it waits for the thread"
                );
                queued.send(()).unwrap();
                write.await
            });
            (task, is_queued)
        })
        .collect();
    let mut tasks = Vec::new();
    for (task, is_queued) in writes {
        is_queued.await.unwrap();
        tasks.push(task);
    }
    drop(release);
    holder.await.unwrap().unwrap();
    for task in tasks {
        // While each body ran, no other had been committed.
        assert_eq!(task.await.unwrap().unwrap(), 0);
    }
    assert_eq!(visible.load(Ordering::SeqCst), 100);
    assert_eq!(db.statements() - statements, 100);
    assert_eq!(ids(db).await.len(), 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_failed_body_takes_nothing_from_the_others_of_its_batch() {
    let fresh = sqlite().await;
    let db = &fresh.db;
    db.migrate("test", TABLES).await.unwrap();
    let (release, holder) = hold(db).await;
    let good = |id: &'static str| {
        let db = db.clone();
        Box::pin(async move { insert(&db, id).await.map(drop) })
    };
    let mut first = good("first");
    let mut failing = Box::pin(db.write(|tx| {
        Box::pin(async move {
            tx.execute("INSERT INTO item (id) VALUES ('lost')", &[])
                .await?;
            tx.execute("INSERT INTO item (id) VALUES ('first')", &[])
                .await
                .map(drop)
        })
    }));
    let mut panicking = Box::pin(db.write(|tx| {
        Box::pin(async move {
            tx.execute("INSERT INTO item (id) VALUES ('lost too')", &[])
                .await?;
            panic!("out of cheese");
            #[expect(unreachable_code, reason = "names the type of the outcome")]
            Ok::<(), SqlError>(())
        })
    }));
    let mut last = good("last");
    assert!((&mut first).now_or_never().is_none());
    assert!((&mut failing).now_or_never().is_none());
    assert!((&mut panicking).now_or_never().is_none());
    assert!((&mut last).now_or_never().is_none());
    drop(release);
    holder.await.unwrap().unwrap();
    first.await.unwrap();
    assert!(matches!(failing.await, Err(SqlError::Conflict { .. })));
    assert!(
        matches!(panicking.await, Err(SqlError::BodyPanicked { message }) if message == "out of cheese")
    );
    last.await.unwrap();
    assert_eq!(ids(db).await, ["first", "last"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_whose_caller_is_gone_stands_all_the_same() {
    let fresh = sqlite().await;
    let db = &fresh.db;
    db.migrate("test", TABLES).await.unwrap();
    let (release, holder) = hold(db).await;
    let mut abandoned = Box::pin(insert(db, "abandoned"));
    assert!((&mut abandoned).now_or_never().is_none());
    drop(abandoned);
    drop(release);
    holder.await.unwrap().unwrap();
    insert(db, "later").await.unwrap();
    assert_eq!(ids(db).await, ["abandoned", "later"]);
}

#[tokio::test]
async fn a_body_may_await_nothing_but_its_own_statements() {
    let fresh = sqlite().await;
    let db = &fresh.db;
    db.migrate("test", TABLES).await.unwrap();
    let outcome: Result<(), SqlError> = db
        .write(|tx| {
            Box::pin(async move {
                tx.execute("INSERT INTO item (id) VALUES ('a')", &[])
                    .await?;
                tokio::task::yield_now().await;
                Ok(())
            })
        })
        .await;
    assert!(matches!(outcome, Err(SqlError::BodyPending)), "{outcome:?}");
    assert_eq!(ids(db).await, Vec::<String>::new());
    insert(db, "b").await.unwrap();
}
