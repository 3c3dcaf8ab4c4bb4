//! A runner that is stopped gives back what it has not finished.

use std::sync::Arc;
use std::time::Duration;

use gaze_jobs::{Ctx, Failure, State};
use serde_json::json;
use tokio::sync::Notify;

use crate::harness::{LONG, fatal, handlers, handlers_with_rollback, new, retry, succeed, worlds};

#[tokio::test]
async fn jobs_that_heed_their_token_are_given_back_uncounted() {
    for world in worlds().await {
        let run = |ctx: Ctx| async move {
            ctx.cancel_token().cancelled().await;
            Err(Failure::Retry {
                error: json!({"kind": "stopped"}),
            })
        };
        let runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        world.enqueue(new("a")).await;
        world.until("a", |job| job.state == State::Running).await;
        runner.stop(LONG).await;
        let job = world.job("a").await;
        assert_eq!(
            (job.state, job.attempt, job.error),
            (State::Queued, 0, None)
        );

        let db = world.db.clone();
        let run = move |ctx| {
            let db = db.clone();
            async move { succeed(&db, ctx, "made".to_owned()).await.map_err(retry) }
        };
        let _runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        let job = world.finished("a").await;
        assert_eq!((job.state, job.attempt), (State::Succeeded, 1));
    }
}

#[tokio::test]
async fn jobs_that_do_not_heed_their_token_are_cut_off_and_given_back() {
    for world in worlds().await {
        let run = |_ctx| std::future::pending();
        let runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        world.enqueue(new("a")).await;
        world.until("a", |job| job.state == State::Running).await;
        runner.stop(Duration::ZERO).await;
        let job = world.job("a").await;
        assert_eq!((job.state, job.attempt), (State::Queued, 0));
    }
}

#[tokio::test]
async fn a_rollback_that_is_cut_off_is_done_by_the_next_runner() {
    for world in worlds().await {
        let begun = Arc::new(Notify::new());
        let signal = Arc::clone(&begun);
        let rollback = move |_ctx, _error| {
            signal.notify_one();
            std::future::pending()
        };
        let run = |_ctx| async { Err(fatal("broken")) };
        let runner = world
            .jobs
            .run(handlers_with_rollback(&world.db, run, rollback))
            .await
            .unwrap();
        world.enqueue(new("a")).await;
        begun.notified().await;
        runner.stop(Duration::ZERO).await;
        let job = world.job("a").await;
        assert_eq!((job.state, job.attempt), (State::Queued, 1));

        let never = |_ctx| async { panic!("a job to be rolled back was run") };
        let _runner = world.jobs.run(handlers(&world.db, never)).await.unwrap();
        let job = world.finished("a").await;
        assert_eq!(
            (job.state, job.error),
            (State::Failed, Some(json!({"kind": "broken"})))
        );
        assert_eq!(world.done().await, ["undone a"]);
    }
}

#[tokio::test]
async fn a_stopped_runner_claims_nothing_more() {
    for world in worlds().await {
        let run = |_ctx| async { panic!("claimed after the end") };
        let runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        runner.stop(LONG).await;
        world.enqueue(new("a")).await;
        let job = world
            .jobs
            .wait("a", Duration::from_millis(50))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((job.state, job.attempt), (State::Queued, 0));
    }
}
