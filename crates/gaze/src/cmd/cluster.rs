//! `gaze cluster`.

use anyhow::Result;
use clap::Subcommand;

use super::{Session, document, some};
use crate::client::Kind;
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("ZONE", "zone", Show::Name),
    ("ARCH", "architecture", Show::Text),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List clusters
    List,
    /// Make a cluster: hosts of one architecture in a zone
    Add {
        name: String,
        /// By default the only one
        #[arg(long)]
        zone: Option<String>,
        #[arg(long, default_value = "x86_64")]
        arch: String,
    },
    /// Delete a cluster
    Delete { cluster: String },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::List => session.list("/clusters", COLUMNS, &[Kind::Zone]).await,
            Self::Add { name, zone, arch } => {
                let zone = client.id_or_only(Kind::Zone, zone.as_deref()).await?;
                let body = document([
                    ("name", some(name)),
                    ("zone", some(zone)),
                    ("architecture", some(arch)),
                ]);
                let made = client.post("/clusters", &body).await?;
                session.thing(&made, &[Kind::Zone]).await
            }
            Self::Delete { cluster } => session.delete(Kind::Cluster, &cluster).await,
        }
    }
}
