//! `POST /v3/users`: a user who can do nothing until a role is assigned, as in Keystone.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_http::RequestId;

use super::{document, received};
use crate::Face;
use crate::errors::Failure;
use crate::map::user::{registration, shown};
use crate::wire::user::{Body, New, Request as Wanted};

pub(crate) async fn create_user(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match answer(&face, request).await {
        Ok(body) => (StatusCode::CREATED, Json(body)).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(face: &Face, request: Request) -> Result<Body, Failure> {
    let (head, caller, body) = received(face, request).await?;
    let wanted: Wanted<New> = document(&body)?;
    let new = registration(wanted.user)?;
    let made = face.app.register_user(&caller, new).await?;
    Ok(Body {
        user: shown(&made, &face.origin(&head.headers)),
    })
}
