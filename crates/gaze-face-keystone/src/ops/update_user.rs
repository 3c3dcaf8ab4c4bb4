//! `PATCH /v3/users/{user_id}`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Noun, UserId};
use gaze_http::RequestId;

use super::{at, document, received};
use crate::Face;
use crate::errors::Failure;
use crate::map::user::{patch, shown};
use crate::wire::user::{Body, Patch, Request as Wanted};

pub(crate) async fn update_user(
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
    let id: UserId = at(path, Noun::User)?.parse()?;
    let wanted: Wanted<Patch> = document(&body)?;
    let patch = patch(wanted.user, &caller)?;
    let changed = face.app.update_user(&caller, id, patch).await?;
    Ok(Body {
        user: shown(&changed, &face.origin(&head.headers)),
    })
}
