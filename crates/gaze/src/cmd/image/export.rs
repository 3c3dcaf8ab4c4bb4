//! Exports of images: addresses that need no credentials.

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Value, json};

use crate::client::Kind;
use crate::cmd::{Session, document, progress};
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("FORMAT", "format", Show::Text),
    ("STATE", "state", Show::Text),
    ("SIZE", "size", Show::Bytes),
    ("STORE", "store", Show::Name),
    ("CREATED", "created_at", Show::Time),
    ("URL", "url", Show::Text),
];

#[derive(Args, Debug)]
pub(crate) struct Export {
    image: String,
    /// raw or qcow2; by default the format that the image is stored in
    #[arg(long)]
    format: Option<String>,
    /// Whose copy is exported; by default the first that can be used
    #[arg(long)]
    store: Option<String>,
    /// Do not wait for a conversion to end
    #[arg(long)]
    detach: bool,
}

impl Export {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        let image = client.id(Kind::Image, &self.image).await?;
        let store = client.id_if(Kind::Store, self.store.as_deref()).await?;
        let body = document([
            ("format", self.format.map(Value::from)),
            ("store", store.map(Value::from)),
        ]);
        let path = format!("/images/{image}/exports");
        let started = client.post(&path, &body).await?;
        let job = started["job"].as_str().filter(|_| !self.detach);
        let Some(job) = job else {
            return session.thing(&started["export"], &[Kind::Store]).await;
        };
        progress::follow(session, job).await?;
        let id = started["export"]["id"]
            .as_str()
            .context("the answer names no export")?;
        session.show(&format!("{path}/{id}"), &[Kind::Store]).await
    }
}

pub(super) async fn list(session: &Session, image: &str) -> Result<()> {
    let id = session.client.id(Kind::Image, image).await?;
    let path = format!("/images/{id}/exports");
    session.list(&path, COLUMNS, &[Kind::Store]).await
}

pub(super) async fn end(session: &Session, image: &str, export: &str) -> Result<()> {
    let id = session.client.id(Kind::Image, image).await?;
    let path = format!("/images/{id}/exports/{export}");
    session.client.delete(&path).await?;
    let told = json!({ "image": id, "export": export });
    let sentence = format!("export {export} has ended; its address is dead");
    session.output.done(&sentence, &told)
}
