//! `gaze user`.

use anyhow::Result;
use clap::Subcommand;
use serde_json::Value;

use super::{Session, document, some};
use crate::client::Kind;
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("PROJECT", "project", Show::Name),
    ("ROLE", "role", Show::Text),
    ("ENABLED", "enabled", Show::Text),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List users
    List,
    /// Make a user, whose password is printed once
    Add {
        name: String,
        #[arg(long)]
        project: String,
        /// admin, member or reader
        #[arg(long, default_value = "member")]
        role: String,
        /// By default one is made up
        #[arg(long)]
        password: Option<String>,
    },
    /// Give a user a new password
    Password {
        user: String,
        /// By default one is made up
        #[arg(long)]
        password: Option<String>,
    },
    /// Delete a user
    Delete { user: String },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::List => session.list("/users", COLUMNS, &[Kind::Project]).await,
            Self::Add {
                name,
                project,
                role,
                password,
            } => {
                let project = client.id(Kind::Project, &project).await?;
                let body = document([
                    ("name", some(name)),
                    ("project", some(project)),
                    ("role", some(role)),
                    ("password", password.map(Value::from)),
                ]);
                let made = client.post("/users", &body).await?;
                session.thing(&made, &[Kind::Project]).await
            }
            Self::Password { user, password } => {
                let id = client.id(Kind::User, &user).await?;
                let body = document([("password", password.map(Value::from))]);
                let set = client.put(&format!("/users/{id}/password"), &body).await?;
                session.thing(&set, &[]).await
            }
            Self::Delete { user } => session.delete(Kind::User, &user).await,
        }
    }
}
