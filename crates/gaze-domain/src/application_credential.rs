//! What a program logs in with in a user's place, without the user's password.

use crate::{ApplicationCredentialId, ProjectId, Role, Timestamp, UserId};

/// Most of them that a user may have. Keystone has no limit unless one is configured; each is a row
/// that any user can make.
pub const MAX_APPLICATION_CREDENTIALS: u64 = 500;

/// The right of programs to act as a user in one project, in the user's role there or a lesser one,
/// until it ends or is taken back. The user's password opens it no more than it opens the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationCredential {
    pub id: ApplicationCredentialId,
    pub user: UserId,
    pub project: ProjectId,
    /// Unique among its user's.
    pub name: String,
    pub description: Option<String>,
    /// The most that it lets a program do.
    pub role: Role,
    /// Whether programs that log in with it may make and delete others of its user's.
    pub unrestricted: bool,
    pub expires_at: Option<Timestamp>,
    pub created_at: Timestamp,
}
