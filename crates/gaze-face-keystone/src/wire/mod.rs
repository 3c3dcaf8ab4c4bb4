//! JSON exactly as Identity v3 spells it.

pub(crate) mod application_credential;
pub(crate) mod auth;
pub(crate) mod catalog;
pub(crate) mod domain;
pub(crate) mod error;
pub(crate) mod project;
pub(crate) mod registry;
pub(crate) mod role;
pub(crate) mod token;
pub(crate) mod user;
pub(crate) mod version;

use serde::{Deserialize, Deserializer, Serialize};

/// A field that is there, null or not: an absent one is left as it is.
fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Links of one thing.
#[derive(Debug, Serialize)]
pub(crate) struct SelfLink {
    #[serde(rename = "self")]
    pub(crate) this: String,
}

/// Links of a list that always fits one page.
#[derive(Debug, Serialize)]
pub(crate) struct ListLinks {
    pub(crate) next: Option<String>,
    pub(crate) previous: Option<String>,
    #[serde(rename = "self")]
    pub(crate) this: String,
}

impl ListLinks {
    pub(crate) fn whole(this: String) -> Self {
        Self {
            next: None,
            previous: None,
            this,
        }
    }
}
