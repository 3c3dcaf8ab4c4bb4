//! `POST /v3/projects`: a project without users; they are given roles in it.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_http::RequestId;

use super::{document, received};
use crate::Face;
use crate::errors::Failure;
use crate::map::project::{bare, project};
use crate::wire::project::{Body, New, Request as Wanted};

pub(crate) async fn create_project(
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
    let new = bare(wanted.project, &caller)?;
    let made = face.app.create_bare_project(&caller, new).await?;
    Ok(Body {
        project: project(&made, &face.origin(&head.headers)),
    })
}
