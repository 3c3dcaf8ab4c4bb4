//! The process is killed while a machine changes its image.

use std::path::Path;
use std::sync::Arc;

use gaze_app::{App, NewImage, Work, WorkState};
use gaze_domain::{Architecture, Caller, Error, Runtime, Volume};

use crate::accounts::check_app;
use crate::capture_refused::Running;
use crate::crash::{Later, ground, killed_during, machine, open};
use crate::harness::{PATIENCE, announced, finished, noise, tool};
use crate::reimage::{files, to};

/// Bytes of the image that the machine changes to.
const SIZE: usize = 192 << 20;
/// The machine's first disk.
const OLD: &str = "old.qcow2";

/// The part of the process that is killed: changes a machine's image, until bytes have moved.
pub(crate) async fn begun(app: &App, caller: &Caller, folder: &Path) -> Work {
    let old = folder.join("disks").join(OLD);
    let create = ["create", "-q", "-f", "qcow2"];
    tool(
        "qemu-img",
        &[&create[..], &[&old.display().to_string(), "1M"]].concat(),
    );
    let zone = app.list_zones(caller, None).await.unwrap().remove(0);
    let (seen, _) = app
        .add_instance(caller, machine(zone.id, old))
        .await
        .unwrap();
    let new = NewImage {
        architecture: Some(Architecture::X86_64),
        ..NewImage::named("other")
    };
    let image = app.create_image(caller, new).await.unwrap();
    let sent = app.upload_image(caller, image.id, announced(&noise(SIZE)));
    let image = sent.await.unwrap();
    let started = app.change_instance_image(caller, seen.instance.id, to(&image));
    let job = started.await.unwrap().job;
    let end = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < end {
        let work = app.find_work(job).await.unwrap().unwrap();
        // Bytes count as done when they are handed to the thread that writes them, so the file is
        // asked for too.
        if work.done > 1_000_000 && has_partial(&folder.join("disks")) {
            return work;
        }
        tokio::task::yield_now().await;
    }
    panic!("the change has not begun");
}

/// Whether a new disk is being written.
fn has_partial(disks: &Path) -> bool {
    files(disks).iter().any(|name| name.ends_with(".partial"))
}

async fn only_root(app: &App, caller: &Caller) -> Volume {
    let seen = app.list_instances(caller).await.unwrap().remove(0);
    seen.volumes.into_iter().next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_process_is_killed_is_completed_by_the_next() {
    for (database, folder) in ground().await {
        let disks = folder.path().join("disks");
        let job = killed_during("reimage", folder.path(), &database.target, "");
        assert!(has_partial(&disks), "{:?}", files(&disks));
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let old = only_root(&app, &caller).await;
        assert!(old.path.ends_with(OLD), "{old:?}");
        let running = app.run().await.unwrap();
        running.swept().await;
        let work = finished(&app, job).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        let new = only_root(&app, &caller).await;
        assert!(std::fs::read(&new.path).unwrap() == noise(SIZE));
        let name = Path::new(&new.path).file_name().unwrap().to_str().unwrap();
        assert_eq!(files(&disks), [OLD.to_owned(), name.to_owned()].into());
        check_app(&app, &caller).await;
        running.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_leaves_nothing_if_the_machine_was_started_after_the_crash() {
    for (database, folder) in ground().await {
        let disks = folder.path().join("disks");
        let job = killed_during("reimage", folder.path(), &database.target, "");
        let old = disks.join(OLD);
        let before = std::fs::read(&old).unwrap();
        let machine = Running::on(&old.display().to_string());
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let running = app.run().await.unwrap();
        running.swept().await;
        let work = finished(&app, job).await;
        assert_eq!(work.state, WorkState::Failed);
        let refused = matches!(work.failure, Some(Error::WrongState { .. }));
        assert!(refused, "{:?}", work.failure);
        drop(machine);
        assert_eq!(
            Path::new(&only_root(&app, &caller).await.path),
            old.canonicalize().unwrap()
        );
        assert_eq!(files(&disks), [OLD.to_owned()].into());
        assert!(std::fs::read(&old).unwrap() == before);
        running.stop().await.unwrap();
    }
}
