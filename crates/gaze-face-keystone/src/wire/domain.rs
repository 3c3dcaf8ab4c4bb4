//! Domains.

use serde::Serialize;

use super::{ListLinks, SelfLink};

/// The answer of the lists.
#[derive(Debug, Serialize)]
pub(crate) struct Domains {
    pub(crate) domains: Vec<Domain>,
    pub(crate) links: ListLinks,
}

/// The answer of `GET /v3/domains/{domain_id}`.
#[derive(Debug, Serialize)]
pub(crate) struct Body {
    pub(crate) domain: Domain,
}

#[derive(Debug, Serialize)]
pub(crate) struct Domain {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) links: SelfLink,
}
