//! Remembered calls.

use gaze_catalog::call;
use gaze_domain::{Error, JobId, Noun};
use uuid::Uuid;

use crate::world::{assert_error, at, empty, write};

fn a_call(n: u128, seconds: i64) -> call::Call {
    call::Call {
        id: JobId::new(Uuid::from_u128(n)),
        face: "zstack".into(),
        work: None,
        hook: None,
        classes: false,
        deadline: None,
        answer: None,
        created_at: at(seconds),
        finished_at: None,
    }
}

#[tokio::test]
async fn a_call_is_remembered_with_its_answer_until_it_is_old() {
    for world in empty().await {
        let mut read = world.catalog.read();
        let first = a_call(1, 10);
        let second = call::Call {
            work: Some(JobId::new(Uuid::from_u128(9))),
            hook: Some("http://client/hook".into()),
            classes: true,
            deadline: Some(at(99)),
            ..a_call(2, 20)
        };
        for new in [&first, &second] {
            let new = new.clone();
            write!(world, |tx| call::insert(tx, &new)).unwrap();
        }
        let again = a_call(2, 30);
        assert_error!(
            write!(world, |tx| call::insert(tx, &again)),
            Error::AlreadyExists {
                noun: Noun::Job,
                ..
            }
        );
        let open = call::open(&mut read, 10).await.unwrap();
        assert_eq!(open, [first.clone(), second.clone()]);
        assert_eq!(call::open(&mut read, 1).await.unwrap().len(), 1);

        let id = first.id;
        assert!(write!(world, |tx| call::answer(tx, id, 503, "{\"a\":1}", at(30))).unwrap());
        assert!(!write!(world, |tx| call::answer(tx, id, 200, "{}", at(31))).unwrap());
        let found = call::find(&mut read, id).await.unwrap().unwrap();
        assert_eq!(found.answer, Some((503, "{\"a\":1}".into())));
        assert_eq!(found.finished_at, Some(at(30)));
        assert_eq!(
            call::open(&mut read, 10).await.unwrap(),
            std::slice::from_ref(&second)
        );

        for (before, forgotten) in [(30, 0), (31, 1)] {
            let done = write!(world, |tx| call::delete_finished(tx, at(before))).unwrap();
            assert_eq!(done, forgotten);
        }
        assert_eq!(call::find(&mut read, id).await.unwrap(), None);
        let id = second.id;
        assert!(call::find(&mut read, id).await.unwrap().is_some());
        write!(world, |tx| call::forget(tx, id)).unwrap();
        assert_eq!(call::find(&mut read, id).await.unwrap(), None);
    }
}
