//! What the verbs on projects and users are asked with.

use gaze_domain::{ProjectId, Role};

use super::Secret;

#[derive(Clone, Debug)]
pub struct NewProject {
    pub name: String,
    pub description: Option<String>,
    /// Of the user of the same name; made up if absent.
    pub password: Option<String>,
}

/// A project whose first user has a password of the client's choice.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Made up if absent.
    pub id: Option<ProjectId>,
    /// Of the project and of its user.
    pub name: String,
    pub description: Option<String>,
    pub password: Secret,
}

/// Changes to a project and to the user of the same name: `None` leaves a field as it is, an
/// inner `None` clears it.
#[derive(Clone, Debug, Default)]
pub struct AccountPatch {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    pub password: Option<Secret>,
    /// If present, it must be the password that is replaced.
    pub old_password: Option<Secret>,
}

#[derive(Clone, Debug, Default)]
pub struct ProjectPatch {
    pub description: Option<Option<String>>,
    pub enabled: Option<bool>,
    pub max_image_count: Option<Option<u64>>,
    pub max_image_bytes: Option<Option<u64>>,
}

#[derive(Clone, Debug)]
pub struct NewUser {
    pub name: String,
    pub project: ProjectId,
    pub role: Role,
    /// Made up if absent.
    pub password: Option<String>,
}
