//! `gaze volume`: disks of virtual machines.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::instance::absolute;
use super::{Session, document, some};
use crate::client::Kind;
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("ROLE", "role", Show::Text),
    ("FORMAT", "format", Show::Text),
    ("SIZE", "size", Show::Bytes),
    ("ALLOCATED", "allocated", Show::Bytes),
    ("INSTANCE", "instance", Show::Name),
    ("PATH", "path", Show::Text),
];

const NAMED: &[Kind] = &[Kind::Instance, Kind::Pool, Kind::Project];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List volumes
    List,
    /// Register a volume, whose file stays where it is
    Add(Box<Add>),
    /// Show a volume
    Show { volume: String },
    /// Forget a volume; its file stays
    Delete { volume: String },
}

#[derive(Args, Debug)]
pub(crate) struct Add {
    #[arg(long)]
    name: String,
    /// Path of the file on the service's host, below one of its compute.disk_dirs
    #[arg(long)]
    disk: PathBuf,
    /// By default the only one
    #[arg(long)]
    pool: Option<String>,
    /// By default one's own
    #[arg(long)]
    project: Option<String>,
    /// To which it is attached
    #[arg(long)]
    instance: Option<String>,
    /// root or data
    #[arg(long, default_value = "data")]
    role: String,
    /// By default told from the file
    #[arg(long)]
    format: Option<String>,
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        match self {
            Self::List => session.list("/volumes", COLUMNS, NAMED).await,
            Self::Add(add) => add.run(session).await,
            Self::Show { volume } => {
                let id = session.client.id(Kind::Volume, &volume).await?;
                session.show(&format!("/volumes/{id}"), NAMED).await
            }
            Self::Delete { volume } => session.delete(Kind::Volume, &volume).await,
        }
    }
}

impl Add {
    async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        let project = client.id_if(Kind::Project, self.project.as_deref()).await?;
        let instance = client
            .id_if(Kind::Instance, self.instance.as_deref())
            .await?;
        let body = document([
            ("name", some(self.name)),
            ("disk", some(absolute(&self.disk)?)),
            (
                "pool",
                some(client.id_or_only(Kind::Pool, self.pool.as_deref()).await?),
            ),
            ("project", project.map(Value::from)),
            ("instance", instance.map(Value::from)),
            ("role", some(self.role)),
            ("disk_format", self.format.map(Value::from)),
        ]);
        let made = client.post("/volumes", &body).await?;
        session.thing(&made, NAMED).await
    }
}
