//! Images that are copied into more stores, and what was staged that goes to others.

use std::path::PathBuf;
use std::slice::from_ref;

use gaze_app::{CopyInto, NewCopies, NewImage, StoreChoice, Work, WorkKind, WorkState};
use gaze_domain::{Caller, Error, Image, ImageId, Noun, Status, Store, Visibility};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{
    announced, assert_gone, assert_refused, at_rest, download, finished, named, noise, queued,
    store, worlds,
};

const SIZE: usize = 300_000;

pub(crate) fn into(stores: &[&Store]) -> NewCopies {
    NewCopies {
        into: CopyInto::Stores(stores.iter().map(|store| store.id).collect()),
        partial: false,
        job: None,
    }
}

fn as_far_as_can_be(copies: NewCopies) -> NewCopies {
    let partial = true;
    NewCopies { partial, ..copies }
}

async fn uploaded(world: &World) -> Image {
    let id = queued(world, None).await.id;
    let sent = announced(&noise(SIZE));
    let sent = world.app.upload_image(&world.tenant.caller, id, sent).await;
    sent.unwrap()
}

async fn staged(world: &World) -> Image {
    let id = queued(world, None).await.id;
    let sent = announced(&noise(SIZE));
    let sent = world.app.stage_image(&world.tenant.caller, id, sent).await;
    sent.unwrap()
}

async fn copied(world: &World, id: ImageId, copies: NewCopies) -> Work {
    let begun = world.app.copy_image(&world.tenant.caller, id, copies).await;
    let begun = begun.unwrap().expect("there is something to copy");
    finished(&world.app, begun.job).await
}

/// The work on an image that the last call began, once it has ended.
async fn last_copying(world: &World, id: ImageId) -> Work {
    let list = gaze_app::WorkList {
        image: Some(id),
        unfinished_only: false,
        after: None,
        limit: 100,
    };
    let work = world.app.list_work(&world.admin.caller, list).await;
    let mut work = work.unwrap().into_iter();
    let found = work.find(|work| work.kind == WorkKind::Copy);
    finished(&world.app, found.unwrap().id).await
}

/// Names of the stores with a copy that can be read.
async fn stores_of(world: &World, id: ImageId) -> Vec<String> {
    let image = world.app.get_image(&world.admin.caller, id).await.unwrap();
    let stores = world.app.list_stores(&world.admin.caller).await.unwrap();
    let name = |id| stores.iter().find(|store| store.id == id).unwrap();
    let mut names: Vec<String> = image
        .ready_locations()
        .map(|copy| name(copy.store).name.clone())
        .collect();
    names.sort();
    names
}

async fn missed(world: &World, id: ImageId) -> Option<Vec<gaze_domain::StoreId>> {
    let mut missed = world.app.missed_stores(&[id]).await.unwrap();
    missed.remove(&id)
}

fn file(store: &Store, image: &Image) -> PathBuf {
    let copy = image.ready_locations().find(|copy| copy.store == store.id);
    PathBuf::from(&store.url)
        .join("blobs")
        .join(&copy.unwrap().key)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_holds_the_same_bytes_and_costs_the_owner_nothing() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let (other, third) = (
            store(&world, "other", 1 << 20).await,
            store(&world, "third", 1 << 20).await,
        );
        let image = uploaded(&world).await;
        let work = copied(&world, image.id, into(&[&other, &third])).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        assert_eq!((work.done, work.total), (SIZE as u64, Some(SIZE as u64)));
        let after = app.get_image(caller, image.id).await.unwrap();
        assert_eq!(after.checksums, image.checksums);
        for store in [&other, &third] {
            assert_eq!(std::fs::read(file(store, &after)).unwrap(), noise(SIZE));
        }
        assert_eq!(missed(&world, image.id).await, Some(Vec::new()));
        check(&world).await;
        // Each copy stands alone.
        app.remove_copy(caller, image.id, world.store.id)
            .await
            .unwrap();
        at_rest(app, image.id).await;
        assert_eq!(download(app, caller, image.id).await, noise(SIZE));
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_goes_to_every_store_that_has_none() {
    for world in worlds().await {
        let rest = || NewCopies {
            into: CopyInto::Rest,
            partial: false,
            job: None,
        };
        let image = uploaded(&world).await;
        let caller = &world.tenant.caller;
        let nothing = world.app.copy_image(caller, image.id, rest()).await;
        assert!(nothing.unwrap().is_none());
        assert_eq!(missed(&world, image.id).await, Some(Vec::new()));
        store(&world, "other", 1 << 20).await;
        store(&world, "third", 1 << 20).await;
        let work = copied(&world, image.id, rest()).await;
        assert_eq!(work.state, WorkState::Succeeded);
        assert_eq!(stores_of(&world, image.id).await.len(), 3);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_that_cannot_be_are_refused_and_nothing_changes() {
    for world in worlds().await {
        let app = &world.app;
        let other = store(&world, "other", 1 << 20).await;
        let small = store(&world, "small", 1000).await;
        let image = uploaded(&world).await;
        let bare = queued(&world, None).await;
        let public = NewImage {
            visibility: Visibility::Public,
            ..NewImage::named("public")
        };
        let public = world.image_of(&world.admin, public).await;
        let ask = async |caller: &Caller, id, copies| app.copy_image(caller, id, copies).await;
        let tenant = &world.tenant.caller;
        for (caller, id, stores, kind) in [
            (tenant, image.id, vec![&world.store], "AlreadyExists"),
            (
                tenant,
                image.id,
                vec![&other, &world.store],
                "AlreadyExists",
            ),
            (tenant, image.id, vec![&small], "NoSpace"),
            (tenant, image.id, vec![&other, &small], "NoSpace"),
            (tenant, image.id, vec![], "Invalid"),
            (tenant, bare.id, vec![&other], "WrongState"),
            (tenant, public.id, vec![&other], "Forbidden"),
            (&world.stranger.caller, image.id, vec![&other], "NotFound"),
        ] {
            assert_refused(ask(caller, id, into(&stores)).await, kind);
        }
        let nowhere = NewCopies {
            into: CopyInto::Stores(vec![gaze_domain::StoreId::new(app.new_uuid())]),
            ..into(&[])
        };
        assert_refused(ask(tenant, image.id, nowhere).await, "NotFound");
        let app_admin = &world.admin.caller;
        app.change_store_state(app_admin, other.id, gaze_domain::StoreState::Disabled)
            .await
            .unwrap();
        assert_refused(ask(tenant, image.id, into(&[&other])).await, "Unreachable");
        assert_eq!(missed(&world, image.id).await, None);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_that_cannot_take_a_copy_are_left_out_if_that_is_asked_for() {
    for world in worlds().await {
        let other = store(&world, "other", 1 << 20).await;
        let small = store(&world, "small", 1000).await;
        let image = uploaded(&world).await;
        let both = as_far_as_can_be(into(&[&other, &small]));
        let work = copied(&world, image.id, both).await;
        assert_eq!(work.state, WorkState::Succeeded);
        let name = world.store.name.clone();
        let mut expected = vec![name, "other".into()];
        expected.sort();
        assert_eq!(stores_of(&world, image.id).await, expected);
        assert_eq!(missed(&world, image.id).await, Some(vec![small.id]));
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_breaks_fails_the_copying_or_is_left_out() {
    for world in worlds().await {
        let other = store(&world, "other", 1 << 20).await;
        let broken = store(&world, "broken", 1 << 20).await;
        let image = uploaded(&world).await;
        // The store is there, but nothing can be written to it.
        let tmp = PathBuf::from(&broken.url).join("tmp");
        std::fs::remove_dir_all(&tmp).unwrap();
        std::fs::write(&tmp, "in the way").unwrap();
        let work = copied(&world, image.id, into(&[&other, &broken])).await;
        assert_eq!(work.state, WorkState::Failed);
        assert_eq!(
            stores_of(&world, image.id).await,
            from_ref(&world.store.name)
        );
        let mut both = vec![other.id, broken.id];
        both.sort();
        let mut told = missed(&world, image.id).await.unwrap();
        told.sort();
        assert_eq!(told, both);
        let part = as_far_as_can_be(into(&[&other, &broken]));
        let work = copied(&world, image.id, part).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        assert_eq!(missed(&world, image.id).await, Some(vec![broken.id]));
        assert!(stores_of(&world, image.id).await.contains(&"other".into()));
        std::fs::remove_file(&tmp).unwrap();
        std::fs::create_dir(&tmp).unwrap();
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_bytes_are_not_copied_and_an_intact_copy_serves_instead() {
    for world in worlds().await {
        let other = store(&world, "other", 1 << 20).await;
        let third = store(&world, "third", 1 << 20).await;
        let image = uploaded(&world).await;
        let damage = |name: &str| {
            let path = file(&world.store, &image);
            let mut bytes = std::fs::read(&path).unwrap();
            match name {
                "flipped" => bytes[12_345] ^= 1,
                "cut" => bytes.truncate(SIZE - 1),
                _ => bytes = noise(SIZE),
            }
            std::fs::remove_file(&path).unwrap();
            std::fs::write(&path, bytes).unwrap();
        };
        for name in ["flipped", "cut"] {
            damage("none");
            damage(name);
            let work = copied(&world, image.id, into(&[&other])).await;
            assert_eq!(work.state, WorkState::Failed, "{name}");
            let expected = |error: &Error| {
                matches!(error, Error::WrongState { noun: Noun::Location, state, .. }
                    if state == "damaged")
            };
            assert!(work.failure.as_ref().is_some_and(expected), "{work:?}");
            assert_eq!(
                stores_of(&world, image.id).await,
                from_ref(&world.store.name)
            );
        }
        damage("none");
        check(&world).await;
        assert_eq!(
            copied(&world, image.id, into(&[&other])).await.state,
            WorkState::Succeeded
        );
        damage("flipped");
        let work = copied(&world, image.id, into(&[&third])).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        let image = world.app.get_image(&world.admin.caller, image.id).await;
        assert_eq!(
            std::fs::read(file(&third, &image.unwrap())).unwrap(),
            noise(SIZE)
        );
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_staged_is_used_from_the_stores_that_are_named() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let other = store(&world, "other", 1 << 20).await;
        let third = store(&world, "third", 1 << 20).await;
        let own = world.store.name.clone();
        for (stores, expected) in [
            (vec![&world.store], vec![own.clone()]),
            (vec![&other], vec!["other".into()]),
            (vec![&other, &third], vec!["other".into(), "third".into()]),
            (
                vec![&world.store, &other],
                vec![own.clone(), "other".into()],
            ),
        ] {
            let image = staged(&world).await;
            assert_eq!(
                image.ready_locations().next().unwrap().store,
                world.store.id
            );
            let admitted = app
                .admit_image(caller, image.id, named(&stores))
                .await
                .unwrap();
            if admitted.status == Status::Staged {
                // Nobody is given the image before it is where it was to be.
                assert_refused(
                    app.admit_image(caller, image.id, StoreChoice::Auto).await,
                    "WrongState",
                );
                let work = last_copying(&world, image.id).await;
                assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
            }
            at_rest(app, image.id).await;
            let mut expected = expected;
            expected.sort();
            assert_eq!(stores_of(&world, image.id).await, expected);
            let after = app.get_image(caller, image.id).await.unwrap();
            assert_eq!(after.status, Status::Active);
            assert_eq!(download(app, caller, image.id).await, noise(SIZE));
            check(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_staged_stays_staged_if_it_cannot_go_where_it_must() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let small = store(&world, "small", 1000).await;
        let broken = store(&world, "broken", 1 << 20).await;
        let image = staged(&world).await;
        let both = [&world.store, &small];
        assert_refused(
            app.admit_image(caller, image.id, named(&both)).await,
            "NoSpace",
        );
        let tmp = PathBuf::from(&broken.url).join("tmp");
        std::fs::remove_dir_all(&tmp).unwrap();
        std::fs::write(&tmp, "in the way").unwrap();
        let begun = app.admit_image(caller, image.id, named(&[&broken])).await;
        assert_eq!(begun.unwrap().status, Status::Staged);
        let work = last_copying(&world, image.id).await;
        assert_eq!(work.state, WorkState::Failed);
        assert_eq!(missed(&world, image.id).await, Some(vec![broken.id]));
        let after = app.get_image(caller, image.id).await.unwrap();
        assert_eq!(after.status, Status::Staged);
        assert_eq!(after.locations.len(), 1);
        // It is enough that one of those that are named has it.
        let any = StoreChoice::AnyOf(vec![world.store.id, small.id]);
        let admitted = app.admit_image(caller, image.id, any).await.unwrap();
        assert_eq!(admitted.status, Status::Active);
        assert_eq!(missed(&world, image.id).await, Some(vec![small.id]));
        let second = staged(&world).await;
        let any = StoreChoice::AnyOf(vec![world.store.id, broken.id]);
        app.admit_image(caller, second.id, any).await.unwrap();
        let work = last_copying(&world, second.id).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        assert_eq!(
            stores_of(&world, second.id).await,
            from_ref(&world.store.name)
        );
        assert_eq!(missed(&world, second.id).await, Some(vec![broken.id]));
        std::fs::remove_file(&tmp).unwrap();
        std::fs::create_dir(&tmp).unwrap();
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_being_copied_can_be_deleted() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let other = store(&world, "other", 1 << 30).await;
        let id = queued(&world, None).await.id;
        let sent = announced(&noise(32 << 20));
        app.upload_image(caller, id, sent).await.unwrap();
        let begun = app.copy_image(caller, id, into(&[&other])).await.unwrap();
        assert_refused(
            app.copy_image(caller, id, into(&[&other])).await,
            "WrongState",
        );
        app.remove_image(caller, id).await.unwrap();
        let work = finished(app, begun.unwrap().job).await;
        assert_ne!(work.state, WorkState::Running);
        at_rest(app, id).await;
        assert_gone(&world, id).await;
        check(&world).await;
    }
}
