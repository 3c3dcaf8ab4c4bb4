//! Users who come without a role, and changes to users.

use gaze_catalog::{project, user};
use gaze_domain::{Caller, Error, Noun, ProjectId, Result, Role, User, UserId, image};

use super::administrators::some_must_remain;
use super::check_login_name;
use crate::App;
use crate::requests::{Registration, UserPatch};
use crate::setup::ADMIN_PROJECT;

/// Longest address that mail can be sent to (RFC 5321, section 4.5.3.1.3, without its brackets).
const MAX_EMAIL: usize = 254;

impl App {
    /// Makes a user who has no role until one is assigned.
    pub async fn register_user(&self, caller: &Caller, new: Registration) -> Result<User> {
        caller.must_admin("create a user", Noun::User)?;
        caller.must_be_own("create a user with a token of Keystone's", Noun::User)?;
        check_login_name(&new.name)?;
        check_texts(new.description.as_deref(), new.email.as_deref())?;
        let domain = self.home_domain(caller, new.domain).await?;
        let (_, hash) = self.chosen_password(new.password).await?;
        let now = self.now();
        let made = User {
            id: UserId::new(self.new_uuid()),
            domain,
            project: new.project.unwrap_or(ADMIN_PROJECT),
            name: new.name,
            description: new.description,
            email: new.email,
            role: Role::Unassigned,
            enabled: new.enabled,
            created_at: now,
            updated_at: now,
        };
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    project::get(tx, row.project).await?;
                    user::insert(tx, &row, &hash).await
                })
            })
            .await?;
        Ok(made)
    }

    /// Changes a user. A new password ends all logins that the old one gave.
    pub async fn update_user(&self, caller: &Caller, id: UserId, patch: UserPatch) -> Result<User> {
        caller.must_admin("change a user", Noun::User)?;
        if id == caller.user && patch.enabled == Some(false) {
            return Err(Error::InUse {
                noun: Noun::User,
                id: id.hex(),
                reason: "it is you".into(),
            });
        }
        if id == caller.user && patch.password.is_some() {
            let action = "set a password with an application credential";
            caller.must_act_in_person(action, Noun::User)?;
        }
        patch.name.as_deref().map_or(Ok(()), check_login_name)?;
        check_texts(
            patch.description.as_ref().and_then(Option::as_deref),
            patch.email.as_ref().and_then(Option::as_deref),
        )?;
        let hash = match patch.password.clone() {
            Some(password) => Some(self.hash_password(&password).await?),
            None => None,
        };
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    user::lock_administrators(tx).await?;
                    let before = user::lock(tx, id).await?;
                    let mut changed = before.clone();
                    if let Some(wanted) = patch.project {
                        changed.project = moved(&before, wanted)?;
                        project::get(tx, changed.project).await?;
                    }
                    changed.name = patch.name.unwrap_or(changed.name);
                    changed.description = patch.description.unwrap_or(changed.description);
                    changed.email = patch.email.unwrap_or(changed.email);
                    changed.enabled = patch.enabled.unwrap_or(changed.enabled);
                    changed.updated_at = now;
                    user::update(tx, &changed).await?;
                    if let Some(hash) = hash {
                        user::set_password(tx, id, &hash, None, now).await?;
                    }
                    some_must_remain(tx, Noun::User, &id.hex()).await?;
                    Ok(changed)
                })
            })
            .await
    }
}

/// The project that a user is to be of. Where it has a role, that has to go first: a user acts in
/// one project.
fn moved(user: &User, wanted: Option<ProjectId>) -> Result<ProjectId> {
    let wanted = wanted.unwrap_or(ADMIN_PROJECT);
    if wanted == user.project || user.role == Role::Unassigned {
        return Ok(wanted);
    }
    Err(Error::WrongState {
        noun: Noun::User,
        id: user.id.hex(),
        state: format!("a {} of project {}", user.role, user.project),
        needed: "a user acts in one project; take that role first".into(),
    })
}

fn check_texts(description: Option<&str>, email: Option<&str>) -> Result<()> {
    description.map_or(Ok(()), image::check_description)?;
    let Some(email) = email else { return Ok(()) };
    if email.len() > MAX_EMAIL || email.chars().any(char::is_control) {
        let reason = format!("must be at most {MAX_EMAIL} bytes without control characters");
        return Err(Error::invalid("email", reason));
    }
    Ok(())
}
