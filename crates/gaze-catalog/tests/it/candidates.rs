//! Which images a machine could change to, as far as the catalogue judges.

use gaze_catalog::{image, location, member};
use gaze_domain::{
    Architecture, ByteCount, Image, LocationId, Media, MemberState, Status, StoreId, Visibility,
};
use uuid::Uuid;

use crate::world::{at, member_, project_id, ready_image, small, store_id, write};

/// Each image differs from a candidate in one way; the number is its id.
#[tokio::test]
async fn candidates_are_what_could_start_and_may_be_seen_newest_first() {
    for world in small().await {
        let of = |n: u128, owner: u128| Image {
            owner: project_id(owner),
            created_at: at(i64::try_from(n).unwrap()),
            ..ready_image(n)
        };
        let images = [
            of(1, 1),
            Image {
                status: Status::Deleted,
                ..of(2, 1)
            },
            Image {
                enabled: false,
                ..of(3, 1)
            },
            Image {
                system: true,
                ..of(4, 1)
            },
            Image {
                media: Media::Iso,
                ..of(5, 1)
            },
            Image {
                architecture: Some(Architecture::Aarch64),
                ..of(6, 1)
            },
            Image {
                architecture: None,
                ..of(7, 1)
            },
            of(8, 2),
            Image {
                visibility: Visibility::Public,
                ..of(9, 2)
            },
            Image {
                visibility: Visibility::Shared,
                ..of(10, 2)
            },
            Image {
                visibility: Visibility::Shared,
                ..of(11, 2)
            },
            Image {
                visibility: Visibility::Public,
                ..of(12, 1)
            },
            // A member of an image that is shared no more.
            of(13, 2),
            of(14, 1),
            of(15, 1),
        ];
        for image in &images {
            world.add(image).await.unwrap();
            let n = image.id.uuid().as_u128();
            let (id, image) = (LocationId::new(Uuid::from_u128(n)), image.id);
            let store = store_id(if n == 14 { 2 } else { 1 });
            write!(world, |tx| location::begin(
                tx,
                id,
                image,
                store,
                &format!("k{n}"),
                ByteCount(1),
                at(1)
            ))
            .unwrap();
            if n != 15 {
                write!(world, |tx| location::complete(tx, id, ByteCount(1), at(1))).unwrap();
            }
        }
        for (image, state) in [
            (10, MemberState::Accepted),
            (11, MemberState::Pending),
            (13, MemberState::Accepted),
            (12, MemberState::Accepted),
        ] {
            let project = if image == 12 { 2 } else { 1 };
            write!(world, |tx| member::insert(
                tx,
                &member_(image, project, state)
            ))
            .unwrap();
        }
        let check = async |stores: &[StoreId], tenant: Option<u128>, expected: &[u128]| {
            let mut read = world.catalog.read();
            let found = image::candidates(
                &mut read,
                Architecture::X86_64,
                stores,
                tenant.map(project_id),
            );
            let found = found.await.unwrap();
            assert!(found.iter().all(|image| !image.locations.is_empty()));
            let ids: Vec<u128> = found
                .iter()
                .map(|image| image.id.uuid().as_u128())
                .collect();
            assert_eq!(ids, expected, "{tenant:?} on {}", world.name);
        };
        check(&[store_id(1)], Some(1), &[12, 10, 9, 1]).await;
        check(&[store_id(1)], Some(2), &[13, 12, 11, 10, 9, 8]).await;
        check(&[store_id(1)], Some(3), &[12, 9]).await;
        check(&[store_id(1)], None, &[13, 12, 11, 10, 9, 8, 1]).await;
        check(&[store_id(1), store_id(2)], Some(1), &[14, 12, 10, 9, 1]).await;
        check(&[store_id(2)], Some(3), &[]).await;
        check(&[], Some(1), &[]).await;
        // Wherever they are, and if they are nowhere.
        let (root, x86) = (Media::RootDisk, Architecture::X86_64);
        let mut read = world.catalog.read();
        let heads = image::candidate_heads(&mut read, root, x86, None, Some(project_id(1)));
        let ids: Vec<u128> = heads
            .await
            .unwrap()
            .iter()
            .map(|head| head.id.uuid().as_u128())
            .collect();
        assert_eq!(ids, [15, 14, 12, 10, 9, 1], "on {}", world.name);
    }
}
