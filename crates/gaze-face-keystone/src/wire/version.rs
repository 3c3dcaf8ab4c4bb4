//! The version document.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Body {
    pub(crate) version: Version,
}

/// The answer where no version is named.
#[derive(Debug, Serialize)]
pub(crate) struct Versions {
    pub(crate) versions: Values,
}

#[derive(Debug, Serialize)]
pub(crate) struct Values {
    pub(crate) values: Vec<Version>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Version {
    pub(crate) id: &'static str,
    pub(crate) status: &'static str,
    pub(crate) updated: &'static str,
    pub(crate) links: Vec<Link>,
    #[serde(rename = "media-types")]
    pub(crate) media_types: Vec<MediaType>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) rel: &'static str,
    pub(crate) href: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct MediaType {
    pub(crate) base: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
}
