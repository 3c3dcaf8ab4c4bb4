//! Roles of users in projects: a user has one, in one project.

use gaze_catalog::{project, user};
use gaze_domain::{Caller, Error, Noun, Project, ProjectId, Result, Role, User, UserId};

use super::administrators::some_must_remain;
use crate::App;
use crate::requests::Assignment;

impl App {
    /// Gives a user a role in a project. One that its present role there implies changes nothing;
    /// a user who has a role in another project is refused.
    pub async fn assign_role(&self, caller: &Caller, wanted: Assignment) -> Result<User> {
        caller.must_admin("assign a role", Noun::User)?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    project::get(tx, wanted.project).await?;
                    let before = user::lock(tx, wanted.user).await?;
                    if before.project == wanted.project && before.role.implies(wanted.role) {
                        return Ok(before);
                    }
                    if before.project != wanted.project && before.role != Role::Unassigned {
                        return Err(Error::WrongState {
                            noun: Noun::User,
                            id: before.id.hex(),
                            state: format!("a {} of project {}", before.role, before.project),
                            needed: "a user acts in one project; take that role first".into(),
                        }
                        .into());
                    }
                    let changed = User {
                        project: wanted.project,
                        role: wanted.role,
                        updated_at: now,
                        ..before
                    };
                    user::update(tx, &changed).await?;
                    Ok(changed)
                })
            })
            .await
    }

    /// Takes a role away; the user's tokens and keys end at once. Returns whether the user had
    /// that very role.
    pub async fn withdraw_role(&self, caller: &Caller, taken: Assignment) -> Result<bool> {
        caller.must_admin("take a role", Noun::User)?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    user::lock_administrators(tx).await?;
                    project::get(tx, taken.project).await?;
                    let before = user::lock(tx, taken.user).await?;
                    if before.project != taken.project || before.role != taken.role {
                        return Ok(false);
                    }
                    let changed = User {
                        role: Role::Unassigned,
                        updated_at: now,
                        ..before
                    };
                    user::update(tx, &changed).await?;
                    user::close(tx, taken.user).await?;
                    some_must_remain(tx, Noun::User, &taken.user.hex()).await?;
                    Ok(true)
                })
            })
            .await
    }

    /// The projects in which a user has a role: one's own, or anybody's for an administrator.
    pub async fn projects_of(&self, caller: &Caller, id: UserId) -> Result<Vec<Project>> {
        if id != caller.user {
            caller.must_admin("list another user's projects", Noun::User)?;
        }
        let mut read = self.catalog().read();
        // Whom an authority outside vouches for is no user of the catalogue's.
        let home = if id == caller.user && caller.is_external() {
            caller.project
        } else {
            let user = user::get(&mut read, id).await?;
            if user.role == Role::Unassigned {
                return Ok(Vec::new());
            }
            user.project
        };
        let found = project::find(&mut read, home).await?;
        Ok(found.into_iter().collect())
    }

    /// The role that a user has in a project, if it has one there.
    pub async fn role_in(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: UserId,
    ) -> Result<Option<Role>> {
        self.get_project(caller, project).await?;
        let users = self.list_users(caller).await?;
        let found = users.iter().find(|user| user.id == id);
        let user = found.ok_or_else(|| Error::not_found(Noun::User, id))?;
        let has = user.project == project && user.role != Role::Unassigned;
        Ok(has.then_some(user.role))
    }
}
