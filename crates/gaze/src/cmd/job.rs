//! `gaze job`: long work.

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::{Session, progress};
use crate::client::{Kind, Query, all_pages};
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("KIND", "kind", Show::Text),
    ("STATE", "state", Show::Text),
    ("DONE", "percent", Show::Percent),
    ("STAGE", "stage", Show::Text),
    ("IMAGE", "image", Show::Text),
    ("CREATED", "created_at", Show::Time),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List jobs, newest first
    List {
        /// Leave out what has ended
        #[arg(long)]
        unfinished: bool,
        /// Of this image
        #[arg(long)]
        image: Option<String>,
        /// All pages instead of the first
        #[arg(long)]
        all: bool,
    },
    /// Show a job
    Show { job: String },
    /// Follow a job to its end
    Wait { job: String },
    /// Ask a job to stop
    Cancel { job: String },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        match self {
            Self::List {
                unfinished,
                image,
                all,
            } => {
                let mut query = Query::default();
                if unfinished {
                    query.push("unfinished", "true");
                }
                query.push_some("image", client.id_if(Kind::Image, image.as_deref()).await?);
                let list = if all {
                    json!({ "items": all_pages(client, "/jobs", &query).await?, "next": null })
                } else {
                    client.get(&format!("/jobs{}", query.text())).await?
                };
                session.output.list(COLUMNS, &list, &[].into())
            }
            Self::Show { job } => {
                session
                    .show(&format!("/jobs/{job}"), &[Kind::Project])
                    .await
            }
            Self::Wait { job } => {
                let ended = progress::follow(session, &job).await?;
                session.thing(&ended, &[Kind::Project]).await
            }
            Self::Cancel { job } => {
                let path = format!("/jobs/{job}/cancel");
                let cancelled = client.post(&path, &json!({})).await?;
                session.thing(&cancelled, &[Kind::Project]).await
            }
        }
    }
}
