//! `gaze access-key`: keys that sign requests.

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Session, document};
use crate::client::{Kind, Query};
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("ACCESS", "access", Show::Text),
    ("USER", "user", Show::Name),
    ("ENABLED", "enabled", Show::Text),
    ("DESCRIPTION", "description", Show::Text),
    ("CREATED", "created_at", Show::Time),
];

const NAMED: &[Kind] = &[Kind::User, Kind::Project];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List access keys
    List {
        /// Of this user
        #[arg(long)]
        user: Option<String>,
    },
    /// Make an access key; its secret is printed once
    Add {
        /// For whom; by default oneself
        #[arg(long)]
        user: Option<String>,
        #[arg(long)]
        description: Option<String>,
    },
    /// Switch an access key on
    Enable { key: String },
    /// Switch an access key off
    Disable { key: String },
    /// Delete an access key
    Delete { key: String },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::List { user } => {
                let mut query = Query::default();
                query.push_some("user", client.id_if(Kind::User, user.as_deref()).await?);
                let path = format!("/access-keys{}", query.text());
                session.list(&path, COLUMNS, NAMED).await
            }
            Self::Add { user, description } => {
                let user = client.id_if(Kind::User, user.as_deref()).await?;
                let body = document([
                    ("user", user.map(Value::from)),
                    ("description", description.map(Value::from)),
                ]);
                let made = client.post("/access-keys", &body).await?;
                session.thing(&made, NAMED).await
            }
            Self::Enable { key } => set_enabled(session, &key, true).await,
            Self::Disable { key } => set_enabled(session, &key, false).await,
            Self::Delete { key } => session.delete(Kind::AccessKey, &key).await,
        }
    }
}

async fn set_enabled(session: &Session, key: &str, enabled: bool) -> Result<()> {
    let id = session.client.id(Kind::AccessKey, key).await?;
    let body = json!({ "enabled": enabled });
    let changed = session
        .client
        .put(&format!("/access-keys/{id}/state"), &body)
        .await?;
    session.thing(&changed, NAMED).await
}
