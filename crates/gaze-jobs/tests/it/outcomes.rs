//! What becomes of a job when its handler succeeds, fails or breaks its promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gaze_jobs::{Ctx, Failure, Jobs, NewJob, Options, State};
use serde_json::json;

use crate::harness::{
    Abandoned, LONG, OPTIONS, fatal, handlers, handlers_with_rollback, new, retry, succeed, undone,
    worlds,
};

#[tokio::test]
async fn a_waiter_is_told_of_the_success_and_of_its_result() {
    for world in worlds().await {
        let jobs = world.jobs.clone();
        world.enqueue(new("a")).await;
        let waiter = tokio::spawn(async move { jobs.wait("a", LONG).await });
        let db = world.db.clone();
        let _runner = world
            .jobs
            .run(handlers(&world.db, move |ctx| {
                let db = db.clone();
                async move { succeed(&db, ctx, "made".to_owned()).await.map_err(retry) }
            }))
            .await
            .unwrap();
        let job = waiter.await.unwrap().unwrap().unwrap();
        assert_eq!(job.state, State::Succeeded);
        assert_eq!(job.result, Some(json!({"made": "made"})));
        assert_eq!(job.error, None);
        assert_eq!((job.attempt, job.cancel_requested), (1, false));
        assert_eq!(
            (job.started_at, job.finished_at),
            (Some(1_000_000_000), Some(1_000_000_000))
        );
        assert_eq!(world.done().await, ["made"]);
    }
}

#[tokio::test]
async fn within_one_process_nobody_has_to_poll() {
    for world in worlds().await {
        let options = Options {
            poll: LONG * 60,
            ..OPTIONS
        };
        let jobs = Jobs::open(&world.db, world.clock.clone(), options)
            .await
            .unwrap();
        let db = world.db.clone();
        let run = move |ctx: Ctx| {
            let db = db.clone();
            async move { succeed(&db, ctx, "made".to_owned()).await.map_err(retry) }
        };
        let _runner = jobs.run(handlers(&world.db, run)).await.unwrap();
        let enqueue = async |new: NewJob| {
            let jobs = jobs.clone();
            let enqueued = world
                .db
                .write(move |tx| Box::pin(async move { jobs.enqueue(tx, new).await }));
            enqueued.await.unwrap();
        };
        enqueue(new("a")).await;
        let job = jobs.wait("a", LONG).await.unwrap().unwrap();
        assert_eq!(job.state, State::Succeeded, "on {}", world.fresh.name);
        let later = NewJob {
            delay: LONG,
            ..new("b")
        };
        enqueue(later).await;
        assert!(jobs.cancel("b").await.unwrap());
        let job = jobs.wait("b", LONG).await.unwrap().unwrap();
        assert_eq!(job.state, State::Cancelled, "on {}", world.fresh.name);
    }
}

#[tokio::test]
async fn a_delayed_job_waits_for_its_time() {
    for world in worlds().await {
        let db = world.db.clone();
        let _runner = world
            .jobs
            .run(handlers(&world.db, move |ctx| {
                let db = db.clone();
                async move { succeed(&db, ctx, "made".to_owned()).await.map_err(retry) }
            }))
            .await
            .unwrap();
        world
            .enqueue(NewJob {
                delay: Duration::from_mins(1),
                ..new("a")
            })
            .await;
        world.clock.advance(Duration::from_secs(59));
        world.runner_looked().await;
        assert_eq!(world.job("a").await.state, State::Queued);
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(world.finished("a").await.state, State::Succeeded);
    }
}

#[tokio::test]
async fn a_retried_job_waits_twice_as_long_each_time_and_is_then_rolled_back() {
    for world in worlds().await {
        let _runner = world
            .jobs
            .run(handlers(&world.db, |ctx| async move {
                Err(Failure::Retry {
                    error: json!({"attempt": ctx.job.attempt}),
                })
            }))
            .await
            .unwrap();
        world.enqueue(new("a")).await;
        for (attempt, pause) in [(1, 1), (2, 2)] {
            let again = |job: &gaze_jobs::Job| job.state == State::Queued && job.attempt == attempt;
            let job = world.until("a", again).await;
            assert_eq!(job.error, Some(json!({"attempt": attempt})));
            world
                .clock
                .advance(Duration::from_micros(pause * 1_000_000 - 1));
            world.runner_looked().await;
            assert!(again(&world.job("a").await), "on {}", world.fresh.name);
            world.clock.advance(Duration::from_micros(1));
        }
        let job = world.finished("a").await;
        assert_eq!((job.state, job.attempt), (State::Failed, 3));
        assert_eq!(job.error, Some(json!({"attempt": 3})));
        assert_eq!(world.done().await, ["undone a"]);
    }
}

#[tokio::test]
async fn a_fatal_failure_is_rolled_back_without_another_attempt() {
    for world in worlds().await {
        let _runner = world
            .jobs
            .run(handlers(&world.db, |_ctx| async { Err(fatal("broken")) }))
            .await
            .unwrap();
        world.enqueue(new("a")).await;
        let job = world.finished("a").await;
        assert_eq!((job.state, job.attempt), (State::Failed, 1));
        assert_eq!(job.error, Some(json!({"kind": "broken"})));
        assert_eq!(world.done().await, ["undone a"]);
    }
}

#[tokio::test]
async fn a_panic_is_a_fatal_failure() {
    for world in worlds().await {
        let _runner = world
            .jobs
            .run(handlers(&world.db, |_ctx| async {
                panic!("out of cheese")
            }))
            .await
            .unwrap();
        world.enqueue(new("a")).await;
        let job = world.finished("a").await;
        assert_eq!((job.state, job.attempt), (State::Failed, 1));
        assert_eq!(
            job.error,
            Some(json!({"kind": "internal", "message": "out of cheese"}))
        );
        assert_eq!(world.done().await, ["undone a"]);
    }
}

#[tokio::test]
async fn a_handler_that_does_not_finish_its_job_is_rolled_back() {
    for world in worlds().await {
        let _runner = world
            .jobs
            .run(handlers(&world.db, |_ctx| async { Ok(()) }))
            .await
            .unwrap();
        world.enqueue(new("a")).await;
        let job = world.finished("a").await;
        assert_eq!(job.state, State::Failed);
        assert_eq!(job.error.unwrap()["kind"], "internal");
        assert_eq!(world.done().await, ["undone a"]);
    }
}

#[tokio::test]
async fn success_in_a_transaction_that_does_not_commit_is_none() {
    for world in worlds().await {
        let db = world.db.clone();
        let _runner = world
            .jobs
            .run(handlers(&world.db, move |ctx| {
                let db = db.clone();
                async move {
                    let outcome: Result<(), Abandoned> = db
                        .write(move |tx| {
                            Box::pin(async move {
                                let sql = "INSERT INTO done (what) VALUES ('made')";
                                tx.execute(sql, &[]).await?;
                                ctx.succeed(tx, json!("made")).await?;
                                Err(Abandoned)
                            })
                        })
                        .await;
                    assert!(matches!(outcome, Err(Abandoned)));
                    Err(fatal("no commit"))
                }
            }))
            .await
            .unwrap();
        world.enqueue(new("a")).await;
        let job = world.finished("a").await;
        assert_eq!((job.state, job.result), (State::Failed, None));
        assert_eq!(world.done().await, ["undone a"]);
    }
}

#[tokio::test]
async fn a_rollback_is_repeated_until_it_succeeds_with_the_first_error() {
    for world in worlds().await {
        let (db, tries) = (world.db.clone(), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&tries);
        let rollback = move |ctx, error| {
            let (db, tries) = (db.clone(), Arc::clone(&counted));
            async move {
                match tries.fetch_add(1, Ordering::SeqCst) {
                    0 => Err(fatal("not yet")),
                    1 => panic!("nor now"),
                    2 => Ok(()),
                    _ => undone(db, ctx, error).await,
                }
            }
        };
        let run = |_ctx| async { Err(fatal("broken")) };
        let _runner = world
            .jobs
            .run(handlers_with_rollback(&world.db, run, rollback))
            .await
            .unwrap();
        world.enqueue(new("a")).await;
        for (tried, pause) in [(1, 1), (2, 2), (3, 4)] {
            let again = |job: &gaze_jobs::Job| {
                job.state == State::Queued && tries.load(Ordering::SeqCst) == tried
            };
            world.until("a", again).await;
            world.clock.advance(Duration::from_secs(pause));
        }
        let job = world.finished("a").await;
        assert_eq!((job.state, job.attempt), (State::Failed, 1));
        assert_eq!(job.error, Some(json!({"kind": "broken"})));
        assert_eq!(world.done().await, ["undone a"]);
    }
}
