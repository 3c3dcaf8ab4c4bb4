//! `gaze pool`.

use anyhow::Result;
use clap::Subcommand;
use serde_json::Value;

use super::{Session, document, some};
use crate::client::Kind;
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("KIND", "kind", Show::Text),
    ("ZONE", "zone", Show::Name),
    ("PATH", "path", Show::Text),
    ("FSID", "fsid", Show::Text),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List storage pools
    List,
    /// Make a storage pool: where volumes of virtual machines live
    Add {
        name: String,
        /// By default the only one
        #[arg(long)]
        zone: Option<String>,
        /// local, nfs, shared-mount or ceph
        #[arg(long, default_value = "local")]
        kind: String,
        /// Folder of a file pool
        #[arg(long)]
        path: Option<String>,
        /// Cluster of a Ceph pool
        #[arg(long)]
        fsid: Option<String>,
    },
    /// Show a storage pool
    Show { pool: String },
    /// Delete a storage pool
    Delete { pool: String },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::List => session.list("/pools", COLUMNS, &[Kind::Zone]).await,
            Self::Add {
                name,
                zone,
                kind,
                path,
                fsid,
            } => {
                let zone = client.id_or_only(Kind::Zone, zone.as_deref()).await?;
                let body = document([
                    ("name", some(name)),
                    ("zone", some(zone)),
                    ("kind", some(kind)),
                    ("path", path.map(Value::from)),
                    ("fsid", fsid.map(Value::from)),
                ]);
                let made = client.post("/pools", &body).await?;
                session.thing(&made, &[Kind::Zone]).await
            }
            Self::Show { pool } => {
                let id = client.id(Kind::Pool, &pool).await?;
                session.show(&format!("/pools/{id}"), &[Kind::Zone]).await
            }
            Self::Delete { pool } => session.delete(Kind::Pool, &pool).await,
        }
    }
}
