//! `--demo`: a small, true sample cloud, and the five calls to try on it.
//!
//! Everything is made through the app's own verbs: zones and stores, two images that pass the
//! whole ingest path, a project, and a stopped machine whose root disk is a qcow2 on a backing
//! file. The disk's content is ours: a boot sector that says a line on the serial port.

mod calls;
mod disks;
mod images;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gaze_app::{
    App, Login, NewInstance, NewProject, NewStore, NewZone, ScopeWish, Secret, UserName,
};
use gaze_domain::access::TokenKind;
use gaze_domain::{Architecture, Caller, Image, Instance, Platform, StoreKind, Volume, Zone};
use serde::{Deserialize, Serialize};

/// The demo's project, user and everything else that has a name.
const PROJECT: &str = "demo";
const MACHINE: &str = "web-1";

/// What the demo has to remember: its user's password. In a file of its own, for this user only.
#[derive(Debug, Serialize, Deserialize)]
struct Memory {
    password: String,
}

/// A demo that is there, with fresh credentials.
#[derive(Debug)]
pub(crate) struct Demo {
    region: String,
    machine: Instance,
    root: Volume,
    image: Image,
    store: gaze_domain::Store,
    session: String,
    login: String,
    bearer: String,
}

/// Where the demo's disks are.
pub(crate) fn folder(data: &Path) -> PathBuf {
    data.join("demo")
}

/// Makes what is missing of the demo, and logs its user in.
pub(crate) async fn prepare(app: &App, admin: &Caller, region: &str) -> anyhow::Result<Demo> {
    let folder = folder(&app.settings().data_dir);
    let memory_file = folder.join("demo.json");
    let memory = match std::fs::read_to_string(&memory_file) {
        Ok(text) => serde_json::from_str(&text).context("reading the demo's memory")?,
        Err(_not_there) => {
            let new = NewProject {
                name: PROJECT.into(),
                description: Some("The sample tenant of --demo".into()),
                password: None,
            };
            let (_project, _user, password) = app
                .create_project(admin, new)
                .await
                .context("making the demo's project")?;
            let memory = Memory { password };
            let text = serde_json::to_string(&memory).context("writing the demo's memory")?;
            crate::cmd::serve::write_secret(&memory_file, &text)
                .context("writing the demo's memory")?;
            memory
        }
    };
    let session = login(app, &memory, TokenKind::Session).await?;
    let owner = session.caller.clone();
    let fixed = login(app, &memory, TokenKind::Login).await?;
    let bearer = app.create_api_token(&owner, None).await?;
    let zone = places(app, admin).await?;
    let (machine, root) = machine(app, admin, &owner, &zone, &folder).await?;
    let image = images::prepare(app, admin, &owner).await?;
    let stores = app.list_stores(&owner).await?;
    let store = stores.into_iter().find(|store| store.serves(zone.id));
    Ok(Demo {
        region: region.to_owned(),
        machine,
        root,
        image,
        store: store.context("no store serves the demo's zone")?,
        session: session.token,
        login: fixed.token,
        bearer: bearer.token,
    })
}

async fn login(app: &App, memory: &Memory, kind: TokenKind) -> anyhow::Result<gaze_app::Issued> {
    let login = Login {
        user: UserName::Name {
            name: PROJECT.into(),
            domain: None,
        },
        secret: Secret::Clear(memory.password.clone()),
        kind,
        scope: ScopeWish::Default,
    };
    app.login(login).await.context("logging the demo's user in")
}

/// A second zone and a second store beside those of the first start. Returns the first zone.
async fn places(app: &App, admin: &Caller) -> anyhow::Result<Zone> {
    let zones = app.list_zones(admin, None).await?;
    let first = zones.first().context("there is no zone")?.clone();
    let known = zones.into_iter().find(|zone| zone.name == "demo-zone-2");
    let second = if let Some(zone) = known {
        zone
    } else {
        let new = NewZone {
            id: None,
            region: first.region,
            name: "demo-zone-2".into(),
            description: Some("The second zone of --demo".into()),
        };
        app.create_zone(admin, new)
            .await
            .context("making the second zone")?
    };
    let stores = app.list_stores(admin).await?;
    if !stores.iter().any(|store| store.name == "demo-store-2") {
        let new = NewStore {
            id: None,
            region: first.region,
            name: "demo-store-2".into(),
            description: Some("The second store of --demo".into()),
            kind: StoreKind::Fs,
            url: None,
            host: None,
            medium: Some("SSD".into()),
            capacity: None,
            zones: vec![first.id, second.id],
        };
        app.create_store(admin, new)
            .await
            .context("making the second store")?;
    }
    Ok(first)
}

async fn machine(
    app: &App,
    admin: &Caller,
    owner: &Caller,
    zone: &Zone,
    folder: &Path,
) -> anyhow::Result<(Instance, Volume)> {
    let machines = app.list_instances(owner).await?;
    if let Some(seen) = machines
        .into_iter()
        .find(|seen| seen.instance.name == MACHINE)
    {
        let root = seen
            .instance
            .root_volume
            .context("the demo's machine lost its disk")?;
        return Ok((seen.instance, app.get_volume(owner, root).await?));
    }
    let target = folder.to_owned();
    let disk = tokio::task::spawn_blocking(move || disks::write_machine_disk(&target))
        .await
        .context("writing the demo's disks")??;
    let new = NewInstance {
        id: None,
        name: MACHINE.into(),
        description: Some("The stopped machine of --demo".into()),
        project: Some(owner.project),
        zone: zone.id,
        cluster: None,
        pool: None,
        disk,
        disk_format: None,
        platform: Some(Platform::Linux),
        architecture: Some(Architecture::X86_64),
        guest_os: Some("Gaze demo disk".into()),
        firmware: None,
        virtio: true,
        image: None,
    };
    let (seen, root) = app
        .add_instance(admin, new)
        .await
        .context("registering the demo's machine")?;
    Ok((seen.instance, root))
}
