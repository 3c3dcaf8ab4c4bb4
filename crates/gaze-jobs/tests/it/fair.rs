//! Owners have their jobs done in turn.

use std::sync::{Arc, Mutex};

use gaze_jobs::{Jobs, NewJob, Options, Runner};
use tokio::sync::Semaphore;

use crate::harness::{LONG, OPTIONS, World, eventually, handlers, new, retry, succeed, worlds};

/// A runner whose jobs begin when they are claimed and end when they are let.
struct Watched {
    runner: Runner,
    /// The owners of the jobs that have begun.
    begun: Arc<Mutex<String>>,
    gate: Arc<Semaphore>,
}

impl Watched {
    async fn start(world: &World, slots: usize) -> Self {
        let options = Options {
            quick: slots,
            ..OPTIONS
        };
        let jobs = Jobs::open(&world.db, world.clock.clone(), options);
        let jobs = jobs.await.unwrap();
        let begun: Arc<Mutex<String>> = Arc::default();
        let gate = Arc::new(Semaphore::new(0));
        let (db, noted, closed) = (world.db.clone(), Arc::clone(&begun), Arc::clone(&gate));
        let run = move |ctx: gaze_jobs::Ctx| {
            let (db, noted, closed) = (db.clone(), Arc::clone(&noted), Arc::clone(&closed));
            async move {
                noted.lock().unwrap().push_str(&ctx.job.owner);
                closed.acquire().await.unwrap().forget();
                let id = ctx.job.id.clone();
                succeed(&db, ctx, id).await.map_err(retry)
            }
        };
        let runner = jobs.run(handlers(&world.db, run)).await.unwrap();
        Self {
            runner,
            begun,
            gate,
        }
    }

    /// The owners in the order in which their jobs have begun, once so many have.
    async fn order(&self, many: usize) -> String {
        eventually(async || {
            let begun = self.begun.lock().unwrap().clone();
            (begun.len() >= many).then_some(begun)
        })
        .await
    }

    async fn stop(self) {
        self.gate.add_permits(1000);
        self.runner.stop(LONG).await;
    }
}

async fn enqueue(world: &World, owner: &str, many: u32) {
    for at in 0..many {
        world
            .enqueue(NewJob {
                owner: owner.to_owned(),
                ..new(&format!("{owner}{at}"))
            })
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_have_their_turn_one_after_another() {
    for world in worlds().await {
        for (owner, many) in [("a", 8), ("b", 2), ("c", 2)] {
            enqueue(&world, owner, many).await;
        }
        let watched = Watched::start(&world, 1).await;
        for done in 1..7 {
            watched.order(done).await;
            watched.gate.add_permits(1);
        }
        assert_eq!(watched.order(7).await, "abcabca", "on {}", world.fresh.name);
        watched.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_is_whoever_has_the_fewest_at_work() {
    for world in worlds().await {
        enqueue(&world, "b", 8).await;
        let watched = Watched::start(&world, 4).await;
        watched.order(4).await;
        // All slots are taken by one owner, with more to come, when two others appear.
        enqueue(&world, "a", 2).await;
        enqueue(&world, "c", 1).await;
        for done in 5..8 {
            watched.gate.add_permits(1);
            watched.order(done).await;
        }
        assert_eq!(watched.order(7).await, "bbbbcab", "on {}", world.fresh.name);
        watched.stop().await;
    }
}
