//! Everything wired: configuration in, a service and its router out.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use gaze_app::{App, DeleteMode, Rates, Settings, SystemRuntime};
use gaze_domain::Runtime;
use gaze_http::{Forwarded, Metrics, observe};
use gaze_sql::{Db, Target};

use crate::config::{Config, Deletion};
use crate::counts;

/// A service that is ready to run.
pub(crate) struct Service {
    pub(crate) app: App,
    pub(crate) router: Router,
}

/// Opens the database and builds every face over one app.
pub(crate) async fn compose(config: &Config) -> anyhow::Result<Service> {
    let data = &config.data.dir;
    make_private(data).with_context(|| format!("making the data folder {}", data.display()))?;
    let data = data
        .canonicalize()
        .with_context(|| format!("finding {}", data.display()))?;
    let target = target(&config.database.url, &data)?;
    let db = Db::open(&target).await.context("opening the database")?;
    let runtime: Arc<dyn Runtime> = Arc::new(SystemRuntime::default());
    let app = App::open(db, settings(config, &data)?, Arc::clone(&runtime))
        .await
        .context("opening the catalogue")?;
    let router = router(config, &app, &runtime);
    Ok(Service { app, router })
}

/// Huawei Cloud's clients make the calls of OpenStack's face, with attributes that its own face
/// knows.
const HUAWEI: gaze_face_glance::Vendor = gaze_face_glance::Vendor {
    attributes: gaze_face_huawei::native::attributes,
    settable: gaze_face_huawei::native::SETTABLE,
    set: |said, name, value| {
        let mut facts = gaze_face_huawei::native::Facts {
            os: said.os,
            platform: said.platform,
            architecture: said.architecture,
            description: said.description,
        };
        gaze_face_huawei::native::set(&mut facts, name, value);
    },
    condition: gaze_face_huawei::native::condition,
};

/// One line a face.
fn router(config: &Config, app: &App, runtime: &Arc<dyn Runtime>) -> Router {
    let metrics = Metrics::new(counts::registry(app));
    let face = |name: &'static str, router: Router| {
        observe(router, name, Arc::clone(runtime), metrics.clone())
    };
    let public_url = config.server.public_url.clone();
    let zstack = gaze_face_zstack::Config {
        sync_wait: Duration::from_secs(config.zstack.sync_wait_seconds),
        public_url: public_url.clone(),
        deletion: match config.zstack.deletion {
            Deletion::Delay => DeleteMode::Delay,
            Deletion::Direct => DeleteMode::Now,
        },
        ..gaze_face_zstack::Config::default()
    };
    let keystone = gaze_face_keystone::Config {
        public_url: public_url.clone(),
        forwarded: Forwarded::Ignored,
    };
    let glance = gaze_face_glance::Config {
        public_url: public_url.clone(),
        forwarded: Forwarded::Ignored,
        identity_url: config.identity.told_url(),
        names_identity: config.identity.keystone_url.is_none(),
        idle: Duration::from_secs(config.limits.idle_seconds),
        vendor: Some(HUAWEI),
        // The configuration was checked when it was read.
        others: config
            .import
            .glance_services
            .iter()
            .filter_map(|text| gaze_face_glance::Other::parse(text).ok())
            .collect(),
    };
    let native = gaze_face_native::Config {
        public_url,
        idle: Duration::from_secs(config.limits.idle_seconds),
        ..gaze_face_native::Config::default()
    };
    let huawei = gaze_face_huawei::Config::default();
    let didi = gaze_face_didi::Config::default();
    Router::new()
        .merge(face(
            "zstack",
            gaze_face_zstack::router(app.clone(), zstack),
        ))
        .merge(face(
            "huawei",
            gaze_face_huawei::router(app.clone(), huawei),
        ))
        .merge(face(
            "glance",
            gaze_face_glance::router(app.clone(), glance),
        ))
        .merge(face("didi", gaze_face_didi::router(app.clone(), didi)))
        .merge(face(
            "keystone",
            gaze_face_keystone::router(app.clone(), keystone),
        ))
        .merge(face(
            "native",
            gaze_face_native::router(app.clone(), native),
        ))
        .merge(gaze_http::metrics::router(metrics.clone()))
        .fallback(nothing_here)
        .layer(from_fn(one_look))
}

/// All that a request asks for of what is kept is as new as the request.
async fn one_look(request: Request, next: Next) -> Response {
    gaze_sql::request::one_look(next.run(request)).await
}

/// What no face owns.
async fn nothing_here(uri: Uri) -> (StatusCode, String) {
    (
        StatusCode::NOT_FOUND,
        format!("nothing is served at {}\n", uri.path()),
    )
}

fn settings(config: &Config, data: &Path) -> anyhow::Result<Settings> {
    let mut write_dirs = config.compute.write_dirs.clone();
    let demo = crate::demo::folder(data);
    if demo.is_dir() {
        write_dirs.push(demo);
    }
    Ok(Settings {
        data_dir: data.to_owned(),
        store_dirs: config.data.store_dirs.clone(),
        disk_dirs: config.compute.disk_dirs.clone(),
        write_dirs,
        root_disks: config.compute.root_disks,
        import_dirs: config.import.file_dirs.clone(),
        private_sources: config.import.allow_private_addresses.clone(),
        kept_images: usize::try_from(config.limits.kept_images_bytes).unwrap_or(usize::MAX),
        max_image_bytes: config.limits.image_bytes,
        session_life: Duration::from_secs(config.tokens.session_seconds),
        login_life: Duration::from_secs(config.tokens.login_seconds),
        keystone: config.identity.keystone(&config.place.region)?,
        upload_life: Duration::from_secs(config.limits.upload_seconds),
        keep_deleted: Duration::from_secs(config.keep.deleted_seconds),
        keep_finished: Duration::from_secs(config.keep.finished_seconds),
        keep_answers: Duration::from_secs(config.zstack.keep_answers_seconds),
        store_headroom: config.limits.store_headroom_bytes,
        rates: Rates {
            requests_per_second: config.rates.requests_per_second,
            requests_burst: config.rates.requests_burst,
            wrong_passwords: config.rates.wrong_passwords,
            wrong_password_pause: Duration::from_secs(config.rates.wrong_password_seconds),
        },
        uploads: config.limits.uploads,
        transfers: config.jobs.transfers,
        quick: config.jobs.quick,
        notices: config.notices.at_once,
        notice_tries: config.notices.tries,
        notice_pause: Duration::from_secs(config.notices.pause_seconds),
        idle: Duration::from_secs(config.limits.idle_seconds),
    })
}

/// Connections to PostgreSQL; a catalogue's statements are short. Two services fit into the hundred
/// that a server allows by default.
const POSTGRES_CONNECTIONS: usize = 40;

fn target(url: &str, data: &Path) -> anyhow::Result<Target> {
    match url {
        "sqlite" => Ok(Target::Sqlite {
            path: data.join("gaze.db"),
        }),
        _ if url.starts_with("sqlite:") => Ok(Target::Sqlite {
            path: PathBuf::from(&url["sqlite:".len()..]),
        }),
        _ if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Target::Postgres {
                url: url.to_owned(),
                max_connections: POSTGRES_CONNECTIONS,
            })
        }
        _ => anyhow::bail!("database.url is neither sqlite, sqlite:PATH nor postgres://…"),
    }
}

/// A folder that only this user can enter.
pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}
