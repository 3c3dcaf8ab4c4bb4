//! Users.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ListLinks, SelfLink};

/// The answer of `GET /v3/users`.
#[derive(Debug, Serialize)]
pub(crate) struct Users {
    pub(crate) users: Vec<User>,
    pub(crate) links: ListLinks,
}

/// The body of what makes or changes a user.
#[derive(Deserialize)]
pub(crate) struct Request<T> {
    pub(crate) user: T,
}

/// A user to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    pub(crate) name: String,
    pub(crate) domain_id: Option<String>,
    pub(crate) default_project_id: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) enabled: Option<bool>,
    pub(crate) password: Option<String>,
    pub(crate) options: Option<Map<String, Value>>,
}

/// Changes to a user. What is null is cleared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    pub(crate) name: Option<String>,
    pub(crate) domain_id: Option<String>,
    #[serde(default, deserialize_with = "super::present")]
    pub(crate) default_project_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "super::present")]
    pub(crate) description: Option<Option<String>>,
    #[serde(default, deserialize_with = "super::present")]
    pub(crate) email: Option<Option<String>>,
    pub(crate) enabled: Option<bool>,
    pub(crate) password: Option<String>,
    pub(crate) options: Option<Map<String, Value>>,
}

/// A password that its user changes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    pub(crate) original_password: String,
    pub(crate) password: String,
}

/// The answer of `GET /v3/users/{user_id}`.
#[derive(Debug, Serialize)]
pub(crate) struct Body {
    pub(crate) user: User,
}

#[derive(Debug, Serialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) domain_id: String,
    /// Absent while the user is of no project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_project_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    pub(crate) enabled: bool,
    /// Passwords do not expire.
    pub(crate) password_expires_at: Option<String>,
    pub(crate) options: Options,
    pub(crate) links: SelfLink,
}

/// None are offered.
#[derive(Debug, Serialize)]
pub(crate) struct Options {}
