//! Access keys: pairs that sign requests.

use gaze_catalog::{access_key, user};
use gaze_domain::access::AuthFailure;
use gaze_domain::{AccessKey, AccessKeyId, Caller, Error, Noun, Result, UserId};

use super::secrets::letters_and_digits;
use crate::App;
use crate::requests::{NewAccessKey, Signer};

impl App {
    /// The secret of an access key, for the face that checks the signature, and the caller that
    /// the request comes from if it holds.
    pub async fn signer(&self, access: &str) -> Result<Signer> {
        let unknown = || AuthFailure::UnknownAccessKey(access.chars().take(64).collect());
        let found = self.key_holder(access).await?.ok_or_else(unknown)?;
        let (holder, secret) = &*found;
        if !holder.enabled {
            return Err(unknown().into());
        }
        Ok(Signer {
            secret: secret.clone(),
            caller: holder.caller.clone(),
            app: self.clone(),
        })
    }

    /// Makes a key. This is the one time that the secret is told.
    pub async fn create_access_key(&self, caller: &Caller, new: NewAccessKey) -> Result<AccessKey> {
        let owner = self.key_user(caller, new.user).await?;
        let access = match new.access {
            Some(access) => checked("access", access, 10, 20)?,
            None => letters_and_digits(self.runtime(), 20),
        };
        let secret = match new.secret {
            Some(secret) => checked("secret", secret, 10, 40)?,
            None => letters_and_digits(self.runtime(), 40),
        };
        let key = AccessKey {
            id: AccessKeyId::new(self.new_uuid()),
            user: owner.id,
            project: if owner.id == caller.user {
                caller.project
            } else {
                owner.project
            },
            access,
            secret,
            description: new.description,
            enabled: true,
            created_at: self.now(),
        };
        let row = key.clone();
        self.catalog()
            .write(move |tx| Box::pin(async move { access_key::insert(tx, &row).await }))
            .await?;
        Ok(key)
    }

    /// The keys of a user; without one, of the caller's project, or all for an administrator.
    pub async fn list_access_keys(
        &self,
        caller: &Caller,
        user: Option<UserId>,
    ) -> Result<Vec<AccessKey>> {
        let mut read = self.catalog().read();
        Ok(match user {
            Some(user) => {
                let keys = access_key::list_of_user(&mut read, user).await?;
                keys.into_iter()
                    .filter(|key| may_see(caller, key))
                    .collect()
            }
            None if caller.is_admin() => access_key::list(&mut read).await?,
            None => access_key::list_of_project(&mut read, caller.project).await?,
        })
    }

    pub async fn set_access_key_enabled(
        &self,
        caller: &Caller,
        id: AccessKeyId,
        enabled: bool,
    ) -> Result<AccessKey> {
        let mut key = self.own_key(caller, id).await?;
        self.catalog()
            .write(move |tx| {
                Box::pin(async move { access_key::set_enabled(tx, id, enabled).await })
            })
            .await?;
        key.enabled = enabled;
        Ok(key)
    }

    pub async fn delete_access_key(&self, caller: &Caller, id: AccessKeyId) -> Result<()> {
        self.own_key(caller, id).await?;
        self.catalog()
            .write(move |tx| Box::pin(async move { access_key::delete(tx, id).await }))
            .await
    }

    async fn own_key(&self, caller: &Caller, id: AccessKeyId) -> Result<AccessKey> {
        let key = access_key::find(&mut self.catalog().read(), id).await?;
        let key = key
            .filter(|key| may_see(caller, key))
            .ok_or_else(|| Error::not_found(Noun::AccessKey, id))?;
        if key.user != caller.user {
            caller.must_write("change another user's key", Noun::AccessKey)?;
        }
        Ok(key)
    }

    async fn key_user(&self, caller: &Caller, wanted: Option<UserId>) -> Result<gaze_domain::User> {
        let id = wanted.unwrap_or(caller.user);
        if id == caller.user {
            caller.must_be_own("make a key for a user of Keystone's", Noun::User)?;
            caller.must_act_in_person("make a key with an application credential", Noun::User)?;
        }
        let user = user::get(&mut self.catalog().read(), id).await?;
        if id != caller.user && !caller.is_admin() {
            return Err(Error::forbidden(
                "make a key for another user",
                Noun::User,
                id,
            ));
        }
        Ok(user)
    }
}

fn may_see(caller: &Caller, key: &AccessKey) -> bool {
    caller.is_admin() || key.project == caller.project
}

fn checked(field: &str, text: String, least: usize, most: usize) -> Result<String> {
    let fits = (least..=most).contains(&text.len());
    if fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(text);
    }
    Err(Error::invalid(
        field,
        format!("must be {least} to {most} letters and digits"),
    ))
}
