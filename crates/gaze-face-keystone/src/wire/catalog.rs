//! The catalogue of services.

use serde::Serialize;

use super::SelfLink;

/// The answer of `GET /v3/auth/catalog`.
#[derive(Debug, Serialize)]
pub(crate) struct Catalog {
    pub(crate) catalog: Vec<Service>,
    pub(crate) links: SelfLink,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Service {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) interface: &'static str,
    /// Null where the service has no region yet.
    pub(crate) region: Option<String>,
    pub(crate) region_id: Option<String>,
    pub(crate) url: String,
}
