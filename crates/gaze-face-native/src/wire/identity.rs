//! Projects, users and access keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::present;
use super::value::{AccessKeyRef, DomainRef, ProjectRef, RoleWord, Time, UserRef};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Project {
    pub(crate) id: ProjectRef,
    pub(crate) domain: DomainRef,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) enabled: bool,
    /// Null: no limit.
    pub(crate) max_image_count: Option<u64>,
    /// Null: no limit.
    pub(crate) max_image_bytes: Option<u64>,
    pub(crate) image_count: u64,
    pub(crate) image_bytes: u64,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProject {
    /// Also the name of the project's first user.
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// Of the first user; made up if absent.
    #[serde(default)]
    pub(crate) password: Option<String>,
}

impl std::fmt::Debug for NewProject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewProject")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A project, its first user and that user's password, told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedProject {
    pub(crate) project: Project,
    pub(crate) user: User,
    pub(crate) password: String,
}

/// Fields that are absent stay as they are; null clears.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProjectPatch {
    /// Its first user's name stays as it is.
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub(crate) description: Option<Option<String>>,
    #[serde(default)]
    pub(crate) enabled: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u64>)]
    pub(crate) max_image_count: Option<Option<u64>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u64>)]
    pub(crate) max_image_bytes: Option<Option<u64>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    pub(crate) id: UserRef,
    pub(crate) domain: DomainRef,
    pub(crate) project: ProjectRef,
    pub(crate) name: String,
    pub(crate) role: RoleWord,
    pub(crate) enabled: bool,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    pub(crate) name: String,
    pub(crate) project: ProjectRef,
    pub(crate) role: RoleWord,
    /// Made up if absent.
    #[serde(default)]
    pub(crate) password: Option<String>,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUser")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A user and its password, told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedUser {
    pub(crate) user: User,
    pub(crate) password: String,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// Made up if absent.
    #[serde(default)]
    pub(crate) password: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Password {
    pub(crate) password: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AccessKey {
    pub(crate) id: AccessKeyRef,
    pub(crate) user: UserRef,
    pub(crate) project: ProjectRef,
    /// The public part.
    pub(crate) access: String,
    /// The secret part; in the answer to its creation only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) enabled: bool,
    pub(crate) created_at: Time,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccessKey {
    /// By default the caller.
    #[serde(default)]
    pub(crate) user: Option<UserRef>,
    /// 10 to 20 letters and digits; made up if absent.
    #[serde(default)]
    pub(crate) access: Option<String>,
    /// 10 to 40 letters and digits; made up if absent.
    #[serde(default)]
    pub(crate) secret: Option<String>,
    #[serde(default)]
    pub(crate) description: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enabled {
    pub(crate) enabled: bool,
}
