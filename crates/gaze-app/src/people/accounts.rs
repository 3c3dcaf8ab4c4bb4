//! A project and the user of the same name as one thing, as ZStack has it.

use gaze_catalog::{project, user};
use gaze_domain::quota::{DEFAULT_IMAGE_BYTES, DEFAULT_IMAGE_COUNT};
use gaze_domain::{Caller, Error, Noun, Project, ProjectId, Result, Role, Timestamp, User, image};

use super::check_login_name;
use super::tenancies::{must_be_renamable, own_domain};
use crate::App;
use crate::requests::{Account, AccountPatch, NewAccount};

impl App {
    /// All accounts for an administrator, else the caller's own.
    pub async fn list_accounts(&self, caller: &Caller) -> Result<Vec<Account>> {
        let (users, projects, _) = self.list_people(caller).await?;
        let is_admin = |project: &Project| {
            let runs = |user: &User| user.project == project.id && user.role == Role::Admin;
            users.iter().any(runs)
        };
        Ok(projects
            .into_iter()
            .map(|project| Account {
                is_admin: is_admin(&project),
                project,
            })
            .collect())
    }

    /// Makes a project and the user of its name.
    pub async fn create_account(&self, caller: &Caller, new: NewAccount) -> Result<Account> {
        caller.must_admin("create an account", Noun::Project)?;
        // It would belong to a domain of Keystone's.
        caller.must_be_own(
            "create an account with a token of Keystone's",
            Noun::Project,
        )?;
        check_login_name(&new.name)?;
        let description = new.description.as_deref();
        description.map_or(Ok(()), image::check_description)?;
        let hash = self.hash_secret(&new.password).await?;
        let is_admin = new.role == Role::Admin;
        let now = self.now();
        let made = Project {
            id: new.id.unwrap_or_else(|| ProjectId::new(self.new_uuid())),
            domain: own_domain(caller),
            name: new.name.clone(),
            description: new.description,
            enabled: true,
            max_image_count: (!is_admin).then_some(DEFAULT_IMAGE_COUNT),
            max_image_bytes: (!is_admin).then_some(DEFAULT_IMAGE_BYTES),
            image_count: 0,
            image_bytes: 0,
            created_at: now,
            updated_at: now,
        };
        let who = self.new_user(new.name, &made, new.role);
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    if project::find(tx, row.id).await?.is_some() {
                        return Err(Error::exists(Noun::Project, row.id).into());
                    }
                    project::insert(tx, &row).await?;
                    user::insert(tx, &who, &hash).await
                })
            })
            .await?;
        Ok(Account {
            project: made,
            is_admin,
        })
    }

    /// Changes a project and the user of its name: the administrator anybody's, that user its own.
    /// A new password ends all logins that the old one gave, besides the one that is used to change
    /// it.
    pub async fn update_account(
        &self,
        caller: &Caller,
        id: ProjectId,
        patch: AccountPatch,
    ) -> Result<Account> {
        let project = self.get_project(caller, id).await?;
        let users = user::list_of(&mut self.catalog().read(), id).await?;
        let holder = holder_of(&project, &users);
        if !caller.is_admin() && holder.is_none_or(|holder| holder.id != caller.user) {
            let action = "change the account of another user";
            return Err(Error::forbidden(action, Noun::Project, id));
        }
        if let Some(name) = &patch.name {
            caller.must_write("rename an account", Noun::Project)?;
            check_login_name(name)?;
            must_be_renamable(id)?;
        }
        let description = patch.description.as_deref();
        description.map_or(Ok(()), image::check_description)?;
        let hash = match &patch.password {
            Some(password) => {
                let holder = holder.ok_or_else(|| without_holder(&project))?;
                if holder.id == caller.user {
                    let action = "set a password with an application credential";
                    caller.must_act_in_person(action, Noun::User)?;
                }
                if let Some(old) = &patch.old_password {
                    self.must_know(holder.id, old).await?;
                }
                Some(self.hash_secret(password).await?)
            }
            None => None,
        };
        let now = self.now();
        let keep = caller.token.as_ref().map(|token| token.hash.clone());
        let changed = self
            .catalog()
            .write(move |tx| {
                Box::pin(async move {
                    project::lock(tx, &[id]).await?;
                    let mut changed = project::get(tx, id).await?;
                    let holder = holder_of(&changed, &user::list_of(tx, id).await?).cloned();
                    if let Some(hash) = hash {
                        let who = holder.as_ref().ok_or_else(|| without_holder(&changed))?;
                        user::set_password(tx, who.id, &hash, keep.as_deref(), now).await?;
                    }
                    changed.description = patch.description.or(changed.description);
                    changed.updated_at = now;
                    if let Some(name) = patch.name {
                        if let Some(holder) = holder {
                            user::update(tx, &renamed(holder, &name, now)).await?;
                        }
                        changed.name = name;
                    }
                    project::update(tx, &changed).await?;
                    Ok(changed)
                })
            })
            .await?;
        let is_admin = |user: &User| user.role == Role::Admin;
        Ok(Account {
            project: changed,
            is_admin: users.iter().any(is_admin),
        })
    }
}

/// The user who logs in by the account's name.
fn holder_of<'u>(project: &Project, users: &'u [User]) -> Option<&'u User> {
    users.iter().find(|user| user.name == project.name)
}

fn renamed(holder: User, name: &str, now: Timestamp) -> User {
    User {
        name: name.to_owned(),
        updated_at: now,
        ..holder
    }
}

fn without_holder(project: &Project) -> Error {
    Error::WrongState {
        noun: Noun::Project,
        id: project.id.hex(),
        state: "without a user of its name".into(),
        needed: "only that user's password is the account's".into(),
    }
}
