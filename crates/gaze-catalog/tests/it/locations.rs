//! The life of a copy, and the room it takes on its way.

use gaze_catalog::{image, location};
use gaze_domain::{ByteCount, Error, Location, LocationId, LocationState, Noun};
use uuid::Uuid;

use crate::world::{World, assert_error, at, bare_image, image_id, small, store_id, write};

fn id(n: u128) -> LocationId {
    LocationId::new(Uuid::from_u128(n))
}

async fn begin(world: &World, n: u128, image: u128, size: u64) -> Result<Location, Error> {
    write!(world, |tx| location::begin(
        tx,
        id(n),
        image_id(image),
        store_id(1),
        &format!("key-{n}"),
        ByteCount(size),
        at(10)
    ))
}

async fn find(world: &World, n: u128) -> Option<Location> {
    location::find(&mut world.catalog.read(), id(n))
        .await
        .unwrap()
}

async fn room(world: &World) -> (u64, u64) {
    let store = world.store(1).await;
    (store.used.0, store.reserved.0)
}

#[tokio::test]
async fn a_copy_is_written_completed_marked_and_forgotten() {
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        let begun = begin(&world, 1, 1, 100).await.unwrap();
        assert_eq!(find(&world, 1).await.as_ref(), Some(&begun));
        assert_eq!((begun.state, begun.ordinal), (LocationState::Writing, 1));
        assert_eq!(room(&world).await, (0, 100));

        let added = write!(world, |tx| location::grow(tx, id(1), ByteCount(250)));
        assert_eq!(added.unwrap(), ByteCount(150));
        let added = write!(world, |tx| location::grow(tx, id(1), ByteCount(200)));
        assert_eq!(added.unwrap(), ByteCount(0));
        assert_error!(
            write!(world, |tx| location::grow(tx, id(1), ByteCount(1001))),
            Error::NoSpace { .. }
        );
        assert_eq!(room(&world).await, (0, 250));
        assert_eq!(find(&world, 1).await.unwrap().size, ByteCount(250));

        assert_error!(
            write!(world, |tx| location::forget(tx, id(1))),
            Error::WrongState {
                noun: Noun::Location,
                ..
            }
        );
        write!(world, |tx| location::complete(
            tx,
            id(1),
            ByteCount(90),
            at(11)
        ))
        .unwrap();
        assert_eq!(room(&world).await, (90, 0));
        let complete = find(&world, 1).await.unwrap();
        assert_eq!(
            (complete.state, complete.size),
            (LocationState::Ready, ByteCount(90))
        );
        assert_eq!((complete.created_at, complete.updated_at), (at(10), at(11)));
        for refused in [
            write!(world, |tx| location::complete(
                tx,
                id(1),
                ByteCount(90),
                at(12)
            )),
            write!(world, |tx| location::abandon(tx, id(1))),
            write!(world, |tx| location::forget(tx, id(1))),
            write!(world, |tx| async {
                location::grow(tx, id(1), ByteCount(500)).await.map(drop)
            }),
        ] {
            assert_error!(
                refused,
                Error::WrongState {
                    noun: Noun::Location,
                    ..
                }
            );
        }
        assert_eq!(room(&world).await, (90, 0));

        write!(world, |tx| location::mark_deleted(tx, id(1), at(12))).unwrap();
        assert_eq!(find(&world, 1).await.unwrap().state, LocationState::Deleted);
        write!(world, |tx| location::recover(tx, id(1), at(12))).unwrap();
        assert_eq!(find(&world, 1).await.unwrap().state, LocationState::Ready);
        write!(world, |tx| location::mark_deleted(tx, id(1), at(12))).unwrap();
        for (before, expected) in [(12, 0), (13, 1)] {
            let mut read = world.catalog.read();
            let found = location::deleted_before(&mut read, at(before), 10).await;
            assert_eq!(found.unwrap().len(), expected);
        }
        assert_eq!(room(&world).await, (90, 0));
        let marked = write!(world, |tx| location::mark_deleting(tx, id(1), at(13)));
        assert!(marked.unwrap());
        let again = write!(world, |tx| location::mark_deleting(tx, id(1), at(13)));
        assert!(!again.unwrap());
        assert_eq!(
            find(&world, 1).await.unwrap().state,
            LocationState::Deleting
        );
        assert_eq!(room(&world).await, (90, 0));
        write!(world, |tx| location::forget(tx, id(1))).unwrap();
        write!(world, |tx| location::forget(tx, id(1))).unwrap();
        assert_eq!((find(&world, 1).await, room(&world).await), (None, (0, 0)));
        assert_error!(
            write!(world, |tx| location::complete(
                tx,
                id(1),
                ByteCount(1),
                at(1)
            )),
            Error::NotFound {
                noun: Noun::Location,
                ..
            }
        );
    }
}

#[tokio::test]
async fn a_copy_that_is_given_up_leaves_no_trace() {
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        begin(&world, 1, 1, 1000).await.unwrap();
        assert_error!(begin(&world, 2, 1, 1).await, Error::NoSpace { .. });
        // Marking is for complete copies; one that is being written is not touched.
        write!(world, |tx| location::mark_deleting(tx, id(1), at(13))).unwrap();
        assert_eq!(find(&world, 1).await.unwrap().state, LocationState::Writing);
        write!(world, |tx| location::abandon(tx, id(1))).unwrap();
        write!(world, |tx| location::abandon(tx, id(1))).unwrap();
        assert_eq!((find(&world, 1).await, room(&world).await), (None, (0, 0)));
        let refused = begin(&world, 2, 77, 1).await;
        assert!(refused.is_err(), "a copy of no image: {refused:?}");
        assert_eq!(room(&world).await, (0, 0), "{}", world.name);
    }
}

#[tokio::test]
async fn copies_are_listed_in_the_order_in_which_they_came() {
    for world in small().await {
        let mut read = world.catalog.read();
        for n in 1..=3 {
            world.add(&bare_image(n)).await.unwrap();
        }
        for (n, image) in [(5, 1), (4, 2), (3, 1)] {
            begin(&world, n, image, 10).await.unwrap();
        }
        write!(world, |tx| location::complete(
            tx,
            id(4),
            ByteCount(10),
            at(11)
        ))
        .unwrap();
        let ids = |copies: &[Location]| copies.iter().map(|at| at.id).collect::<Vec<_>>();
        let asked = [image_id(1), image_id(2), image_id(3)];
        let of = location::of_images(&mut read, &asked).await.unwrap();
        assert_eq!(ids(&of[&image_id(1)]), [id(5), id(3)]);
        assert_eq!(ids(&of[&image_id(2)]), [id(4)]);
        assert_eq!(of.get(&image_id(3)), None);
        assert!(
            location::of_images(&mut read, &[])
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            ids(&world.image(image_id(1)).await.locations),
            [id(5), id(3)]
        );
        assert_eq!(
            ids(&location::unfinished(&mut read).await.unwrap()),
            [id(5), id(3)]
        );

        let asked: Vec<String> = (0..2000).map(|n| format!("key-{n}")).collect();
        let mut known = location::known_keys(&mut read, store_id(1), &asked)
            .await
            .unwrap();
        known.sort();
        assert_eq!(known, ["key-3", "key-4", "key-5"], "{}", world.name);
        let elsewhere = location::known_keys(&mut read, store_id(2), &asked).await;
        assert!(elsewhere.unwrap().is_empty());

        let taken = write!(world, |tx| location::begin(
            tx,
            id(9),
            image_id(3),
            store_id(1),
            "key-3",
            ByteCount(1),
            at(1)
        ));
        assert_error!(
            taken,
            Error::AlreadyExists {
                noun: Noun::Location,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| image::delete(tx, image_id(1))),
            Error::InUse {
                noun: Noun::Image,
                ..
            }
        );
        write!(world, |tx| image::delete(tx, image_id(3))).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_completed_twice_at_once_is_counted_once() {
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        for round in 1..=5 {
            begin(&world, round, 1, 100).await.unwrap();
            let tasks: Vec<_> = (0..6)
                .map(|which| {
                    let catalog = world.catalog.clone();
                    tokio::spawn(async move {
                        catalog
                            .write(move |tx| {
                                Box::pin(async move {
                                    if which % 2 == 0 {
                                        location::complete(tx, id(round), ByteCount(70), at(1))
                                            .await
                                    } else {
                                        location::abandon(tx, id(round)).await
                                    }
                                })
                            })
                            .await
                    })
                })
                .collect();
            for task in tasks {
                match task.await.unwrap() {
                    Ok(()) | Err(Error::WrongState { .. } | Error::NotFound { .. }) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            let kept = u64::try_from(world.image(image_id(1)).await.locations.len()).unwrap();
            assert_eq!(room(&world).await, (70 * kept, 0), "{}", world.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn copies_begun_at_once_get_different_ordinals() {
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        let tasks: Vec<_> = (1..=12)
            .map(|n| {
                let catalog = world.catalog.clone();
                tokio::spawn(async move {
                    catalog
                        .write(move |tx| {
                            Box::pin(async move {
                                let (image, key) = (image_id(1), format!("key-{n}"));
                                location::begin(
                                    tx,
                                    id(n),
                                    image,
                                    store_id(1),
                                    &key,
                                    ByteCount(100),
                                    at(1),
                                )
                                .await
                            })
                        })
                        .await
                })
            })
            .collect();
        let mut ordinals = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(begun) => ordinals.push(begun.ordinal),
                Err(Error::NoSpace { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        ordinals.sort_unstable();
        // A refused one takes no number: its transaction was undone.
        assert_eq!(ordinals, (1..=10).collect::<Vec<_>>(), "{}", world.name);
        assert_eq!(room(&world).await, (0, 1000));
    }
}
