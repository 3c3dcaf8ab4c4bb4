//! Work done by a request itself: a job to everybody else, rolled back if the request vanishes.

use std::sync::Arc;

use gaze_jobs::{Handler, State};
use gaze_sql::Db;
use serde_json::json;

use crate::harness::{LEASE, handlers, new, worlds};

fn only_rollback(db: &Db) -> Vec<Arc<dyn Handler>> {
    handlers(db, |_ctx| async { panic!("an inline job was run") })
}

#[tokio::test]
async fn inline_work_succeeds_with_the_change_of_its_request() {
    for world in worlds().await {
        let _runner = world.jobs.run(only_rollback(&world.db)).await.unwrap();
        world.begin_inline(new("a")).await;
        let guard = Arc::new(world.jobs.inline("a"));
        guard.progress(5, Some(9));
        guard.stage("reading");
        let job = world.job("a").await;
        assert_eq!((job.state, job.attempt), (State::Running, 1));
        assert_eq!((job.progress_done, job.progress_total), (5, Some(9)));
        assert_eq!((guard.id(), job.stage.as_str()), ("a", "reading"));
        let held = Arc::clone(&guard);
        world
            .db
            .write(move |tx| {
                Box::pin(async move {
                    tx.execute("INSERT INTO done (what) VALUES ('made')", &[])
                        .await?;
                    held.succeed(tx, json!(1)).await
                })
            })
            .await
            .unwrap();
        drop(guard);
        world.runner_looked().await;
        let job = world
            .another_process()
            .await
            .find("a")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((job.state, job.result), (State::Succeeded, Some(json!(1))));
        assert_eq!((job.progress_done, job.progress_total), (5, Some(9)));
        assert_eq!(world.done().await, ["made"]);
    }
}

#[tokio::test]
async fn a_dropped_guard_has_the_work_rolled_back() {
    for world in worlds().await {
        let _runner = world.jobs.run(only_rollback(&world.db)).await.unwrap();
        world.begin_inline(new("a")).await;
        let guard = world.jobs.inline("a");
        world.runner_looked().await;
        assert_eq!(world.job("a").await.state, State::Running);
        drop(guard);
        let job = world.finished("a").await;
        assert_eq!(
            (job.state, job.error),
            (State::Failed, Some(json!({"kind": "interrupted"})))
        );
        assert_eq!(world.done().await, ["undone a"]);
    }
}

#[tokio::test]
async fn inline_work_whose_process_died_is_rolled_back_when_the_lease_has_run_out() {
    for world in worlds().await {
        let _runner = world.jobs.run(only_rollback(&world.db)).await.unwrap();
        world.begin_inline(new("a")).await;
        world.runner_looked().await;
        assert_eq!(world.job("a").await.state, State::Running);
        world.clock.advance(LEASE);
        assert_eq!(world.finished("a").await.state, State::Failed);
        assert_eq!(world.done().await, ["undone a"]);
    }
}

#[tokio::test]
async fn cancelled_inline_work_is_told_and_its_failure_is_a_cancellation() {
    for world in worlds().await {
        world.begin_inline(new("a")).await;
        let guard = Arc::new(world.jobs.inline("a"));
        let token = guard.cancel_token();
        assert!(!token.is_cancelled());
        assert!(world.jobs.cancel("a").await.unwrap());
        token.cancelled().await;
        assert!(guard.cancel_requested());
        let held = Arc::clone(&guard);
        world
            .db
            .write(move |tx| {
                Box::pin(async move { held.fail(tx, json!({"kind": "stopped"})).await })
            })
            .await
            .unwrap();
        let job = world.finished("a").await;
        assert_eq!(
            (job.state, job.error),
            (State::Cancelled, Some(json!({"kind": "stopped"})))
        );
    }
}
