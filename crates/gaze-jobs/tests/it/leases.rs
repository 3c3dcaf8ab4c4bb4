//! One job is run by one holder at a time, and by another when the holder is dead.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use gaze_jobs::{Jobs, Options, State};
use gaze_sql::{Db, Kind, SqlError};
use tokio::sync::Notify;

use crate::harness::{LEASE, OPTIONS, eventually, handlers, new, retry, succeed, worlds};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_runners_never_run_one_job_at_once() {
    for world in worlds().await {
        let other = match world.db.kind() {
            Kind::Sqlite => world.jobs.clone(),
            Kind::Postgres => world.another_process().await,
        };
        for at in 0..40 {
            world.enqueue(new(&format!("job {at}"))).await;
        }
        let runs: Arc<Mutex<HashMap<String, u32>>> = Arc::default();
        let mut runners = Vec::new();
        for jobs in [&world.jobs, &other] {
            let (db, runs) = (world.db.clone(), Arc::clone(&runs));
            let run = move |ctx: gaze_jobs::Ctx| {
                let (db, runs) = (db.clone(), Arc::clone(&runs));
                async move {
                    let id = ctx.job.id.clone();
                    *runs.lock().unwrap().entry(id.clone()).or_default() += 1;
                    succeed(&db, ctx, id).await.map_err(retry)
                }
            };
            runners.push(jobs.run(handlers(&world.db, run)).await.unwrap());
        }
        for at in 0..40 {
            let job = world.finished(&format!("job {at}")).await;
            assert_eq!((job.state, job.attempt), (State::Succeeded, 1));
        }
        let runs = runs.lock().unwrap().clone();
        assert_eq!(runs.len(), 40);
        assert!(
            runs.values().all(|runs| *runs == 1),
            "on {}: {runs:?}",
            world.fresh.name
        );
        assert_eq!(world.done().await.len(), 40);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_job_of_a_dead_process_is_claimed_again() {
    for world in worlds().await {
        world.enqueue(new("a")).await;
        // A process dies with its runtime: its handlers, its heartbeats and its connections.
        let process = tokio::runtime::Runtime::new().unwrap();
        let started = Arc::new(Notify::new());
        let (target, shared, clock) = (
            world.fresh.target.clone(),
            world.db.clone(),
            world.clock.clone(),
        );
        let signal = Arc::clone(&started);
        process
            .spawn(async move {
                let db = match shared.kind() {
                    Kind::Sqlite => shared,
                    Kind::Postgres => Db::open(&target).await.unwrap(),
                };
                let jobs = Jobs::open(&db, clock, OPTIONS).await.unwrap();
                let run = move |_ctx| {
                    signal.notify_one();
                    std::future::pending()
                };
                jobs.run(handlers(&db, run)).await.unwrap();
            })
            .await
            .unwrap();
        started.notified().await;
        process.shutdown_background();
        assert_eq!(world.job("a").await.state, State::Running);

        let db = world.db.clone();
        let run = move |ctx| {
            let db = db.clone();
            async move { succeed(&db, ctx, "made".to_owned()).await.map_err(retry) }
        };
        let _runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        if world.db.kind() == Kind::Postgres {
            // It might be alive: its lease has to run out.
            world.runner_looked().await;
            assert_eq!(world.job("a").await.state, State::Running);
            world.clock.advance(LEASE);
        }
        let job = world.finished("a").await;
        assert_eq!((job.state, job.attempt), (State::Succeeded, 2));
        assert_eq!(world.done().await, ["made"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_kills_its_process_each_time_is_rolled_back() {
    for world in worlds().await {
        world.enqueue(new("a")).await;
        let run = |_ctx| std::future::pending();
        let _runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        // The lease runs out under each attempt, as if its process were gone.
        let job = eventually(async || {
            world.clock.advance(LEASE);
            Some(world.job("a").await).filter(|job| job.state.is_final())
        })
        .await;
        assert_eq!((job.state, job.attempt), (State::Failed, 3));
        assert_eq!(job.error, Some(serde_json::json!({"kind": "interrupted"})));
        assert_eq!(world.done().await, ["undone a"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_holder_that_lost_its_lease_cannot_commit() {
    for world in worlds().await {
        world.enqueue(new("a")).await;
        // Room for the second attempt beside the first, and for no third.
        let options = Options {
            quick: 2,
            ..OPTIONS
        };
        let jobs = Jobs::open(&world.db, world.clock.clone(), options)
            .await
            .unwrap();
        let gates = [Arc::new(Notify::new()), Arc::new(Notify::new())];
        let (answers, mut answered) = tokio::sync::mpsc::unbounded_channel();
        let (db, closed) = (world.db.clone(), gates.clone());
        let run = move |ctx: gaze_jobs::Ctx| {
            let attempt = ctx.job.attempt;
            let gate = Arc::clone(&closed[attempt as usize - 1]);
            let (db, answers) = (db.clone(), answers.clone());
            async move {
                gate.notified().await;
                let outcome = succeed(&db, ctx, format!("attempt {attempt}")).await;
                let lost = outcome.is_err();
                answers.send((attempt, outcome)).unwrap();
                if lost {
                    // Keeps its place: a third attempt has nowhere to run.
                    std::future::pending::<()>().await;
                }
                Ok(())
            }
        };
        let _runner = jobs.run(handlers(&world.db, run)).await.unwrap();
        world.until("a", |job| job.attempt == 1).await;
        eventually(async || {
            world.clock.advance(LEASE);
            Some(world.job("a").await).filter(|job| job.attempt == 2)
        })
        .await;
        gates[0].notify_one();
        let (attempt, outcome) = answered.recv().await.unwrap();
        assert_eq!(attempt, 1);
        assert!(
            matches!(outcome, Err(SqlError::Conflict { .. })),
            "{outcome:?}"
        );
        assert_eq!(world.job("a").await.state, State::Running);
        gates[1].notify_one();
        let (attempt, outcome) = answered.recv().await.unwrap();
        assert!(attempt == 2 && outcome.is_ok(), "{outcome:?}");
        assert_eq!(world.job("a").await.state, State::Succeeded);
        assert_eq!(world.done().await, ["attempt 2"]);
    }
}

#[tokio::test]
async fn a_heartbeat_extends_the_lease_and_writes_the_progress() {
    for world in worlds().await {
        world.enqueue(new("a")).await;
        let run = |ctx: gaze_jobs::Ctx| async move {
            ctx.progress(3, Some(7));
            ctx.stage("copying");
            std::future::pending().await
        };
        let _runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        world.until("a", |job| job.state == State::Running).await;
        world.clock.advance(LEASE / 2);
        let now = gaze_jobs::Clock::now_micros(&*world.clock);
        let row = eventually(async || {
            let sql = "SELECT due_at, progress_done, progress_total, stage FROM job";
            let row = world.db.query_opt(sql, &[]).await.unwrap().unwrap();
            (row.int(0).unwrap() > now + 15_000_000).then_some(row)
        })
        .await;
        assert_eq!(row.int(0).unwrap(), now + 30_000_000);
        assert_eq!((row.unsigned(1).unwrap(), row.unsigned(2).unwrap()), (3, 7));
        assert_eq!(row.str(3).unwrap(), "copying");
    }
}
