//! Copies that are looked at again.

use std::path::PathBuf;

use gaze_app::{Verification, Work, WorkState};
use gaze_domain::image::DigestKind;
use gaze_domain::{Error, Image, ImageId, Noun, Result};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{announced, assert_refused, finished, named, noise, queued, store, worlds};

/// The file of the image's only copy.
fn blob(world: &World, image: &Image) -> PathBuf {
    let folder = PathBuf::from(&world.store.url).join("blobs");
    folder.join(&image.locations[0].key)
}

async fn verify(world: &World, id: ImageId, digest: DigestKind) -> Work {
    let wanted = Verification {
        store: world.store.id,
        digest,
        job: None,
    };
    let started = world
        .app
        .verify_copy(&world.tenant.caller, id, wanted)
        .await;
    finished(&world.app, started.unwrap().job).await
}

async fn sync(world: &World, id: ImageId) -> Result<Image> {
    world.app.sync_image_size(&world.tenant.caller, id).await
}

fn assert_damaged(error: Option<Error>, word: &str) {
    match error {
        Some(Error::WrongState {
            noun: Noun::Location,
            state,
            needed,
            ..
        }) => {
            assert_eq!(state, "damaged");
            assert!(needed.contains(word), "{needed}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intact_copy_has_the_digests_that_were_recorded() {
    for world in worlds().await {
        let image = world.image("intact").await;
        assert_eq!(image.checksums.sha512, None);
        for digest in DigestKind::ALL {
            let work = verify(&world, image.id, *digest).await;
            assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
            assert_eq!((work.done, work.total), (64 << 10, Some(64 << 10)));
        }
        let after = sync(&world, image.id).await.unwrap();
        assert_eq!(after.checksums.md5, image.checksums.md5);
        assert_eq!(after.checksums.sha256, image.checksums.sha256);
        // What was not computed before is recorded, and compared from then on.
        let sum = {
            let bytes = std::fs::read(blob(&world, &image)).unwrap();
            hex::encode(<sha2::Sha512 as sha2::Digest>::digest(&bytes))
        };
        assert_eq!(after.checksums.sha512, Some(sum));
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_changed_by_one_bit_is_found_damaged() {
    for world in worlds().await {
        let image = world.image("damaged").await;
        let path = blob(&world, &image);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[40_000] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        for digest in [DigestKind::Md5, DigestKind::Sha256] {
            let work = verify(&world, image.id, digest).await;
            assert_eq!(work.state, WorkState::Failed);
            assert_damaged(work.failure, digest.as_str());
        }
        // Its length is the same.
        sync(&world, image.id).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_shorter_or_gone_is_found_damaged() {
    for world in worlds().await {
        let image = world.image("short").await;
        let path = blob(&world, &image);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..1000]).unwrap();
        assert_damaged(sync(&world, image.id).await.err(), "1000 bytes");
        let work = verify(&world, image.id, DigestKind::Md5).await;
        assert_damaged(work.failure, "1000 bytes");
        std::fs::remove_file(&path).unwrap();
        assert_damaged(sync(&world, image.id).await.err(), "gone");
        let work = verify(&world, image.id, DigestKind::Md5).await;
        assert_damaged(work.failure, "gone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_size_is_asked_of_a_store_that_is_connected() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let other = store(&world, "other", 1 << 20).await;
        let id = queued(&world, None).await.id;
        let upload = gaze_app::Upload {
            stores: named(&[&world.store, &other]),
            ..announced(&noise(10_000))
        };
        world.app.upload_image(caller, id, upload).await.unwrap();
        let away = |url: &str| format!("{url}-away");
        std::fs::rename(&world.store.url, away(&world.store.url)).unwrap();
        world.app.round().await.unwrap();
        let image = sync(&world, id).await.unwrap();
        assert_eq!(image.size.unwrap().0, 10_000);
        std::fs::rename(&other.url, away(&other.url)).unwrap();
        world.app.round().await.unwrap();
        assert_refused(sync(&world, id).await, "Unreachable");
        for url in [&world.store.url, &other.url] {
            std::fs::rename(away(url), url).unwrap();
        }
        world.app.round().await.unwrap();
        sync(&world, id).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_copies_that_are_there_are_verified_and_only_by_the_owner() {
    for world in worlds().await {
        let other = store(&world, "other", 1 << 20).await;
        let image = world.image("one").await;
        let wanted = |store| Verification {
            store,
            digest: DigestKind::Md5,
            job: None,
        };
        let app = &world.app;
        let elsewhere = app.verify_copy(&world.tenant.caller, image.id, wanted(other.id));
        assert_refused(elsewhere.await, "WrongState");
        let stranger = &world.stranger.caller;
        let foreign = app.verify_copy(stranger, image.id, wanted(world.store.id));
        assert_refused(foreign.await, "NotFound");
        assert_refused(app.sync_image_size(stranger, image.id).await, "NotFound");
    }
}
