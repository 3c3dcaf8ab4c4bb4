//! Snapshots of volumes, and images of them.

use std::path::PathBuf;

use gaze_app::{
    Capture, CaptureSource, NewImage, NewSnapshot, PlacedSnapshot, StoreChoice, WorkState,
};
use gaze_domain::{DiskFormat, Error, Media, Noun, Result, Volume};
use gaze_testkit::World;

use crate::accounts::check;
use crate::capture::volume;
use crate::capture_refused::Running;
use crate::harness::{assert_refused, assert_same_disk, download, finished, noise, tool, worlds};

/// A disk `active` on `middle` on `base`, each with data of its own.
fn chain(world: &World) -> [PathBuf; 3] {
    let at = |name: &str| world.disks().join(format!("{name}.qcow2"));
    let files = [at("base"), at("middle"), at("active")];
    for (index, file) in files.iter().enumerate() {
        let path = file.display().to_string();
        let create = ["create", "-q", "-f", "qcow2"];
        if index == 0 {
            tool("qemu-img", &[&create[..], &[&path, "4M"]].concat());
        } else {
            let below = files[index - 1].file_name().unwrap().to_str().unwrap();
            let backing = ["-F", "qcow2", "-b", below, &path];
            tool("qemu-img", &[&create[..], &backing].concat());
        }
        let write = format!("write -P 0x{}{} {}M 300k", index + 1, index + 1, index);
        tool("qemu-io", &["-f", "qcow2", "-c", &write, &path]);
    }
    files
}

async fn register(
    world: &World,
    volume: &Volume,
    name: &str,
    path: PathBuf,
) -> Result<PlacedSnapshot> {
    let new = NewSnapshot {
        id: None,
        name: name.into(),
        description: Some("d".into()),
        path,
    };
    let caller = &world.admin.caller;
    world.app.add_snapshot(caller, volume.id, new).await
}

#[tokio::test(flavor = "multi_thread")]
async fn files_below_a_volume_s_active_one_are_its_snapshots() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let [base, middle, active] = chain(&world);
        let disk = volume(&world, active.clone(), None).await;
        let _machine = Running::on(&disk.path);
        let young = register(&world, &disk, "young", middle.clone())
            .await
            .unwrap();
        assert_eq!((young.parent, young.latest), (None, true));
        let old = register(&world, &disk, "old", base.clone()).await.unwrap();
        assert_eq!((old.parent, old.latest), (None, false));
        let young = app.get_snapshot(caller, young.snapshot.id).await.unwrap();
        assert_eq!((young.parent, young.latest), (Some(old.snapshot.id), true));
        assert_eq!(young.volume.id, disk.id);
        assert_eq!(young.snapshot.format, DiskFormat::Qcow2);
        assert_eq!(young.snapshot.size.0, 4 << 20);
        assert_eq!(young.snapshot.owner, world.tenant.project.id);

        let listed = app.list_volume_snapshots(caller, disk.id).await.unwrap();
        let names: Vec<_> = listed
            .iter()
            .map(|one| one.snapshot.name.as_str())
            .collect();
        assert_eq!(names, ["old", "young"]);
        assert_eq!(app.list_snapshots(caller).await.unwrap().len(), 2);
        let strangers = &world.stranger.caller;
        assert!(app.list_snapshots(strangers).await.unwrap().is_empty());
        assert_refused(
            app.get_snapshot(strangers, old.snapshot.id).await,
            "NotFound",
        );
        assert_refused(
            app.list_volume_snapshots(strangers, disk.id).await,
            "NotFound",
        );

        let tried = register(&world, &disk, "again", base.clone()).await;
        assert_refused(tried, "AlreadyExists");
        for path in [
            active,
            world.disks().join("web-1.qcow2"),
            "/etc/passwd".into(),
        ] {
            assert_refused(register(&world, &disk, "no", path).await, "Invalid");
        }
        let new = NewSnapshot {
            id: None,
            name: "mine".into(),
            description: None,
            path: base,
        };
        assert_refused(app.add_snapshot(caller, disk.id, new).await, "Forbidden");
        let removed = app.remove_snapshot(caller, old.snapshot.id).await;
        assert_refused(removed, "Forbidden");

        let admin = &world.admin.caller;
        app.remove_snapshot(admin, old.snapshot.id).await.unwrap();
        let young = app.get_snapshot(caller, young.snapshot.id).await.unwrap();
        assert_eq!(young.parent, None);
        app.remove_volume(admin, disk.id).await.unwrap();
        assert!(app.list_snapshots(admin).await.unwrap().is_empty());
        assert!(middle.exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_of_a_snapshot_is_made_while_the_machine_runs() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let [base, middle, active] = chain(&world);
        let disk = volume(&world, active, None).await;
        let machine = Running::on(&disk.path);
        for (path, name) in [(middle, "middle"), (base, "base")] {
            let placed = register(&world, &disk, name, path.clone()).await.unwrap();
            let capture = Capture {
                source: CaptureSource::Snapshot(placed.snapshot.id),
                attached: false,
                stores: StoreChoice::Auto,
                job: None,
            };
            let started = app
                .capture_image(caller, NewImage::named(name), capture)
                .await;
            let started = started.unwrap();
            let work = finished(app, started.job).await;
            assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
            assert_eq!(
                work.source,
                Some(CaptureSource::Snapshot(placed.snapshot.id))
            );
            let image = app.get_image(caller, started.image.id).await.unwrap();
            let source = format!("volumeSnapshot://{}", placed.snapshot.id);
            assert_eq!(image.source, source);
            let saved = world.data().join(name);
            std::fs::write(&saved, download(app, caller, image.id).await).unwrap();
            assert_same_disk(&saved, "qcow2", &path, "qcow2");
        }
        let capture = Capture {
            source: CaptureSource::Volume(disk.id),
            attached: false,
            stores: StoreChoice::Auto,
            job: None,
        };
        let tried = app
            .capture_image(caller, NewImage::named("no"), capture)
            .await;
        assert_refused(tried, "InUse");
        drop(machine);
        check(&world).await;
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_disk_tells_nothing_of_its_machine_and_needs_none() {
    for world in worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let capture = |source, attached| Capture {
            source,
            attached,
            stores: StoreChoice::Auto,
            job: None,
        };
        let data = NewImage {
            media: Media::DataDisk,
            ..NewImage::named("data")
        };
        let root = CaptureSource::Volume(world.root.id);
        let started = app
            .capture_image(caller, data.clone(), capture(root, false))
            .await;
        let started = started.unwrap();
        assert_eq!(started.image.architecture, None);
        assert_eq!(started.image.os.guest_type, None);
        finished(app, started.job).await;
        let path = world.disks().join("alone.raw");
        std::fs::write(&path, noise(1 << 20)).unwrap();
        let alone = CaptureSource::Volume(volume(&world, path, None).await.id);
        let started = app.capture_image(caller, data, capture(alone, false)).await;
        finished(app, started.unwrap().job).await;
        let tried = app.capture_image(caller, NewImage::named("root"), capture(alone, true));
        let error = assert_refused(tried.await, "WrongState");
        assert!(matches!(
            error,
            Error::WrongState {
                noun: Noun::Volume,
                ..
            }
        ));
        check(&world).await;
        world.stop().await;
    }
}
