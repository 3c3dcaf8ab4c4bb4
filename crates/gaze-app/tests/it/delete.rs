//! Deleting, recovering, purging.

use gaze_app::{DeleteMode, ImagePatch, NewImage, StoreChoice, Upload};
use gaze_domain::{ImageId, LocationState, Status};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{
    assert_gone, assert_refused, at_rest, busy, fed, import, noise, queued, worlds, worlds_with,
};
use crate::web::{Server, head, send, until_gone};

async fn delete(world: &World, id: ImageId, mode: DeleteMode) {
    world
        .app
        .delete_image(&world.tenant.caller, id, mode)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_image_is_recovered_until_it_is_purged() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let image = world.image("one").await;
        assert_refused(
            world.app.recover_image(caller, image.id).await,
            "WrongState",
        );
        assert_refused(world.app.purge_image(caller, image.id).await, "WrongState");
        delete(&world, image.id, DeleteMode::Delay).await;
        delete(&world, image.id, DeleteMode::Delay).await;
        let gone = world.app.get_image(caller, image.id).await.unwrap();
        assert_eq!(gone.status, Status::Deleted);
        assert!(gone.deleted_at.is_some());
        assert_refused(
            world.app.read_image(caller, image.id, None).await,
            "WrongState",
        );
        check(&world).await;
        let back = world.app.recover_image(caller, image.id).await.unwrap();
        assert_eq!((back.status, back.deleted_at), (Status::Active, None));
        assert_eq!(world.app.get_image(caller, image.id).await.unwrap(), back);
        delete(&world, image.id, DeleteMode::Delay).await;
        world.app.purge_image(caller, image.id).await.unwrap();
        at_rest(&world.app, image.id).await;
        assert_gone(&world, image.id).await;
        let project = world
            .app
            .get_project(caller, world.tenant.project.id)
            .await
            .unwrap();
        assert_eq!((project.image_count, project.image_bytes), (0, 0));
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_deleted_at_once_in_every_quiet_state() {
    for world in worlds().await {
        let active = world.image("active").await.id;
        let waiting = queued(&world, None).await.id;
        let deleted = world.image("deleted").await.id;
        delete(&world, deleted, DeleteMode::Delay).await;
        for id in [active, waiting, deleted] {
            delete(&world, id, DeleteMode::Now).await;
            at_rest(&world.app, id).await;
            assert_gone(&world, id).await;
        }
        let waiting = queued(&world, None).await.id;
        delete(&world, waiting, DeleteMode::Delay).await;
        assert_gone(&world, waiting).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_images_are_purged_when_their_time_has_come() {
    let hour = std::time::Duration::from_hours(1);
    for world in worlds_with(|settings| settings.keep_deleted = hour).await {
        let first = world.image("first").await.id;
        let second = world.image("second").await.id;
        let kept = world.image("kept").await.id;
        delete(&world, first, DeleteMode::Delay).await;
        world.runtime.advance(1800);
        delete(&world, second, DeleteMode::Delay).await;
        world.runtime.advance(1700);
        world.app.round().await.unwrap();
        for id in [first, second] {
            at_rest(&world.app, id).await;
            let image = world.app.get_image(&world.tenant.caller, id).await.unwrap();
            assert_eq!(image.status, Status::Deleted);
        }
        world.runtime.advance(101);
        world.app.round().await.unwrap();
        at_rest(&world.app, first).await;
        assert_gone(&world, first).await;
        world
            .app
            .get_image(&world.tenant.caller, second)
            .await
            .unwrap();
        world.runtime.advance(1800);
        world.app.round().await.unwrap();
        at_rest(&world.app, second).await;
        assert_gone(&world, second).await;
        let image = world
            .app
            .get_image(&world.tenant.caller, kept)
            .await
            .unwrap();
        assert_eq!(image.status, Status::Active);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_whose_bytes_are_being_removed_cannot_be_recovered() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let image = world.image("one").await;
        // The store is away, so its blob cannot be removed.
        let away = format!("{}-away", world.store.url);
        std::fs::rename(&world.store.url, &away).unwrap();
        delete(&world, image.id, DeleteMode::Now).await;
        let found = world.app.get_image(caller, image.id).await.unwrap();
        assert_eq!(found.status, Status::Deleted);
        let state = found.locations[0].state;
        assert_eq!(state, LocationState::Deleting);
        let tried = world.app.recover_image(caller, image.id).await;
        assert_refused(tried, "WrongState");
        // A round does not begin the removal a second time, nor does a second deletion.
        world.runtime.advance(100 * 3600);
        world.app.round().await.unwrap();
        delete(&world, image.id, DeleteMode::Now).await;
        let list = gaze_app::WorkList {
            image: Some(image.id),
            unfinished_only: true,
            after: None,
            limit: 10,
        };
        let jobs = world.app.list_work(caller, list).await.unwrap();
        assert_eq!(jobs.len(), 1, "{jobs:?}");
        std::fs::rename(&away, &world.store.url).unwrap();
        world.runtime.advance(3600);
        at_rest(&world.app, image.id).await;
        assert_gone(&world, image.id).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_image_is_not_deleted() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let new = NewImage {
            protected: true,
            ..NewImage::named("precious")
        };
        let id = world.image_of(&world.tenant, new).await.id;
        for who in [caller, &world.admin.caller] {
            for mode in [DeleteMode::Delay, DeleteMode::Now] {
                assert_refused(world.app.delete_image(who, id, mode).await, "Protected");
            }
        }
        let patch = ImagePatch {
            protected: Some(false),
            ..ImagePatch::default()
        };
        world.app.update_image(caller, id, patch).await.unwrap();
        delete(&world, id, DeleteMode::Delay).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_deleted_while_it_is_uploaded() {
    for world in worlds().await {
        for mode in [DeleteMode::Delay, DeleteMode::Now] {
            let id = queued(&world, None).await.id;
            let (sender, body) = fed();
            let upload = Upload {
                declared_len: None,
                stores: StoreChoice::Auto,
                body,
            };
            let (app, caller) = (world.app.clone(), world.tenant.caller.clone());
            let client = tokio::spawn(async move { app.upload_image(&caller, id, upload).await });
            sender.send(Ok(noise(10_000).into())).await.unwrap();
            busy(&world.app, id, 10_000).await;
            delete(&world, id, mode).await;
            assert_refused(client.await.unwrap(), "Cancelled");
            assert_gone(&world, id).await;
            check(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_deleted_while_it_is_imported() {
    let server = Server::start(|_, _, stream| {
        head(stream, "200 OK", &[], Some(1_000_000));
        send(stream, &noise(10_000));
        until_gone(stream);
    });
    let local =
        |settings: &mut gaze_app::Settings| settings.private_sources = vec!["127.0.0.1".into()];
    for world in worlds_with(local).await {
        let started = import(&world, &server.url("/"), StoreChoice::Auto)
            .await
            .unwrap();
        busy(&world.app, started.image.id, 10_000).await;
        delete(&world, started.image.id, DeleteMode::Delay).await;
        assert_gone(&world, started.image.id).await;
        check(&world).await;
    }
}

/// Whichever comes first, the image is gone in the end: deleting never succeeds for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_deleted_just_as_it_is_completed() {
    for world in worlds().await {
        for round in 0..12_usize {
            let url = world.import_file("disk.raw", &noise(100_000 * (round % 4) + 1));
            let started = import(&world, &url, StoreChoice::Auto).await.unwrap();
            let id = started.image.id;
            let deleted = world
                .app
                .delete_image(&world.tenant.caller, id, DeleteMode::Now)
                .await;
            match deleted {
                Ok(()) | Err(gaze_domain::Error::NotFound { .. }) => {}
                Err(other) => panic!("{other}"),
            }
            at_rest(&world.app, id).await;
            assert_gone(&world, id).await;
        }
        check(&world).await;
    }
}
