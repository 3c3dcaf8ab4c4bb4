//! The process that is killed: this very test binary, told to run one test that does nothing in
//! an ordinary run.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gaze_app::{
    App, Capture, CaptureSource, DomainName, Import, Login, NewImage, NewInstance, Place,
    ScopeWish, Secret, Settings, StoreChoice, SystemRuntime, Upload, UploadPromise, UserName,
};
use gaze_domain::access::TokenKind;
use gaze_domain::{Caller, Runtime, Timestamp};
use gaze_sql::{Db, Target};
use uuid::Uuid;

use crate::harness::{busy, chunked, fed, noise};

const PASSWORD: &str = "correct horse";
/// Tells the child what to do, where, and with which database.
pub(super) const TASK: &str = "GAZE_APP_CRASH_TASK";
pub(super) const FOLDER: &str = "GAZE_APP_CRASH_FOLDER";
pub(super) const DATABASE: &str = "GAZE_APP_CRASH_DATABASE";
pub(super) const SOURCE: &str = "GAZE_APP_CRASH_SOURCE";

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
    crate::copying_crash::underway(&task, &app, &caller).await;
    let source = told(SOURCE).unwrap_or_default();
    crate::mirroring::underway(&task, &app, &caller, &source).await;
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
