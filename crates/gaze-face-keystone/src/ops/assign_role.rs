//! `PUT /v3/projects/{project_id}/users/{user_id}/roles/{role_id}`. A user acts in one project: a
//! role in a second is refused, and one that its role implies changes nothing.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gaze_http::RequestId;

use super::{InPath, assignment, known};
use crate::Face;
use crate::errors::Failure;

pub(crate) async fn assign_role(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    path: Result<Path<InPath>, PathRejection>,
    request: Request,
) -> Response {
    match answer(&face, path, request).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(
    face: &Face,
    path: Result<Path<InPath>, PathRejection>,
    request: Request,
) -> Result<(), Failure> {
    let (_, caller) = known(face, request).await?;
    let wanted = assignment(path)?;
    face.app.assign_role(&caller, wanted).await?;
    Ok(())
}
