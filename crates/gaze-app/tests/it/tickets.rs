//! Uploads that were promised first.

use std::time::Duration;

use gaze_app::{NewImage, ProjectPatch, StoreChoice, Upload, UploadPromise, UploadTicket};
use gaze_domain::{DiskFormat, Image, ImageId, LocationState, Result, Status};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{
    announced, assert_gone, assert_refused, assert_still_queued, at_rest, busy, chunked, download,
    fed, named, noise, qcow2, queued, store, worlds, worlds_with,
};

async fn promised_as(world: &World, new: NewImage, stores: StoreChoice) -> Result<UploadTicket> {
    let promise = UploadPromise {
        source: "upload://disk.raw".into(),
        stores,
    };
    world
        .app
        .promise_upload(&world.tenant.caller, new, promise)
        .await
}

async fn promised(world: &World) -> UploadTicket {
    let new = NewImage::named("promised");
    let ticket = promised_as(world, new, StoreChoice::Auto).await;
    ticket.unwrap()
}

async fn send(world: &World, ticket: &UploadTicket, upload: Upload) -> Result<Image> {
    let (secret, id) = (&ticket.secret, Some(ticket.image.id));
    world.app.upload_by_ticket(secret, id, upload).await
}

/// The image waits with its copy to be, which takes no room.
async fn assert_waiting(world: &World, id: ImageId) {
    let image = world.app.get_image(&world.tenant.caller, id).await.unwrap();
    assert_eq!(image.status, Status::Queued);
    assert_eq!(image.locations.len(), 1);
    assert_eq!(image.locations[0].state, LocationState::Writing);
    assert_eq!(image.locations[0].size.0, 0);
    check(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promised_upload_is_made_once_by_whoever_has_the_secret() {
    for world in worlds().await {
        let ticket = promised(&world).await;
        assert_eq!(ticket.image.source, "upload://disk.raw");
        assert_waiting(&world, ticket.image.id).await;
        let bytes = noise(300_000);
        let image = send(&world, &ticket, announced(&bytes)).await.unwrap();
        assert_eq!((image.id, image.status), (ticket.image.id, Status::Active));
        assert_eq!(image.locations[0].id, ticket.image.locations[0].id);
        let got = download(&world.app, &world.tenant.caller, image.id).await;
        assert_eq!(got, bytes);
        assert_refused(
            send(&world, &ticket, announced(&bytes)).await,
            "Unauthenticated",
        );
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_named_store_gets_a_copy_of_a_promised_upload() {
    for world in worlds().await {
        let second = store(&world, "second", 1 << 20).await;
        let both = named(&[&world.store, &second]);
        let ticket = promised_as(&world, NewImage::named("both"), both).await;
        let image = send(&world, &ticket.unwrap(), chunked(&noise(100_000)))
            .await
            .unwrap();
        assert_eq!(image.ready_locations().count(), 2);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_are_unknown_or_another_images_are_refused_and_change_nothing() {
    for world in worlds().await {
        let (one, other) = (promised(&world).await, promised(&world).await);
        let upload = || announced(b"bytes");
        let unknown = world.app.upload_by_ticket("guess", None, upload()).await;
        assert_refused(unknown, "Unauthenticated");
        let swapped = world
            .app
            .upload_by_ticket(&one.secret, Some(other.image.id), upload())
            .await;
        assert_refused(swapped, "Invalid");
        for id in [one.image.id, other.image.id] {
            assert_waiting(&world, id).await;
        }
        world
            .app
            .upload_by_ticket(&one.secret, None, upload())
            .await
            .unwrap();
    }
}

/// Each of these breaks off, takes no room, and the next attempt with the same secret succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_leaves_its_ticket_good() {
    let bytes = noise(200_000);
    let of_length = |len: u64| Upload {
        declared_len: Some(len),
        ..chunked(&noise(200_000))
    };
    let tiny = |settings: &mut gaze_app::Settings| settings.max_image_bytes = 250_000;
    for world in worlds_with(tiny).await {
        let broken = || {
            let chunks: Vec<Result<bytes::Bytes, Box<dyn std::error::Error + Send + Sync>>> =
                vec![Ok(noise(100_000).into()), Err("reset".into())];
            Upload {
                body: Box::pin(futures_util::stream::iter(chunks)),
                ..chunked(&[])
            }
        };
        let ticket = promised(&world).await;
        for (upload, expected) in [
            (broken(), "SourceFailed"),
            (of_length(199_999), "Invalid"),
            (of_length(200_001), "Invalid"),
            (of_length(250_001), "TooLarge"),
            (chunked(&noise(250_001)), "TooLarge"),
        ] {
            assert_refused(send(&world, &ticket, upload).await, expected);
            assert_waiting(&world, ticket.image.id).await;
        }
        let patch = |limit| ProjectPatch {
            max_image_bytes: Some(limit),
            ..ProjectPatch::default()
        };
        let (admin, project) = (&world.admin.caller, world.tenant.project.id);
        let full = patch(Some(100_000));
        world
            .app
            .update_project(admin, project, full)
            .await
            .unwrap();
        for upload in [announced(&bytes), chunked(&bytes)] {
            assert_refused(send(&world, &ticket, upload).await, "QuotaExceeded");
            assert_waiting(&world, ticket.image.id).await;
        }
        let free = patch(None);
        world
            .app
            .update_project(admin, project, free)
            .await
            .unwrap();
        let image = send(&world, &ticket, announced(&bytes)).await.unwrap();
        assert_eq!(image.status, Status::Active);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_such_image_end_the_promise_and_the_image() {
    for world in worlds().await {
        let new = NewImage {
            format: Some(DiskFormat::Qcow2),
            ..NewImage::named("no qcow2")
        };
        let ticket = promised_as(&world, new, StoreChoice::Auto).await.unwrap();
        let sent = send(&world, &ticket, chunked(&noise(100_000))).await;
        assert_refused(sent, "Refused");
        assert_gone(&world, ticket.image.id).await;
        let again = send(&world, &ticket, chunked(&qcow2("1M"))).await;
        assert_refused(again, "Unauthenticated");
        check(&world).await;
        // An image that nobody was promised stays for another try.
        let id = queued(&world, Some(DiskFormat::Qcow2)).await.id;
        let caller = &world.tenant.caller;
        let sent = world.app.upload_image(caller, id, chunked(&noise(100_000)));
        assert_refused(sent.await, "Refused");
        assert_still_queued(&world, id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_uploads_at_once_exactly_one_is_taken() {
    for world in worlds().await {
        for _ in 0..3 {
            let ticket = promised(&world).await;
            let uploads = (0..6_u8).map(|byte| {
                let (app, secret) = (world.app.clone(), ticket.secret.clone());
                let upload = announced(&vec![byte; 50_000]);
                tokio::spawn(async move { app.upload_by_ticket(&secret, None, upload).await })
            });
            let uploads: Vec<_> = uploads.collect();
            let mut taken = 0;
            for upload in uploads {
                match upload.await.unwrap() {
                    Ok(image) => {
                        assert_eq!(image.status, Status::Active);
                        taken += 1;
                    }
                    Err(error) => {
                        let kind = crate::harness::kind(&error);
                        assert!(
                            ["WrongState", "Unauthenticated"].contains(&kind.as_str()),
                            "{error:?}"
                        );
                    }
                }
            }
            assert_eq!(taken, 1);
            let bytes = download(&world.app, &world.tenant.caller, ticket.image.id).await;
            assert_eq!(bytes, vec![bytes[0]; 50_000]);
            check(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_whose_upload_never_came_ends_with_its_image() {
    let hour = |settings: &mut gaze_app::Settings| settings.upload_life = Duration::from_hours(1);
    for world in worlds_with(hour).await {
        let ticket = promised(&world).await;
        let plain = queued(&world, None).await.id;
        world.runtime.advance(3590);
        world.app.round().await.unwrap();
        assert_waiting(&world, ticket.image.id).await;
        world.runtime.advance(11);
        assert_refused(
            send(&world, &ticket, announced(b"late")).await,
            "Unauthenticated",
        );
        let caller = &world.tenant.caller;
        let state = world.app.upload_state(caller, ticket.image.id).await;
        assert!(state.unwrap().is_none());
        world.app.round().await.unwrap();
        assert_gone(&world, ticket.image.id).await;
        assert_still_queued(&world, plain).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_has_begun_outlives_its_ticket() {
    // Shorter than a lease: a clock that is set forward further would end that too.
    let short = |settings: &mut gaze_app::Settings| settings.upload_life = Duration::from_secs(5);
    for world in worlds_with(short).await {
        let ticket = promised(&world).await;
        let id = ticket.image.id;
        let (sender, body) = fed();
        let (app, secret) = (world.app.clone(), ticket.secret.clone());
        let upload = Upload {
            declared_len: None,
            stores: StoreChoice::Auto,
            body,
        };
        let client = tokio::spawn(async move { app.upload_by_ticket(&secret, None, upload).await });
        sender.send(Ok(noise(10_000).into())).await.unwrap();
        let work = busy(&world.app, id, 10_000).await;
        let caller = &world.tenant.caller;
        let state = world.app.upload_state(caller, id).await.unwrap().unwrap();
        assert_eq!((state.job, state.received), (Some(work.id), 10_000));
        assert!(state.secret.is_none(), "no address while an upload runs");
        let second = send(&world, &ticket, announced(b"me too")).await;
        assert_refused(second, "WrongState");
        world.runtime.advance(6);
        world.app.round().await.unwrap();
        sender.send(Ok(noise(10_000).into())).await.unwrap();
        drop(sender);
        let image = client.await.unwrap().unwrap();
        assert_eq!(image.size.unwrap().0, 20_000);
        assert!(world.app.upload_state(caller, id).await.unwrap().is_none());
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_told_another_secret_and_the_first_stays_good() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let told = async |id| {
            let state = world.app.upload_state(caller, id).await.unwrap().unwrap();
            assert_eq!((state.job, state.received), (None, 0));
            state.secret.unwrap()
        };
        let ticket = promised(&world).await;
        let older = told(ticket.image.id).await;
        let newer = told(ticket.image.id).await;
        let upload = || announced(b"bytes");
        let voided = world.app.upload_by_ticket(&older, None, upload()).await;
        assert_refused(voided, "Unauthenticated");
        world
            .app
            .upload_by_ticket(&newer, None, upload())
            .await
            .unwrap();
        let ticket = promised(&world).await;
        told(ticket.image.id).await;
        send(&world, &ticket, upload()).await.unwrap();

        let ticket = promised(&world).await;
        let stranger = world
            .app
            .upload_state(&world.stranger.caller, ticket.image.id)
            .await;
        assert_refused(stranger, "NotFound");
        let plain = queued(&world, None).await.id;
        assert!(
            world
                .app
                .upload_state(caller, plain)
                .await
                .unwrap()
                .is_none()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promised_image_is_deleted_before_and_during_its_upload() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let ticket = promised(&world).await;
        let mode = gaze_app::DeleteMode::Delay;
        world
            .app
            .delete_image(caller, ticket.image.id, mode)
            .await
            .unwrap();
        assert_gone(&world, ticket.image.id).await;
        assert_refused(
            send(&world, &ticket, announced(b"late")).await,
            "Unauthenticated",
        );
        check(&world).await;

        let ticket = promised(&world).await;
        let id = ticket.image.id;
        let (sender, body) = fed();
        let (app, secret) = (world.app.clone(), ticket.secret.clone());
        let upload = Upload {
            body,
            ..chunked(&[])
        };
        let client = tokio::spawn(async move { app.upload_by_ticket(&secret, None, upload).await });
        sender.send(Ok(noise(10_000).into())).await.unwrap();
        busy(&world.app, id, 10_000).await;
        world.app.delete_image(caller, id, mode).await.unwrap();
        assert_refused(client.await.unwrap(), "Cancelled");
        at_rest(&world.app, id).await;
        assert_gone(&world, id).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_needs_stores_with_room() {
    for world in worlds().await {
        let full = store(&world, "full", 0).await;
        let both = named(&[&world.store, &full]);
        let refused = promised_as(&world, NewImage::named("n"), both).await;
        assert_refused(refused, "NoSpace");
        check(&world).await;
    }
}
