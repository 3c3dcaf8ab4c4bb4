//! Where an image's bytes are.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Location {
    pub(crate) url: String,
    pub(crate) metadata: Metadata,
}

#[derive(Debug, Serialize)]
pub(crate) struct Metadata {
    pub(crate) store: String,
}
