//! `DELETE /v3/users/{user_id}/application_credentials/{application_credential_id}`: its tokens end
//! at once.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gaze_domain::Noun;
use gaze_http::RequestId;

use super::{at, known};
use crate::Face;
use crate::errors::Failure;

pub(crate) async fn delete_application_credential(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    match answer(&face, path, request).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(
    face: &Face,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Result<(), Failure> {
    let (_, caller) = known(face, request).await?;
    let (user, id) = at(path, Noun::User)?;
    let (user, id) = (user.parse()?, id.parse()?);
    let deleted = face.app.delete_application_credential(&caller, user, id);
    Ok(deleted.await?)
}
