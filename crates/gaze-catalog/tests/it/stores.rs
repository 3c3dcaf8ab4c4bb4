//! Stores and their accounts of room.

use gaze_catalog::store;
use gaze_domain::{ByteCount, Error, Noun, Store, StoreKind, StoreState, StoreStatus};

use crate::world::{
    World, assert_error, at, bare_image, image_id, small, store_, store_id, write, zone_id,
};

async fn room(world: &World) -> (u64, u64) {
    let store = world.store(1).await;
    (store.used.0, store.reserved.0)
}

#[tokio::test]
async fn a_store_is_saved_with_its_zones() {
    for world in small().await {
        let mut read = world.catalog.read();
        let full = Store {
            description: Some("d".into()),
            kind: StoreKind::Ceph,
            fsid: Some("f".into()),
            medium: Some("SSD".into()),
            state: StoreState::Disabled,
            status: StoreStatus::Connecting,
            capacity: ByteCount(i64::MAX.unsigned_abs()),
            created_at: at(3),
            updated_at: at(4),
            ..store_(3, 1, &[1, 2])
        };
        let copy = full.clone();
        write!(world, |tx| store::insert(tx, &copy)).unwrap();
        assert_eq!(store::get(&mut read, full.id).await.unwrap(), full);
        let all = [store_(1, 1, &[1]), store_(2, 2, &[2]), full.clone()];
        assert_eq!(store::list(&mut read).await.unwrap(), all);
        for taken in [
            Store {
                name: "store-1".into(),
                ..store_(4, 1, &[])
            },
            Store {
                url: "/stores/1".into(),
                ..store_(4, 1, &[])
            },
        ] {
            assert_error!(
                write!(world, |tx| store::insert(tx, &taken)),
                Error::AlreadyExists {
                    noun: Noun::Store,
                    ..
                }
            );
        }

        write!(world, |tx| store::detach(tx, store_id(3), zone_id(1))).unwrap();
        write!(world, |tx| store::attach(tx, store_id(3), zone_id(2))).unwrap();
        assert_eq!(world.store(3).await.zones, [zone_id(2)]);
        write!(world, |tx| store::set_state(
            tx,
            store_id(3),
            StoreState::Enabled,
            at(9)
        ))
        .unwrap();
        let observed = [
            (StoreStatus::Connected, at(10), true),
            (StoreStatus::Connected, at(11), false),
        ];
        for (status, now, changed) in observed {
            let wrote = write!(world, |tx| store::set_status(tx, store_id(3), status, now));
            assert_eq!(wrote.unwrap(), changed);
        }
        let now = world.store(3).await;
        assert_eq!(
            (now.state, now.status),
            (StoreState::Enabled, StoreStatus::Connected)
        );
        assert_eq!(now.updated_at, at(10), "{}", world.name);
        assert_error!(
            write!(world, |tx| store::set_state(
                tx,
                store_id(9),
                StoreState::Enabled,
                at(9)
            )),
            Error::NotFound {
                noun: Noun::Store,
                ..
            }
        );
    }
}

#[tokio::test]
async fn room_is_promised_settled_taken_back_and_freed() {
    for world in small().await {
        let (id, b) = (store_id(1), ByteCount);
        write!(world, |tx| store::reserve(tx, id, b(600))).unwrap();
        assert_error!(
            write!(world, |tx| store::reserve(tx, id, b(401))),
            Error::NoSpace {
                requested: ByteCount(401),
                ..
            }
        );
        write!(world, |tx| store::reserve(tx, id, b(400))).unwrap();
        assert_eq!(room(&world).await, (0, 1000));
        write!(world, |tx| store::settle(tx, id, b(600), b(500))).unwrap();
        assert_eq!(room(&world).await, (500, 400));
        write!(world, |tx| store::release(tx, id, b(400))).unwrap();
        write!(world, |tx| store::free(tx, id, b(500))).unwrap();
        assert_eq!(room(&world).await, (0, 0));
        // What was never promised cannot be given back.
        assert!(write!(world, |tx| store::release(tx, id, b(1))).is_err());
        assert!(write!(world, |tx| store::free(tx, id, b(1))).is_err());
        assert_eq!(room(&world).await, (0, 0));
        assert_error!(
            write!(world, |tx| store::reserve(tx, store_id(9), b(1))),
            Error::NotFound {
                noun: Noun::Store,
                ..
            }
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_promises_at_once_exactly_those_with_room_are_made() {
    for world in small().await {
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let catalog = world.catalog.clone();
                tokio::spawn(async move {
                    catalog
                        .write(|tx| Box::pin(store::reserve(tx, store_id(1), ByteCount(90))))
                        .await
                })
            })
            .collect();
        let mut made = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => made += 1,
                Err(Error::NoSpace { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!((made, room(&world).await), (11, (0, 990)), "{}", world.name);
    }
}

#[tokio::test]
async fn a_store_is_removed_only_when_it_holds_nothing() {
    use gaze_catalog::location;
    use gaze_domain::LocationId;
    use uuid::Uuid;

    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        let id = LocationId::new(Uuid::from_u128(1));
        write!(world, |tx| location::begin(
            tx,
            id,
            image_id(1),
            store_id(1),
            "k",
            ByteCount(1),
            at(1)
        ))
        .unwrap();
        assert_error!(
            write!(world, |tx| store::delete(tx, store_id(1))),
            Error::InUse {
                noun: Noun::Store,
                ..
            }
        );
        write!(world, |tx| location::abandon(tx, id)).unwrap();
        write!(world, |tx| store::delete(tx, store_id(1))).unwrap();
        assert_error!(
            write!(world, |tx| store::delete(tx, store_id(1))),
            Error::NotFound {
                noun: Noun::Store,
                ..
            }
        );
    }
}
