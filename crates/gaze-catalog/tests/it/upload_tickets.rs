//! The tickets of uploads that were promised.

use gaze_catalog::upload_ticket::{self, UploadTicket};
use gaze_catalog::{image, location};
use gaze_domain::{ByteCount, Error, LocationId, LocationState, Noun, Transition};
use uuid::Uuid;

use crate::world::{assert_error, at, bare_image, image_id, small, store_id, write};

fn ticket(n: u128) -> UploadTicket {
    UploadTicket {
        image: image_id(n),
        hash: format!("hash-{n}"),
        again: None,
        created_at: at(10),
        expires_at: at(20),
    }
}

#[tokio::test]
async fn a_ticket_is_found_by_either_hash_until_it_goes_with_its_image() {
    for world in small().await {
        for n in 1..=2 {
            world.add(&bare_image(n)).await.unwrap();
            write!(world, |tx| upload_ticket::insert(tx, &ticket(n))).unwrap();
        }
        let by_hash = async |hash: &str| {
            let mut read = world.catalog.read();
            upload_ticket::find_by_hash(&mut read, hash).await.unwrap()
        };
        assert_eq!(by_hash("hash-1").await, Some(ticket(1)));
        for again in ["second", "third"] {
            write!(world, |tx| upload_ticket::set_again(tx, image_id(1), again)).unwrap();
            let expected = Some(UploadTicket {
                again: Some(again.to_owned()),
                ..ticket(1)
            });
            assert_eq!(by_hash("hash-1").await, expected);
            assert_eq!(by_hash(again).await, expected);
        }
        assert_eq!(by_hash("second").await, None);
        assert_error!(
            write!(world, |tx| upload_ticket::set_again(tx, image_id(9), "x")),
            Error::NotFound {
                noun: Noun::Image,
                ..
            }
        );
        write!(world, |tx| upload_ticket::delete(tx, image_id(1))).unwrap();
        assert_eq!(by_hash("third").await, None);
        write!(world, |tx| image::delete(tx, image_id(2))).unwrap();
        assert_eq!(by_hash("hash-2").await, None);
    }
}

#[tokio::test]
async fn expired_tickets_of_images_that_wait_are_listed() {
    for world in small().await {
        for n in 1..=2 {
            world.add(&bare_image(n)).await.unwrap();
            write!(world, |tx| upload_ticket::insert(tx, &ticket(n))).unwrap();
        }
        let begin = Transition::BEGIN_UPLOAD;
        write!(world, |tx| image::apply(tx, image_id(2), begin, at(11))).unwrap();
        for (now, expected) in [(19, vec![]), (20, vec![image_id(1)])] {
            let mut read = world.catalog.read();
            let expired = upload_ticket::expired(&mut read, at(now), 10).await;
            assert_eq!(expired.unwrap(), expected);
        }
    }
}

#[tokio::test]
async fn a_copy_that_is_still_to_come_gives_its_room_back() {
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        let id = LocationId::new(Uuid::from_u128(1));
        write!(world, |tx| location::begin(
            tx,
            id,
            image_id(1),
            store_id(1),
            "key",
            ByteCount(0),
            at(10)
        ))
        .unwrap();
        write!(world, |tx| location::grow(tx, id, ByteCount(300))).unwrap();
        write!(world, |tx| location::empty(tx, id)).unwrap();
        let copy = location::get(&mut world.catalog.read(), id).await.unwrap();
        assert_eq!(
            (copy.state, copy.size),
            (LocationState::Writing, ByteCount(0))
        );
        assert_eq!(world.store(1).await.reserved, ByteCount(0));
    }
}
