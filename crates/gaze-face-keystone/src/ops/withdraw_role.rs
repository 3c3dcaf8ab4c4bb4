//! `DELETE /v3/projects/{project_id}/users/{user_id}/roles/{role_id}`: the user's tokens and
//! access keys end at once.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gaze_http::RequestId;

use super::{InPath, assignment, known};
use crate::Face;
use crate::errors::{Failure, Refusal};

pub(crate) async fn withdraw_role(
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
    let taken = assignment(path)?;
    if face.app.withdraw_role(&caller, taken).await? {
        return Ok(());
    }
    let (role, user, project) = (taken.role.as_str(), taken.user.hex(), taken.project.hex());
    Err(Refusal::no_such_assignment(role, &user, &project).into())
}
