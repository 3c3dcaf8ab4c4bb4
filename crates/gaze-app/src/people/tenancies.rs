//! Projects that come without users, and projects that go.

use gaze_catalog::{ownership, project, user};
use gaze_domain::quota::{DEFAULT_IMAGE_BYTES, DEFAULT_IMAGE_COUNT};
use gaze_domain::{Caller, DomainId, Error, Noun, Project, ProjectId, Result, image};

use super::administrators::some_must_remain;
use super::check_login_name;
use crate::App;
use crate::requests::{BareProject, DomainName};
use crate::setup::{ADMIN_PROJECT, DEFAULT_DOMAIN};

/// What becomes of what a project owns.
#[derive(Clone, Copy, Debug)]
enum Belongings {
    /// The project stays as long as it owns anything.
    Refuse,
    /// The administrators' project takes everything over.
    Adopt,
}

/// What becomes of a project's users.
#[derive(Clone, Copy, Debug)]
enum People {
    Remove,
    /// They stay, without a role.
    Release,
}

impl App {
    /// Makes a project without users.
    pub async fn create_bare_project(&self, caller: &Caller, new: BareProject) -> Result<Project> {
        caller.must_admin("create a project", Noun::Project)?;
        caller.must_be_own("create a project with a token of Keystone's", Noun::Project)?;
        check_login_name(&new.name)?;
        let description = new.description.as_deref();
        description.map_or(Ok(()), image::check_description)?;
        let now = self.now();
        let made = Project {
            id: ProjectId::new(self.new_uuid()),
            domain: self.home_domain(caller, new.domain).await?,
            name: new.name,
            description: new.description,
            enabled: new.enabled,
            max_image_count: Some(DEFAULT_IMAGE_COUNT),
            max_image_bytes: Some(DEFAULT_IMAGE_BYTES),
            image_count: 0,
            image_bytes: 0,
            created_at: now,
            updated_at: now,
        };
        let row = made.clone();
        self.catalog()
            .write(move |tx| Box::pin(async move { project::insert(tx, &row).await }))
            .await?;
        Ok(made)
    }

    /// Removes a project that owns nothing, with its users.
    pub async fn delete_project(&self, caller: &Caller, id: ProjectId) -> Result<()> {
        self.end_project(caller, id, Belongings::Refuse, People::Remove)
            .await
    }

    /// Removes a project that owns nothing. Its users stay, without a role.
    pub async fn dissolve_project(&self, caller: &Caller, id: ProjectId) -> Result<()> {
        self.end_project(caller, id, Belongings::Refuse, People::Release)
            .await
    }

    /// Removes a project with its users. What it owns is the administrators' from then on, whatever
    /// their quota is, and shared with whom it was.
    pub async fn delete_account(&self, caller: &Caller, id: ProjectId) -> Result<()> {
        self.end_project(caller, id, Belongings::Adopt, People::Remove)
            .await
    }

    async fn end_project(
        &self,
        caller: &Caller,
        id: ProjectId,
        belongings: Belongings,
        people: People,
    ) -> Result<()> {
        caller.must_admin("delete a project", Noun::Project)?;
        must_be_dispensable(caller, id)?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    user::lock_administrators(tx).await?;
                    project::get(tx, id).await?;
                    match belongings {
                        Belongings::Refuse => {}
                        Belongings::Adopt => {
                            ownership::give_all(tx, id, ADMIN_PROJECT, now).await?;
                        }
                    }
                    match people {
                        People::Remove => {}
                        People::Release => user::release(tx, id, ADMIN_PROJECT, now).await?,
                    }
                    project::delete(tx, id).await?;
                    some_must_remain(tx, Noun::Project, &id.hex()).await
                })
            })
            .await
    }

    /// The domain of something new: the one that is named, or the caller's.
    pub(super) async fn home_domain(
        &self,
        caller: &Caller,
        named: Option<DomainName>,
    ) -> Result<DomainId> {
        let Some(name) = named else {
            return Ok(own_domain(caller));
        };
        let found = self.find_domain(Some(&name)).await?;
        found
            .map(|domain| domain.id)
            .ok_or_else(|| Error::not_found(Noun::Domain, text(&name)))
    }
}

/// The domain of what a caller makes without naming one. One who comes from an authority outside
/// has its domain there.
pub(super) fn own_domain(caller: &Caller) -> DomainId {
    if caller.is_external() {
        DEFAULT_DOMAIN
    } else {
        caller.domain
    }
}

fn text(name: &DomainName) -> String {
    match name {
        DomainName::Id(id) => id.hex(),
        DomainName::Name(name) => name.clone(),
    }
}

/// Refuses to end the caller's own project, and the administrators'.
pub(super) fn must_be_dispensable(caller: &Caller, id: ProjectId) -> Result<()> {
    let reason = if id == ADMIN_PROJECT {
        "it is the administrators' own"
    } else if id == caller.project {
        "it is the project that you work in"
    } else {
        return Ok(());
    };
    Err(Error::InUse {
        noun: Noun::Project,
        id: id.hex(),
        reason: reason.into(),
    })
}

/// Clients know the administrators' project by its name.
pub(super) fn must_be_renamable(id: ProjectId) -> Result<()> {
    if id == ADMIN_PROJECT {
        return Err(Error::forbidden(
            "rename the administrators' project",
            Noun::Project,
            id,
        ));
    }
    Ok(())
}
