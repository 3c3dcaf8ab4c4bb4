//! The body that describes a token.

use serde::Serialize;

use super::ListLinks;
use super::catalog::Service;

#[derive(Debug, Serialize)]
pub(crate) struct Body {
    pub(crate) token: Token,
}

#[derive(Debug, Serialize)]
pub(crate) struct Token {
    /// Absent in a token without scope, which opens no service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) catalog: Option<Vec<Service>>,
    /// `2020-01-04T09:05:22.701000Z`.
    pub(crate) expires_at: String,
    pub(crate) issued_at: String,
    pub(crate) methods: Vec<&'static str>,
    /// What the token was got with, if it was with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) application_credential: Option<ApplicationCredential>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) project: Option<Project>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) system: Option<System>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) roles: Option<Vec<Role>>,
    pub(crate) user: User,
}

#[derive(Debug, Serialize)]
pub(crate) struct ApplicationCredential {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Whether programs may not have to do with others of its user's.
    pub(crate) restricted: bool,
}

/// The answer of `GET /v3/auth/system`.
#[derive(Debug, Serialize)]
pub(crate) struct Systems {
    pub(crate) system: Vec<System>,
    pub(crate) links: ListLinks,
}

/// A scope that has no parts.
#[derive(Debug, Serialize)]
pub(crate) struct System {
    pub(crate) all: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Project {
    pub(crate) domain: Named,
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct User {
    pub(crate) domain: Named,
    pub(crate) id: String,
    pub(crate) name: String,
    /// Empty: passwords do not expire.
    pub(crate) password_expires_at: &'static str,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Role {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}
