//! `POST /v3/users/{user_id}/password`: one's own, by whoever knows the old one.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gaze_app::Secret;
use gaze_domain::{Noun, UserId};
use gaze_http::RequestId;

use super::{at, document, received};
use crate::Face;
use crate::errors::Failure;
use crate::wire::user::{NewPassword, Request as Wanted};

pub(crate) async fn change_password(
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
    let (_, caller, body) = received(face, request).await?;
    let id: UserId = at(path, Noun::User)?.parse()?;
    let Wanted { user } = document::<Wanted<NewPassword>>(&body)?;
    let old = Secret::Clear(user.original_password);
    let changed = face.app.change_password(&caller, id, old, user.password);
    Ok(changed.await?)
}
