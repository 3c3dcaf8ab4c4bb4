//! Copies of one image, deleted, recovered and purged one by one.

use gaze_app::{DeleteMode, NewImage, Upload};
use gaze_domain::{Image, ImageId, LocationState, Status, Store};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{
    announced, assert_gone, assert_refused, at_rest, busy, chunked, download, fed, named, noise,
    queued, store, worlds, worlds_with,
};

/// An active image of the tenant's with a copy in the world's store and in the other.
async fn twofold(world: &World, other: &Store) -> Image {
    let id = queued(world, None).await.id;
    let upload = Upload {
        stores: named(&[&world.store, other]),
        ..announced(&noise(100_000))
    };
    let image = world
        .app
        .upload_image(&world.tenant.caller, id, upload)
        .await;
    image.unwrap()
}

/// The image's status, and the state of its copy in each of the stores.
async fn states(
    world: &World,
    id: ImageId,
    stores: [&Store; 2],
) -> (Status, [Option<LocationState>; 2]) {
    let image = world.app.get_image(&world.tenant.caller, id).await.unwrap();
    let state = |store: &Store| {
        let mut copies = image.locations.iter();
        copies
            .find(|copy| copy.store == store.id)
            .map(|copy| copy.state)
    };
    (image.status, stores.map(state))
}

const READY: Option<LocationState> = Some(LocationState::Ready);
const DELETED: Option<LocationState> = Some(LocationState::Deleted);

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_deleted_with_its_last_copy_and_recovered_with_the_first() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let other = store(&world, "other", 1 << 20).await;
        let both = [&world.store, &other];
        let id = twofold(&world, &other).await.id;
        let delete = async |store: &Store| {
            app.delete_copies(caller, id, vec![store.id], DeleteMode::Delay)
                .await
                .unwrap();
        };
        let recover = async |store: &Store| app.recover_copies(caller, id, vec![store.id]).await;

        delete(&world.store).await;
        delete(&world.store).await;
        assert_eq!(
            states(&world, id, both).await,
            (Status::Active, [DELETED, READY])
        );
        assert_eq!(download(app, caller, id).await, noise(100_000));
        check(&world).await;
        delete(&other).await;
        assert_eq!(
            states(&world, id, both).await,
            (Status::Deleted, [DELETED, DELETED])
        );
        let image = app.get_image(caller, id).await.unwrap();
        assert!(image.deleted_at.is_some());
        assert_refused(app.read_image(caller, id, None).await, "WrongState");
        let back = recover(&other).await.unwrap();
        assert_eq!((back.status, back.deleted_at), (Status::Active, None));
        assert_eq!(
            states(&world, id, both).await,
            (Status::Active, [DELETED, READY])
        );
        assert_refused(recover(&other).await, "WrongState");
        recover(&world.store).await.unwrap();
        assert_eq!(
            states(&world, id, both).await,
            (Status::Active, [READY, READY])
        );
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_deletion_and_recovery_takes_all_copies_with_it() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let other = store(&world, "other", 1 << 20).await;
        let both = [&world.store, &other];
        let id = twofold(&world, &other).await.id;
        app.delete_image(caller, id, DeleteMode::Delay)
            .await
            .unwrap();
        assert_eq!(
            states(&world, id, both).await,
            (Status::Deleted, [DELETED, DELETED])
        );
        app.recover_image(caller, id).await.unwrap();
        let ready = (Status::Active, [READY, READY]);
        assert_eq!(states(&world, id, both).await, ready);
        // Of an image in use, recovery takes back what was deleted.
        let one = vec![other.id];
        app.delete_copies(caller, id, one, DeleteMode::Delay)
            .await
            .unwrap();
        app.recover_image(caller, id).await.unwrap();
        assert_eq!(states(&world, id, both).await, ready);
        let all = vec![other.id, world.store.id];
        app.delete_copies(caller, id, all, DeleteMode::Delay)
            .await
            .unwrap();
        let (status, _) = states(&world, id, both).await;
        assert_eq!(status, Status::Deleted);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purged_copy_is_gone_and_the_image_goes_with_the_last() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let other = store(&world, "other", 1 << 20).await;
        let both = [&world.store, &other];
        let id = twofold(&world, &other).await.id;
        let one = || vec![other.id];
        assert_refused(app.purge_copies(caller, id, one()).await, "WrongState");
        app.delete_copies(caller, id, one(), DeleteMode::Delay)
            .await
            .unwrap();
        app.purge_copies(caller, id, one()).await.unwrap();
        at_rest(app, id).await;
        assert_eq!(
            states(&world, id, both).await,
            (Status::Active, [READY, None])
        );
        for gone in [
            app.purge_copies(caller, id, one()).await,
            app.recover_copies(caller, id, one()).await.map(drop),
        ] {
            assert_refused(gone, "WrongState");
        }
        assert_eq!(download(app, caller, id).await, noise(100_000));
        check(&world).await;
        let last = || vec![world.store.id];
        app.delete_copies(caller, id, last(), DeleteMode::Delay)
            .await
            .unwrap();
        app.purge_copies(caller, id, last()).await.unwrap();
        at_rest(app, id).await;
        assert_gone(&world, id).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_deleted_at_once_if_that_is_asked_for() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let other = store(&world, "other", 1 << 20).await;
        let id = twofold(&world, &other).await.id;
        let now = DeleteMode::Now;
        app.delete_copies(caller, id, vec![other.id], now)
            .await
            .unwrap();
        at_rest(app, id).await;
        let both = [&world.store, &other];
        assert_eq!(
            states(&world, id, both).await,
            (Status::Active, [READY, None])
        );
        check(&world).await;
        app.delete_copies(caller, id, vec![world.store.id], now)
            .await
            .unwrap();
        at_rest(app, id).await;
        assert_gone(&world, id).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_copy_is_purged_when_its_own_time_has_come() {
    let hour = std::time::Duration::from_hours(1);
    for world in worlds_with(|settings| settings.keep_deleted = hour).await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let other = store(&world, "other", 1 << 20).await;
        let both = [&world.store, &other];
        let id = twofold(&world, &other).await.id;
        let delete = async |store: &Store| {
            app.delete_copies(caller, id, vec![store.id], DeleteMode::Delay)
                .await
                .unwrap();
        };
        delete(&other).await;
        world.runtime.advance(3000);
        delete(&world.store).await;
        app.recover_copies(caller, id, vec![world.store.id])
            .await
            .unwrap();
        app.round().await.unwrap();
        at_rest(app, id).await;
        assert_eq!(
            states(&world, id, both).await,
            (Status::Active, [READY, DELETED])
        );
        delete(&world.store).await;
        world.runtime.advance(700);
        app.round().await.unwrap();
        at_rest(app, id).await;
        assert_eq!(
            states(&world, id, both).await,
            (Status::Deleted, [DELETED, None])
        );
        world.runtime.advance(3000);
        app.round().await.unwrap();
        at_rest(app, id).await;
        assert_gone(&world, id).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_copy_makes_no_candidate() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let id = world.image("candidate").await.id;
        let found = async || {
            let found = app.candidates(caller, world.machine.id).await.unwrap();
            found.iter().any(|image| image.id == id)
        };
        assert!(found().await);
        // Its other copy is where the machine's pool does not reach.
        let far = {
            let new = gaze_app::NewStore {
                id: None,
                region: world.region.id,
                name: "far".into(),
                description: None,
                kind: gaze_domain::StoreKind::Fs,
                url: None,
                host: None,
                medium: None,
                capacity: Some(gaze_domain::ByteCount(1 << 20)),
                zones: Vec::new(),
            };
            app.create_store(&world.admin.caller, new).await.unwrap()
        };
        let new = NewImage {
            architecture: Some(gaze_domain::Architecture::X86_64),
            ..NewImage::named("two places")
        };
        let two = app.create_image(caller, new).await.unwrap().id;
        let upload = Upload {
            stores: named(&[&world.store, &far]),
            ..announced(&noise(1000))
        };
        app.upload_image(caller, two, upload).await.unwrap();
        let listed = async || {
            let found = app.candidates(caller, world.machine.id).await.unwrap();
            found.iter().any(|image| image.id == two)
        };
        assert!(listed().await);
        app.delete_copies(caller, two, vec![world.store.id], DeleteMode::Delay)
            .await
            .unwrap();
        let image = app.get_image(caller, two).await.unwrap();
        assert_eq!(image.status, Status::Active);
        assert!(!listed().await);
        app.recover_image(caller, two).await.unwrap();
        assert!(listed().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_without_a_copy_are_passed_over_by_deletion() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let other = store(&world, "other", 1 << 20).await;
        let image = world.image("one").await;
        let elsewhere = vec![other.id];
        app.delete_copies(caller, image.id, elsewhere.clone(), DeleteMode::Delay)
            .await
            .unwrap();
        assert_eq!(app.get_image(caller, image.id).await.unwrap(), image);
        let recovered = app.recover_copies(caller, image.id, elsewhere).await;
        assert_refused(recovered, "WrongState");
        let stranger = &world.stranger.caller;
        let here = || vec![world.store.id];
        let tried = app.delete_copies(stranger, image.id, here(), DeleteMode::Delay);
        assert_refused(tried.await, "NotFound");
        assert_refused(
            app.purge_copies(stranger, image.id, here()).await,
            "NotFound",
        );
        assert_refused(
            app.recover_copies(stranger, image.id, here()).await,
            "NotFound",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_on_their_way_are_deleted_all_or_none() {
    for world in worlds().await {
        let (app, caller) = (world.app.clone(), world.tenant.caller.clone());
        let other = store(&world, "other", 1 << 20).await;
        let id = queued(&world, None).await.id;
        let (sender, body) = fed();
        let upload = Upload {
            stores: named(&[&world.store, &other]),
            body,
            ..chunked(&[])
        };
        let (client, sent_by) = (app.clone(), caller.clone());
        let client = tokio::spawn(async move { client.upload_image(&sent_by, id, upload).await });
        sender.send(Ok(noise(10_000).into())).await.unwrap();
        busy(&app, id, 10_000).await;
        let mode = DeleteMode::Delay;
        let one = app.delete_copies(&caller, id, vec![other.id], mode).await;
        assert_refused(one, "WrongState");
        let all = vec![other.id, world.store.id];
        app.delete_copies(&caller, id, all, mode).await.unwrap();
        assert_refused(client.await.unwrap(), "Cancelled");
        assert_gone(&world, id).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_a_protected_image_are_not_deleted() {
    for world in worlds().await {
        let new = NewImage {
            protected: true,
            ..NewImage::named("precious")
        };
        let id = world.image_of(&world.tenant, new).await.id;
        let stores = vec![world.store.id];
        let tried = world
            .app
            .delete_copies(&world.tenant.caller, id, stores, DeleteMode::Now);
        assert_refused(tried.await, "Protected");
    }
}
