//! How exports end: deleted, with their image, cancelled, or for want of room; and what that
//! leaves. A crash is no end.

use std::path::Path;
use std::sync::Arc;

use gaze_app::{App, DeleteMode, ExportChoice, NewImage, StartedExport, WorkState};
use gaze_domain::{Caller, DiskFormat, Error, ExportState, Image, Quota, Runtime};
use gaze_testkit::World;

use crate::accounts::{check, check_app};
use crate::crash::{Later, ground, killed_during, only_image, open};
use crate::export::{export, exported, read, uploaded};
use crate::harness::{
    assert_gone, assert_refused, assert_same_disk, at_rest, chunked, download, finished, named,
    qcow2, queued, store, tool, worlds, worlds_with,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_dead_when_its_export_has_ended() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let image = uploaded(&world, &qcow2("8M")).await;
        let as_it_is = exported(&world, &image, DiskFormat::Qcow2).await;
        let raw = exported(&world, &image, DiskFormat::Raw).await;
        assert_ne!(as_it_is.capability, raw.capability);
        let one = ExportChoice::One(raw.export.id);
        let job = world.app.delete_exports(caller, image.id, one, None).await;
        assert_refused(read(&world, &raw).await, "NotFound");
        finished(&world.app, job.unwrap().unwrap()).await;
        check(&world).await;
        assert!(read(&world, &as_it_is).await.is_ok());
        let again = world.app.delete_exports(caller, image.id, one, None).await;
        assert_refused(again, "NotFound");
        // Made anew, it has another address.
        let anew = exported(&world, &image, DiskFormat::Raw).await;
        assert_ne!(anew.capability, raw.capability);
        let all = ExportChoice::From(world.store.id);
        let job = world.app.delete_exports(caller, image.id, all, None).await;
        finished(&world.app, job.unwrap().unwrap()).await;
        for told in [&as_it_is, &raw, &anew] {
            assert_refused(read(&world, told).await, "NotFound");
        }
        let none = world.app.delete_exports(caller, image.id, all, None).await;
        assert_eq!(none.unwrap(), None);
        assert_eq!(
            world
                .app
                .list_exports(caller, image.id)
                .await
                .unwrap()
                .len(),
            0
        );
        let bytes = download(&world.app, caller, image.id).await;
        assert!(!bytes.is_empty(), "the image itself stays");
        check(&world).await;
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_image_s_exports_rest_and_a_purged_one_s_are_gone() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let image = uploaded(&world, &qcow2("8M")).await;
        let raw = exported(&world, &image, DiskFormat::Raw).await;
        let as_it_is = exported(&world, &image, DiskFormat::Qcow2).await;
        let delayed = DeleteMode::Delay;
        world
            .app
            .delete_image(caller, image.id, delayed)
            .await
            .unwrap();
        assert_refused(read(&world, &raw).await, "NotFound");
        let refused = world
            .app
            .export_image(caller, export(image.id, Some(DiskFormat::Raw)));
        assert_refused(refused.await, "WrongState");
        world.app.recover_image(caller, image.id).await.unwrap();
        assert!(read(&world, &raw).await.is_ok());
        world
            .app
            .delete_image(caller, image.id, DeleteMode::Now)
            .await
            .unwrap();
        at_rest(&world.app, image.id).await;
        assert_gone(&world, image.id).await;
        for told in [&raw, &as_it_is] {
            assert_refused(read(&world, told).await, "NotFound");
        }
        check(&world).await;
        world.stop().await;
    }
}

/// A disk that takes long enough to convert.
fn large() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large").display().to_string();
    let create = ["create", "-q", "-f", "qcow2", &path, "3G"];
    tool("qemu-img", &create);
    tool(
        "qemu-io",
        &["-f", "qcow2", "-c", "write -P 0x61 0 64M", &path],
    );
    std::fs::read(path).unwrap()
}

async fn begun(world: &World, image: &Image) -> StartedExport {
    let started = world
        .app
        .export_image(
            &world.tenant.caller,
            export(image.id, Some(DiskFormat::Raw)),
        )
        .await
        .unwrap();
    let job = started.job.unwrap();
    loop {
        let work = world.app.find_work(job).await.unwrap().unwrap();
        assert!(!work.is_finished(), "it was too fast: {work:?}");
        if work.done > 0 {
            return started;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_ended_while_it_is_made_leaves_nothing() {
    let bytes = large();
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let image = uploaded(&world, &bytes).await;
        for way in ["cancel", "delete", "purge"] {
            let started = begun(&world, &image).await;
            let job = started.job.unwrap();
            match way {
                "cancel" => {
                    world.app.cancel_work(caller, job).await.unwrap();
                }
                "delete" => {
                    let one = ExportChoice::One(started.exported.export.id);
                    let left = world.app.delete_exports(caller, image.id, one, None).await;
                    assert_eq!(left.unwrap(), None, "its rollback has removed it");
                }
                _ => {
                    let now = DeleteMode::Now;
                    world.app.delete_image(caller, image.id, now).await.unwrap();
                    at_rest(&world.app, image.id).await;
                    assert_gone(&world, image.id).await;
                }
            }
            let work = finished(&world.app, job).await;
            assert_eq!(work.state, WorkState::Cancelled, "{way}");
            assert_refused(read(&world, &started.exported).await, "NotFound");
            check(&world).await;
        }
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_and_leaves_nothing() {
    for world in worlds_with(|settings| settings.max_image_bytes = 64 << 20).await {
        let caller = &world.tenant.caller;
        let image = uploaded(&world, &qcow2("32M")).await;
        let fails = async |image: &Image| {
            let new = export(image.id, Some(DiskFormat::Raw));
            let started = world.app.export_image(caller, new).await.unwrap();
            let work = finished(&world.app, started.job.unwrap()).await;
            assert_eq!(work.state, WorkState::Failed);
            check(&world).await;
            work.failure.unwrap()
        };
        let admin = &world.admin.caller;
        let limit = |bytes| gaze_app::ProjectPatch {
            max_image_bytes: Some(bytes),
            ..gaze_app::ProjectPatch::default()
        };
        let project = world.tenant.project.id;
        world
            .app
            .update_project(admin, project, limit(Some(16 << 20)))
            .await
            .unwrap();
        let quota = Quota::ImageBytes;
        let failure = fails(&image).await;
        assert!(
            matches!(&failure, Error::QuotaExceeded { quota: named, .. } if *named == quota),
            "{failure:?}"
        );
        world
            .app
            .update_project(admin, project, limit(None))
            .await
            .unwrap();
        let small = store(&world, "small", 8 << 20).await;
        let here = queued(&world, None).await;
        let upload = gaze_app::Upload {
            stores: named(&[&small]),
            ..chunked(&qcow2("32M"))
        };
        let here = world
            .app
            .upload_image(caller, here.id, upload)
            .await
            .unwrap();
        let failure = fails(&here).await;
        assert!(matches!(failure, Error::NoSpace { .. }), "{failure:?}");
        let vast = uploaded(&world, &qcow2("100M")).await;
        let failure = fails(&vast).await;
        assert!(matches!(failure, Error::TooLarge { .. }), "{failure:?}");
        world.stop().await;
    }
}

/// In the process that is to be killed: exports a disk of the administrator's, tells the parent of
/// the job when bytes have moved, and waits.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub(crate) async fn underway(task: &str, app: &App, caller: &Caller, folder: &Path) {
    if task != "export" {
        return;
    }
    let image = app.create_image(caller, NewImage::named("ex")).await;
    let disk = std::fs::read(folder.join("disks").join("big.qcow2")).unwrap();
    let sent = app.upload_image(caller, image.unwrap().id, chunked(&disk));
    let new = export(sent.await.unwrap().id, Some(DiskFormat::Raw));
    let job = app.export_image(caller, new).await.unwrap().job.unwrap();
    loop {
        let work = app.find_work(job).await.unwrap().unwrap();
        assert!(!work.is_finished(), "it was too fast: {work:?}");
        if work.done > 1_000_000 {
            println!("\njob {job} {}", work.done);
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_whose_process_is_killed_is_completed_by_the_next() {
    for (database, folder) in ground().await {
        let disk = folder.path().join("disks").join("big.qcow2");
        let text = disk.display().to_string();
        tool("qemu-img", &["create", "-q", "-f", "qcow2", &text, "2G"]);
        tool(
            "qemu-io",
            &["-f", "qcow2", "-c", "write -P 0x61 1M 30M", &text],
        );
        let job = killed_during("export", folder.path(), &database.target, "");
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let image = only_image(&app, &caller).await.unwrap();
        let before = app.list_exports(&caller, image.id).await.unwrap();
        assert_eq!(before[0].export.state, ExportState::Writing);
        let running = app.run().await.unwrap();
        running.swept().await;
        let work = finished(&app, job).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        let after = app.list_exports(&caller, image.id).await.unwrap();
        assert_eq!(after.len(), 1);
        assert_eq!(after[0].capability, before[0].capability);
        let stores = app.list_stores(&caller).await.unwrap();
        let key = after[0].export.key.clone().unwrap();
        let blob = Path::new(&stores[0].url).join("blobs").join(key);
        assert_same_disk(&disk, "qcow2", &blob, "raw");
        check_app(&app, &caller).await;
        running.stop().await.unwrap();
    }
}
