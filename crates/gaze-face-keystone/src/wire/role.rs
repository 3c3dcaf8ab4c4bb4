//! Roles and who has them where.

use serde::Serialize;

use super::{ListLinks, SelfLink};

/// The answer of `GET /v3/roles`.
#[derive(Debug, Serialize)]
pub(crate) struct Roles {
    pub(crate) roles: Vec<Role>,
    pub(crate) links: ListLinks,
}

/// The answer of `GET /v3/roles/{role_id}`.
#[derive(Debug, Serialize)]
pub(crate) struct Body {
    pub(crate) role: Role,
}

#[derive(Debug, Serialize)]
pub(crate) struct Role {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Roles belong to no domain.
    pub(crate) domain_id: Option<String>,
    pub(crate) description: &'static str,
    pub(crate) links: SelfLink,
}

/// The answer of `GET /v3/role_assignments`.
#[derive(Debug, Serialize)]
pub(crate) struct Assignments {
    pub(crate) role_assignments: Vec<Assignment>,
    pub(crate) links: ListLinks,
}

#[derive(Debug, Serialize)]
pub(crate) struct Assignment {
    pub(crate) role: Named,
    pub(crate) user: Named,
    pub(crate) scope: Scope,
    pub(crate) links: Link,
}

#[derive(Debug, Serialize)]
pub(crate) struct Link {
    pub(crate) assignment: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Scope {
    pub(crate) project: Named,
}

/// Something by its id, and by its name if that was asked for.
#[derive(Debug, Serialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain: Option<Box<Named>>,
}
