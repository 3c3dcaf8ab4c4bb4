//! Long jobs.

use gaze_catalog::long_job::{self, LongJob};
use gaze_domain::{Error, JobId, Noun};
use uuid::Uuid;

use crate::world::{assert_error, at, project_id, small, write};

fn id(n: u128) -> JobId {
    JobId::new(Uuid::from_u128(n))
}

fn job(n: u128, project: u128) -> LongJob {
    LongJob {
        id: id(n),
        owner: project_id(project),
        face: "zstack".into(),
        request: id(100 + n),
        work: id(200 + n),
        name: "import".into(),
        description: Some("slowly".into()),
        operation: "APIAddImageMsg".into(),
        data: "{}".into(),
        whole: true,
        target: Some("there".into()),
        outcome: None,
        result: None,
        created_at: at(i64::try_from(n).unwrap()),
        updated_at: at(i64::try_from(n).unwrap()),
        finished_at: None,
    }
}

#[tokio::test]
async fn a_long_job_is_open_until_it_ends_and_can_be_opened_again() {
    for world in small().await {
        let mut read = world.catalog.read();
        let (first, second) = (job(1, 1), job(2, 2));
        for new in [&first, &second] {
            let new = new.clone();
            write!(world, |tx| long_job::insert(tx, &new)).unwrap();
        }
        let again = first.clone();
        assert_error!(
            write!(world, |tx| long_job::insert(tx, &again)),
            Error::AlreadyExists {
                noun: Noun::Job,
                ..
            }
        );
        let all = [second.clone(), first.clone()];
        assert_eq!(long_job::list(&mut read, None, 10).await.unwrap(), all);
        assert_eq!(
            long_job::list(&mut read, Some(project_id(1)), 10)
                .await
                .unwrap(),
            std::slice::from_ref(&first)
        );
        assert_eq!(
            long_job::open(&mut read, 1).await.unwrap(),
            std::slice::from_ref(&first)
        );
        assert_eq!(
            long_job::find_requested(&mut read, second.request)
                .await
                .unwrap(),
            Some(second)
        );

        let ended = || async {
            write!(world, |tx| long_job::finish(
                tx,
                id(1),
                "succeeded",
                "{\"a\":1}",
                at(9)
            ))
            .unwrap()
        };
        assert!(ended().await);
        assert!(!ended().await);
        let found = long_job::find(&mut read, id(1)).await.unwrap().unwrap();
        assert_eq!(found.outcome.as_deref(), Some("succeeded"));
        assert_eq!(found.result.as_deref(), Some("{\"a\":1}"));
        assert_eq!((found.updated_at, found.finished_at), (at(9), Some(at(9))));

        assert!(
            write!(world, |tx| long_job::reopen(
                tx,
                id(1),
                id(7),
                id(8),
                at(10)
            ))
            .unwrap()
        );
        let found = long_job::find(&mut read, id(1)).await.unwrap().unwrap();
        assert_eq!(
            found,
            LongJob {
                request: id(7),
                work: id(8),
                created_at: at(10),
                updated_at: at(10),
                ..first
            }
        );
        assert!(
            !write!(world, |tx| long_job::reopen(
                tx,
                id(1),
                id(7),
                id(8),
                at(10)
            ))
            .unwrap()
        );
        assert!(ended().await);
        for (before, forgotten) in [(9, 0), (10, 1)] {
            let done = write!(world, |tx| long_job::delete_finished(tx, at(before))).unwrap();
            assert_eq!(done, forgotten);
        }
        write!(world, |tx| long_job::delete(tx, id(2))).unwrap();
        assert_eq!(long_job::list(&mut read, None, 10).await.unwrap(), []);
    }
}
