//! Disks of which no image is made.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use gaze_app::{ProjectPatch, StoreChoice, WorkState};
use gaze_domain::Error;

use crate::accounts::check;
use crate::capture::{capture, volume};
use crate::harness::{assert_refused, finished, kind, noise, worlds};

/// A QEMU process that has the disk open for writing.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn on(disk: &str) -> Self {
        let mut child = Command::new("qemu-io")
            .args(["-f", "qcow2", disk])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Once it answers, it holds its locks.
        child
            .stdin
            .as_mut()
            .unwrap()
            .write_all(b"length\n")
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_of_a_running_machine_is_refused() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let machine = Running::on(&world.root.path);
        let seen = world
            .app
            .get_instance(caller, world.machine.id)
            .await
            .unwrap();
        assert_eq!(seen.state, gaze_domain::InstanceState::Running);
        let tried = capture(&world, caller, world.root.id, StoreChoice::Auto).await;
        assert_refused(tried, "InUse");
        check(&world).await;
        drop(machine);
        let seen = world
            .app
            .get_instance(caller, world.machine.id)
            .await
            .unwrap();
        assert_eq!(seen.state, gaze_domain::InstanceState::Stopped);
        let started = capture(&world, caller, world.root.id, StoreChoice::Auto)
            .await
            .unwrap();
        assert_eq!(
            finished(&world.app, started.job).await.state,
            WorkState::Succeeded
        );
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_cannot_be_read_safely_is_refused() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let at = |name: &str| world.disks().join(name);
        let outside = world.data().join("outside.raw");
        std::fs::write(&outside, noise(1 << 20)).unwrap();
        let raw = gaze_disk::Format::Raw;
        let overlay = gaze_disk::create_overlay(&outside.display().to_string(), raw, 1 << 20);
        std::fs::write(at("outside.qcow2"), overlay.unwrap()).unwrap();
        let overlay = gaze_disk::create_overlay("nothing.raw", raw, 1 << 20);
        std::fs::write(at("orphan.qcow2"), overlay.unwrap()).unwrap();
        std::fs::write(at("going.raw"), noise(1000)).unwrap();
        // The name of the backing file without its format, as old tools wrote it.
        std::fs::write(at("guessed.raw"), noise(1 << 20)).unwrap();
        let mut guessed = gaze_disk::create_overlay("guessed.raw", raw, 1 << 20).unwrap();
        let extension = guessed
            .windows(4)
            .position(|bytes| bytes == 0xe279_2aca_u32.to_be_bytes());
        guessed[extension.unwrap()..][..4].copy_from_slice(&0x1234_5678_u32.to_be_bytes());
        std::fs::write(at("guessed.qcow2"), guessed).unwrap();
        for (name, expected) in [
            ("outside.qcow2", "Unreachable"),
            ("orphan.qcow2", "Unreachable"),
            ("going.raw", "Unreachable"),
            ("guessed.qcow2", "Refused"),
        ] {
            let disk = volume(&world, at(name), None).await;
            if name == "going.raw" {
                std::fs::remove_file(at(name)).unwrap();
            }
            let tried = capture(&world, caller, disk.id, StoreChoice::Auto).await;
            let error = tried.expect_err(name);
            assert_eq!(kind(&error), expected, "{name}: {error}");
            assert!(!error.to_string().contains("outside.raw"), "{error}");
        }
        assert_refused(
            capture(
                &world,
                &world.stranger.caller,
                world.root.id,
                StoreChoice::Auto,
            )
            .await,
            "NotFound",
        );
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_past_the_quota_is_refused() {
    for world in worlds().await {
        let (caller, project) = (&world.tenant.caller, world.tenant.project.id);
        let path = world.disks().join("data.raw");
        std::fs::write(&path, noise(1_000_448)).unwrap();
        let disk = volume(&world, path, None).await;
        let limit = |count, bytes| ProjectPatch {
            max_image_count: Some(Some(count)),
            max_image_bytes: Some(Some(bytes)),
            ..ProjectPatch::default()
        };
        for (count, bytes, fits) in [
            (0, 1 << 30, false),
            (1, 1_000_447, false),
            (1, 1_000_448, true),
        ] {
            let patch = limit(count, bytes);
            world
                .app
                .update_project(&world.admin.caller, project, patch)
                .await
                .unwrap();
            let tried = capture(&world, caller, disk.id, StoreChoice::Auto).await;
            match tried {
                Ok(started) => {
                    let work = finished(&world.app, started.job).await;
                    assert_eq!(work.failure.is_none(), fits, "{:?}", work.failure);
                }
                Err(Error::QuotaExceeded { .. }) => assert!(!fits),
                Err(other) => panic!("{other}"),
            }
            check(&world).await;
        }
    }
}
