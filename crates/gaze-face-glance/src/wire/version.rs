//! The list of versions.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Versions {
    pub(crate) versions: Vec<Version>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Version {
    pub(crate) id: &'static str,
    pub(crate) status: &'static str,
    pub(crate) links: Vec<Link>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) rel: &'static str,
    pub(crate) href: String,
}
