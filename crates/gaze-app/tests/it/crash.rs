//! The process is killed in the middle of work, and a new one finds everything in order.
//!
//! The service runs in a process of its own: this very test binary, told to run one test that
//! does nothing in an ordinary run.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gaze_app::{
    App, Capture, CaptureSource, DomainName, Import, Login, NewImage, NewInstance, Place,
    ScopeWish, Secret, Settings, StoreChoice, SystemRuntime, Upload, UploadPromise, UserName,
    WorkState,
};
use gaze_domain::access::TokenKind;
use gaze_domain::list::{ImageList, Scope};
use gaze_domain::{Caller, DiskFormat, Error, Image, JobId, Runtime, Status, Timestamp};
use gaze_sql::testing::Fresh;
use gaze_sql::{Db, Target};
use uuid::Uuid;

use crate::accounts::check_app;
use crate::harness::{assert_same_disk, busy, chunked, download, fed, finished, noise, tool};
use crate::web::{Server, answer, head, send, until_gone};

const PASSWORD: &str = "correct horse";
/// Tells the child what to do, where, and with which database.
const TASK: &str = "GAZE_APP_CRASH_TASK";
const FOLDER: &str = "GAZE_APP_CRASH_FOLDER";
const DATABASE: &str = "GAZE_APP_CRASH_DATABASE";
const SOURCE: &str = "GAZE_APP_CRASH_SOURCE";

/// The system's clock an hour ahead: leases of a process that was killed have run out.
#[derive(Debug, Default)]
pub(crate) struct Later(SystemRuntime);

impl Runtime for Later {
    fn now(&self) -> Timestamp {
        self.0.now() + Duration::from_hours(1)
    }

    fn uuid(&self) -> Uuid {
        self.0.uuid()
    }

    fn random(&self, buffer: &mut [u8]) {
        self.0.random(buffer);
    }
}

fn settings(folder: &Path) -> Settings {
    let mut settings = Settings::new(folder.to_owned());
    settings.disk_dirs = vec![folder.join("disks")];
    settings.write_dirs = vec![folder.join("disks")];
    settings.private_sources = vec!["127.0.0.1".into()];
    settings.store_headroom = 0;
    settings
}

pub(crate) async fn open(
    folder: &Path,
    target: &Target,
    runtime: Arc<dyn Runtime>,
) -> (App, Caller) {
    let db = Db::open(target).await.unwrap();
    let app = App::open(db, settings(folder), runtime).await.unwrap();
    let place = Place {
        region: "region-1".into(),
        zone: "zone-1".into(),
    };
    app.first_start(&place, Some(PASSWORD.into()))
        .await
        .unwrap();
    let login = Login {
        user: UserName::Name {
            name: "admin".into(),
            domain: Some(DomainName::Name("Default".into())),
        },
        secret: Secret::Clear(PASSWORD.into()),
        kind: TokenKind::Login,
        scope: ScopeWish::Default,
    };
    let caller = app.login(login).await.unwrap().caller;
    (app, caller)
}

#[expect(clippy::disallowed_methods, reason = "the parent tells its child so")]
fn told(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// Does what the parent asks for until it is killed. Prints the job when bytes have moved.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_to_be_killed() {
    let Some(task) = told(TASK) else { return };
    let folder = PathBuf::from(told(FOLDER).unwrap());
    let target = match told(DATABASE).unwrap().strip_prefix("sqlite:") {
        Some(path) => Target::Sqlite { path: path.into() },
        None => Target::Postgres {
            url: told(DATABASE).unwrap(),
            max_connections: 4,
        },
    };
    let (app, caller) = open(&folder, &target, Arc::new(SystemRuntime::default())).await;
    let _running = app.run().await.unwrap();
    crate::export_ends::underway(&task, &app, &caller, &folder).await;
    if task == "reimage" {
        let work = crate::reimage_crash::begun(&app, &caller, &folder).await;
        println!("\njob {} {} of {:?}", work.id, work.done, work.total);
        return std::future::pending().await;
    }
    let id = match task.as_str() {
        "upload" => {
            let made = app
                .create_image(&caller, NewImage::named("up"))
                .await
                .unwrap();
            let (sender, body) = fed();
            let upload = Upload {
                declared_len: Some(1 << 30),
                stores: StoreChoice::Auto,
                body,
            };
            let client = app.clone();
            tokio::spawn(async move { client.upload_image(&caller, made.id, upload).await });
            sender.send(Ok(noise(3_000_000).into())).await.unwrap();
            std::mem::forget(sender);
            made.id
        }
        "ticket" => {
            let promise = UploadPromise {
                source: "upload://up.raw".into(),
                stores: StoreChoice::Auto,
            };
            let new = NewImage::named("up");
            let ticket = app.promise_upload(&caller, new, promise).await.unwrap();
            std::fs::write(folder.join("secret"), &ticket.secret).unwrap();
            let (sender, body) = fed();
            let upload = Upload {
                body,
                ..chunked(&[])
            };
            let client = app.clone();
            tokio::spawn(
                async move { client.upload_by_ticket(&ticket.secret, None, upload).await },
            );
            sender.send(Ok(noise(3_000_000).into())).await.unwrap();
            std::mem::forget(sender);
            ticket.image.id
        }
        "import" => {
            let import = Import {
                url: told(SOURCE).unwrap(),
                stores: StoreChoice::Auto,
                job: None,
            };
            let new = NewImage::named("in");
            app.import_image(&caller, new, import)
                .await
                .unwrap()
                .image
                .id
        }
        _ => {
            let machines = app.list_volumes(&caller).await.unwrap();
            assert!(machines.is_empty(), "the world is fresh");
            let zone = app.list_zones(&caller, None).await.unwrap().remove(0);
            let new = machine(zone.id, folder.join("disks").join("big.qcow2"));
            let volume = app.add_instance(&caller, new).await.unwrap().1.id;
            let capture = Capture {
                source: CaptureSource::Volume(volume),
                attached: false,
                stores: StoreChoice::Auto,
                job: None,
            };
            let new = NewImage::named("cap");
            app.capture_image(&caller, new, capture)
                .await
                .unwrap()
                .image
                .id
        }
    };
    let work = busy(&app, id, 1_000_000).await;
    println!("\njob {} {} of {:?}", work.id, work.done, work.total);
    std::future::pending::<()>().await;
}

pub(crate) fn machine(zone: gaze_domain::ZoneId, disk: PathBuf) -> NewInstance {
    NewInstance {
        id: None,
        name: "big".into(),
        description: None,
        project: None,
        zone,
        cluster: None,
        pool: None,
        disk,
        disk_format: None,
        platform: None,
        architecture: None,
        guest_os: None,
        firmware: None,
        virtio: true,
        image: None,
    }
}

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
        .args(["--exact", "crash::a_process_to_be_killed", "--nocapture"])
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
    images.pop()
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
