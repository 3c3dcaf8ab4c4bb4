//! What the operator decides about the external Keystone, as plain values.

use std::time::Duration;

/// An external Keystone, whose tokens are taken beside the service's own.
#[derive(Clone)]
pub struct KeystoneSettings {
    /// Its address up to and including `/v3`, without a trailing slash.
    pub url: String,
    /// Who asks it about tokens.
    pub user: String,
    pub password: String,
    pub user_domain: String,
    /// Where that user has its role; `None` is the system.
    pub project: Option<String>,
    pub project_domain: String,
    /// Certificates in PEM, which alone are trusted then; by default the system's.
    pub ca: Option<Vec<u8>>,
    /// How long a connection may take to be made.
    pub connect: Duration,
    /// How long an answer may take.
    pub patience: Duration,
    /// How long what it said of a token is believed.
    pub cache: Duration,
    /// The region in which its catalogue should name this service.
    pub region: String,
    pub roles: KeystoneRoles,
}

/// Which of its roles make whom. The highest that fits counts; names are compared as OpenStack's
/// policies do, without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeystoneRoles {
    /// On any project: an administrator.
    pub admin: Vec<String>,
    pub member: Vec<String>,
    pub reader: Vec<String>,
    /// On the system: an administrator. Without any, tokens for the system are refused.
    pub system: Vec<String>,
}

impl std::fmt::Debug for KeystoneSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeystoneSettings")
            .field("url", &self.url)
            .field("user", &self.user)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}
