//! `POST /v3/users/{user_id}/application_credentials`: of one's own, for the project of the token.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Noun, UserId};
use gaze_http::RequestId;

use super::{at, document, received};
use crate::Face;
use crate::errors::Failure;
use crate::map::application_credential::{new, shown};
use crate::wire::application_credential::{Body, Request as Wanted};

pub(crate) async fn create_application_credential(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    match answer(&face, path, request).await {
        Ok(body) => (StatusCode::CREATED, Json(body)).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(
    face: &Face,
    path: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Body, Failure> {
    let (head, caller, body) = received(face, request).await?;
    let user: UserId = at(path, Noun::User)?.parse()?;
    let wanted: Wanted = document(&body)?;
    let new = new(user, wanted.application_credential)?;
    let (made, secret) = face.app.create_application_credential(&caller, new).await?;
    Ok(Body {
        application_credential: shown(&made, Some(secret), &face.origin(&head.headers)),
    })
}
