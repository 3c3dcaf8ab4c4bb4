//! Domains, projects, users and their keys.

use crate::{AccessKeyId, DomainId, ProjectId, Role, Timestamp, UserId};

/// A domain (IAM account): the owner of projects and users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    pub id: DomainId,
    pub name: String,
    pub created_at: Timestamp,
}

/// A tenant. ZStack calls it an account, Keystone and IAM a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: ProjectId,
    pub domain: DomainId,
    pub name: String,
    pub description: Option<String>,
    pub enabled: bool,
    pub max_image_count: Option<u64>,
    pub max_image_bytes: Option<u64>,
    pub image_count: u64,
    pub image_bytes: u64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Somebody who can log in. Belongs to one project, in one role. Who has no role in a project yet
/// is kept with the administrators' project, which is always there, and may do nothing in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub domain: DomainId,
    pub project: ProjectId,
    pub name: String,
    pub description: Option<String>,
    pub email: Option<String>,
    pub role: Role,
    pub enabled: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A pair of a public name and a secret that signs requests.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey {
    pub id: AccessKeyId,
    pub user: UserId,
    pub project: ProjectId,
    /// The public part, 20 characters.
    pub access: String,
    /// The secret part, 40 characters; needed in clear to check signatures.
    pub secret: String,
    pub description: Option<String>,
    pub enabled: bool,
    pub created_at: Timestamp,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey")
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}
