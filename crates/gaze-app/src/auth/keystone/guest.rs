//! What Keystone says of a token, as a caller and the rows behind it.

use gaze_catalog::external::Home;
use gaze_domain::access::{TokenKind, TokenScope, TokenUse};
use gaze_domain::quota::{DEFAULT_IMAGE_BYTES, DEFAULT_IMAGE_COUNT};
use gaze_domain::{Caller, Domain, Project, Timestamp};

use super::client::Away;
use super::settings::KeystoneRoles;
use super::{ids, wire};
use crate::setup::{ADMIN_NAME, ADMIN_PROJECT};

/// Somebody for whom Keystone vouches.
#[derive(Debug)]
pub(crate) struct Guest {
    /// Its token is present and has an end.
    pub(crate) caller: Caller,
    /// The project, which needs a row; `None` for the system, which acts in the administrator's.
    pub(crate) home: Option<Home>,
}

/// Somebody whom Keystone knows, and who has no right here: what is refused.
pub(super) type Powerless = &'static str;

const NO_PROJECT: Powerless =
    "use this service with a token that is for neither a project nor the system";
const NO_ROLE: Powerless = "use this service with none of the roles that it knows";

/// The caller that a token stands for.
pub(super) fn guest(
    token: &wire::Token,
    hash: String,
    roles: &KeystoneRoles,
    now: Timestamp,
) -> Result<Result<Guest, Powerless>, Away> {
    let names: Vec<String> = token.roles.iter().map(|role| role.name.clone()).collect();
    let (role, scope) = match (&token.project, &token.system) {
        (Some(_), _) => (roles.on_project(&names), TokenScope::Project),
        (None, Some(_)) => (roles.on_system(&names), TokenScope::System),
        (None, None) => return Ok(Err(NO_PROJECT)),
    };
    let Some(role) = role else {
        return Ok(Err(NO_ROLE));
    };
    let home = token
        .project
        .as_ref()
        .map(|it| home((&it.id, &it.name), (&it.domain.id, &it.domain.name), now));
    let (project, project_name) = match &home {
        Some(home) => (home.project.id, home.project.name.clone()),
        None => (ADMIN_PROJECT, ADMIN_NAME.to_owned()),
    };
    let caller = Caller {
        user: ids::user(&token.user.id),
        user_name: token.user.name.clone(),
        project,
        project_name,
        domain: ids::domain(&token.user.domain.id),
        domain_name: token.user.domain.name.clone(),
        role,
        token: Some(TokenUse {
            hash,
            kind: TokenKind::External,
            scope,
            issued_at: time(&token.issued_at)?,
            expires_at: Some(time(&token.expires_at)?),
        }),
    };
    Ok(Ok(Guest { caller, home }))
}

/// The rows of a project, each of id and name there. Its limits are those of any new project. It is
/// enabled, whatever it is there: Keystone sees to that by itself, and will not tell of a change.
pub(super) fn home(project: (&str, &str), domain: (&str, &str), now: Timestamp) -> Home {
    let (id, name) = project;
    let domain_row = Domain {
        id: ids::domain(domain.0),
        name: domain.1.to_owned(),
        created_at: now,
    };
    let description = if ids::is_plain(id) {
        "From Keystone".to_owned()
    } else {
        format!("From Keystone, where its id is {id}")
    };
    Home {
        project: Project {
            id: ids::project(id),
            domain: domain_row.id,
            name: name.to_owned(),
            description: Some(description),
            enabled: true,
            max_image_count: Some(DEFAULT_IMAGE_COUNT),
            max_image_bytes: Some(DEFAULT_IMAGE_BYTES),
            image_count: 0,
            image_bytes: 0,
            created_at: now,
            updated_at: now,
        },
        project_id: id.to_owned(),
        domain: domain_row,
        domain_id: domain.0.to_owned(),
    }
}

pub(super) fn time(text: &str) -> Result<Timestamp, Away> {
    text.parse()
        .map_err(|_no_time| Away(format!("its answer holds {text:?} where a time belongs")))
}

#[cfg(test)]
mod tests;
