//! The process that is the service.

use gaze_catalog::setting;
use gaze_domain::{Caller, Error, Noun, Result, Timestamp};
use uuid::Uuid;

use crate::App;

/// The name of the setting that holds the id.
const SETTING: &str = "node";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The same as long as the catalogue is.
    pub id: Uuid,
    pub started_at: Timestamp,
    pub seen_at: Timestamp,
}

impl App {
    /// This process. Administrators may know of it.
    pub async fn node(&self, caller: &Caller) -> Result<Node> {
        caller.must_admin("see the nodes of the service", Noun::Project)?;
        let read = setting::find(&mut self.catalog().read(), SETTING).await?;
        let text = match read {
            Some(text) => text,
            None => self.name_node().await?,
        };
        let id = Uuid::try_parse(&text)
            .map_err(|error| Error::internal("reading the id of the node", error))?;
        Ok(Node {
            id,
            started_at: self.started_at(),
            seen_at: self.now(),
        })
    }

    async fn name_node(&self) -> Result<String> {
        let wish = self.new_uuid().to_string();
        let id = self.catalog().write(move |tx| {
            Box::pin(async move {
                setting::set_once(tx, SETTING, &wish).await?;
                setting::find(tx, SETTING).await
            })
        });
        id.await?
            .ok_or_else(|| Error::internal("naming the node", "it has no id"))
    }
}
