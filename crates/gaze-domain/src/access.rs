//! Who may do what. Pure functions of the caller and the thing.

use crate::error::{Error, Noun, Result};
use crate::{DomainId, Image, MemberState, ProjectId, Status, Timestamp, UserId, Visibility};

crate::words! {
    pub enum Role("role") {
        /// Runs the service: sees and changes everything.
        Admin = "admin",
        /// Sees and changes what its project owns.
        Member = "member",
        /// Sees, changes nothing.
        Reader = "reader",
        /// Has been given no role yet, or had it taken away: credentials open nothing.
        Unassigned = "unassigned",
    }
}

impl Role {
    /// Whether whoever has this role may do all that the other allows.
    pub const fn implies(self, other: Self) -> bool {
        match (self, other) {
            (Self::Admin, Self::Admin | Self::Member | Self::Reader)
            | (Self::Member, Self::Member | Self::Reader)
            | (Self::Reader, Self::Reader) => true,
            (Self::Unassigned, _)
            | (_, Self::Unassigned)
            | (Self::Member | Self::Reader, Self::Admin)
            | (Self::Reader, Self::Member) => false,
        }
    }
}

crate::words! {
    /// How long a token lives and what it is called.
    pub enum TokenKind("token kind") {
        /// From a login; its life is extended by use (ZStack session).
        Session = "session",
        /// From a login; its end is fixed (Keystone, IAM).
        Login = "login",
        /// From an application credential, with which it ends; its end is fixed (Keystone).
        Application = "application",
        /// Made once for a program, lives until revoked (DiDi Cloud's bearer token).
        Api = "api",
        /// From an authority outside, which alone can end it (an external Keystone).
        External = "external",
    }
}

crate::words! {
    /// What a token may be used on.
    pub enum TokenScope("token scope") {
        Project = "project",
        Domain = "domain",
        /// The whole service; an administrator's only.
        System = "system",
        Unscoped = "unscoped",
    }
}

/// Why credentials were not accepted. The differences are for logs and for faces whose vendors
/// tell them apart; a face may fold them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthFailure {
    #[error("no credentials were given")]
    Missing,
    #[error("the credentials are malformed: {0}")]
    Malformed(String),
    #[error("wrong user name or password")]
    WrongPassword,
    #[error("the token is unknown, expired or revoked")]
    InvalidToken,
    #[error("access key {0} does not exist or is disabled")]
    UnknownAccessKey(String),
    #[error("the signature does not match")]
    WrongSignature,
    #[error("the request's date is too far from the present")]
    Skewed,
    #[error("the user or project is disabled, or the user has no role")]
    Disabled,
}

/// Whoever makes a request, as proven by credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub user: UserId,
    pub user_name: String,
    pub project: ProjectId,
    pub project_name: String,
    pub domain: DomainId,
    pub domain_name: String,
    pub role: Role,
    /// Present if a token was used; the hash by which the catalogue knows it.
    pub token: Option<TokenUse>,
}

/// The token behind a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUse {
    pub hash: String,
    pub kind: TokenKind,
    pub scope: TokenScope,
    pub issued_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

impl Caller {
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }

    /// Whether an authority outside vouches for the caller: the catalogue has no such user.
    pub fn is_external(&self) -> bool {
        self.token
            .as_ref()
            .is_some_and(|token| token.kind == TokenKind::External)
    }

    /// Refuses callers for whom an authority outside vouches. Credentials made here would outlive
    /// what that authority says of them.
    pub fn must_be_own(&self, action: &str, noun: Noun) -> Result<()> {
        if self.is_external() {
            Err(Error::forbidden(action, noun, ""))
        } else {
            Ok(())
        }
    }

    /// Refuses programs that were let in with an application credential: what they would make or
    /// set here opens more than that does, or outlives it.
    pub fn must_act_in_person(&self, action: &str, noun: Noun) -> Result<()> {
        let program = |token: &TokenUse| token.kind == TokenKind::Application;
        if self.token.as_ref().is_some_and(program) {
            Err(Error::forbidden(action, noun, ""))
        } else {
            Ok(())
        }
    }

    /// Refuses callers who may change nothing.
    pub fn must_write(&self, action: &str, noun: Noun) -> Result<()> {
        match self.role {
            Role::Admin | Role::Member => Ok(()),
            Role::Reader | Role::Unassigned => Err(Error::forbidden(action, noun, "")),
        }
    }

    /// Refuses everybody but the administrator.
    pub fn must_admin(&self, action: &str, noun: Noun) -> Result<()> {
        if self.is_admin() {
            Ok(())
        } else {
            Err(Error::forbidden(action, noun, ""))
        }
    }
}

/// Whether the caller may know that the image exists. `membership` is the caller's project's own.
pub fn can_see(caller: &Caller, image: &Image, membership: Option<MemberState>) -> bool {
    caller.is_admin()
        || image.owner == caller.project
        || match image.visibility {
            Visibility::Public | Visibility::Community => image.status != Status::Deleted,
            // A pending or rejected member may look, so that it can decide or change its mind.
            Visibility::Shared => membership.is_some() && image.status != Status::Deleted,
            Visibility::Private => false,
        }
}

/// Whether the caller may start a machine from the image, or read its bytes.
pub fn can_use(caller: &Caller, image: &Image, membership: Option<MemberState>) -> bool {
    can_see(caller, image, membership)
        && (caller.is_admin()
            || image.owner == caller.project
            || matches!(image.visibility, Visibility::Public | Visibility::Community)
            || membership == Some(MemberState::Accepted))
}

/// Whether the caller may change or delete the image.
pub fn can_change(caller: &Caller, image: &Image) -> bool {
    match caller.role {
        Role::Admin => true,
        Role::Member => image.owner == caller.project,
        Role::Reader | Role::Unassigned => false,
    }
}

/// Whether the caller may give the image that visibility: only an administrator puts it into
/// everybody's lists.
pub fn can_publish(caller: &Caller, visibility: Visibility) -> bool {
    match visibility {
        Visibility::Private | Visibility::Shared | Visibility::Community => true,
        Visibility::Public => caller.is_admin(),
    }
}

/// The two answers of a refused change: to those who can see the image, that it is not theirs;
/// to all others, that it does not exist.
pub fn must_change(
    caller: &Caller,
    image: &Image,
    membership: Option<MemberState>,
    action: &str,
) -> Result<()> {
    if can_change(caller, image) {
        Ok(())
    } else if can_see(caller, image, membership) {
        Err(Error::forbidden(action, Noun::Image, image.id))
    } else {
        Err(Error::not_found(Noun::Image, image.id))
    }
}

/// Whether the caller may read a volume's or an instance's bytes and facts.
pub fn owns(caller: &Caller, owner: ProjectId) -> bool {
    caller.is_admin() || caller.project == owner
}

#[cfg(test)]
mod tests;
