//! `gaze store`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Session, document, some, value};
use crate::client::Kind;
use crate::output::{Column, Show};

pub(super) const COLUMNS: &[Column] = &[
    ("ID", "id", Show::Text),
    ("NAME", "name", Show::Text),
    ("KIND", "kind", Show::Text),
    ("STATE", "state", Show::Text),
    ("STATUS", "status", Show::Text),
    ("CAPACITY", "capacity", Show::Bytes),
    ("USED", "used", Show::Bytes),
    ("AVAILABLE", "available", Show::Bytes),
    ("REGION", "region", Show::Name),
    ("ZONES", "zones", Show::Name),
];

const NAMED: &[Kind] = &[Kind::Region, Kind::Zone];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List image stores
    List,
    /// Make an image store
    Add(Add),
    /// Show an image store
    Show { store: String },
    /// Let a store take new images
    Enable { store: String },
    /// Keep new images out of a store
    Disable { store: String },
    /// Let a store serve a zone
    Attach { store: String, zone: String },
    /// No longer let a store serve a zone
    Detach { store: String, zone: String },
    /// Delete an empty store
    Delete { store: String },
}

#[derive(Args, Debug)]
pub(crate) struct Add {
    name: String,
    /// By default the only one
    #[arg(long)]
    region: Option<String>,
    /// A zone that the store serves; may be repeated
    #[arg(long)]
    zone: Vec<String>,
    #[arg(long, default_value = "fs")]
    kind: String,
    /// For fs, an absolute path; by default a folder in the data folder
    #[arg(long)]
    url: Option<String>,
    /// For people who choose by it, such as SSD
    #[arg(long)]
    medium: Option<String>,
    /// Such as 500GiB; by default what is free there now
    #[arg(long, value_parser = value::bytes)]
    capacity: Option<u64>,
    #[arg(long)]
    description: Option<String>,
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        match self {
            Self::List => session.list("/stores", COLUMNS, NAMED).await,
            Self::Add(add) => add.run(session).await,
            Self::Show { store } => {
                let id = session.client.id(Kind::Store, &store).await?;
                session.show(&format!("/stores/{id}"), NAMED).await
            }
            Self::Enable { store } => set_state(session, &store, "enabled").await,
            Self::Disable { store } => set_state(session, &store, "disabled").await,
            Self::Attach { store, zone } => {
                let path = zone_path(session, &store, &zone).await?;
                let changed = session.client.put(&path, &json!({})).await?;
                session.thing(&changed, NAMED).await
            }
            Self::Detach { store, zone } => {
                let path = zone_path(session, &store, &zone).await?;
                let changed = session.client.delete(&path).await?;
                session.thing(&changed, NAMED).await
            }
            Self::Delete { store } => session.delete(Kind::Store, &store).await,
        }
    }
}

impl Add {
    async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        let region = client
            .id_or_only(Kind::Region, self.region.as_deref())
            .await?;
        let zones = client.ids(Kind::Zone, &self.zone).await?;
        let body = document([
            ("name", some(self.name)),
            ("region", some(region)),
            ("zones", some(zones)),
            ("kind", some(self.kind)),
            ("url", self.url.map(Value::from)),
            ("medium", self.medium.map(Value::from)),
            ("capacity", self.capacity.map(Value::from)),
            ("description", self.description.map(Value::from)),
        ]);
        let made = client.post("/stores", &body).await?;
        session.thing(&made, NAMED).await
    }
}

async fn set_state(session: &Session, store: &str, state: &str) -> Result<()> {
    let id = session.client.id(Kind::Store, store).await?;
    let body = json!({ "state": state });
    let changed = session
        .client
        .put(&format!("/stores/{id}/state"), &body)
        .await?;
    session.thing(&changed, NAMED).await
}

async fn zone_path(session: &Session, store: &str, zone: &str) -> Result<String> {
    let store = session.client.id(Kind::Store, store).await?;
    let zone = session.client.id(Kind::Zone, zone).await?;
    Ok(format!("/stores/{store}/zones/{zone}"))
}
