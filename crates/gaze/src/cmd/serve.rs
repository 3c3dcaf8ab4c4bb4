//! `gaze serve`.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use gaze_app::{App, FirstStart, Place};
use gaze_domain::Caller;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::compose::{Service, compose};
use crate::config::{Config, LogFormat};
use crate::demo;

/// The administrator's token for programs of the same user on this machine.
const ADMIN_TOKEN: &str = "admin-token";
/// The password of the first start, if the operator chose one.
const ADMIN_PASSWORD: &str = "GAZE_ADMIN_PASSWORD";

/// Runs the service until it is told to stop.
pub(crate) fn run(config: Config, demo: bool) -> anyhow::Result<ExitCode> {
    start_log(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the async runtime")?;
    runtime.block_on(serve(config, demo))
}

async fn serve(config: Config, with_demo: bool) -> anyhow::Result<ExitCode> {
    if with_demo {
        // The folder must be there before the app is told which folders it may read.
        crate::compose::make_private(&demo::folder(&config.data.dir))
            .context("making the demo's folder")?;
    }
    let Service { app, router } = compose(&config).await?;
    let listener = TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("listening on {}", config.server.listen))?;
    let address = listener
        .local_addr()
        .context("reading the listener's address")?;
    let url = config
        .server
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    let place = Place {
        region: config.place.region.clone(),
        zone: config.place.zone.clone(),
    };
    let first = app.first_start(&place, admin_password()).await?;
    let token_file = app.settings().data_dir.join(ADMIN_TOKEN);
    if let Some(first) = &first {
        write_secret(&token_file, &first.token.token)
            .with_context(|| format!("writing {}", token_file.display()))?;
    }
    let running = app.run().await?;
    let stop = stop_signal()?;
    let limits = gaze_http::Limits {
        connections: config.server.connections,
        connections_per_address: config.server.connections_per_address,
        proxies: gaze_http::Proxies::parse(&config.server.proxies)
            .map_err(|entry| anyhow::anyhow!("server.proxies: {entry:?}"))?,
        ..gaze_http::Limits::default()
    };
    let grace = Duration::from_secs(config.server.shutdown_grace_seconds);
    let serving = tokio::spawn(gaze_http::serve_within(
        limits, listener, router, stop, grace,
    ));
    let demo = if with_demo {
        let admin = administrator(&app, &token_file).await?;
        Some(demo::prepare(&app, &admin, &config.place.region).await?)
    } else {
        None
    };
    say(&welcome(
        &url,
        first.as_ref(),
        &token_file,
        demo.map(|demo| demo.calls(&url)),
    ))?;
    serving.await.context("serving")?.context("serving")?;
    tracing::info!("stopping");
    running.stop().await?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Who the demo is made by: the administrator of the first start.
async fn administrator(app: &App, token_file: &Path) -> anyhow::Result<Caller> {
    let token = std::fs::read_to_string(token_file).with_context(|| {
        format!(
            "reading {}, which the first start wrote",
            token_file.display()
        )
    })?;
    Ok(app.authenticate_token(token.trim()).await?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one secret that is no configuration"
)]
fn admin_password() -> Option<String> {
    std::env::var(ADMIN_PASSWORD)
        .ok()
        .filter(|password| !password.is_empty())
}

/// Completes when the process is asked to end.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn start_log(config: &Config) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log.level)
        .with_context(|| format!("reading log.level {:?}", config.log.level))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match config.log.format {
        LogFormat::Text => log.with_ansi(false).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("starting the log: {error}"))
}

fn welcome(
    url: &str,
    first: Option<&FirstStart>,
    token_file: &Path,
    calls: Option<String>,
) -> String {
    let faces = format!(
        "Gaze is ready at {url}\n\n\
         \x20 ZStack          {url}/zstack/v1\n\
         \x20 Huawei Cloud    {url}/v1/cloudimages/{{region}}\n\
         \x20 OpenStack       {url}/v2/images, {url}/v3 (Identity v3)\n\
         \x20 DiDi Cloud      {url}/dicloud/i\n\
         \x20 Gaze's own API  {url}/gaze/v1 (described at {url}/gaze/v1/openapi.json)\n\
         \x20 Metrics         {url}/metrics\n"
    );
    let admin = first.map(|first| {
        format!(
            "\nFirst start. The administrator's user is admin, the password is {}\n\
             It is told this once. On this machine `gaze` commands need none: they read {}\n",
            first.password,
            token_file.display()
        )
    });
    let calls = calls.map(|calls| format!("\n{calls}"));
    [Some(faces), admin, calls].into_iter().flatten().collect()
}

fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("writing to standard output")
}

/// A file that only this user can read, complete or not there.
pub(crate) fn write_secret(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let new = path.with_extension("new");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(new, path)
}
