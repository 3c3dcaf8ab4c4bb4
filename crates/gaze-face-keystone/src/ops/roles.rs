//! `GET /v3/roles`, `GET /v3/roles/{role_id}` and `GET /v3/role_assignments`: the roles are fixed,
//! and everybody has one, in one project.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Error, Noun, User};
use gaze_http::RequestId;

use super::{known, pairs};
use crate::Face;
use crate::errors::{Failure, Refusal};
use crate::map::token::{ROLES, role};
use crate::wire::role::{Assignment, Assignments, Body, Link, Named, Role, Roles, Scope};
use crate::wire::{ListLinks, SelfLink};

pub(crate) async fn list_roles(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match list(&face, request).await {
        Ok(roles) => Json(roles).into_response(),
        Err(failure) => failure.response(&id),
    }
}

pub(crate) async fn show_role(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    match show(&face, &name, request).await {
        Ok(body) => Json(body).into_response(),
        Err(failure) => failure.response(&id),
    }
}

pub(crate) async fn list_role_assignments(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match assignments(&face, request).await {
        Ok(assignments) => Json(assignments).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn list(face: &Face, request: Request) -> Result<Roles, Failure> {
    let (head, _caller) = known(face, request).await?;
    let filters = pairs(&head.uri)?;
    let origin = face.origin(&head.headers);
    let wanted = |role: &&&str| {
        let mut names = filters.iter().filter(|(name, _)| name == "name");
        names.all(|(_, value)| value == **role)
    };
    Ok(Roles {
        roles: ROLES
            .iter()
            .filter(wanted)
            .map(|it| shown(it, &origin))
            .collect(),
        links: ListLinks::whole(format!("{origin}/v3/roles")),
    })
}

async fn show(face: &Face, name: &str, request: Request) -> Result<Body, Failure> {
    let (head, _caller) = known(face, request).await?;
    let found = ROLES.iter().find(|role| **role == name);
    let found = found.ok_or_else(|| Refusal::no_such_role(name))?;
    Ok(Body {
        role: shown(found, &face.origin(&head.headers)),
    })
}

pub(super) fn shown(name: &'static str, origin: &str) -> Role {
    Role {
        id: name,
        name,
        domain_id: None,
        description: "",
        links: SelfLink {
            this: format!("{origin}/v3/roles/{name}"),
        },
    }
}

async fn assignments(face: &Face, request: Request) -> Result<Assignments, Failure> {
    let (head, caller) = known(face, request).await?;
    let filters = pairs(&head.uri)?;
    let named = filters
        .iter()
        .any(|(name, value)| name == "include_names" && value != "0");
    let fits = |user: &User| {
        filters.iter().all(|(name, value)| match name.as_str() {
            "user.id" => *value == user.id.hex(),
            "scope.project.id" => *value == user.project.hex(),
            "role.id" => role(user.role) == Some(value),
            // Nobody has a role on anything else.
            "group.id" | "scope.domain.id" | "scope.system" => false,
            _ => true,
        })
    };
    let origin = face.origin(&head.headers);
    let (users, projects, domains) = face.app.list_people(&caller).await?;
    let mut found = Vec::new();
    for user in users.iter().filter(|user| fits(user)) {
        let Some(role) = role(user.role) else {
            continue;
        };
        let project = projects.iter().find(|project| project.id == user.project);
        let project = project.ok_or_else(|| Error::not_found(Noun::Project, user.project))?;
        let domain = domains.iter().find(|domain| domain.id == user.domain);
        let domain = || {
            domain.filter(|_| named).map(|domain| {
                Box::new(Named {
                    id: domain.id.hex(),
                    name: Some(domain.name.clone()),
                    domain: None,
                })
            })
        };
        let with = |id: String, name: &str| Named {
            id,
            name: named.then(|| name.to_owned()),
            domain: domain(),
        };
        found.push(Assignment {
            role: Named {
                domain: None,
                ..with(role.to_owned(), role)
            },
            user: with(user.id.hex(), &user.name),
            scope: Scope {
                project: with(project.id.hex(), &project.name),
            },
            links: Link {
                assignment: format!(
                    "{origin}/v3/projects/{}/users/{}/roles/{role}",
                    project.id.hex(),
                    user.id.hex()
                ),
            },
        });
    }
    Ok(Assignments {
        role_assignments: found,
        links: ListLinks::whole(format!("{origin}/v3/role_assignments")),
    })
}
