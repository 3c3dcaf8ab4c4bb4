//! What the verbs on projects and users are asked with.

use gaze_domain::{Project, ProjectId, Role, UserId};

use super::{DomainName, Secret};

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
    /// An administrator's project has no quota.
    pub role: Role,
}

/// A project and whether it is an administrator's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub project: Project,
    pub is_admin: bool,
}

/// Changes to a project and to the user of the same name. `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct AccountPatch {
    pub name: Option<String>,
    pub description: Option<String>,
    pub password: Option<Secret>,
    /// If present, it must be the password that is replaced.
    pub old_password: Option<Secret>,
}

/// A project without users.
#[derive(Clone, Debug)]
pub struct BareProject {
    pub name: String,
    /// The caller's if absent.
    pub domain: Option<DomainName>,
    pub description: Option<String>,
    pub enabled: bool,
}

#[derive(Clone, Debug, Default)]
pub struct ProjectPatch {
    pub name: Option<String>,
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

/// A user who is to be given a role later.
#[derive(Clone, Debug)]
pub struct Registration {
    pub name: String,
    /// The caller's if absent.
    pub domain: Option<DomainName>,
    /// The project that the role will be in, if that is known.
    pub project: Option<ProjectId>,
    pub description: Option<String>,
    pub email: Option<String>,
    pub enabled: bool,
    /// Made up, and told to nobody, if absent.
    pub password: Option<String>,
}

/// Changes to a user: `None` leaves a field as it is, an inner `None` clears it.
#[derive(Clone, Default)]
pub struct UserPatch {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub enabled: Option<bool>,
    /// Of a user who has no role.
    pub project: Option<Option<ProjectId>>,
    pub password: Option<String>,
}

impl std::fmt::Debug for UserPatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserPatch")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A role of a user in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub project: ProjectId,
    pub user: UserId,
    pub role: Role,
}

/// Whom images are shared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    Projects(Vec<ProjectId>),
    Everybody,
}

/// What sharing is ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    From(Vec<ProjectId>),
    /// That the images are public.
    FromEverybody,
    /// All of it.
    Whole,
}
