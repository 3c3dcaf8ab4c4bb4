//! One client sends one image.

use bytes::Bytes;
use gaze_app::{NewImage, ProjectPatch, StoreChoice, Upload};
use gaze_domain::{DiskFormat, Error, Quota, Status};
use md5::{Digest as _, Md5};
use sha2::Sha256;

use crate::accounts::check;
use crate::harness::{
    announced, assert_refused, assert_still_queued, at_rest, body, busy, chunked, download, fed,
    named, noise, packed_qcow2, qcow2, queued, store, worlds, worlds_with,
};

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_known_and_unknown_length_become_an_active_image() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        for (bytes, format, virtual_size) in [
            (noise(3 << 20), DiskFormat::Raw, 3 << 20),
            (qcow2("64M"), DiskFormat::Qcow2, 64 << 20),
            (packed_qcow2(), DiskFormat::Qcow2, 2 << 20),
            (vec![7], DiskFormat::Raw, 1),
        ] {
            for upload in [announced(&bytes), chunked(&bytes)] {
                let id = queued(&world, None).await.id;
                let image = world.app.upload_image(caller, id, upload).await.unwrap();
                assert_eq!(image.status, Status::Active);
                assert_eq!(image.format, Some(format));
                assert_eq!(image.size.unwrap().0, bytes.len() as u64);
                assert_eq!(image.virtual_size.unwrap().0, virtual_size);
                let md5 = hex::encode(Md5::digest(&bytes));
                let sha256 = hex::encode(Sha256::digest(&bytes));
                assert_eq!(image.checksums.md5.as_deref(), Some(md5.as_str()));
                assert_eq!(image.checksums.sha256.as_deref(), Some(sha256.as_str()));
                assert_eq!(image, world.app.get_image(caller, id).await.unwrap());
                assert_eq!(download(&world.app, caller, id).await, bytes);
            }
        }
        check(&world).await;
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_body_is_an_empty_raw_image() {
    for world in worlds().await {
        let id = queued(&world, None).await.id;
        let caller = &world.tenant.caller;
        let done = world.app.upload_image(caller, id, announced(&[])).await;
        let image = done.unwrap();
        assert_eq!(image.size.unwrap().0, 0);
        assert_eq!(download(&world.app, caller, id).await, b"");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_an_image_are_read_by_their_range() {
    let world = gaze_testkit::World::new().await;
    let caller = &world.tenant.caller;
    let bytes = noise(300_000);
    let id = queued(&world, None).await.id;
    world
        .app
        .upload_image(caller, id, announced(&bytes))
        .await
        .unwrap();
    for (range, expected) in [
        (0..1, 0..1),
        (1000..200_000, 1000..200_000),
        (299_999..300_000, 299_999..300_000),
        (299_000..400_000, 299_000..300_000),
        (300_000..300_001, 300_000..300_000),
    ] {
        let read = world.app.read_image(caller, id, Some(range.clone())).await;
        let mut read = read.unwrap();
        assert_eq!(read.range, expected.start as u64..expected.end as u64);
        assert_eq!(read.total, 300_000);
        let mut got = Vec::new();
        while let Some(chunk) = futures_util::StreamExt::next(&mut read.body).await {
            got.extend_from_slice(&chunk.unwrap());
        }
        assert_eq!(got, bytes[expected.clone()], "{range:?}");
    }
    let beyond = world
        .app
        .read_image(caller, id, Some(300_001..300_002))
        .await;
    assert_refused(beyond, "Invalid");
}

/// Each of these is refused, leaves the image queued and nothing else behind, and a good upload
/// of the same image then succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_upload_leaves_the_image_queued_and_usable() {
    let backed = gaze_disk::create_overlay("/etc/passwd", gaze_disk::Format::Raw, 1 << 20);
    let backed = backed.unwrap();
    let good = qcow2("64M");
    let packed = packed_qcow2();
    let bytes = noise(500_000);
    let len = |len: usize, bytes: &[u8]| Upload {
        declared_len: Some(len as u64),
        ..chunked(bytes)
    };
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let breaks = || {
            let mut chunks: Vec<Result<Bytes, Box<dyn std::error::Error + Send + Sync>>> =
                vec![Ok(noise(300_000).into())];
            chunks.push(Err("the connection was reset".into()));
            Upload {
                declared_len: None,
                stores: StoreChoice::Auto,
                body: Box::pin(futures_util::stream::iter(chunks)),
            }
        };
        for (upload, declared, expected) in [
            (len(500_001, &bytes), None, "Invalid"),
            (len(499_999, &bytes), None, "Invalid"),
            (len(1, &bytes), None, "Invalid"),
            (len(0, &bytes), None, "Invalid"),
            (breaks(), None, "SourceFailed"),
            (announced(&bytes), Some(DiskFormat::Qcow2), "Refused"),
            (announced(&good), Some(DiskFormat::Raw), "Refused"),
            (announced(&backed), None, "Refused"),
            (chunked(&good[..good.len() / 2]), None, "Refused"),
            (announced(&good[..200]), None, "Refused"),
            (announced(&packed[..packed.len() * 3 / 4]), None, "Refused"),
        ] {
            let image = queued(&world, declared).await;
            let tried = world.app.upload_image(caller, image.id, upload).await;
            assert_refused(tried, expected);
            assert_still_queued(&world, image.id).await;
            check(&world).await;
            let again = match declared {
                Some(DiskFormat::Raw) => announced(&bytes),
                _ => announced(&good),
            };
            let done = world.app.upload_image(caller, image.id, again).await;
            assert_eq!(done.unwrap().status, Status::Active);
            world
                .app
                .delete_image(caller, image.id, gaze_app::DeleteMode::Now)
                .await
                .unwrap();
            at_rest(&world.app, image.id).await;
        }
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_refers_to_a_file_is_refused_before_it_has_come() {
    let world = gaze_testkit::World::new().await;
    let mut backed =
        gaze_disk::create_overlay("/etc/passwd", gaze_disk::Format::Raw, 1 << 20).unwrap();
    backed.resize(300 << 10, 0);
    let (sender, body) = fed();
    let upload = Upload {
        declared_len: Some(1 << 40),
        stores: StoreChoice::Auto,
        body,
    };
    // Room for the whole is announced and promised; the head alone ends it.
    let upload = Upload {
        declared_len: upload.declared_len.map(|_| 1 << 30),
        ..upload
    };
    let id = queued(&world, None).await.id;
    let sent = tokio::spawn(async move {
        sender.send(Ok(backed.into())).await.unwrap();
        sender
    });
    let tried = world
        .app
        .upload_image(&world.tenant.caller, id, upload)
        .await;
    let error = assert_refused(tried, "Refused");
    assert!(error.to_string().contains("backing"), "{error}");
    assert!(
        sent.await.unwrap().is_closed(),
        "the rest was not asked for"
    );
    assert_still_queued(&world, id).await;
    check(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_leaves_nothing() {
    for world in worlds().await {
        for declared_len in [Some(1 << 20), None] {
            let id = queued(&world, None).await.id;
            let (sender, body) = fed();
            let upload = Upload {
                declared_len,
                stores: StoreChoice::Auto,
                body,
            };
            let (app, caller) = (world.app.clone(), world.tenant.caller.clone());
            let client = tokio::spawn(async move { app.upload_image(&caller, id, upload).await });
            sender.send(Ok(noise(500_000).into())).await.unwrap();
            let job = busy(&world.app, id, 500_000).await.id;
            client.abort();
            assert!(client.await.unwrap_err().is_cancelled());
            sender.send(Err("reset".into())).await.unwrap();
            let work = crate::harness::finished(&world.app, job).await;
            assert!(matches!(work.failure, Some(Error::SourceFailed { .. })));
            assert_still_queued(&world, id).await;
            check(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_upload_ends_at_once_although_its_client_goes_on() {
    for world in worlds().await {
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
        let job = busy(&world.app, id, 10_000).await.id;
        let stranger = world.app.cancel_work(&world.stranger.caller, job).await;
        assert_refused(stranger, "NotFound");
        world
            .app
            .cancel_work(&world.tenant.caller, job)
            .await
            .unwrap();
        assert_refused(client.await.unwrap(), "Cancelled");
        let work = world.app.find_work(job).await.unwrap().unwrap();
        assert_eq!(work.state, gaze_app::WorkState::Cancelled);
        assert_still_queued(&world, id).await;
        check(&world).await;
        drop(sender);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_past_the_quota_is_refused() {
    for world in worlds().await {
        let (admin, caller) = (&world.admin.caller, &world.tenant.caller);
        let limit = 1_500_000;
        let patch = ProjectPatch {
            max_image_bytes: Some(Some(limit)),
            max_image_count: Some(Some(2)),
            ..ProjectPatch::default()
        };
        world
            .app
            .update_project(admin, world.tenant.project.id, patch)
            .await
            .unwrap();
        let id = queued(&world, None).await.id;
        for upload in [announced(&noise(1_500_001)), chunked(&noise(1_500_001))] {
            let tried = world.app.upload_image(caller, id, upload).await;
            match assert_refused(tried, "QuotaExceeded") {
                Error::QuotaExceeded {
                    quota, limit: told, ..
                } => {
                    assert_eq!((quota, told), (Quota::ImageBytes, limit));
                }
                other => panic!("{other}"),
            }
            assert_still_queued(&world, id).await;
            check(&world).await;
        }
        // All of the quota can be used, also by a body of unknown length.
        let exact = chunked(&noise(1_500_000));
        world.app.upload_image(caller, id, exact).await.unwrap();
        let second = queued(&world, None).await.id;
        let tried = world.app.upload_image(caller, second, chunked(&[1])).await;
        assert_refused(tried, "QuotaExceeded");
        let third = world
            .app
            .create_image(caller, NewImage::named("third"))
            .await;
        match assert_refused(third, "QuotaExceeded") {
            Error::QuotaExceeded {
                quota,
                limit,
                used,
                requested,
                ..
            } => {
                assert_eq!(
                    (quota, limit, used, requested),
                    (Quota::ImageCount, 2, 2, 1)
                );
            }
            other => panic!("{other}"),
        }
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_refuses_and_takes_what_still_fits() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let small = store(&world, "small", 3_000_000).await;
        let id = queued(&world, None).await.id;
        for declared_len in [Some(3_000_001), None] {
            let upload = Upload {
                declared_len,
                stores: named(&[&small]),
                body: body(&noise(3_000_001), 64 << 10),
            };
            let tried = world.app.upload_image(caller, id, upload).await;
            assert_refused(tried, "NoSpace");
            assert_still_queued(&world, id).await;
            check(&world).await;
        }
        let upload = Upload {
            declared_len: None,
            stores: named(&[&small]),
            body: body(&noise(3_000_000), 64 << 10),
        };
        world.app.upload_image(caller, id, upload).await.unwrap();
        let full = world.app.get_store(caller, small.id).await.unwrap();
        assert_eq!(full.available().0, 0);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_beyond_the_size_limit_is_refused() {
    for world in worlds_with(|settings| settings.max_image_bytes = 100_000).await {
        let caller = &world.tenant.caller;
        let id = queued(&world, None).await.id;
        for upload in [announced(&noise(100_001)), chunked(&noise(100_001))] {
            let tried = world.app.upload_image(caller, id, upload).await;
            assert_refused(tried, "TooLarge");
            assert_still_queued(&world, id).await;
        }
        world
            .app
            .upload_image(caller, id, chunked(&noise(100_000)))
            .await
            .unwrap();
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_with_several_stores_lands_in_all_or_none() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let second = store(&world, "second", 10_000_000).await;
        let small = store(&world, "small", 100_000).await;
        let id = queued(&world, None).await.id;
        for declared_len in [Some(200_000), None] {
            let upload = Upload {
                declared_len,
                stores: named(&[&world.store, &small]),
                body: body(&noise(200_000), 9999),
            };
            assert_refused(world.app.upload_image(caller, id, upload).await, "NoSpace");
            assert_still_queued(&world, id).await;
            check(&world).await;
        }
        let upload = Upload {
            declared_len: None,
            stores: named(&[&world.store, &second]),
            body: body(&noise(200_000), 9999),
        };
        let image = world.app.upload_image(caller, id, upload).await.unwrap();
        assert_eq!(image.ready_locations().count(), 2);
        check(&world).await;
        let bytes = noise(200_000);
        for copy in &image.locations {
            let of = if copy.store == second.id {
                &second
            } else {
                &world.store
            };
            let path = std::path::Path::new(&of.url).join("blobs").join(&copy.key);
            assert_eq!(std::fs::read(path).unwrap(), bytes);
        }
        // One copy is lost; the other serves.
        std::fs::remove_file(
            std::path::Path::new(&world.store.url)
                .join("blobs")
                .join(&image.locations[0].key),
        )
        .unwrap();
        assert_eq!(download(&world.app, caller, id).await, bytes);
    }
}
