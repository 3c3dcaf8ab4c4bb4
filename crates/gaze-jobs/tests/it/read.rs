//! Lists, counts, live progress, and forgetting.

use std::time::Duration;

use gaze_jobs::{Ctx, JobList, NewJob, State};

use crate::harness::{World, handlers, new, retry, succeed, worlds};

#[tokio::test]
async fn progress_is_visible_before_it_is_written() {
    for world in worlds().await {
        let db = world.db.clone();
        let run = move |ctx: Ctx| {
            let db = db.clone();
            async move {
                ctx.progress(4, Some(10));
                ctx.stage("copying");
                ctx.cancel_token().cancelled().await;
                succeed(&db, ctx, "made".to_owned()).await.map_err(retry)
            }
        };
        let _runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        world.enqueue(new("a")).await;
        let job = world.until("a", |job| job.stage == "copying").await;
        assert_eq!((job.progress_done, job.progress_total), (4, Some(10)));
        let listed = world
            .jobs
            .unfinished_of(&["subject of a".to_owned()])
            .await
            .unwrap();
        assert_eq!(listed[0].progress_done, 4);
        world.jobs.cancel("a").await.unwrap();
        world.finished("a").await;
        let written = world
            .another_process()
            .await
            .find("a")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (written.progress_done, written.progress_total),
            (4, Some(10))
        );
        assert_eq!(written.stage, "copying");
    }
}

async fn ids(world: &World, list: JobList) -> String {
    let jobs = world.jobs.list(&list).await.unwrap();
    jobs.iter()
        .map(|job| job.id.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn a_list_is_filtered_and_paged_newest_first() {
    for world in worlds().await {
        for (id, owner, subject) in [
            ("c", "x", "s"),
            ("a", "x", "t"),
            ("b", "y", "s"),
            ("e", "x", "s"),
            ("d", "x", "s"),
        ] {
            if id == "e" {
                world.clock.advance(Duration::from_secs(1));
            }
            let job = NewJob {
                owner: owner.into(),
                subject: subject.into(),
                ..new(id)
            };
            world.enqueue(job).await;
        }
        world
            .db
            .write(|tx| {
                Box::pin(async move {
                    let sql = "UPDATE job SET state = 'failed', finished_at = 5 WHERE id = 'e'";
                    tx.execute(sql, &[]).await
                })
            })
            .await
            .unwrap();
        let all = JobList {
            limit: 10,
            ..JobList::default()
        };
        let check = async |list: JobList, expected: &str| {
            assert_eq!(ids(&world, list).await, expected, "on {}", world.fresh.name);
        };
        check(all.clone(), "e d c b a").await;
        check(
            JobList {
                limit: 2,
                ..all.clone()
            },
            "e d",
        )
        .await;
        check(
            JobList {
                limit: 2,
                after: Some("d".into()),
                ..all.clone()
            },
            "c b",
        )
        .await;
        check(
            JobList {
                after: Some("a".into()),
                ..all.clone()
            },
            "",
        )
        .await;
        check(
            JobList {
                after: Some("gone".into()),
                ..all.clone()
            },
            "",
        )
        .await;
        check(
            JobList {
                owner: Some("x".into()),
                ..all.clone()
            },
            "e d c a",
        )
        .await;
        check(
            JobList {
                subject: Some("s".into()),
                ..all.clone()
            },
            "e d c b",
        )
        .await;
        check(
            JobList {
                unfinished: true,
                ..all.clone()
            },
            "d c b a",
        )
        .await;
        let every = JobList {
            owner: Some("x".into()),
            subject: Some("s".into()),
            except: Some("other".into()),
            unfinished: true,
            after: Some("d".into()),
            limit: 10,
            ..JobList::default()
        };
        check(every, "c").await;
        check(JobList::default(), "").await;
        let failed = JobList {
            states: vec![State::Failed, State::Cancelled],
            ..all.clone()
        };
        check(failed, "e").await;
        let waiting = JobList {
            states: vec![State::Queued],
            ascending: true,
            after: Some("a".into()),
            ..all.clone()
        };
        check(waiting, "b c d").await;
        let kinds = |kinds: &[&str]| JobList {
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            ascending: true,
            ..all.clone()
        };
        check(kinds(&["unknown"]), "").await;
        check(kinds(&["unknown", new("a").kind]), "a b c d e").await;
        let none = JobList {
            except: Some("work".into()),
            ..all
        };
        check(none, "").await;
        let asked = ["a", "e", "unknown"].map(String::from);
        let finished = world.jobs.finished_among(&asked).await.unwrap();
        let finished: Vec<&str> = finished.iter().map(|job| job.id.as_str()).collect();
        assert_eq!(finished, ["e"], "on {}", world.fresh.name);
        assert!(world.jobs.finished_among(&[]).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_unfinished_jobs_are_asked_for_when_they_have_changed() {
    for world in worlds().await {
        let enqueue = async |first: u8, last: u8| {
            for id in first..=last {
                world.enqueue(new(&char::from(id).to_string())).await;
            }
        };
        enqueue(b'a', b'c').await;
        let subjects: Vec<String> = (0..1000)
            .map(|at| format!("none {at}"))
            .chain(["subject of b".to_owned()])
            .collect();
        let check = async |expected: u64| {
            let before = world.db.statements();
            let jobs = world.jobs.unfinished_of(&subjects).await.unwrap();
            assert_eq!(world.db.statements() - before, expected);
            let ids: Vec<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
            assert_eq!(ids, ["b"]);
        };
        check(1).await;
        check(0).await;
        // Many are not kept, only that they are many.
        enqueue(b'd', b'v').await;
        check(2).await;
        check(1).await;
        assert_eq!(world.jobs.unfinished_of(&[]).await.unwrap(), []);
    }
}

#[tokio::test]
async fn old_finished_jobs_are_forgotten_and_the_rest_is_counted() {
    for world in worlds().await {
        let db = world.db.clone();
        let run = move |ctx: Ctx| {
            let db = db.clone();
            async move { succeed(&db, ctx, "made".to_owned()).await.map_err(retry) }
        };
        let runner = world.jobs.run(handlers(&world.db, run)).await.unwrap();
        world.enqueue(new("old")).await;
        let finished_at = world.finished("old").await.finished_at.unwrap();
        world.clock.advance(Duration::from_secs(1));
        world.enqueue(new("young")).await;
        world.finished("young").await;
        runner.stop(crate::harness::LONG).await;
        world.enqueue(new("waiting")).await;
        let count = |state, count| ("work".to_owned(), state, count);
        let counts = world.jobs.counts().await.unwrap();
        assert_eq!(
            counts,
            [count(State::Queued, 1), count(State::Succeeded, 2)]
        );
        assert_eq!(world.jobs.purge_finished(finished_at).await.unwrap(), 0);
        assert_eq!(world.jobs.purge_finished(finished_at + 1).await.unwrap(), 1);
        assert_eq!(world.jobs.find("old").await.unwrap(), None);
        assert!(world.jobs.find("young").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn waiting_ends_at_the_timeout_with_the_job_as_it_is() {
    for world in worlds().await {
        world.enqueue(new("a")).await;
        let job = world
            .jobs
            .wait("a", Duration::from_millis(30))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(job.state, State::Queued);
        let none = world.jobs.wait("none", crate::harness::LONG).await.unwrap();
        assert_eq!(none, None);
    }
}
