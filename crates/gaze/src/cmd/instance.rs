//! `gaze instance`: virtual machines whose disks are read.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::image::COLUMNS as IMAGES;
use super::{Session, document, progress, some};
use crate::client::Kind;
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("STATE", "state", Show::Text),
    ("ZONE", "zone", Show::Name),
    ("PROJECT", "owner", Show::Name),
    ("PLATFORM", "platform", Show::Text),
    ("ARCH", "architecture", Show::Text),
    ("ROOT VOLUME", "root_volume", Show::Text),
];

const NAMED: &[Kind] = &[Kind::Zone, Kind::Cluster, Kind::Pool, Kind::Project];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List instances and what they do now
    List,
    /// Register an instance and its root disk, which stays where it is
    Add(Box<Add>),
    /// Show an instance
    Show { instance: String },
    /// Forget an instance and its volumes; their files stay
    Delete { instance: String },
    /// List the images that an instance can change to
    Candidates { instance: String },
    /// Give a stopped instance a new root disk, made from another image; the old disk stays
    ChangeImage {
        instance: String,
        /// One of its candidates, by id or name
        image: String,
        /// Do not wait for the change to end
        #[arg(long)]
        detach: bool,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Add {
    #[arg(long)]
    name: String,
    /// Path of the root disk on the service's host, below one of its compute.disk_dirs
    #[arg(long)]
    disk: PathBuf,
    /// By default the only one
    #[arg(long)]
    zone: Option<String>,
    /// By default one's own
    #[arg(long)]
    project: Option<String>,
    /// By default the zone's first
    #[arg(long)]
    cluster: Option<String>,
    /// By default the zone's first
    #[arg(long)]
    pool: Option<String>,
    /// By default told from the file
    #[arg(long)]
    format: Option<String>,
    /// linux, windows, windows-virtio, paravirtualization or other
    #[arg(long)]
    platform: Option<String>,
    /// By default the cluster's
    #[arg(long)]
    arch: Option<String>,
    /// The guest operating system, in free words
    #[arg(long)]
    guest_os: Option<String>,
    /// bios, uefi or uefi-csm
    #[arg(long)]
    firmware: Option<String>,
    /// Whether its disks are virtio devices [default: true]
    #[arg(long)]
    virtio: Option<bool>,
    /// The image that its root disk was made from
    #[arg(long)]
    image: Option<String>,
    #[arg(long)]
    description: Option<String>,
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::List => session.list("/instances", COLUMNS, NAMED).await,
            Self::Add(add) => add.run(session).await,
            Self::Show { instance } => {
                let id = client.id(Kind::Instance, &instance).await?;
                session.show(&format!("/instances/{id}"), NAMED).await
            }
            Self::Delete { instance } => session.delete(Kind::Instance, &instance).await,
            Self::Candidates { instance } => candidates(session, &instance).await,
            Self::ChangeImage {
                instance,
                image,
                detach,
            } => change_image(session, &instance, &image, detach).await,
        }
    }
}

/// The images that an instance can change to.
pub(crate) async fn candidates(session: &Session, instance: &str) -> Result<()> {
    let id = session.client.id(Kind::Instance, instance).await?;
    let path = format!("/instances/{id}/candidates");
    session.list(&path, IMAGES, &[Kind::Project]).await
}

async fn change_image(session: &Session, instance: &str, image: &str, detach: bool) -> Result<()> {
    let client = &session.client;
    let id = client.id(Kind::Instance, instance).await?;
    let body = json!({ "image": client.id(Kind::Image, image).await? });
    let started = client.put(&format!("/instances/{id}/image"), &body).await?;
    if detach {
        return session.thing(&started, NAMED).await;
    }
    let job = started["job"].as_str().context("the answer names no job")?;
    progress::follow(session, job).await?;
    session.show(&format!("/instances/{id}"), NAMED).await
}

impl Add {
    async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        let of = |kind: Kind, text: Option<String>| async move {
            let id = client.id_if(kind, text.as_deref()).await?;
            anyhow::Ok(id.map(Value::from))
        };
        let disk = absolute(&self.disk)?;
        let body = document([
            ("name", some(self.name)),
            ("disk", some(disk)),
            (
                "zone",
                some(client.id_or_only(Kind::Zone, self.zone.as_deref()).await?),
            ),
            ("project", of(Kind::Project, self.project).await?),
            ("cluster", of(Kind::Cluster, self.cluster).await?),
            ("pool", of(Kind::Pool, self.pool).await?),
            ("image", of(Kind::Image, self.image).await?),
            ("disk_format", self.format.map(Value::from)),
            ("platform", self.platform.map(Value::from)),
            ("architecture", self.arch.map(Value::from)),
            ("guest_os", self.guest_os.map(Value::from)),
            ("firmware", self.firmware.map(Value::from)),
            ("virtio", self.virtio.map(Value::from)),
            ("description", self.description.map(Value::from)),
        ]);
        let made = client.post("/instances", &body).await?;
        session.thing(&made, NAMED).await
    }
}

/// The path as the service's host has it, which is taken to be this one for a relative path.
pub(super) fn absolute(path: &std::path::Path) -> Result<String> {
    let path = std::path::absolute(path)
        .with_context(|| format!("{} cannot be made absolute", path.display()))?;
    Ok(path.to_string_lossy().into_owned())
}
