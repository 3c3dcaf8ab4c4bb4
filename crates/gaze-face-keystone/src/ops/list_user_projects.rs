//! `GET /v3/users/{user_id}/projects`: those in which the user has a role.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Noun, UserId};
use gaze_http::RequestId;

use super::{at, known, link, pairs};
use crate::Face;
use crate::errors::Failure;
use crate::map::project::{Filter, project};
use crate::wire::project::Projects;

pub(crate) async fn list_user_projects(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    match answer(&face, path, request).await {
        Ok(projects) => Json(projects).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(
    face: &Face,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Projects, Failure> {
    let (head, caller) = known(face, request).await?;
    let user: UserId = at(path, Noun::User)?.parse()?;
    let filter = Filter::parse(&pairs(&head.uri)?);
    let mut found = face.app.projects_of(&caller, user).await?;
    found.retain(|project| filter.fits_with_name(project));
    let origin = face.origin(&head.headers);
    Ok(Projects {
        projects: found.iter().map(|it| project(it, &origin)).collect(),
        links: link(&origin, &format!("/v3/users/{user}/projects"), &head.uri),
    })
}
