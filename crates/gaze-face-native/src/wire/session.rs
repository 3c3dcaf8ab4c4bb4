//! Logging in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::value::{RoleWord, Time, UserRef};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// Name of the user.
    pub(crate) user: String,
    pub(crate) password: String,
    /// Name of the user's domain; the default domain if absent.
    #[serde(default)]
    pub(crate) domain: Option<String>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// A token, told once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Issued {
    pub(crate) token: String,
    /// Null for a token that lives until it is revoked.
    pub(crate) expires_at: Option<Time>,
    #[serde(flatten)]
    pub(crate) caller: Caller,
}

/// Who a request comes from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Caller {
    pub(crate) user: Named,
    pub(crate) project: Named,
    pub(crate) domain: Named,
    pub(crate) role: RoleWord,
}

/// A thing by id and name.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Named {
    /// 32 lower-case hexadecimal digits.
    pub(crate) id: String,
    pub(crate) name: String,
}

/// For whom a program's token is made.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// By default the caller.
    #[serde(default)]
    pub(crate) user: Option<UserRef>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revocation {
    /// The token's text.
    pub(crate) token: String,
}

impl std::fmt::Debug for Revocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Revocation").finish_non_exhaustive()
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Revoked {
    /// Whether there was such a token.
    pub(crate) revoked: bool,
}
