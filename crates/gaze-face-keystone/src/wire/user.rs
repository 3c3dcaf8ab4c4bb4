//! Users.

use serde::Serialize;

use super::{ListLinks, SelfLink};

/// The answer of `GET /v3/users`.
#[derive(Debug, Serialize)]
pub(crate) struct Users {
    pub(crate) users: Vec<User>,
    pub(crate) links: ListLinks,
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
    pub(crate) default_project_id: String,
    pub(crate) enabled: bool,
    /// Passwords do not expire.
    pub(crate) password_expires_at: Option<String>,
    pub(crate) options: Options,
    pub(crate) links: SelfLink,
}

/// None are offered.
#[derive(Debug, Serialize)]
pub(crate) struct Options {}
