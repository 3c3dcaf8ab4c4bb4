//! The life of an export, and the room it takes on its way.

use gaze_catalog::{export, image};
use gaze_domain::{ByteCount, DiskFormat, Error, Export, ExportId, ExportState, JobId, Noun};
use uuid::Uuid;

use crate::world::{World, assert_error, at, bare_image, image_id, small, store_id, write};

fn id(n: u128) -> ExportId {
    ExportId::new(Uuid::from_u128(n))
}

fn writing(n: u128, format: DiskFormat) -> Export {
    Export {
        id: id(n),
        image: image_id(1),
        store: store_id(1),
        format,
        key: Some(format!("exports/{n}")),
        size: ByteCount(0),
        md5: None,
        sha256: None,
        state: ExportState::Writing,
        job: Some(JobId::new(Uuid::from_u128(n))),
        created_at: at(10),
        updated_at: at(10),
    }
}

async fn find(world: &World, n: u128) -> Option<Export> {
    export::find(&mut world.catalog.read(), id(n))
        .await
        .unwrap()
}

async fn room(world: &World) -> (u64, u64) {
    let store = world.store(1).await;
    (store.used.0, store.reserved.0)
}

#[tokio::test]
async fn an_export_is_reserved_completed_marked_and_forgotten() {
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        let made = writing(1, DiskFormat::Raw);
        let new = made.clone();
        write!(world, |tx| export::insert(tx, &new)).unwrap();
        assert_eq!(find(&world, 1).await.as_ref(), Some(&made));
        for (to, expected) in [(300, 300), (300, 300), (120, 120)] {
            write!(world, |tx| export::reserve(tx, id(1), ByteCount(to))).unwrap();
            assert_eq!(room(&world).await, (0, expected));
        }
        assert_error!(
            write!(world, |tx| export::reserve(tx, id(1), ByteCount(1001))),
            Error::NoSpace { .. }
        );
        assert_error!(
            write!(world, |tx| export::forget(tx, id(1))),
            Error::WrongState {
                noun: Noun::Export,
                ..
            }
        );
        write!(world, |tx| export::complete(
            tx,
            id(1),
            ByteCount(100),
            Some("d5".into()),
            None,
            at(11)
        ))
        .unwrap();
        assert_eq!(room(&world).await, (100, 0));
        let ready = find(&world, 1).await.unwrap();
        assert_eq!(ready.state, ExportState::Ready);
        assert_eq!((ready.extra(), ready.md5.as_deref()), (100, Some("d5")));
        assert_error!(
            write!(world, |tx| export::abandon(tx, id(1))),
            Error::WrongState { .. }
        );
        assert_error!(
            write!(world, |tx| image::delete(tx, image_id(1))),
            Error::Internal { .. } | Error::InUse { .. }
        );
        write!(world, |tx| export::mark_deleting(tx, id(1), at(12))).unwrap();
        assert_eq!(room(&world).await, (100, 0));
        for _ in 0..2 {
            write!(world, |tx| export::forget(tx, id(1))).unwrap();
            assert_eq!(room(&world).await, (0, 0));
        }
        write!(world, |tx| image::delete(tx, image_id(1))).unwrap();
    }
}

#[tokio::test]
async fn an_export_that_is_given_up_gives_its_room_back_once() {
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        let new = writing(1, DiskFormat::Raw);
        write!(world, |tx| export::insert(tx, &new)).unwrap();
        write!(world, |tx| export::reserve(tx, id(1), ByteCount(300))).unwrap();
        for _ in 0..2 {
            write!(world, |tx| export::abandon(tx, id(1))).unwrap();
            assert_eq!(room(&world).await, (0, 0));
        }
        assert_eq!(find(&world, 1).await, None);
    }
}

#[tokio::test]
async fn there_is_one_living_export_of_a_kind() {
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        let kept = Export {
            key: None,
            size: ByteCount(50),
            state: ExportState::Ready,
            ..writing(1, DiskFormat::Raw)
        };
        let same = Export {
            key: None,
            ..writing(2, DiskFormat::Raw)
        };
        let other = writing(3, DiskFormat::Qcow2);
        for new in [&kept, &other] {
            let new = new.clone();
            write!(world, |tx| export::insert(tx, &new)).unwrap();
        }
        let new = same.clone();
        assert_error!(
            write!(world, |tx| export::insert(tx, &new)),
            Error::AlreadyExists {
                noun: Noun::Export,
                ..
            }
        );
        let mut read = world.catalog.read();
        let found = export::find_same(&mut read, image_id(1), store_id(1), DiskFormat::Raw).await;
        assert_eq!(found.unwrap(), Some(kept));
        write!(world, |tx| export::mark_deleting(tx, id(1), at(12))).unwrap();
        let mut read = world.catalog.read();
        let found = export::find_same(&mut read, image_id(1), store_id(1), DiskFormat::Raw).await;
        assert_eq!(found.unwrap(), None);
        let new = same.clone();
        write!(world, |tx| export::insert(tx, &new)).unwrap();
        let mut read = world.catalog.read();
        let all = export::of_images(&mut read, &[image_id(1), image_id(9)])
            .await
            .unwrap();
        let ids: Vec<ExportId> = all[&image_id(1)].iter().map(|found| found.id).collect();
        assert_eq!(ids, [id(1), id(2), id(3)]);
        let keys = ["exports/3".to_owned(), "exports/7".to_owned()];
        let known = export::known_keys(&mut read, store_id(1), &keys).await;
        assert_eq!(known.unwrap(), ["exports/3"]);
        // What is served from the image's own copy takes no room.
        write!(world, |tx| export::forget(tx, id(1))).unwrap();
        assert_eq!(room(&world).await, (0, 0));
    }
}
