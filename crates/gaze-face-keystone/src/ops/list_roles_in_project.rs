//! `GET /v3/projects/{project_id}/users/{user_id}/roles`: the one role that a user has, if it has
//! it there.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Noun, ProjectId, UserId};
use gaze_http::RequestId;

use super::roles::shown;
use super::{at, known};
use crate::Face;
use crate::errors::Failure;
use crate::map::token::role;
use crate::wire::ListLinks;
use crate::wire::role::Roles;

pub(crate) async fn list_roles_in_project(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    match answer(&face, path, request).await {
        Ok(body) => Json(body).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(
    face: &Face,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Result<Roles, Failure> {
    let (head, caller) = known(face, request).await?;
    let (project, user) = at(path, Noun::Project)?;
    let (project, user): (ProjectId, UserId) = (project.parse()?, user.parse()?);
    let has = face.app.role_in(&caller, project, user).await?;
    let origin = face.origin(&head.headers);
    Ok(Roles {
        roles: has
            .and_then(role)
            .map(|name| shown(name, &origin))
            .into_iter()
            .collect(),
        links: ListLinks::whole(format!("{origin}/v3/projects/{project}/users/{user}/roles")),
    })
}
