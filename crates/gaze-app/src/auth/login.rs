//! From a name and a password, or another token, to a token.

use std::net::IpAddr;

use gaze_catalog::token::Token;
use gaze_catalog::{domain, project, token, user};
use gaze_domain::access::{AuthFailure, TokenKind, TokenScope, TokenUse};
use gaze_domain::{Caller, Domain, Error, Noun, ProjectId, Result, User};

use super::secrets;
use crate::App;
use crate::requests::{DomainName, Grant, Issued, Login, ScopeWish, Secret, UserName};

/// Most sessions that one user may hold at once, as in ZStack.
pub(crate) const MAX_SESSIONS: u64 = 500;

/// A hash that no password has, so that a login of an unknown user takes as long as one of a
/// known user.
pub(super) const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl App {
    /// Checks a password and makes a token. An unknown user, a wrong password and a disabled user
    /// are told apart only for whoever knows the password.
    pub async fn login(&self, login: Login) -> Result<Issued> {
        self.login_from(None, login).await
    }

    /// The same for a client at that address. Who sends too many wrong passwords from there for
    /// one user, or for many, has to wait; nobody elsewhere has to.
    pub async fn login_from(&self, from: Option<IpAddr>, login: Login) -> Result<Issued> {
        let found = self.find_user(&login.user).await?;
        // A user has an id and a name, and one bucket.
        let named = match &found {
            Some((user, _)) => UserName::Id(user.id),
            None => login.user,
        };
        self.may_try(&named, from)?;
        let checked = self.check_password(found, &login.secret).await;
        if let Err(Error::Unauthenticated(AuthFailure::WrongPassword)) = &checked {
            self.tried_wrong(&named, from);
        }
        let user = checked?;
        self.grant(&user, login.kind, &login.scope).await
    }

    /// Makes a new token from one that is still good; it ends no later than the old one, and what a
    /// program was let in with is behind the new one too. A token of an authority outside is
    /// exchanged there.
    pub async fn exchange_token(&self, old: &str, scope: ScopeWish) -> Result<Issued> {
        let caller = self.authenticate_token(old).await?;
        caller.must_be_own("make a token from one of Keystone's", Noun::Token)?;
        let user = user::get(&mut self.catalog().read(), caller.user).await?;
        let credential = self.credential_behind(&caller).await?;
        let own = (caller.project, TokenScope::Project);
        let (project, scope) = match (&credential, &scope) {
            (Some(_), ScopeWish::Default) => own,
            _ => self.resolve_scope(&user, &scope).await?,
        };
        if credential.is_some() && (project, scope) != own {
            return Err(AuthFailure::WrongPassword.into());
        }
        let grant = Grant {
            kind: match credential {
                Some(_) => TokenKind::Application,
                None => TokenKind::Login,
            },
            scope,
            end: caller.token.and_then(|token| token.expires_at),
            credential: credential.map(|credential| credential.id),
        };
        self.issue(&user, project, grant).await
    }

    async fn check_password(&self, found: Option<(User, String)>, secret: &Secret) -> Result<User> {
        let (user, hash) = match found {
            Some((user, hash)) => (Some(user), hash),
            None => (None, NOBODY.to_owned()),
        };
        let matches = self.passwords().matches(secret, hash).await?;
        match user {
            Some(user) if matches && user.enabled => Ok(user),
            Some(_) if matches => Err(AuthFailure::Disabled.into()),
            _ => Err(AuthFailure::WrongPassword.into()),
        }
    }

    pub(super) async fn find_user(&self, name: &UserName) -> Result<Option<(User, String)>> {
        let mut read = self.catalog().read();
        Ok(match name {
            UserName::Id(id) => user::find_with_password(&mut read, *id).await?,
            UserName::Name { name, domain } => match self.find_domain(domain.as_ref()).await? {
                Some(domain) => {
                    user::find_by_name_with_password(&mut read, domain.id, name).await?
                }
                None => None,
            },
        })
    }

    /// The domain that is meant; without a name, the default one.
    pub(crate) async fn find_domain(&self, name: Option<&DomainName>) -> Result<Option<Domain>> {
        let mut read = self.catalog().read();
        Ok(match name {
            None => domain::find(&mut read, crate::setup::DEFAULT_DOMAIN).await?,
            Some(DomainName::Id(id)) => domain::find(&mut read, *id).await?,
            Some(DomainName::Name(name)) => domain::find_by_name(&mut read, name).await?,
        })
    }

    async fn grant(&self, user: &User, kind: TokenKind, wish: &ScopeWish) -> Result<Issued> {
        let (project, scope) = self.resolve_scope(user, wish).await?;
        let grant = Grant {
            kind,
            scope,
            end: None,
            credential: None,
        };
        self.issue(user, project, grant).await
    }

    /// A user acts in its own project; the administrator in any.
    async fn resolve_scope(
        &self,
        user: &User,
        wish: &ScopeWish,
    ) -> Result<(ProjectId, TokenScope)> {
        let wrong = || Error::from(AuthFailure::WrongPassword);
        match wish {
            ScopeWish::Default => Ok((user.project, TokenScope::Project)),
            ScopeWish::Unscoped => Ok((user.project, TokenScope::Unscoped)),
            ScopeWish::System if user.role == gaze_domain::Role::Admin => {
                Ok((user.project, TokenScope::System))
            }
            ScopeWish::System => Err(wrong()),
            ScopeWish::Domain(name) => {
                let domain = self.find_domain(name.as_ref()).await?.ok_or_else(wrong)?;
                if domain.id == user.domain {
                    Ok((user.project, TokenScope::Domain))
                } else {
                    Err(wrong())
                }
            }
            ScopeWish::Project { id, name, domain } => {
                let mut read = self.catalog().read();
                let found = match (id, name) {
                    (Some(id), _) => project::find(&mut read, *id).await?,
                    (None, Some(name)) => {
                        let domain = match domain {
                            Some(domain) => self.find_domain(Some(domain)).await?,
                            None => domain::find(&mut read, user.domain).await?,
                        };
                        match domain {
                            Some(domain) => {
                                project::find_by_name(&mut read, domain.id, name).await?
                            }
                            None => None,
                        }
                    }
                    (None, None) => {
                        return Err(Error::invalid("scope", "a project needs an id or a name"));
                    }
                };
                let project = found.ok_or_else(wrong)?;
                if project.id != user.project && user.role != gaze_domain::Role::Admin {
                    return Err(wrong());
                }
                Ok((project.id, TokenScope::Project))
            }
        }
    }

    pub(crate) async fn issue(
        &self,
        user: &User,
        project: ProjectId,
        grant: Grant,
    ) -> Result<Issued> {
        let now = self.now();
        let text = secrets::token(self.runtime(), grant.kind);
        let life = match grant.kind {
            TokenKind::Session => Some(self.settings().session_life),
            TokenKind::Login | TokenKind::Application => Some(self.settings().login_life),
            TokenKind::Api => None,
            TokenKind::External => {
                let other = "it is another authority's";
                return Err(Error::internal("making a token", other));
            }
        };
        let ends = life.map(|life| crate::clock::after(now, life));
        let row = Token {
            hash: secrets::token_hash(&text),
            user: user.id,
            project,
            kind: grant.kind,
            scope: grant.scope,
            issued_at: now,
            expires_at: [ends, grant.end].into_iter().flatten().min(),
            credential: grant.credential,
        };
        let holder = self
            .catalog()
            .write({
                let row = row.clone();
                move |tx| {
                    Box::pin(async move {
                        if row.kind == TokenKind::Session
                            && token::count_of(tx, row.user, row.kind, now).await? >= MAX_SESSIONS
                        {
                            let reason = format!("has {MAX_SESSIONS} sessions already");
                            return Err(Error::InUse {
                                noun: Noun::User,
                                id: row.user.hex(),
                                reason,
                            }
                            .into());
                        }
                        token::insert(tx, &row).await?;
                        match token::find_holder(tx, &row.hash).await? {
                            Some(holder) if holder.enabled => Ok(holder),
                            Some(_) => Err(Error::from(AuthFailure::Disabled).into()),
                            None => {
                                let gone = "it is not there";
                                Err(Error::internal("making a token", gone).into())
                            }
                        }
                    })
                }
            })
            .await?;
        let caller = Caller {
            token: Some(TokenUse {
                hash: row.hash,
                kind: row.kind,
                scope: row.scope,
                issued_at: row.issued_at,
                expires_at: row.expires_at,
            }),
            ..holder.caller
        };
        Ok(Issued {
            token: text,
            caller,
        })
    }
}
