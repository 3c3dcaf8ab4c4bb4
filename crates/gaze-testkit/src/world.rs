//! The world that face tests play in: a region with a zone, a store, two tenants, a machine.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test whose world cannot be made has failed"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gaze_app::{
    App, BodyStream, Import, Issued, Login, NewAccessKey, NewImage, NewInstance, NewProject, Place,
    Running, ScopeWish, Secret, Settings, StoreChoice, Upload, UserName,
};
use gaze_domain::access::TokenKind;
use gaze_domain::{
    AccessKey, Architecture, Caller, Image, ImageId, Instance, Project, Region, Store, User,
    Volume, Zone,
};
use gaze_sql::testing::Fresh;
use tempfile::TempDir;

use crate::TestRuntime;

/// The password of everybody in the world.
const PASSWORD: &str = "correct horse";

/// Somebody with every kind of credential.
#[derive(Debug)]
pub struct Tenant {
    pub project: Project,
    pub user: User,
    pub caller: Caller,
    pub password: &'static str,
    pub session: String,
    pub login: String,
    pub api_token: String,
    pub key: AccessKey,
}

/// A service with something in it. Its jobs run.
#[derive(Debug)]
pub struct World {
    pub app: App,
    pub runtime: Arc<TestRuntime>,
    pub region: Region,
    pub zone: Zone,
    pub store: Store,
    pub admin: Tenant,
    /// A member; owns the machine.
    pub tenant: Tenant,
    /// A member of another project.
    pub stranger: Tenant,
    pub machine: Instance,
    pub root: Volume,
    running: Option<Running>,
    settings: Settings,
    folder: TempDir,
    database: Fresh,
}

impl World {
    /// A world on a fresh SQLite.
    pub async fn new() -> Self {
        Self::on(gaze_sql::testing::sqlite().await).await
    }

    /// A world on a fresh SQLite, with settings of the test's choice.
    pub async fn new_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::with(gaze_sql::testing::sqlite().await, change).await
    }

    /// A world on that database.
    pub async fn on(database: Fresh) -> Self {
        Self::with(database, |_settings| {}).await
    }

    /// A world on that database, with settings of the test's choice.
    pub async fn with(database: Fresh, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let disks = folder.path().join("disks");
        let imports = folder.path().join("imports");
        for folder in [&disks, &imports] {
            std::fs::create_dir(folder).expect("a folder");
        }
        let mut settings = Settings::new(folder.path().to_owned());
        settings.disk_dirs = vec![disks.clone()];
        settings.write_dirs = vec![disks];
        settings.import_dirs = vec![imports];
        settings.store_headroom = 0;
        change(&mut settings);
        let runtime = Arc::new(TestRuntime::default());
        let app = App::open(database.db.clone(), settings.clone(), runtime.clone())
            .await
            .expect("an app over a fresh database");
        let place = Place {
            region: "region-1".into(),
            zone: "zone-1".into(),
        };
        let first = app
            .first_start(&place, Some(PASSWORD.into()))
            .await
            .expect("a first start");
        let first = first.expect("the database is fresh");
        let running = app.run().await.expect("jobs run");
        let caller = first.admin;
        let region = app.list_regions(&caller).await.expect("regions").remove(0);
        let zone = app
            .list_zones(&caller, None)
            .await
            .expect("zones")
            .remove(0);
        let store = app.list_stores(&caller).await.expect("stores").remove(0);
        let users = app.list_users(&caller).await.expect("users");
        let project = app
            .get_project(&caller, caller.project)
            .await
            .expect("the admin's project");
        let admin = credentials(&app, project, users[0].clone()).await;
        let tenant = newcomer(&app, &caller, "tenant").await;
        let stranger = newcomer(&app, &caller, "stranger").await;
        let disk = folder.path().join("disks").join("web-1.qcow2");
        machine_disk(&disk);
        let new = new_instance("web-1", &tenant, &zone, disk);
        let (seen, root) = app.add_instance(&caller, new).await.expect("a machine");
        let machine = seen.instance;
        Self {
            app,
            runtime,
            region,
            zone,
            store,
            admin,
            tenant,
            stranger,
            machine,
            root,
            running: Some(running),
            settings,
            folder,
            database,
        }
    }

    /// The database below, for what no verb shows.
    pub fn database(&self) -> &Fresh {
        &self.database
    }

    /// A service over the same catalogue that keeps no images. Its jobs do not run.
    pub async fn forgetful(&self) -> App {
        let settings = Settings {
            kept_images: 0,
            ..self.settings.clone()
        };
        let app = App::open(self.database.db.clone(), settings, self.runtime.clone());
        app.await.expect("another app over the same database")
    }

    /// The folder from which disks of machines may be read.
    pub fn disks(&self) -> PathBuf {
        self.folder.path().join("disks")
    }

    /// The folder from which images may be imported.
    pub fn imports(&self) -> PathBuf {
        self.folder.path().join("imports")
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// An active image of the tenant's: a bootable raw disk of 64 KiB.
    pub async fn image(&self, name: &str) -> Image {
        self.image_of(&self.tenant, NewImage::named(name)).await
    }

    /// An active image of somebody's, as described; x86_64 if nothing else was said.
    pub async fn image_of(&self, owner: &Tenant, mut new: NewImage) -> Image {
        new.architecture.get_or_insert(Architecture::X86_64);
        let made = self
            .app
            .create_image(&owner.caller, new)
            .await
            .expect("an image");
        let upload = upload(&boot_disk(64 << 10));
        self.app
            .upload_image(&owner.caller, made.id, upload)
            .await
            .expect("an upload")
    }

    /// A file of that name in the import folder, and its URL.
    pub fn import_file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.imports().join(name);
        std::fs::write(&path, bytes).expect("a file");
        format!("file://{}", path.display())
    }

    /// Imports a file of the import folder and waits for the job.
    pub async fn import(&self, owner: &Tenant, new: NewImage, url: String) -> gaze_app::Work {
        let import = Import {
            url,
            stores: StoreChoice::Auto,
            job: None,
        };
        let started = self
            .app
            .import_image(&owner.caller, new, import)
            .await
            .expect("an import");
        let work = self
            .app
            .wait_for_work(started.job, Duration::from_mins(1))
            .await;
        work.expect("a job").expect("the job is there")
    }

    /// Sets a column of an image's row as no verb would: some states last only for moments.
    pub async fn force(&self, image: ImageId, column: &'static str, word: Option<&str>) {
        let sql = format!("UPDATE image SET {column} = $1, revision = revision + 1 WHERE id = $2");
        let args = [word.into(), image.hex().into()];
        let forced = self.database.db.write(move |tx| {
            Box::pin(async move {
                let forced = tx.execute(&sql, &args).await?;
                gaze_catalog::image::settle_class(tx, image).await?;
                Ok(forced)
            })
        });
        let forced: Result<u64, gaze_catalog::Failure> = forced.await;
        assert_eq!(forced.expect("the column is there"), 1);
    }

    /// What transcripts call by name.
    pub fn given(&self) -> BTreeMap<String, String> {
        let mut given = BTreeMap::new();
        let mut put = |name: &str, value: String| {
            given.insert(name.to_owned(), value);
        };
        for (who, tenant) in [
            ("admin", &self.admin),
            ("tenant", &self.tenant),
            ("stranger", &self.stranger),
        ] {
            put(&format!("{who}.project"), tenant.project.id.hex());
            put(&format!("{who}.user"), tenant.user.id.hex());
            put(&format!("{who}.name"), tenant.user.name.clone());
            put(&format!("{who}.password"), tenant.password.to_owned());
            put(&format!("{who}.session"), tenant.session.clone());
            put(&format!("{who}.login"), tenant.login.clone());
            put(&format!("{who}.api_token"), tenant.api_token.clone());
            put(&format!("{who}.access"), tenant.key.access.clone());
            put(&format!("{who}.secret"), tenant.key.secret.clone());
        }
        put("domain", self.admin.caller.domain.hex());
        put("region", self.region.name.clone());
        put("zone", self.zone.id.hex());
        put("zone.name", self.zone.name.clone());
        put("store", self.store.id.hex());
        put("store.name", self.store.name.clone());
        put("store.url", self.store.url.clone());
        put("machine", self.machine.id.hex());
        put("cluster", self.machine.cluster.hex());
        put("pool", self.root.pool.hex());
        put("root", self.root.id.hex());
        put("imports", self.imports().display().to_string());
        put("disks", self.disks().display().to_string());
        given
    }

    /// Stops the service in order and starts it again. Routers over the former `app` are of no
    /// more use.
    pub async fn restart(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await.expect("everything stops in time");
        }
        let db = gaze_sql::Db::open(&self.database.target)
            .await
            .expect("the same database");
        self.app = App::open(db.clone(), self.settings.clone(), self.runtime.clone())
            .await
            .expect("an app over the same database");
        self.database.db = db;
        let running = self.app.run().await.expect("jobs run");
        running.swept().await;
        self.running = Some(running);
    }

    /// Stops the service in order.
    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await.expect("everything stops in time");
        }
    }
}

async fn newcomer(app: &App, admin: &Caller, name: &str) -> Tenant {
    let new = NewProject {
        name: name.into(),
        description: None,
        password: Some(PASSWORD.into()),
    };
    let (project, user, _password) = app.create_project(admin, new).await.expect("a project");
    credentials(app, project, user).await
}

async fn credentials(app: &App, project: Project, user: User) -> Tenant {
    let session = login(app, &user, TokenKind::Session).await;
    let fixed = login(app, &user, TokenKind::Login).await;
    let caller = Caller {
        token: None,
        ..session.caller.clone()
    };
    let api = app.create_api_token(&caller, None).await.expect("a token");
    let key = app
        .create_access_key(&caller, NewAccessKey::default())
        .await
        .expect("a key");
    Tenant {
        project,
        user,
        caller,
        password: PASSWORD,
        session: session.token,
        login: fixed.token,
        api_token: api.token,
        key,
    }
}

async fn login(app: &App, user: &User, kind: TokenKind) -> Issued {
    let login = Login {
        user: UserName::Id(user.id),
        secret: Secret::Clear(PASSWORD.into()),
        kind,
        scope: ScopeWish::Default,
    };
    app.login(login).await.expect("the password is right")
}

fn new_instance(name: &str, owner: &Tenant, zone: &Zone, disk: PathBuf) -> NewInstance {
    NewInstance {
        id: None,
        name: name.into(),
        description: None,
        project: Some(owner.project.id),
        zone: zone.id,
        cluster: None,
        pool: None,
        disk,
        disk_format: None,
        platform: None,
        architecture: None,
        guest_os: Some("Debian 12".into()),
        firmware: None,
        virtio: true,
        image: None,
    }
}

/// A bootable raw disk.
pub(crate) fn boot_disk(size: usize) -> Vec<u8> {
    let sector = gaze_disk::boot_sector_disk("gaze test disk", size as u64);
    let mut disk = sector.expect("the message fits").to_vec();
    disk.resize(size, 0);
    disk
}

/// A qcow2 with a raw backing file beside it, differing from it in one cluster.
fn machine_disk(path: &Path) {
    const SIZE: usize = 1 << 20;
    std::fs::write(path.with_file_name("base.raw"), boot_disk(SIZE)).expect("a base");
    let own: &[(u64, &[u8])] = &[(65_536, b"this cluster is the machine's own")];
    let overlay =
        gaze_disk::create_overlay_with("base.raw", gaze_disk::Format::Raw, SIZE as u64, own);
    std::fs::write(path, overlay.expect("an overlay")).expect("a disk");
}

/// An upload of these bytes, announced, in chunks.
pub(crate) fn upload(bytes: &[u8]) -> Upload {
    let declared_len = Some(bytes.len() as u64);
    let chunks: Vec<_> = bytes
        .chunks(16 << 10)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    let body: BodyStream = Box::pin(futures_util::stream::iter(chunks));
    Upload {
        declared_len,
        stores: StoreChoice::Auto,
        body,
    }
}
