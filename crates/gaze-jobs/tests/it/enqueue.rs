//! A job exists if and when its transaction commits.

use gaze_jobs::{EnqueueError, NewJob, State};
use gaze_sql::SqlError;
use serde_json::json;

use crate::harness::{Abandoned, new, worlds};

#[tokio::test]
async fn a_job_of_a_rolled_back_transaction_does_not_exist() {
    for world in worlds().await {
        let jobs = world.jobs.clone();
        let outcome: Result<(), Abandoned> = world
            .db
            .write(move |tx| {
                Box::pin(async move {
                    jobs.enqueue(tx, new("a")).await?;
                    jobs.begin_inline(tx, new("b")).await?;
                    Err(Abandoned)
                })
            })
            .await;
        assert!(matches!(outcome, Err(Abandoned)));
        assert_eq!(world.jobs.find("a").await.unwrap(), None);
        assert_eq!(world.jobs.find("b").await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_enqueued_job_is_read_back_as_it_was_given() {
    for world in worlds().await {
        let payload = json!({"text": "nul \u{0} and Ω", "list": [1, null, {"x": 1.5}]});
        let given = NewJob {
            payload: payload.clone(),
            max_attempts: 0,
            ..new("a")
        };
        world.enqueue(given).await;
        let job = world.job("a").await;
        assert_eq!(job.payload, payload);
        assert_eq!(job.kind, "work");
        assert_eq!(job.subject, "subject of a");
        assert_eq!(job.owner, "somebody");
        assert_eq!(job.state, State::Queued);
        assert_eq!((job.attempt, job.max_attempts), (0, 1));
        assert_eq!((job.progress_done, job.progress_total), (0, None));
        assert_eq!((job.result, job.error), (None, None));
        assert_eq!(
            (job.created_at, job.started_at, job.finished_at),
            (1_000_000_000, None, None)
        );
    }
}

#[tokio::test]
async fn a_second_job_of_one_id_is_a_duplicate_and_the_transaction_goes_on() {
    for world in worlds().await {
        world.enqueue(new("a")).await;
        let jobs = world.jobs.clone();
        let refused = world
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let changed = NewJob {
                        owner: "another".to_owned(),
                        ..new("a")
                    };
                    let refused = [
                        jobs.enqueue(tx, changed.clone()).await,
                        jobs.begin_inline(tx, changed).await,
                    ];
                    tx.execute("INSERT INTO done (what) VALUES ('more')", &[])
                        .await?;
                    Ok::<_, SqlError>(refused)
                })
            })
            .await
            .unwrap();
        for refused in refused {
            assert!(matches!(refused, Err(EnqueueError::Duplicate { id }) if id == "a"));
        }
        assert_eq!(world.job("a").await.owner, "somebody");
        assert_eq!(world.done().await, ["more"]);
    }
}
