//! Images from the disks of machines.

use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use gaze_app::{Capture, CaptureSource, NewImage, NewVolume, Started, StoreChoice, WorkState};
use gaze_domain::{
    Architecture, Caller, DiskFormat, Firmware, Platform, Result, Status, Volume, VolumeId,
    VolumeRole,
};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{
    assert_gone, assert_refused, assert_same_disk, download, finished, named, noise, store, tool,
    worlds,
};

pub(crate) async fn capture(
    world: &World,
    caller: &Caller,
    volume: VolumeId,
    stores: StoreChoice,
) -> Result<Started> {
    let capture = Capture {
        source: CaptureSource::Volume(volume),
        attached: false,
        stores,
        job: None,
    };
    world
        .app
        .capture_image(caller, NewImage::named("template"), capture)
        .await
}

/// A volume of the tenant's whose disk is this file.
pub(crate) async fn volume(world: &World, disk: PathBuf, format: Option<DiskFormat>) -> Volume {
    let new = NewVolume {
        name: "data".into(),
        project: Some(world.tenant.project.id),
        pool: world.root.pool,
        instance: None,
        role: VolumeRole::Data,
        disk,
        disk_format: format,
    };
    world
        .app
        .add_volume(&world.admin.caller, new)
        .await
        .unwrap()
}

/// Saves the image's bytes and compares them, as a disk, with the source.
async fn assert_same(world: &World, started: &Started, source: &Path, format: &str) {
    let caller = &world.tenant.caller;
    let bytes = download(&world.app, caller, started.image.id).await;
    let saved = world.data().join(started.image.id.hex());
    std::fs::write(&saved, bytes).unwrap();
    assert_same_disk(&saved, format, source, format);
    if format == "qcow2" {
        tool(
            "qemu-img",
            &["check", "-q", "-f", "qcow2", &saved.display().to_string()],
        );
    }
    std::fs::remove_file(saved).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_s_disk_becomes_an_image_that_reads_the_same() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let started = capture(&world, caller, world.root.id, StoreChoice::Auto)
            .await
            .unwrap();
        assert_eq!(started.image.status, Status::Capturing);
        let work = finished(&world.app, started.job).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        let image = world.app.get_image(caller, started.image.id).await.unwrap();
        assert_eq!(image.status, Status::Active);
        assert_eq!(image.format, Some(DiskFormat::Qcow2));
        assert_eq!(image.virtual_size.unwrap().0, 1 << 20);
        assert_eq!(image.source, format!("volume://{}", world.root.id));
        assert_same(&world, &started, Path::new(&world.root.path), "qcow2").await;
        check(&world).await;
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_has_what_the_machine_tells_of_it_and_belongs_to_the_caller() {
    let world = World::new().await;
    let disk = world.disks().join("web-2.raw");
    std::fs::write(&disk, noise(100 << 10)).unwrap();
    let new = gaze_app::NewInstance {
        id: None,
        name: "web-2".into(),
        description: None,
        project: Some(world.tenant.project.id),
        zone: world.zone.id,
        cluster: None,
        pool: None,
        disk,
        disk_format: None,
        platform: Some(Platform::Windows),
        architecture: Some(Architecture::Aarch64),
        guest_os: Some("Windows 11".into()),
        firmware: Some(Firmware::Uefi),
        virtio: false,
        image: None,
    };
    let (_, root) = world
        .app
        .add_instance(&world.admin.caller, new)
        .await
        .unwrap();
    for who in [&world.tenant, &world.admin] {
        let started = capture(&world, &who.caller, root.id, StoreChoice::Auto)
            .await
            .unwrap();
        finished(&world.app, started.job).await;
        let image = world
            .app
            .get_image(&who.caller, started.image.id)
            .await
            .unwrap();
        assert_eq!(image.owner, who.project.id);
        assert_eq!(image.platform, Platform::Windows);
        assert_eq!(image.architecture, Some(Architecture::Aarch64));
        assert_eq!(image.os.guest_type.as_deref(), Some("Windows 11"));
        assert_eq!(image.firmware, Some(Firmware::Uefi));
        assert!(!image.virtio);
    }
    let said = NewImage {
        platform: Some(Platform::Linux),
        ..NewImage::named("said")
    };
    let request = Capture {
        source: CaptureSource::Volume(root.id),
        attached: false,
        stores: StoreChoice::Auto,
        job: None,
    };
    let started = world
        .app
        .capture_image(&world.tenant.caller, said, request)
        .await
        .unwrap();
    assert_eq!(started.image.platform, Platform::Linux);
    finished(&world.app, started.job).await;
    check(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_disk_with_holes_is_captured_whole() {
    const SIZE: u64 = 24 << 20;
    for world in worlds().await {
        let path = world.disks().join("holes.raw");
        let file = std::fs::File::create(&path).unwrap();
        file.set_len(SIZE).unwrap();
        file.write_all_at(&noise(100_000), 5 << 20).unwrap();
        file.write_all_at(b"the end", SIZE - 7).unwrap();
        drop(file);
        let disk = volume(&world, path.clone(), None).await;
        assert_eq!((disk.format, disk.size.0), (DiskFormat::Raw, SIZE));
        let started = capture(&world, &world.tenant.caller, disk.id, StoreChoice::Auto)
            .await
            .unwrap();
        let work = finished(&world.app, started.job).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        let bytes = download(&world.app, &world.tenant.caller, started.image.id).await;
        assert!(bytes == std::fs::read(&path).unwrap(), "the bytes differ");
        let image = world
            .app
            .get_image(&world.tenant.caller, started.image.id)
            .await
            .unwrap();
        let blob = Path::new(&world.store.url)
            .join("blobs")
            .join(&image.locations[0].key);
        let allocated =
            std::os::unix::fs::MetadataExt::blocks(&std::fs::metadata(blob).unwrap()) * 512;
        assert!(allocated < 1 << 20, "{allocated} bytes for a disk of holes");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_chain_is_flattened() {
    for world in worlds().await {
        let at = |name: &str| world.disks().join(name).display().to_string();
        let (base, middle, top) = (at("base.qcow2"), at("middle.qcow2"), at("top.qcow2"));
        std::fs::write(world.disks().join("in.raw"), noise(2 << 20)).unwrap();
        tool(
            "qemu-img",
            &[
                "convert",
                "-c",
                "-f",
                "raw",
                "-O",
                "qcow2",
                &at("in.raw"),
                &base,
            ],
        );
        let layer = ["create", "-q", "-f", "qcow2", "-F", "qcow2"];
        let over = |more: &[&str]| tool("qemu-img", &[&layer[..], more].concat());
        over(&["-o", "compat=0.10", "-b", &base, &middle, "6M"]);
        tool("qemu-io", &["-c", "write -P 0xa5 3M 1M", &middle]);
        over(&["-b", &middle, &top, "8M"]);
        tool("qemu-img", &["snapshot", "-c", "before", &top]);
        tool(
            "qemu-io",
            &[
                "-c",
                "write -P 0x22 64k 64k",
                "-c",
                "write -z 1M 512k",
                &top,
            ],
        );
        let disk = volume(&world, top.clone().into(), None).await;
        let started = capture(&world, &world.tenant.caller, disk.id, StoreChoice::Auto)
            .await
            .unwrap();
        let work = finished(&world.app, started.job).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        assert_same(&world, &started, Path::new(&top), "qcow2").await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_stores_one_is_enough() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let path = world.disks().join("data.qcow2");
        let text = path.display().to_string();
        tool("qemu-img", &["create", "-q", "-f", "qcow2", &text, "16M"]);
        tool(
            "qemu-io",
            &["-f", "qcow2", "-c", "write -P 0x77 1M 4M", &text],
        );
        let disk = volume(&world, path, None).await;
        // What is allocated fits this one, the flattened file with its tables does not.
        let tight =
            std::os::unix::fs::MetadataExt::blocks(&std::fs::metadata(&text).unwrap()) * 512;
        let tight = store(&world, "tight", tight + 1).await;
        let tiny = store(&world, "tiny", 1000).await;
        for stores in [
            named(&[&tight, &world.store, &tiny]),
            named(&[&world.store, &tight]),
        ] {
            let started = capture(&world, caller, disk.id, stores).await.unwrap();
            let work = finished(&world.app, started.job).await;
            assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
            let image = world.app.get_image(caller, started.image.id).await.unwrap();
            assert!(
                image
                    .ready_locations()
                    .any(|copy| copy.store == world.store.id)
            );
            assert!(
                image
                    .locations
                    .iter()
                    .all(|copy| copy.state == gaze_domain::LocationState::Ready)
            );
            check(&world).await;
        }
        assert_refused(
            capture(&world, caller, disk.id, named(&[&tiny])).await,
            "NoSpace",
        );
        check(&world).await;
    }
}

/// One store breaks while the capture runs: its folder for temporary files is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_breaks_loses_its_copy_and_no_other() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let broken = store(&world, "broken", 1 << 30).await;
        let tmp = Path::new(&broken.url).join("tmp");
        std::fs::remove_dir(&tmp).unwrap();
        let stores = named(&[&broken, &world.store]);
        let started = capture(&world, caller, world.root.id, stores)
            .await
            .unwrap();
        let work = finished(&world.app, started.job).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        let image = world.app.get_image(caller, started.image.id).await.unwrap();
        assert_eq!(image.locations.len(), 1);
        let alone = capture(&world, caller, world.root.id, named(&[&broken]))
            .await
            .unwrap();
        let work = finished(&world.app, alone.job).await;
        assert_eq!(work.state, WorkState::Failed);
        assert_gone(&world, alone.image.id).await;
        std::fs::create_dir(tmp).unwrap();
        check(&world).await;
    }
}
