//! Application credentials: programs log in with them in their user's place.

use std::net::IpAddr;

use gaze_catalog::{application_credential, user};
use gaze_domain::access::{AuthFailure, TokenKind, TokenScope};
use gaze_domain::application_credential::MAX_APPLICATION_CREDENTIALS;
use gaze_domain::{
    ApplicationCredential, ApplicationCredentialId, Caller, Error, Noun, Result, UserId, image,
};

use super::login::NOBODY;
use super::secrets;
use crate::App;
use crate::requests::{
    ApplicationLogin, CredentialName, Grant, Issued, NewApplicationCredential, UserName,
};

/// Shortest secret that a user may choose, as of a password.
const MIN_SECRET: usize = 8;
/// Longest one: so much is hashed without a thought.
const MAX_SECRET: usize = 4096;

impl App {
    /// Makes a credential of the caller's own for the project that it works in, of its own role or
    /// a lesser one. Returns it with its secret, which is told this once.
    pub async fn create_application_credential(
        &self,
        caller: &Caller,
        new: NewApplicationCredential,
    ) -> Result<(ApplicationCredential, String)> {
        let action = "create an application credential";
        if new.user != caller.user {
            let noun = Noun::ApplicationCredential;
            return Err(Error::forbidden(
                format!("{action} of another user"),
                noun,
                "",
            ));
        }
        caller.must_be_own(action, Noun::ApplicationCredential)?;
        self.must_be_unrestricted(caller, action).await?;
        let scope = caller.token.as_ref().map(|token| token.scope);
        if scope.is_some_and(|scope| scope != TokenScope::Project) {
            let action = format!("{action} with a token that is for no project");
            return Err(Error::forbidden(action, Noun::ApplicationCredential, ""));
        }
        let role = new.role.unwrap_or(caller.role);
        if !caller.role.implies(role) {
            let reason = format!("the role {role} is not yours to give away");
            return Err(Error::invalid("roles", reason));
        }
        check_name(&new.name)?;
        let description = new.description.as_deref();
        description.map_or(Ok(()), image::check_description)?;
        let now = self.now();
        if new.expires_at.is_some_and(|end| end <= now) {
            return Err(Error::invalid("expires_at", "is in the past"));
        }
        let secret = match new.secret {
            Some(secret) => checked(secret)?,
            None => secrets::capability(self.runtime()),
        };
        let hash = self.passwords().hash(&secret, self.salt()).await?;
        let made = ApplicationCredential {
            id: ApplicationCredentialId::new(self.new_uuid()),
            user: caller.user,
            project: caller.project,
            name: new.name,
            description: new.description,
            role,
            unrestricted: new.unrestricted,
            expires_at: new.expires_at,
            created_at: now,
        };
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    // Of two at once, the second counts the first.
                    user::lock(tx, row.user).await?;
                    let held = application_credential::count_of(tx, row.user).await?;
                    if held >= MAX_APPLICATION_CREDENTIALS {
                        let reason = format!("has {held} application credentials already");
                        return Err(Error::InUse {
                            noun: Noun::User,
                            id: row.user.hex(),
                            reason,
                        }
                        .into());
                    }
                    application_credential::insert(tx, &row, &hash).await
                })
            })
            .await?;
        Ok((made, secret))
    }

    /// Those of a user, oldest first: one's own, or anybody's for an administrator.
    pub async fn list_application_credentials(
        &self,
        caller: &Caller,
        of: UserId,
    ) -> Result<Vec<ApplicationCredential>> {
        must_own(caller, of, "list another user's application credentials")?;
        Ok(application_credential::list_of(&mut self.catalog().read(), of).await?)
    }

    pub async fn get_application_credential(
        &self,
        caller: &Caller,
        of: UserId,
        id: ApplicationCredentialId,
    ) -> Result<ApplicationCredential> {
        must_own(caller, of, "see another user's application credentials")?;
        let found = application_credential::find(&mut self.catalog().read(), id).await?;
        found
            .filter(|found| found.user == of)
            .ok_or_else(|| Error::not_found(Noun::ApplicationCredential, id))
    }

    /// Takes a credential back: its tokens open nothing from then on.
    pub async fn delete_application_credential(
        &self,
        caller: &Caller,
        of: UserId,
        id: ApplicationCredentialId,
    ) -> Result<()> {
        let action = "delete an application credential";
        self.get_application_credential(caller, of, id).await?;
        self.must_be_unrestricted(caller, action).await?;
        self.catalog()
            .write(move |tx| Box::pin(async move { application_credential::delete(tx, id).await }))
            .await
    }

    /// Makes a token for a program. It is for the credential's project, in no more than its role,
    /// and ends no later than it. An unknown credential, a wrong secret and an end that has passed
    /// are not told apart. Who sends too many wrong secrets from an address has to wait, as with
    /// passwords.
    pub async fn login_application(
        &self,
        from: Option<IpAddr>,
        login: ApplicationLogin,
    ) -> Result<Issued> {
        let (found, hash) = match self.find_credential(&login.credential).await? {
            Some((found, hash)) => (Some(found), hash),
            None => (None, NOBODY.to_owned()),
        };
        // Whose it is counts; one that is nobody's stands for itself.
        let named = match (&found, login.credential) {
            (Some(found), _) => UserName::Id(found.user),
            (None, CredentialName::Name { user, .. }) => user,
            (None, CredentialName::Id(id)) => UserName::Id(UserId::new(id.uuid())),
        };
        self.may_try(&named, from)?;
        let matches = self.passwords().matches(&login.secret, hash).await?;
        let now = self.now();
        let lives = |it: &ApplicationCredential| it.expires_at.is_none_or(|end| end > now);
        let Some(credential) = found.filter(|found| matches && lives(found)) else {
            self.tried_wrong(&named, from);
            return Err(AuthFailure::WrongPassword.into());
        };
        let user = user::get(&mut self.catalog().read(), credential.user).await?;
        let grant = Grant {
            kind: TokenKind::Application,
            scope: TokenScope::Project,
            end: credential.expires_at,
            credential: Some(credential.id),
        };
        self.issue(&user, credential.project, grant).await
    }

    /// The credential with which the caller's token was got, if it was got with one.
    pub async fn credential_behind(
        &self,
        caller: &Caller,
    ) -> Result<Option<ApplicationCredential>> {
        match &caller.token {
            Some(token) if token.kind == TokenKind::Application => {
                let mut read = self.catalog().read();
                let found = application_credential::behind_token(&mut read, &token.hash).await?;
                // It went, and its tokens with it.
                found.ok_or(AuthFailure::InvalidToken.into()).map(Some)
            }
            Some(_) | None => Ok(None),
        }
    }

    async fn find_credential(
        &self,
        name: &CredentialName,
    ) -> Result<Option<(ApplicationCredential, String)>> {
        let mut read = self.catalog().read();
        Ok(match name {
            CredentialName::Id(id) => {
                application_credential::find_with_secret(&mut read, *id).await?
            }
            CredentialName::Name { name, user } => match self.find_user(user).await? {
                Some((user, _)) => {
                    let read = &mut read;
                    application_credential::find_by_name_with_secret(read, user.id, name).await?
                }
                None => None,
            },
        })
    }

    /// Refuses programs whose credential does not let them have to do with others.
    async fn must_be_unrestricted(&self, caller: &Caller, action: &str) -> Result<()> {
        match self.credential_behind(caller).await? {
            Some(credential) if !credential.unrestricted => Err(Error::forbidden(
                format!("{action} with a restricted one"),
                Noun::ApplicationCredential,
                credential.id,
            )),
            Some(_) | None => Ok(()),
        }
    }
}

fn must_own(caller: &Caller, of: UserId, action: &str) -> Result<()> {
    if of == caller.user {
        Ok(())
    } else {
        caller.must_admin(action, Noun::ApplicationCredential)
    }
}

fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid("name", "must not be empty"));
    }
    image::check_name(name)
}

fn checked(secret: String) -> Result<String> {
    if secret.chars().count() < MIN_SECRET || secret.len() > MAX_SECRET {
        let reason =
            format!("must have {MIN_SECRET} characters at least, {MAX_SECRET} bytes at most");
        return Err(Error::invalid("secret", reason));
    }
    Ok(secret)
}
