//! What the service says of its stores.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Stores {
    pub(crate) stores: Vec<Store>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Store {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// `"true"` for the store that a new image goes to by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<&'static str>,
}
