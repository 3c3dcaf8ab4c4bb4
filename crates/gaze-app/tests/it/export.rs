//! Exporting images: as they are and converted, and by whom.

use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use gaze_app::{ExportChoice, Exported, NewExport, StartedExport, WorkKind, WorkState};
use gaze_domain::{ByteCount, DiskFormat, ExportState, Image, ImageId, Result, Status};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{
    assert_refused, assert_same_disk, chunked, finished, noise, packed_qcow2, qcow2, queued, store,
    tool, worlds,
};

pub(crate) fn export(image: ImageId, format: Option<DiskFormat>) -> NewExport {
    NewExport {
        image,
        store: None,
        format,
        job: None,
        origin: None,
    }
}

/// An image of the tenant's with these bytes.
pub(crate) async fn uploaded(world: &World, bytes: &[u8]) -> Image {
    let image = queued(world, None).await;
    let upload = chunked(bytes);
    let done = world
        .app
        .upload_image(&world.tenant.caller, image.id, upload);
    done.await.unwrap()
}

/// Exports and waits until that can be read.
pub(crate) async fn exported(world: &World, image: &Image, format: DiskFormat) -> Exported {
    let caller = &world.tenant.caller;
    let started = world
        .app
        .export_image(caller, export(image.id, Some(format)))
        .await
        .unwrap();
    if let Some(job) = started.job {
        let work = finished(&world.app, job).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        assert_eq!(work.kind, WorkKind::Export);
        assert_eq!(work.export, Some(started.exported.export.id));
    }
    let id = started.exported.export.id;
    let shown = world.app.get_export(caller, id).await.unwrap();
    assert_eq!(shown.export.state, ExportState::Ready);
    shown
}

/// What whoever holds the address reads.
pub(crate) async fn read(world: &World, exported: &Exported) -> Result<Vec<u8>> {
    let offer = world.app.find_offer(exported.capability.reveal()).await?;
    let (mut body, _file) = world.app.read_offer(&offer, None).await?;
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(bytes.len() as u64, offer.export.size.0);
    Ok(bytes)
}

fn saved(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn in_its_own_format_an_image_is_exported_without_being_copied() {
    for world in worlds().await {
        let bytes = noise(300_000);
        let image = uploaded(&world, &bytes).await;
        let caller = &world.tenant.caller;
        for format in [None, Some(DiskFormat::Raw)] {
            let started = world
                .app
                .export_image(caller, export(image.id, format))
                .await
                .unwrap();
            assert_eq!(started.job, None);
            let told = started.exported;
            assert_eq!(told.export.md5, image.checksums.md5);
            assert_eq!(told.export.key, None);
            assert_eq!(told.file_name, "queued.raw");
            assert_eq!(read(&world, &told).await.unwrap(), bytes);
            check(&world).await;
        }
        let all = world.app.list_exports(caller, image.id).await.unwrap();
        assert_eq!(all.len(), 1, "asked twice, it is one");
        world.stop().await;
    }
}

/// Every kind of disk that QEMU makes, there and back again.
#[tokio::test(flavor = "multi_thread")]
async fn a_converted_disk_reads_the_same() {
    let lab = tempfile::tempdir().unwrap();
    let at = |name: &str| lab.path().join(name).display().to_string();
    let writes = "write -P 0x11 60k 70k";
    let made = |name: &str, options: &str, size: &str| {
        let path = at(name);
        let create = ["create", "-q", "-f", "qcow2", "-o", options, &path, size];
        tool("qemu-img", &create);
        let zeros = "write -z 1100k 128k";
        let late = "write -P 0x22 2047k 2k";
        tool(
            "qemu-io",
            &["-f", "qcow2", "-c", writes, "-c", zeros, "-c", late, &path],
        );
        std::fs::read(path).unwrap()
    };
    let mut holes = vec![0; 3 << 20];
    holes[1_000_000..1_100_000].copy_from_slice(&noise(100_000));
    let mut disks = vec![
        ("version 2", made("v2", "compat=v2", "3M")),
        ("clusters of 512", made("c512", "cluster_size=512", "3M")),
        ("clusters of 2 MiB", made("c2m", "cluster_size=2M", "5M")),
        (
            "subclusters",
            made("sub", "extended_l2=on,cluster_size=64k", "3M"),
        ),
        ("an odd size", made("odd", "compat=v3", "3145216")),
        ("compressed", packed_qcow2()),
        ("empty", qcow2("20M")),
        ("raw with holes", holes),
        ("raw of odd length", noise(70_001)),
    ];
    for (name, bytes) in disks.drain(..) {
        for world in worlds().await {
            let image = uploaded(&world, &bytes).await;
            let from = image.format.unwrap();
            let to = match from {
                DiskFormat::Qcow2 => DiskFormat::Raw,
                _ => DiskFormat::Qcow2,
            };
            let told = exported(&world, &image, to).await;
            let read = read(&world, &told).await.unwrap();
            let source = saved(world.data(), "source", &bytes);
            let result = saved(world.data(), "result", &read);
            assert_same_disk(&source, from.as_str(), &result, to.as_str());
            if to == DiskFormat::Qcow2 {
                let path = result.display().to_string();
                tool("qemu-img", &["check", "-q", "-f", "qcow2", &path]);
            } else {
                assert_eq!(read.len() as u64, image.virtual_size.unwrap().0, "{name}");
            }
            let md5 = tool("md5sum", &[&result.display().to_string()]);
            assert_eq!(md5.split(' ').next(), told.export.md5.as_deref(), "{name}");
            std::fs::remove_file(source).unwrap();
            std::fs::remove_file(result).unwrap();
            check(&world).await;
            world.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn holes_of_a_disk_take_no_room_in_its_export() {
    let world = World::new().await;
    let image = uploaded(&world, &qcow2("1G")).await;
    let told = exported(&world, &image, DiskFormat::Raw).await;
    assert_eq!(told.export.size, ByteCount(1 << 30));
    let blob = Path::new(&world.store.url)
        .join("blobs")
        .join(told.export.key.unwrap());
    let meta = std::fs::metadata(blob).unwrap();
    assert_eq!(meta.len(), 1 << 30);
    let allocated = std::os::unix::fs::MetadataExt::blocks(&meta) * 512;
    assert!(allocated < 1 << 20, "{allocated} bytes for a disk of holes");
    check(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_export_one_image_at_once_get_one_export() {
    for world in worlds().await {
        let image = uploaded(&world, &qcow2("64M")).await;
        let ask = || async {
            let new = export(image.id, Some(DiskFormat::Raw));
            world.app.export_image(&world.tenant.caller, new).await
        };
        let all: Vec<StartedExport> = futures_util::future::join_all((0..8).map(|_| ask()))
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let first = &all[0];
        for told in &all {
            assert_eq!(told.exported.export.id, first.exported.export.id);
            if let Some(job) = told.job {
                let work = finished(&world.app, job).await;
                assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
            }
        }
        check(&world).await;
        let again = ask().await.unwrap();
        assert_eq!(again.job, None);
        assert_eq!(again.exported.export.id, first.exported.export.id);
        assert_eq!(again.exported.export.state, ExportState::Ready);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_an_export_is_read() {
    let world = World::new().await;
    let bytes = noise(1_000_000);
    let image = uploaded(&world, &bytes).await;
    let told = exported(&world, &image, DiskFormat::Raw).await;
    let offer = world
        .app
        .find_offer(told.capability.reveal())
        .await
        .unwrap();
    for range in [0..10, 500_000..700_001, 999_999..1_000_000] {
        let (mut body, _file) = world
            .app
            .read_offer(&offer, Some(range.clone()))
            .await
            .unwrap();
        let mut part = Vec::new();
        while let Some(chunk) = body.next().await {
            part.extend_from_slice(&chunk.unwrap());
        }
        let (from, to) = (
            usize::try_from(range.start).unwrap(),
            usize::try_from(range.end).unwrap(),
        );
        assert!(part == bytes[from..to], "{range:?} differs");
    }
    let outside = world.app.read_offer(&offer, Some(1_000_001..1_000_002));
    assert_refused(outside.await.map(drop), "Invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_change_an_image_exports_it() {
    for world in worlds().await {
        let image = uploaded(&world, &noise(1000)).await;
        let app = &world.app;
        let stranger = &world.stranger.caller;
        let new = export(image.id, None);
        assert_refused(app.export_image(stranger, new.clone()).await, "NotFound");
        assert_refused(app.list_exports(stranger, image.id).await, "NotFound");
        let public = gaze_app::ImagePatch {
            visibility: Some(gaze_domain::Visibility::Public),
            ..gaze_app::ImagePatch::default()
        };
        app.update_image(&world.admin.caller, image.id, public)
            .await
            .unwrap();
        assert_refused(app.export_image(stranger, new.clone()).await, "Forbidden");
        assert_refused(app.list_exports(stranger, image.id).await, "Forbidden");
        let told = app
            .export_image(&world.admin.caller, new)
            .await
            .unwrap()
            .exported;
        assert_refused(app.get_export(stranger, told.export.id).await, "NotFound");
        let image = app.get_image(stranger, image.id).await.unwrap();
        let seen = app.ready_exports(stranger, &[&image]).await;
        assert!(seen.unwrap().is_empty());
        let all = ExportChoice::From(world.store.id);
        let refused = app.delete_exports(stranger, image.id, all, None).await;
        assert_refused(refused, "Forbidden");
        let mine = app.ready_exports(&world.tenant.caller, &[&image]).await;
        assert_eq!(mine.unwrap()[&image.id].len(), 1);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_exported_is_refused_at_once() {
    for world in worlds().await {
        let app = &world.app;
        let caller = &world.tenant.caller;
        let image = uploaded(&world, &noise(1000)).await;
        let waiting = queued(&world, None).await;
        let new = export(waiting.id, None);
        assert_refused(app.export_image(caller, new).await, "WrongState");
        let elsewhere = store(&world, "elsewhere", 1 << 20).await;
        let from = |store| NewExport {
            store: Some(store),
            ..export(image.id, None)
        };
        let refused = app.export_image(caller, from(elsewhere.id)).await;
        assert_refused(refused, "WrongState");
        let nowhere = gaze_domain::StoreId::new(app.new_uuid());
        let refused = app.export_image(caller, from(nowhere)).await;
        assert_refused(refused, "NotFound");
        let vmdk = export(image.id, Some(DiskFormat::Vmdk));
        assert_refused(app.export_image(caller, vmdk).await, "Invalid");
        let state = gaze_domain::StoreState::Disabled;
        app.change_store_state(&world.admin.caller, world.store.id, state)
            .await
            .unwrap();
        let refused = app.export_image(caller, export(image.id, None)).await;
        assert_refused(refused, "Unreachable");
        let enabled = gaze_domain::StoreState::Enabled;
        app.change_store_state(&world.admin.caller, world.store.id, enabled)
            .await
            .unwrap();
        // A disabled image is exported: who owns it may read it.
        app.change_image_state(caller, image.id, false)
            .await
            .unwrap();
        let told = app.export_image(caller, export(image.id, None)).await;
        assert!(read(&world, &told.unwrap().exported).await.is_ok());
        assert_eq!(image.status, Status::Active);
        world.stop().await;
    }
}
