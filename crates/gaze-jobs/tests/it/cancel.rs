//! A cancelled job is rolled back, whatever it was doing.

use std::time::Duration;

use gaze_jobs::{Class, Ctx, NewJob, State};
use gaze_sql::Db;
use serde_json::json;

use crate::harness::{fatal, handlers, new, retry, succeed, worlds};

#[tokio::test]
async fn a_queued_job_is_rolled_back_without_being_run() {
    for world in worlds().await {
        let never = |_ctx| async { panic!("a cancelled job was run") };
        let _runner = world.jobs.run(handlers(&world.db, never)).await.unwrap();
        world
            .enqueue(NewJob {
                delay: Duration::from_hours(1),
                ..new("a")
            })
            .await;
        assert!(world.jobs.cancel("a").await.unwrap());
        let job = world.finished("a").await;
        assert_eq!((job.state, job.attempt), (State::Cancelled, 0));
        assert_eq!(job.error, Some(json!({"kind": "cancelled"})));
        assert_eq!(world.done().await, ["undone a"]);
        assert!(!world.jobs.cancel("a").await.unwrap(), "it is finished");
        assert!(!world.jobs.cancel("b").await.unwrap(), "there is none");
    }
}

async fn until_cancelled(db: Db, ctx: Ctx) -> Result<(), gaze_jobs::Failure> {
    ctx.cancel_token().cancelled().await;
    if !ctx.cancel_requested() {
        return succeed(&db, ctx, "token without request".to_owned())
            .await
            .map_err(retry);
    }
    Err(gaze_jobs::Failure::Retry {
        error: json!({"kind": "stopped"}),
    })
}

#[tokio::test]
async fn a_running_job_is_told_and_is_not_tried_again() {
    for world in worlds().await {
        let db = world.db.clone();
        let run = move |ctx| until_cancelled(db.clone(), ctx);
        let _runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        world.enqueue(new("a")).await;
        world.until("a", |job| job.state == State::Running).await;
        assert!(world.jobs.cancel("a").await.unwrap());
        let job = world.finished("a").await;
        assert_eq!((job.state, job.cancel_requested), (State::Cancelled, true));
        assert_eq!(job.error, Some(json!({"kind": "stopped"})));
        assert_eq!(world.done().await, ["undone a"]);
    }
}

#[tokio::test]
async fn a_queued_job_is_rolled_back_while_all_workers_of_its_class_are_busy() {
    for world in worlds().await {
        let db = world.db.clone();
        let run = move |ctx| until_cancelled(db.clone(), ctx);
        let _runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        let busy = ["a", "b", "c", "d"];
        let transfer = |id| NewJob {
            class: Class::Transfer,
            ..new(id)
        };
        for id in busy {
            world.enqueue(transfer(id)).await;
        }
        for id in busy {
            world.until(id, |job| job.state == State::Running).await;
        }
        world.enqueue(transfer("e")).await;
        assert!(world.jobs.cancel("e").await.unwrap());
        let job = world.finished("e").await;
        assert_eq!((job.state, job.attempt), (State::Cancelled, 0));
        assert_eq!(world.done().await, ["undone e"]);
        for id in busy {
            assert!(world.jobs.cancel(id).await.unwrap());
        }
    }
}

#[tokio::test]
async fn a_job_that_runs_in_another_process_is_told_by_the_heartbeat() {
    for world in worlds().await {
        let db = world.db.clone();
        let run = move |ctx| until_cancelled(db.clone(), ctx);
        let _runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        let other = world.another_process().await;
        world.enqueue(new("a")).await;
        world.until("a", |job| job.state == State::Running).await;
        assert!(other.cancel("a").await.unwrap());
        // The other process is not told of the end, it has to look.
        let job = other
            .wait("a", crate::harness::LONG)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(job.state, State::Cancelled);
    }
}

#[tokio::test]
async fn a_rollback_is_not_told_to_stop_by_the_request() {
    for world in worlds().await {
        let db = world.db.clone();
        let rollback = move |ctx: Ctx, error| {
            let db = db.clone();
            async move {
                assert!(ctx.cancel_requested() && ctx.job.cancel_requested);
                if ctx.cancel_token().is_cancelled() {
                    return Err(fatal("told to stop"));
                }
                db.write(move |tx| {
                    Box::pin(async move {
                        assert_eq!(error, json!({"kind": "cancelled"}));
                        ctx.cancelled_in(tx).await
                    })
                })
                .await
                .map_err(retry)
            }
        };
        let never = |_ctx| async { panic!("a cancelled job was run") };
        let handlers = crate::harness::handlers_with_rollback(&world.db, never, rollback);
        world.enqueue(new("a")).await;
        assert!(world.jobs.cancel("a").await.unwrap());
        let _runner = world.jobs.run(handlers).await.unwrap();
        assert_eq!(world.finished("a").await.state, State::Cancelled);
    }
}

#[tokio::test]
async fn a_job_that_succeeds_all_the_same_has_succeeded() {
    for world in worlds().await {
        let db = world.db.clone();
        let run = move |ctx: Ctx| {
            let db = db.clone();
            async move {
                ctx.cancel_token().cancelled().await;
                succeed(&db, ctx, "made".to_owned()).await.map_err(retry)
            }
        };
        let _runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        world.enqueue(new("a")).await;
        world.until("a", |job| job.state == State::Running).await;
        assert!(world.jobs.cancel("a").await.unwrap());
        assert_eq!(world.finished("a").await.state, State::Succeeded);
        assert_eq!(world.done().await, ["made"]);
    }
}
