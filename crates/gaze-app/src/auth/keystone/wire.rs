//! JSON of Identity v3, as far as it is read and written here.

use serde::Deserialize;
use serde_json::{Value, json};

use super::settings::KeystoneSettings;

/// What Keystone says of a token.
#[derive(Debug, Deserialize)]
pub(super) struct Body {
    pub(super) token: Token,
}

#[derive(Debug, Deserialize)]
pub(super) struct Token {
    pub(super) expires_at: String,
    pub(super) issued_at: String,
    pub(super) user: Named,
    pub(super) project: Option<Named>,
    pub(super) system: Option<Value>,
    /// Absent without a scope.
    #[serde(default)]
    pub(super) roles: Vec<Role>,
    #[serde(default)]
    pub(super) catalog: Vec<Service>,
}

/// A user or project, and its domain.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) domain: Domain,
}

#[derive(Debug, Deserialize)]
pub(super) struct Domain {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Role {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Service {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) endpoints: Vec<Endpoint>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Endpoint {
    pub(super) interface: String,
    pub(super) region_id: Option<String>,
    pub(super) url: String,
}

/// The answer of `GET /v3/projects/{id}`.
#[derive(Debug, Deserialize)]
pub(super) struct ProjectBody {
    pub(super) project: Project,
}

#[derive(Debug, Deserialize)]
pub(super) struct Project {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) domain_id: String,
}

/// The answer of `GET /v3/domains/{id}`.
#[derive(Debug, Deserialize)]
pub(super) struct DomainBody {
    pub(super) domain: Domain,
}

/// The body of the service's own login.
pub(super) fn login(settings: &KeystoneSettings) -> Value {
    let scope = match &settings.project {
        Some(project) => json!({"project": {
            "name": project,
            "domain": {"name": settings.project_domain},
        }}),
        None => json!({"system": {"all": true}}),
    };
    json!({"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": settings.user,
            "password": settings.password,
            "domain": {"name": settings.user_domain},
        }}},
        "scope": scope,
    }})
}
