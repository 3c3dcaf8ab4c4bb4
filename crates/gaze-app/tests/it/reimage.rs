//! Machines that change their image.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use gaze_app::{ImageChange, NewImage, RootDisks, Started, Work, WorkState};
use gaze_domain::{
    Architecture, Caller, DiskFormat, Error, Image, InstanceState, Noun, Result, Volume, VolumeId,
    VolumeRole,
};
use gaze_testkit::World;
use uuid::Uuid;

use crate::accounts::check;
use crate::boot::{boot, disk};
use crate::capture_refused::Running;
use crate::harness::{announced, assert_refused, finished, tool, worlds, worlds_with};

pub(crate) fn to(image: &Image) -> ImageChange {
    ImageChange {
        image: image.id,
        volume: None,
        job: None,
    }
}

async fn change(world: &World, caller: &Caller, image: &Image) -> Result<Started> {
    let app = &world.app;
    app.change_instance_image(caller, world.machine.id, to(image))
        .await
}

/// An active image of the tenant's, which a machine of the world can change to.
async fn image(world: &World, bytes: &[u8]) -> Image {
    let caller = &world.tenant.caller;
    let new = NewImage {
        architecture: Some(Architecture::X86_64),
        ..NewImage::named("other")
    };
    let made = world.app.create_image(caller, new).await.unwrap();
    let sent = world.app.upload_image(caller, made.id, announced(bytes));
    sent.await.unwrap()
}

/// The same disk as a qcow2 image.
fn as_qcow2(raw: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(at("raw"), raw).unwrap();
    let convert = ["convert", "-f", "raw", "-O", "qcow2"];
    tool(
        "qemu-img",
        &[&convert[..], &[&at("raw"), &at("q")]].concat(),
    );
    std::fs::read(at("q")).unwrap()
}

/// The machine's root volume.
async fn root(world: &World) -> Volume {
    let caller = &world.tenant.caller;
    let seen = world
        .app
        .get_instance(caller, world.machine.id)
        .await
        .unwrap();
    assert_eq!(Some(seen.volumes[0].id), seen.instance.root_volume);
    seen.volumes[0].clone()
}

/// Names of all files below a folder.
pub(crate) fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let inside = path.strip_prefix(folder).unwrap();
                found.insert(inside.display().to_string());
            }
        }
    }
    found
}

fn name_of(volume: &Volume) -> String {
    let name = Path::new(&volume.path).file_name().unwrap();
    name.to_str().unwrap().to_owned()
}

async fn done(world: &World, started: &Started) -> Work {
    let work = finished(&world.app, started.job).await;
    assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
    work
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_starts_from_the_image_that_it_was_changed_to() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let old = world.root.clone();
        let mode = std::fs::Permissions::from_mode(0o640);
        std::fs::set_permissions(&old.path, mode).unwrap();
        let old_bytes = std::fs::read(&old.path).unwrap();
        let raw = image(&world, &disk("the first image", 8 << 20)).await;
        let started = change(&world, caller, &raw).await.unwrap();
        let work = done(&world, &started).await;
        assert_eq!(work.image, Some(raw.id));
        assert_eq!(work.instance, Some(world.machine.id));
        assert_eq!(work.owner, world.tenant.project.id);

        let seen = world
            .app
            .get_instance(caller, world.machine.id)
            .await
            .unwrap();
        assert_eq!(seen.state, InstanceState::Stopped);
        assert_eq!(seen.instance.image, Some(raw.id));
        let new = root(&world).await;
        assert_ne!(new.id, old.id);
        assert_eq!((new.format, new.role), (DiskFormat::Raw, VolumeRole::Root));
        assert_eq!((new.pool, new.owner), (old.pool, old.owner));
        assert_eq!(new.size.0, 8 << 20);
        assert!(boot(Path::new(&new.path), "raw").contains("the first image"));
        let file = std::fs::metadata(&new.path).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o640);
        assert!(file.blocks() * 512 < 1 << 20, "its zeros are holes");

        let kept = world.app.get_volume(caller, old.id).await.unwrap();
        assert_eq!((kept.instance, kept.path), (None, old.path.clone()));
        assert_eq!(kept.last_instance, Some(world.machine.id));
        assert!(kept.detached_at.is_some());
        assert_eq!(new.image, Some(raw.id));
        assert!(std::fs::read(&old.path).unwrap() == old_bytes);

        let qcow2 = image(&world, &as_qcow2(&disk("the second image", 16 << 20))).await;
        let wanted = VolumeId::new(Uuid::from_u128(0x4000_8000_0000_0000_0001));
        let request = ImageChange {
            volume: Some(wanted),
            ..to(&qcow2)
        };
        let started = world
            .app
            .change_instance_image(caller, world.machine.id, request);
        done(&world, &started.await.unwrap()).await;
        let new = root(&world).await;
        assert_eq!((new.id, new.format), (wanted, DiskFormat::Qcow2));
        assert_eq!(new.size.0, 16 << 20);
        assert!(boot(Path::new(&new.path), "qcow2").contains("the second image"));
        let volumes = world.app.list_volumes(caller).await.unwrap();
        assert_eq!(volumes.len(), 3);
        check(&world).await;
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn overlays_of_two_machines_stand_on_one_copy_of_their_image() {
    for world in worlds_with(|settings| settings.root_disks = RootDisks::Backed).await {
        let caller = &world.tenant.caller;
        let before = files(&world.disks());
        for (format, bytes) in [
            ("raw", disk("raw below", 4 << 20)),
            ("qcow2", as_qcow2(&disk("qcow2 below", 4 << 20))),
        ] {
            let wanted = image(&world, &bytes).await;
            let mut roots = Vec::new();
            for _ in 0..2 {
                let started = change(&world, caller, &wanted).await.unwrap();
                done(&world, &started).await;
                let new = root(&world).await;
                assert_eq!((new.format, new.size.0), (DiskFormat::Qcow2, 4 << 20));
                roots.push(new);
            }
            let digest = wanted.checksums.sha256.as_deref().unwrap();
            let shared = world.disks().join(format!("gaze-images/{digest}.{format}"));
            assert!(std::fs::read(&shared).unwrap() == bytes);
            let mode = std::fs::metadata(&shared).unwrap().permissions().mode();
            assert_eq!(mode & 0o222, 0, "nobody writes to it");
            for new in &roots {
                let told = tool("qemu-img", &["info", "-U", &new.path]);
                assert!(
                    told.contains(&format!("backing file format: {format}")),
                    "{told}"
                );
                assert!(boot(Path::new(&new.path), "qcow2").contains(&format!("{format} below")));
            }
        }
        // Two images and four overlays.
        assert_eq!(files(&world.disks()).len(), before.len() + 6);
        check(&world).await;
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_allow_a_change_is_told_at_once() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let before = files(&world.disks());
        let good = image(&world, &disk("good", 1 << 20)).await;
        let app = &world.app;

        let running = Running::on(&world.root.path);
        let error = assert_refused(change(&world, caller, &good).await, "WrongState");
        let told = format!(
            "instance {} is running; stop it before changing its image",
            world.machine.id
        );
        assert_eq!(error.to_string(), told);
        drop(running);

        let strangers = change(&world, &world.stranger.caller, &good).await;
        let error = assert_refused(strangers, "NotFound");
        assert!(matches!(
            error,
            Error::NotFound {
                noun: Noun::Instance,
                ..
            }
        ));
        let foreign = world
            .image_of(&world.stranger, NewImage::named("foreign"))
            .await;
        let error = assert_refused(change(&world, caller, &foreign).await, "NotFound");
        assert!(matches!(
            error,
            Error::NotFound {
                noun: Noun::Image,
                ..
            }
        ));

        let reader = Caller {
            role: gaze_domain::Role::Reader,
            ..caller.clone()
        };
        assert_refused(change(&world, &reader, &good).await, "Forbidden");

        let taken = ImageChange {
            volume: Some(world.root.id),
            ..to(&good)
        };
        let taken = app
            .change_instance_image(caller, world.machine.id, taken)
            .await;
        assert_refused(taken, "AlreadyExists");

        app.change_image_state(caller, good.id, false)
            .await
            .unwrap();
        let error = assert_refused(change(&world, caller, &good).await, "Invalid");
        assert_eq!(error.to_string(), "image: it is disabled");

        let elsewhere = NewImage {
            architecture: Some(Architecture::Aarch64),
            ..NewImage::named("arm")
        };
        let elsewhere = world.image_of(&world.tenant, elsewhere).await;
        let error = assert_refused(change(&world, caller, &elsewhere).await, "Invalid");
        assert_eq!(
            error.to_string(),
            "image: its architecture is not the cluster's"
        );

        assert_eq!(root(&world).await, world.root);
        assert_eq!(files(&world.disks()), before);
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_may_not_be_written_to_is_refused() {
    for world in worlds_with(|settings| settings.write_dirs = Vec::new()).await {
        let good = image(&world, &disk("good", 1 << 20)).await;
        let tried = change(&world, &world.tenant.caller, &good).await;
        let error = assert_refused(tried, "Unreachable");
        assert!(error.to_string().contains("compute.write_dirs"), "{error}");
        assert!(
            !error
                .to_string()
                .contains(&world.disks().display().to_string())
        );
        world.stop().await;
    }
}

/// The file of an image's only copy.
fn blob(world: &World, image: &Image) -> PathBuf {
    Path::new(&world.store.url)
        .join("blobs")
        .join(&image.locations[0].key)
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_the_image_s_make_no_disk() {
    for how in [RootDisks::Copy, RootDisks::Backed] {
        for world in worlds_with(|settings| settings.root_disks = how).await {
            let caller = &world.tenant.caller;
            let before = files(&world.disks());
            let good = image(&world, &disk("good", 1 << 20)).await;
            let path = blob(&world, &good);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[1 << 19] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            let started = change(&world, caller, &good).await.unwrap();
            let work = finished(&world.app, started.job).await;
            assert_eq!(work.state, WorkState::Failed);
            assert!(
                matches!(work.failure, Some(Error::Refused { .. })),
                "{:?}",
                work.failure
            );
            assert_eq!(root(&world).await, world.root);
            assert_eq!(files(&world.disks()), before);
            world.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_cancelled_either_happened_or_left_nothing() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let before = files(&world.disks());
        let good = image(&world, &disk("good", 32 << 20)).await;
        let started = change(&world, caller, &good).await.unwrap();
        world.app.cancel_work(caller, started.job).await.unwrap();
        let work = finished(&world.app, started.job).await;
        let now = root(&world).await;
        if work.state == WorkState::Succeeded {
            assert_eq!(files(&world.disks()).len(), before.len() + 1);
            assert!(files(&world.disks()).contains(&name_of(&now)));
        } else {
            assert_eq!(work.state, WorkState::Cancelled);
            assert_eq!(now, world.root);
            assert_eq!(files(&world.disks()), before);
        }
        world.stop().await;
    }
}
