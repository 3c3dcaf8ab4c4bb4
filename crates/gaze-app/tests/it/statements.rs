//! How many statements the verbs run that requests are made of, on each database, and that what is
//! kept of the catalogue is never older than the last answer.

use gaze_domain::list::{Condition, Direction, Field, ImageList, Scope, Sort, Start};
use gaze_domain::{MemberState, Visibility};
use gaze_sql::{Db, SqlError, Target};
use gaze_testkit::World;

use crate::harness::{assert_refused, worlds};

/// Statements of a call whose answer has been asked for before. The least of several tries, since
/// the service has small duties of its own.
async fn cost(world: &World, call: impl AsyncFn()) -> u64 {
    let db = &world.database().db;
    let mut least = u64::MAX;
    for _ in 0..5 {
        let before = db.statements();
        call().await;
        least = least.min(db.statements() - before);
    }
    least
}

#[tokio::test]
async fn a_request_asks_the_catalogue_for_no_more_than_it_needs() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let image = world.image("one").await;
        let other = world.image("two").await;
        let scope = Scope::Visible {
            project: caller.project,
            shared: vec![MemberState::Accepted],
        };
        let page = ImageList::new(scope, 25);
        let behind = ImageList {
            start: Start::After(other.id),
            sort: vec![Sort {
                field: Field::Name,
                direction: Direction::Descending,
            }],
            ..page.clone()
        };
        let mine = ImageList {
            conditions: vec![
                Condition::not_eq(Field::Visibility, Visibility::Public),
                Condition::InRegion(world.region.id),
            ],
            ..page.clone()
        };
        let name = world.database().name;
        let check = |what: &str, found: u64, expected: u64| {
            assert_eq!(found, expected, "{what} on {name}");
        };
        let token = cost(&world, async || {
            app.authenticate_token(&world.tenant.api_token)
                .await
                .unwrap();
        });
        check("a token", token.await, 0);
        let key = cost(&world, async || {
            app.signer(&world.tenant.key.access).await.unwrap();
        });
        check("an access key", key.await, 0);
        let names = cost(&world, async || {
            app.catalogue_names(caller).await.unwrap();
        });
        check("the places", names.await, 0);
        let shown = cost(&world, async || {
            app.get_image(caller, image.id).await.unwrap();
        });
        check("one image", shown.await, 0);
        let listed = cost(&world, async || {
            let page = app.list_images(caller, page.clone()).await.unwrap();
            assert_eq!(page.len(), 2);
        });
        check("a page", listed.await, 0);
        let next = cost(&world, async || {
            let page = app.list_images(caller, behind.clone()).await.unwrap();
            assert_eq!(page.len(), 1);
        });
        // The image to start after is looked at first, on behalf of who asks.
        check("a page behind an image", next.await, 0);
        let mine = cost(&world, async || {
            let page = app.list_images(caller, mine.clone()).await.unwrap();
            assert_eq!(page.len(), 2);
            assert_eq!(app.count_images(caller, mine.clone()).await.unwrap(), 2);
        });
        check("a page with its count", mine.await, 0);
        let candidates = cost(&world, async || {
            let found = app.candidates(caller, world.machine.id).await.unwrap();
            assert_eq!(found.len(), 2);
        });
        check("candidates", candidates.await, 0);
    }
}

#[tokio::test]
async fn a_token_is_refused_from_the_moment_that_its_end_is_answered() {
    for world in worlds().await {
        let app = &world.app;
        let (session, key) = (&world.tenant.session, &world.tenant.key);
        for _ in 0..3 {
            app.authenticate_token(session).await.unwrap();
            app.signer(&key.access).await.unwrap();
        }
        assert!(app.revoke_token(session).await.unwrap());
        assert_refused(app.authenticate_token(session).await, "Unauthenticated");
        let caller = &world.tenant.caller;
        app.delete_access_key(caller, key.id).await.unwrap();
        assert_refused(app.signer(&key.access).await.map(drop), "Unauthenticated");
    }
}

#[tokio::test]
async fn a_token_is_refused_from_the_moment_that_another_process_ends_it() {
    for world in worlds().await {
        let Target::Postgres { .. } = world.database().target else {
            continue;
        };
        let other = Db::open(&world.database().target).await.unwrap();
        let token = &world.tenant.api_token;
        for _ in 0..3 {
            world.app.authenticate_token(token).await.unwrap();
        }
        let ended: Result<u64, SqlError> = other
            .write(|tx| {
                Box::pin(async move {
                    tx.execute("UPDATE account SET enabled = 0", &[]).await?;
                    tx.execute("DELETE FROM token WHERE kind = 'api'", &[])
                        .await
                })
            })
            .await;
        assert!(ended.unwrap() > 0);
        let refused = world.app.authenticate_token(token).await;
        assert_refused(refused, "Unauthenticated");
    }
}

#[tokio::test]
async fn a_count_is_that_of_the_catalogue_as_it_is_now() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let list = ImageList::new(Scope::Owned(caller.project), 25);
        for expected in 0..3 {
            for _ in 0..2 {
                let count = app.count_images(caller, list.clone()).await.unwrap();
                assert_eq!(count, expected);
            }
            world.image(&format!("image-{expected}")).await;
        }
    }
}
