//! `gaze project`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::value::{self, Limit};
use super::{Session, document, some};
use crate::client::Kind;
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("ENABLED", "enabled", Show::Text),
    ("IMAGES", "image_count", Show::Text),
    ("MAX IMAGES", "max_image_count", Show::Text),
    ("BYTES", "image_bytes", Show::Bytes),
    ("MAX BYTES", "max_image_bytes", Show::Bytes),
    ("DESCRIPTION", "description", Show::Text),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List projects
    List,
    /// Make a project and a first user of its name, whose password is printed once
    Add {
        name: String,
        #[arg(long)]
        description: Option<String>,
        /// Of the first user; by default one is made up
        #[arg(long)]
        password: Option<String>,
    },
    /// Show a project
    Show { project: String },
    /// Change a project
    Set(Set),
    /// Delete a project that owns nothing
    Delete { project: String },
}

#[derive(Args, Debug)]
pub(crate) struct Set {
    project: String,
    #[arg(long)]
    description: Option<String>,
    /// Whether its users may log in
    #[arg(long)]
    enabled: Option<bool>,
    /// A number, or none
    #[arg(long, value_parser = value::limit)]
    max_images: Option<Limit>,
    /// Such as 500GiB, or none
    #[arg(long, value_parser = value::limit)]
    max_bytes: Option<Limit>,
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::List => session.list("/projects", COLUMNS, &[]).await,
            Self::Add {
                name,
                description,
                password,
            } => {
                let body = document([
                    ("name", some(name)),
                    ("description", description.map(Value::from)),
                    ("password", password.map(Value::from)),
                ]);
                let made = client.post("/projects", &body).await?;
                session.thing(&made, &[]).await
            }
            Self::Show { project } => {
                let id = client.id(Kind::Project, &project).await?;
                session.show(&format!("/projects/{id}"), &[]).await
            }
            Self::Set(set) => set.run(session).await,
            Self::Delete { project } => session.delete(Kind::Project, &project).await,
        }
    }
}

impl Set {
    async fn run(self, session: &Session) -> Result<()> {
        let id = session.client.id(Kind::Project, &self.project).await?;
        let limit = |Limit(limit): Limit| Value::from(limit);
        let body = document([
            ("description", self.description.map(Value::from)),
            ("enabled", self.enabled.map(Value::from)),
            ("max_image_count", self.max_images.map(limit)),
            ("max_image_bytes", self.max_bytes.map(limit)),
        ]);
        let changed = session
            .client
            .patch(&format!("/projects/{id}"), &body)
            .await?;
        session.thing(&changed, &[]).await
    }
}
