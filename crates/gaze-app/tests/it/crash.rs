//! The process is killed in the middle of work, and a new one finds everything in order.

mod child;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gaze_app::{App, WorkState};
use gaze_domain::list::{ImageList, Scope};
use gaze_domain::{Caller, DiskFormat, Error, Image, JobId, Runtime, Status};
use gaze_sql::Target;
use gaze_sql::testing::Fresh;

use crate::accounts::check_app;
use crate::harness::{assert_same_disk, chunked, download, finished, noise, tool};
use crate::web::{Server, answer, head, send, until_gone};

use child::{DATABASE, FOLDER, SOURCE, TASK};
pub(crate) use child::{Later, machine, open};

/// A child that is killed with SIGKILL, at the latest when the test ends.
struct Victim(Child);

impl Drop for Victim {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Starts the task in a process of its own, kills it when bytes have moved, answers the job.
pub(crate) fn killed_during(task: &str, folder: &Path, target: &Target, source: &str) -> JobId {
    let database = match target {
        Target::Sqlite { path } => format!("sqlite:{}", path.display()),
        Target::Postgres { url, .. } => url.clone(),
    };
    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::child::a_process_to_be_killed",
            "--nocapture",
        ])
        .env(TASK, task)
        .env(FOLDER, folder)
        .env(DATABASE, database)
        .env(SOURCE, source)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = Victim(child);
    let lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    for line in lines {
        let line = line.unwrap();
        if let Some(job) = line.strip_prefix("job ") {
            return job.split(' ').next().unwrap().parse().unwrap();
        }
    }
    panic!("the process ended by itself");
}

/// A database that this process does not hold open, and a folder.
pub(crate) async fn ground() -> Vec<(Fresh, tempfile::TempDir)> {
    let mut ground = Vec::new();
    for database in gaze_sql::testing::databases().await {
        database.db.close().await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("disks")).unwrap();
        ground.push((database, folder));
    }
    ground
}

pub(crate) async fn only_image(app: &App, caller: &Caller) -> Option<Image> {
    let all = ImageList::new(Scope::All, 10);
    let mut images = app.list_images(caller, all).await.unwrap();
    assert!(images.len() <= 1, "{images:?}");
    images.pop().map(|kept| kept.image().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_process_is_killed_is_rolled_back() {
    for (database, folder) in ground().await {
        let job = killed_during("upload", folder.path(), &database.target, "");
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let before = only_image(&app, &caller).await.unwrap();
        assert_eq!(before.status, Status::Saving);
        let running = app.run().await.unwrap();
        running.swept().await;
        let work = finished(&app, job).await;
        assert_eq!(work.state, WorkState::Failed);
        assert!(
            matches!(work.failure, Some(Error::Unavailable { .. })),
            "{:?}",
            work.failure
        );
        let image = only_image(&app, &caller).await.unwrap();
        assert_eq!(image.status, Status::Queued);
        check_app(&app, &caller).await;
        let again = app
            .upload_image(&caller, image.id, chunked(&noise(100_000)))
            .await;
        assert_eq!(again.unwrap().status, Status::Active);
        check_app(&app, &caller).await;
        running.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promised_upload_whose_process_is_killed_may_be_made_again() {
    for (database, folder) in ground().await {
        let job = killed_during("ticket", folder.path(), &database.target, "");
        let secret = std::fs::read_to_string(folder.path().join("secret")).unwrap();
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let running = app.run().await.unwrap();
        running.swept().await;
        assert_eq!(finished(&app, job).await.state, WorkState::Failed);
        let image = only_image(&app, &caller).await.unwrap();
        assert_eq!((image.status, image.locations.len()), (Status::Queued, 1));
        check_app(&app, &caller).await;
        let bytes = noise(100_000);
        let again = app.upload_by_ticket(&secret, Some(image.id), chunked(&bytes));
        assert_eq!(again.await.unwrap().status, Status::Active);
        assert_eq!(download(&app, &caller, image.id).await, bytes);
        check_app(&app, &caller).await;
        running.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_process_is_killed_is_completed_by_the_next() {
    for (database, folder) in ground().await {
        let bytes = noise(4_000_000);
        let served = bytes.clone();
        let stalls = Arc::new(AtomicBool::new(true));
        let still = Arc::clone(&stalls);
        let server = Server::start(move |_, _, stream| {
            if still.load(Ordering::SeqCst) {
                head(stream, "200 OK", &[], Some(served.len()));
                send(stream, &served[..2_000_000]);
                until_gone(stream);
            } else {
                answer(stream, "200 OK", &[], &served);
            }
        });
        let job = killed_during("import", folder.path(), &database.target, &server.url("/"));
        stalls.store(false, Ordering::SeqCst);
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let before = only_image(&app, &caller).await.unwrap();
        assert_eq!(before.status, Status::Importing);
        let running = app.run().await.unwrap();
        running.swept().await;
        let work = finished(&app, job).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        let image = only_image(&app, &caller).await.unwrap();
        assert_eq!(download(&app, &caller, image.id).await, bytes);
        check_app(&app, &caller).await;
        running.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_source_is_gone_after_the_crash_is_rolled_back() {
    for (database, folder) in ground().await {
        let server = Server::start(|_, _, stream| {
            head(stream, "200 OK", &[], Some(4_000_000));
            send(stream, &noise(2_000_000));
            until_gone(stream);
        });
        let job = killed_during("import", folder.path(), &database.target, &server.url("/"));
        drop(server);
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let running = app.run().await.unwrap();
        running.swept().await;
        let work = finished(&app, job).await;
        assert_eq!(work.state, WorkState::Failed);
        assert_eq!(only_image(&app, &caller).await, None);
        check_app(&app, &caller).await;
        running.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_whose_process_is_killed_is_completed_by_the_next() {
    for (database, folder) in ground().await {
        let disk = folder.path().join("disks").join("big.qcow2");
        let text = disk.display().to_string();
        tool("qemu-img", &["create", "-q", "-f", "qcow2", &text, "400M"]);
        tool(
            "qemu-io",
            &["-f", "qcow2", "-c", "write -P 0x61 1M 300M", &text],
        );
        let job = killed_during("capture", folder.path(), &database.target, "");
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let before = only_image(&app, &caller).await.unwrap();
        assert_eq!(
            before.status,
            Status::Capturing,
            "the process was killed too late"
        );
        let running = app.run().await.unwrap();
        running.swept().await;
        let work = finished(&app, job).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        let image = only_image(&app, &caller).await.unwrap();
        assert_eq!(image.format, Some(DiskFormat::Qcow2));
        let store = app.list_stores(&caller).await.unwrap().remove(0);
        let blob = Path::new(&store.url)
            .join("blobs")
            .join(&image.locations[0].key);
        assert_same_disk(&blob, "qcow2", &disk, "qcow2");
        check_app(&app, &caller).await;
        running.stop().await.unwrap();
    }
}
