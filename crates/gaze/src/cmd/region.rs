//! `gaze region`.

use anyhow::Result;
use clap::Subcommand;
use serde_json::Value;

use super::{Session, document, some};
use crate::client::Kind;
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("TITLE", "title", Show::Text),
    ("CREATED", "created_at", Show::Time),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List regions
    List,
    /// Make a region
    Add {
        name: String,
        /// For people; by default the name
        #[arg(long)]
        title: Option<String>,
    },
    /// Delete a region
    Delete { region: String },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        match self {
            Self::List => session.list("/regions", COLUMNS, &[]).await,
            Self::Add { name, title } => {
                let body = document([("name", some(name)), ("title", title.map(Value::from))]);
                let made = session.client.post("/regions", &body).await?;
                session.thing(&made, &[]).await
            }
            Self::Delete { region } => session.delete(Kind::Region, &region).await,
        }
    }
}
