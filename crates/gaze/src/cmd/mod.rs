//! One file a subcommand.

pub(crate) mod access_key;
pub(crate) mod cluster;
pub(crate) mod config;
pub(crate) mod image;
pub(crate) mod instance;
pub(crate) mod job;
pub(crate) mod login;
pub(crate) mod metadef;
pub(crate) mod password;
pub(crate) mod pool;
pub(crate) mod progress;
pub(crate) mod project;
pub(crate) mod region;
pub(crate) mod serve;
pub(crate) mod snapshot;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod token;
pub(crate) mod user;
pub(crate) mod value;
pub(crate) mod volume;
pub(crate) mod zone;

use std::collections::HashMap;

use anyhow::Result;
use serde_json::{Map, Value};

use crate::client::{self, Client, Kind};
use crate::output::{Column, Form, Output};

/// What every subcommand that talks to a service works with.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) output: Output,
}

impl Session {
    /// Shows a list that comes whole. Names are fetched only if they will be shown.
    pub(crate) async fn list(&self, path: &str, columns: &[Column], named: &[Kind]) -> Result<()> {
        let list = self.client.get(path).await?;
        let names = self.names(named).await?;
        self.output.list(columns, &list, &names)
    }

    /// Shows one thing.
    pub(crate) async fn show(&self, path: &str, named: &[Kind]) -> Result<()> {
        let thing = self.client.get(path).await?;
        self.thing(&thing, named).await
    }

    pub(crate) async fn thing(&self, thing: &Value, named: &[Kind]) -> Result<()> {
        let names = self.names(named).await?;
        self.output.thing(thing, &names)
    }

    pub(crate) async fn names(&self, kinds: &[Kind]) -> Result<HashMap<String, String>> {
        match self.output.form {
            Form::Table => client::names(&self.client, kinds).await,
            Form::Json => Ok(HashMap::new()),
        }
    }

    /// Deletes the thing with that id or name.
    pub(crate) async fn delete(&self, kind: Kind, text: &str) -> Result<()> {
        let id = self.client.id(kind, text).await?;
        self.client.delete(&format!("{}/{id}", kind.path())).await?;
        self.output
            .done(&format!("deleted {id}"), &serde_json::json!({ "id": id }))
    }
}

/// A document of the fields that were given.
pub(crate) fn document<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let given = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(given.collect::<Map<_, _>>())
}

/// A field of [`document`] that is always given.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands beside fields that may be absent"
)]
pub(crate) fn some(value: impl Into<Value>) -> Option<Value> {
    Some(value.into())
}
