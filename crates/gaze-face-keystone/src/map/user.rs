//! Users as Identity shows them, and what makes and changes them.

use gaze_app::{ADMIN_PROJECT, Registration, UserPatch};
use gaze_domain::{Caller, Error, ProjectId, Role, User};

use super::fixed;
use crate::errors::Failure;
use crate::wire::SelfLink;
use crate::wire::user::{self, New, Options, Patch};

pub(crate) fn shown(user: &User, origin: &str) -> user::User {
    let id = user.id.hex();
    user::User {
        links: SelfLink {
            this: format!("{origin}/v3/users/{id}"),
        },
        id,
        name: user.name.clone(),
        domain_id: user.domain.hex(),
        default_project_id: project(user).map(ProjectId::hex),
        description: user.description.clone(),
        email: user.email.clone(),
        enabled: user.enabled,
        password_expires_at: None,
        options: Options {},
    }
}

/// Who has neither role nor project is kept with the administrators.
fn project(user: &User) -> Option<ProjectId> {
    let nowhere = user.role == Role::Unassigned && user.project == ADMIN_PROJECT;
    (!nowhere).then_some(user.project)
}

pub(crate) fn registration(new: New) -> Result<Registration, Failure> {
    fixed::no_options(new.options.as_ref())?;
    Ok(Registration {
        name: new.name,
        domain: new.domain_id.as_deref().map(fixed::domain).transpose()?,
        project: new.default_project_id.as_deref().map(id).transpose()?,
        description: new.description,
        email: new.email,
        enabled: new.enabled.unwrap_or(true),
        password: new.password,
    })
}

pub(crate) fn patch(patch: Patch, caller: &Caller) -> Result<UserPatch, Failure> {
    fixed::no_options(patch.options.as_ref())?;
    fixed::same_domain(patch.domain_id.as_deref(), caller.domain)?;
    let project = match patch.default_project_id {
        Some(Some(text)) => Some(Some(id(&text)?)),
        Some(None) => Some(None),
        None => None,
    };
    Ok(UserPatch {
        name: patch.name,
        description: patch.description,
        email: patch.email,
        enabled: patch.enabled,
        project,
        password: patch.password,
    })
}

fn id(text: &str) -> Result<ProjectId, Error> {
    text.parse()
}

#[cfg(test)]
mod tests {
    use gaze_domain::{DomainId, Timestamp, UserId};

    use super::*;

    #[test]
    fn who_is_of_no_project_is_shown_without() {
        let own = ProjectId::parse(&"2".repeat(32)).unwrap();
        for (role, project, expected) in [
            (Role::Unassigned, ADMIN_PROJECT, None),
            (Role::Unassigned, own, Some(own.hex())),
            (Role::Admin, ADMIN_PROJECT, Some(ADMIN_PROJECT.hex())),
        ] {
            let user = User {
                id: UserId::parse(&"1".repeat(32)).unwrap(),
                domain: DomainId::parse(&"3".repeat(32)).unwrap(),
                project,
                name: "demo".into(),
                description: None,
                email: None,
                role,
                enabled: true,
                created_at: Timestamp::UNIX_EPOCH,
                updated_at: Timestamp::UNIX_EPOCH,
            };
            assert_eq!(shown(&user, "").default_project_id, expected, "{role}");
        }
    }
}
