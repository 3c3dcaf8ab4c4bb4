//! `gaze zone`.

use anyhow::Result;
use clap::Subcommand;
use serde_json::Value;

use super::{Session, document, some};
use crate::client::{Kind, Query};
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("REGION", "region", Show::Name),
    ("ENABLED", "enabled", Show::Text),
    ("DESCRIPTION", "description", Show::Text),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List zones
    List {
        /// Of this region
        #[arg(long)]
        region: Option<String>,
    },
    /// Make a zone
    Add {
        name: String,
        /// By default the only one
        #[arg(long)]
        region: Option<String>,
        #[arg(long)]
        description: Option<String>,
    },
    /// Show a zone
    Show { zone: String },
    /// Delete a zone
    Delete { zone: String },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::List { region } => {
                let mut query = Query::default();
                query.push_some(
                    "region",
                    client.id_if(Kind::Region, region.as_deref()).await?,
                );
                let path = format!("/zones{}", query.text());
                session.list(&path, COLUMNS, &[Kind::Region]).await
            }
            Self::Add {
                name,
                region,
                description,
            } => {
                let region = client.id_or_only(Kind::Region, region.as_deref()).await?;
                let body = document([
                    ("name", some(name)),
                    ("region", some(region)),
                    ("description", description.map(Value::from)),
                ]);
                let made = client.post("/zones", &body).await?;
                session.thing(&made, &[Kind::Region]).await
            }
            Self::Show { zone } => {
                let id = client.id(Kind::Zone, &zone).await?;
                session.show(&format!("/zones/{id}"), &[Kind::Region]).await
            }
            Self::Delete { zone } => session.delete(Kind::Zone, &zone).await,
        }
    }
}
