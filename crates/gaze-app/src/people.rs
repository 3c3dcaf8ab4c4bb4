//! Projects and users.

mod accounts;
mod administrators;
mod owners;
mod passwords;
mod quotas;
mod registrations;
mod roles;
mod settlers;
mod tenancies;

use gaze_catalog::{domain, project, token, user};
use gaze_domain::quota::{DEFAULT_IMAGE_BYTES, DEFAULT_IMAGE_COUNT};
use gaze_domain::{
    Caller, Domain, Error, Noun, Project, ProjectId, Result, Role, User, UserId, access, image,
};

use crate::App;
use crate::requests::{NewProject, NewUser, ProjectPatch};

pub(crate) use owners::give;
pub(crate) use settlers::settle;

impl App {
    /// All domains.
    pub async fn list_domains(&self, caller: &Caller) -> Result<Vec<Domain>> {
        let domains = domain::list(&mut self.catalog().read()).await?;
        let sees = |domain: &Domain| caller.is_admin() || domain.id == caller.domain;
        Ok(domains.into_iter().filter(sees).collect())
    }

    /// Projects that the caller may see: all for an administrator, else its own.
    pub async fn list_projects(&self, caller: &Caller) -> Result<Vec<Project>> {
        let mut read = self.catalog().read();
        if caller.is_admin() {
            return Ok(project::list(&mut read).await?);
        }
        Ok(project::find(&mut read, caller.project)
            .await?
            .into_iter()
            .collect())
    }

    pub async fn get_project(&self, caller: &Caller, id: ProjectId) -> Result<Project> {
        let found = project::find(&mut self.catalog().read(), id).await?;
        found
            .filter(|project| access::owns(caller, project.id))
            .ok_or_else(|| Error::not_found(Noun::Project, id))
    }

    /// Makes a project and a user of the same name who works in it. Returns the user's password.
    pub async fn create_project(
        &self,
        caller: &Caller,
        new: NewProject,
    ) -> Result<(Project, User, String)> {
        caller.must_admin("create a project", Noun::Project)?;
        check_login_name(&new.name)?;
        let now = self.now();
        let made = Project {
            id: ProjectId::new(self.new_uuid()),
            domain: tenancies::own_domain(caller),
            name: new.name.clone(),
            description: new.description,
            enabled: true,
            max_image_count: Some(DEFAULT_IMAGE_COUNT),
            max_image_bytes: Some(DEFAULT_IMAGE_BYTES),
            image_count: 0,
            image_bytes: 0,
            created_at: now,
            updated_at: now,
        };
        let (password, hash) = self.chosen_password(new.password).await?;
        let who = self.new_user(new.name, &made, Role::Member);
        let rows = (made.clone(), who.clone());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    project::insert(tx, &rows.0).await?;
                    user::insert(tx, &rows.1, &hash).await
                })
            })
            .await?;
        Ok((made, who, password))
    }

    pub async fn update_project(
        &self,
        caller: &Caller,
        id: ProjectId,
        patch: ProjectPatch,
    ) -> Result<Project> {
        caller.must_admin("change a project", Noun::Project)?;
        if patch.enabled == Some(false) {
            tenancies::must_be_dispensable(caller, id)?;
        }
        if let Some(name) = &patch.name {
            check_login_name(name)?;
            tenancies::must_be_renamable(id)?;
        }
        let description = patch.description.as_ref().and_then(Option::as_deref);
        description.map_or(Ok(()), image::check_description)?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    user::lock_administrators(tx).await?;
                    project::lock(tx, &[id]).await?;
                    let mut changed = project::get(tx, id).await?;
                    changed.name = patch.name.unwrap_or(changed.name);
                    changed.description = patch.description.unwrap_or(changed.description);
                    changed.enabled = patch.enabled.unwrap_or(changed.enabled);
                    changed.max_image_count =
                        patch.max_image_count.unwrap_or(changed.max_image_count);
                    changed.max_image_bytes =
                        patch.max_image_bytes.unwrap_or(changed.max_image_bytes);
                    changed.updated_at = now;
                    project::update(tx, &changed).await?;
                    administrators::some_must_remain(tx, Noun::Project, &id.hex()).await?;
                    // A project of Keystone's has the name that it has there.
                    project::get(tx, id).await
                })
            })
            .await
    }

    /// Users that the caller may see: all for an administrator, else those of its project.
    pub async fn list_users(&self, caller: &Caller) -> Result<Vec<User>> {
        let mut read = self.catalog().read();
        Ok(if caller.is_admin() {
            user::list(&mut read).await?
        } else {
            user::list_of(&mut read, caller.project).await?
        })
    }

    /// Everybody whom the caller may see, their projects and domains.
    pub async fn list_people(
        &self,
        caller: &Caller,
    ) -> Result<(Vec<User>, Vec<Project>, Vec<Domain>)> {
        Ok((
            self.list_users(caller).await?,
            self.list_projects(caller).await?,
            self.list_domains(caller).await?,
        ))
    }

    /// Makes a user. Returns the password.
    pub async fn create_user(&self, caller: &Caller, new: NewUser) -> Result<(User, String)> {
        caller.must_admin("create a user", Noun::User)?;
        check_login_name(&new.name)?;
        let home = project::get(&mut self.catalog().read(), new.project).await?;
        let (password, hash) = self.chosen_password(new.password).await?;
        let made = self.new_user(new.name, &home, new.role);
        let row = made.clone();
        self.catalog()
            .write(move |tx| Box::pin(async move { user::insert(tx, &row, &hash).await }))
            .await?;
        Ok((made, password))
    }

    /// Sets a password, and ends all logins that the old one gave. Anybody sets their own; an
    /// administrator anybody's. Returns the password.
    pub async fn set_password(
        &self,
        caller: &Caller,
        id: UserId,
        password: Option<String>,
    ) -> Result<String> {
        if id == caller.user {
            let action = "set a password with an application credential";
            caller.must_act_in_person(action, Noun::User)?;
        } else {
            caller.must_admin("set another user's password", Noun::User)?;
        }
        let (password, hash) = self.chosen_password(password).await?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move { user::set_password(tx, id, &hash, None, now).await })
            })
            .await?;
        Ok(password)
    }

    /// Removes a user; its tokens and keys open nothing from then on.
    pub async fn delete_user(&self, caller: &Caller, id: UserId) -> Result<()> {
        caller.must_admin("delete a user", Noun::User)?;
        if id == caller.user {
            let reason = "it is you".into();
            return Err(Error::InUse {
                noun: Noun::User,
                id: id.hex(),
                reason,
            });
        }
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    user::lock_administrators(tx).await?;
                    user::delete(tx, id).await?;
                    administrators::some_must_remain(tx, Noun::User, &id.hex()).await
                })
            })
            .await
    }

    /// The caller that a user is, for work that the service does in somebody's name.
    pub(crate) async fn caller_of(&self, id: UserId) -> Result<Caller> {
        let holder = token::find_caller(&mut self.catalog().read(), id).await?;
        holder
            .map(|holder| holder.caller)
            .ok_or_else(|| Error::not_found(Noun::User, id))
    }

    fn new_user(&self, name: String, home: &Project, role: Role) -> User {
        let now = self.now();
        User {
            id: UserId::new(self.new_uuid()),
            domain: home.domain,
            project: home.id,
            name,
            description: None,
            email: None,
            role,
            enabled: true,
            created_at: now,
            updated_at: now,
        }
    }
}

fn check_login_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::invalid("name", "must not be empty"));
    }
    image::check_name(name)
}
