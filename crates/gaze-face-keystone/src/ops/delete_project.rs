//! `DELETE /v3/projects/{project_id}`: of a project that owns nothing. Its users stay, without a
//! role.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gaze_domain::{Noun, ProjectId};
use gaze_http::RequestId;

use super::{at, known};
use crate::Face;
use crate::errors::Failure;

pub(crate) async fn delete_project(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    match answer(&face, path, request).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(
    face: &Face,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<(), Failure> {
    let (_, caller) = known(face, request).await?;
    let id: ProjectId = at(path, Noun::Project)?.parse()?;
    Ok(face.app.dissolve_project(&caller, id).await?)
}
