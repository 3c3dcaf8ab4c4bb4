//! `gaze image copy`.

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;

use super::NAMED;
use crate::client::Kind;
use crate::cmd::{Session, progress};

#[derive(Args, Debug)]
pub(crate) struct Copy {
    image: String,
    /// A store that gets a copy; may be repeated
    #[arg(long, required = true)]
    store: Vec<String>,
    /// Leave out stores that cannot take a copy, as long as one can
    #[arg(long)]
    partial: bool,
    /// Do not wait for the copying to end
    #[arg(long)]
    detach: bool,
}

impl Copy {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        let id = client.id(Kind::Image, &self.image).await?;
        let stores = client.ids(Kind::Store, &self.store).await?;
        let body = json!({ "stores": stores, "partial": self.partial });
        let path = format!("/images/{id}");
        let started = client.post(&format!("{path}/copy"), &body).await?;
        if self.detach {
            return session.thing(&started, NAMED).await;
        }
        let job = started["job"].as_str().context("the answer names no job")?;
        progress::follow(session, job).await?;
        session.show(&path, NAMED).await
    }
}
