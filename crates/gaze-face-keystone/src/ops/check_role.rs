//! `HEAD` and `GET /v3/projects/{project_id}/users/{user_id}/roles/{role_id}`: whether the user has
//! that role there, or one that implies it.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gaze_http::RequestId;

use super::{InPath, assignment, known};
use crate::Face;
use crate::errors::{Failure, Refusal};

pub(crate) async fn check_role(
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
    let asked = assignment(path)?;
    let has = face.app.role_in(&caller, asked.project, asked.user).await?;
    if has.is_some_and(|role| role.implies(asked.role)) {
        return Ok(());
    }
    let (role, user, project) = (asked.role.as_str(), asked.user.hex(), asked.project.hex());
    Err(Refusal::no_such_assignment(role, &user, &project).into())
}
