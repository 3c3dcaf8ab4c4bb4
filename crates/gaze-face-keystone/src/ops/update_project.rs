//! `PATCH /v3/projects/{project_id}`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Noun, ProjectId};
use gaze_http::RequestId;

use super::{at, document, received};
use crate::Face;
use crate::errors::Failure;
use crate::map::project::{patch, project};
use crate::wire::project::{Body, Patch, Request as Wanted};

pub(crate) async fn update_project(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    match answer(&face, path, request).await {
        Ok(body) => Json(body).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(
    face: &Face,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Body, Failure> {
    let (head, caller, body) = received(face, request).await?;
    let id: ProjectId = at(path, Noun::Project)?.parse()?;
    let wanted: Wanted<Patch> = document(&body)?;
    let patch = patch(wanted.project, &caller)?;
    let changed = face.app.update_project(&caller, id, patch).await?;
    Ok(Body {
        project: project(&changed, &face.origin(&head.headers)),
    })
}
