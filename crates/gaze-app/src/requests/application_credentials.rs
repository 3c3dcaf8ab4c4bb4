//! What the verbs on application credentials are asked with.

use gaze_domain::{ApplicationCredentialId, Role, Timestamp, UserId};

use super::{Secret, UserName};

/// A credential to be, for the project that the caller works in.
#[derive(Clone)]
pub struct NewApplicationCredential {
    /// Whose: the caller's own id, as it was written.
    pub user: UserId,
    pub name: String,
    pub description: Option<String>,
    /// Made up if absent.
    pub secret: Option<String>,
    /// The caller's own, or a lesser one; by default its own.
    pub role: Option<Role>,
    pub expires_at: Option<Timestamp>,
    pub unrestricted: bool,
}

impl std::fmt::Debug for NewApplicationCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewApplicationCredential")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How a program names what it logs in with.
#[derive(Clone, Debug)]
pub enum CredentialName {
    Id(ApplicationCredentialId),
    /// Names are unique among a user's.
    Name {
        name: String,
        user: UserName,
    },
}

#[derive(Clone, Debug)]
pub struct ApplicationLogin {
    pub credential: CredentialName,
    pub secret: Secret,
}
