//! Application credentials. The body of a request holds a secret, so it cannot be printed.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ListLinks, SelfLink};

/// The body of `POST /v3/users/{user_id}/application_credentials`.
#[derive(Deserialize)]
pub(crate) struct Request {
    pub(crate) application_credential: New,
}

/// A credential to be. Id, project and system can be said; they are decided here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) secret: Option<String>,
    pub(crate) expires_at: Option<String>,
    pub(crate) roles: Option<Vec<Wanted>>,
    pub(crate) unrestricted: Option<bool>,
    pub(crate) access_rules: Option<Vec<Value>>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "project_id")]
    _project_id: Option<IgnoredAny>,
    #[serde(rename = "system")]
    _system: Option<IgnoredAny>,
}

/// A role by one of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Body {
    pub(crate) application_credential: ApplicationCredential,
}

/// The answer of `GET /v3/users/{user_id}/application_credentials`.
#[derive(Debug, Serialize)]
pub(crate) struct List {
    pub(crate) application_credentials: Vec<ApplicationCredential>,
    pub(crate) links: ListLinks,
}

#[derive(Debug, Serialize)]
pub(crate) struct ApplicationCredential {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// Told when it is made, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
    pub(crate) user_id: String,
    pub(crate) project_id: String,
    /// Each is for a project.
    pub(crate) system: Option<String>,
    pub(crate) roles: Vec<Role>,
    /// `2020-01-04T09:05:22.701000`: without a zone, as Keystone has it here and only here.
    pub(crate) expires_at: Option<String>,
    pub(crate) unrestricted: bool,
    pub(crate) links: SelfLink,
}

#[derive(Debug, Serialize)]
pub(crate) struct Role {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Roles belong to no domain.
    pub(crate) domain_id: Option<String>,
}
