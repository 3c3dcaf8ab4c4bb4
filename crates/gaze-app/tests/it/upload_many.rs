//! Many clients at once, and bounded memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use gaze_app::{StoreChoice, Upload};
use gaze_domain::Status;

use crate::accounts::check;
use crate::harness::{announced, chunked, named, noise, queued, store, worlds};

#[tokio::test(flavor = "multi_thread")]
async fn of_many_uploads_of_one_image_exactly_one_wins() {
    for world in worlds().await {
        let id = queued(&world, None).await.id;
        let tries = (0..8).map(|_| {
            let (app, caller) = (world.app.clone(), world.tenant.caller.clone());
            tokio::spawn(async move {
                app.upload_image(&caller, id, announced(&noise(200_000)))
                    .await
            })
        });
        let tries: Vec<_> = tries.collect();
        let mut won = 0;
        for tried in tries {
            match tried.await.unwrap() {
                Ok(image) => {
                    assert_eq!(image.status, Status::Active);
                    won += 1;
                }
                Err(error) => assert_eq!(crate::harness::kind(&error), "WrongState", "{error}"),
            }
        }
        assert_eq!(won, 1);
        check(&world).await;
    }
}

/// Transactions that take the same accounts in different orders would wait for each other.
#[tokio::test(flavor = "multi_thread")]
async fn many_images_are_uploaded_and_removed_at_once() {
    for world in worlds().await {
        let second = store(&world, "second", 1 << 30).await;
        let orders = [
            named(&[&world.store, &second]),
            named(&[&second, &world.store]),
            named(&[&second]),
            StoreChoice::Auto,
        ];
        let mut clients = Vec::new();
        for number in 0..16 {
            let image = queued(&world, None).await;
            let (app, caller) = (world.app.clone(), world.tenant.caller.clone());
            let stores = orders[number % orders.len()].clone();
            clients.push(tokio::spawn(async move {
                let bytes = noise(50_000 + number);
                let upload = Upload {
                    stores,
                    ..chunked(&bytes)
                };
                app.upload_image(&caller, image.id, upload).await.unwrap();
                if number % 2 == 0 {
                    let now = gaze_app::DeleteMode::Now;
                    app.delete_image(&caller, image.id, now).await.unwrap();
                    crate::harness::at_rest(&app, image.id).await;
                }
            }));
        }
        for client in clients {
            client.await.unwrap();
        }
        check(&world).await;
    }
}

/// A piece of a body that tells when it is no longer held.
struct Piece {
    bytes: Vec<u8>,
    held: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.held.fetch_sub(self.bytes.len(), Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_held_in_memory_in_small_part() {
    const PIECE: usize = 1 << 20;
    const PIECES: usize = 192;
    let world = gaze_testkit::World::new().await;
    let id = queued(&world, None).await.id;
    let (held, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, highest) = (Arc::clone(&held), Arc::clone(&peak));
    let body = futures_util::stream::iter(0..PIECES).map_pieces(move |number| {
        let now = counted.fetch_add(PIECE, Ordering::SeqCst) + PIECE;
        highest.fetch_max(now, Ordering::SeqCst);
        let byte = u8::try_from(number % 251).unwrap();
        Bytes::from_owner(Piece {
            bytes: vec![byte; PIECE],
            held: Arc::clone(&counted),
        })
    });
    let upload = Upload {
        declared_len: None,
        stores: StoreChoice::Auto,
        body,
    };
    let image = world
        .app
        .upload_image(&world.tenant.caller, id, upload)
        .await
        .unwrap();
    assert_eq!(image.size.unwrap().0, (PIECE * PIECES) as u64);
    assert_eq!(held.load(Ordering::SeqCst), 0);
    let peak = peak.load(Ordering::SeqCst);
    assert!(
        peak <= gaze_blob::MAX_IN_FLIGHT_BYTES + 4 * PIECE,
        "{peak} bytes were held at once"
    );
    check(&world).await;
}

trait MapPieces {
    fn map_pieces(self, piece: impl FnMut(usize) -> Bytes + Send + 'static)
    -> gaze_app::BodyStream;
}

impl<S: futures_util::Stream<Item = usize> + Send + 'static> MapPieces for S {
    fn map_pieces(
        self,
        mut piece: impl FnMut(usize) -> Bytes + Send + 'static,
    ) -> gaze_app::BodyStream {
        use futures_util::StreamExt as _;
        Box::pin(self.map(move |number| Ok(piece(number))))
    }
}
