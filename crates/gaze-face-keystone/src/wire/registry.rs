//! Regions, services and endpoints, each by itself.

use serde::Serialize;

use super::{ListLinks, SelfLink};

#[derive(Debug, Serialize)]
pub(crate) struct Regions {
    pub(crate) regions: Vec<Region>,
    pub(crate) links: ListLinks,
}

#[derive(Debug, Serialize)]
pub(crate) struct RegionBody {
    pub(crate) region: Region,
}

#[derive(Debug, Serialize)]
pub(crate) struct Region {
    pub(crate) id: String,
    pub(crate) description: String,
    /// Regions are not nested here.
    pub(crate) parent_region_id: Option<String>,
    pub(crate) links: SelfLink,
}

#[derive(Debug, Serialize)]
pub(crate) struct Services {
    pub(crate) services: Vec<Service>,
    pub(crate) links: ListLinks,
}

#[derive(Debug, Serialize)]
pub(crate) struct ServiceBody {
    pub(crate) service: Service,
}

#[derive(Debug, Serialize)]
pub(crate) struct Service {
    pub(crate) id: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) enabled: bool,
    pub(crate) links: SelfLink,
}

#[derive(Debug, Serialize)]
pub(crate) struct Endpoints {
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) links: ListLinks,
}

#[derive(Debug, Serialize)]
pub(crate) struct EndpointBody {
    pub(crate) endpoint: Endpoint,
}

#[derive(Debug, Serialize)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) interface: &'static str,
    pub(crate) region: Option<String>,
    pub(crate) region_id: Option<String>,
    pub(crate) service_id: &'static str,
    pub(crate) url: String,
    pub(crate) enabled: bool,
    pub(crate) links: SelfLink,
}
