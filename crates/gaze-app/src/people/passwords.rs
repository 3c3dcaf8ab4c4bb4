//! Choosing and changing passwords.

use gaze_catalog::user;
use gaze_domain::access::AuthFailure;
use gaze_domain::{Caller, Error, Noun, Result, UserId};

use crate::App;
use crate::auth::new_password;
use crate::requests::{Secret, UserName};

/// Shortest password that a person may choose.
const MIN_PASSWORD: usize = 8;

impl App {
    pub(crate) async fn hash_password(&self, password: &str) -> Result<String> {
        if password.chars().count() < MIN_PASSWORD {
            let reason = format!("must have at least {MIN_PASSWORD} characters");
            return Err(Error::invalid("password", reason));
        }
        self.passwords().hash(password, self.salt()).await
    }

    /// The hash of a password of which perhaps only the digest is known, so that its length
    /// cannot be.
    pub(super) async fn hash_secret(&self, secret: &Secret) -> Result<String> {
        match secret {
            Secret::Clear(password) => self.hash_password(password).await,
            Secret::Sha512Hex(sha) => self.passwords().hash_digest(sha, self.salt()).await,
        }
    }

    pub(super) async fn chosen_password(&self, chosen: Option<String>) -> Result<(String, String)> {
        let password = chosen.unwrap_or_else(|| new_password(self.runtime()));
        let hash = self.hash_password(&password).await?;
        Ok((password, hash))
    }

    /// Changes the caller's own password, of which it proves to know the old one. Ends all logins
    /// that the old one gave.
    pub async fn change_password(
        &self,
        caller: &Caller,
        id: UserId,
        old: Secret,
        new: String,
    ) -> Result<()> {
        if id != caller.user {
            return Err(Error::forbidden(
                "change another user's password",
                Noun::User,
                id,
            ));
        }
        self.must_know(id, &old).await?;
        let hash = self.hash_password(&new).await?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move { user::set_password(tx, id, &hash, None, now).await })
            })
            .await
    }

    /// Refuses whoever does not know the user's present password.
    pub(super) async fn must_know(&self, id: UserId, old: &Secret) -> Result<()> {
        let found = user::find_with_password(&mut self.catalog().read(), id).await?;
        let (_, hash) = found.ok_or_else(|| Error::not_found(Noun::User, id))?;
        // Only who has the user's token comes here, or an administrator's.
        let named = UserName::Id(id);
        self.may_try(&named, None)?;
        if self.passwords().matches(old, hash).await? {
            Ok(())
        } else {
            self.tried_wrong(&named, None);
            Err(AuthFailure::WrongPassword.into())
        }
    }

    pub(crate) fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        self.runtime().random(&mut salt);
        salt
    }
}
