//! `gaze snapshot`: what volumes were at moments of their past.

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;
use serde_json::Value;

use super::instance::absolute;
use super::{Session, document, some};
use crate::client::Kind;
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("VOLUME", "volume", Show::Name),
    ("FORMAT", "format", Show::Text),
    ("SIZE", "size", Show::Bytes),
    ("ALLOCATED", "allocated", Show::Bytes),
    ("PATH", "path", Show::Text),
    ("CREATED", "created_at", Show::Time),
];

const NAMED: &[Kind] = &[Kind::Volume, Kind::Project];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List snapshots
    List {
        /// Of this volume
        #[arg(long)]
        volume: Option<String>,
    },
    /// Register a file of a volume's backing chain as a snapshot; it stays where it is
    Add {
        volume: String,
        #[arg(long)]
        name: String,
        /// Path of the file on the service's host, below one of its compute.disk_dirs
        #[arg(long)]
        path: PathBuf,
        #[arg(long)]
        description: Option<String>,
    },
    /// Show a snapshot
    Show { snapshot: String },
    /// Forget a snapshot; its file stays
    Delete { snapshot: String },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::List { volume: None } => session.list("/snapshots", COLUMNS, NAMED).await,
            Self::List {
                volume: Some(volume),
            } => {
                let id = client.id(Kind::Volume, &volume).await?;
                let path = format!("/volumes/{id}/snapshots");
                session.list(&path, COLUMNS, NAMED).await
            }
            Self::Add {
                volume,
                name,
                path,
                description,
            } => {
                let id = client.id(Kind::Volume, &volume).await?;
                let body = document([
                    ("name", some(name)),
                    ("path", some(absolute(&path)?)),
                    ("description", description.map(Value::from)),
                ]);
                let made = client
                    .post(&format!("/volumes/{id}/snapshots"), &body)
                    .await?;
                session.thing(&made, NAMED).await
            }
            Self::Show { snapshot } => {
                let id = client.id(Kind::Snapshot, &snapshot).await?;
                session.show(&format!("/snapshots/{id}"), NAMED).await
            }
            Self::Delete { snapshot } => session.delete(Kind::Snapshot, &snapshot).await,
        }
    }
}
