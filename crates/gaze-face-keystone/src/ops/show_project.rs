//! `GET /v3/projects/{project_id}`.
//!
//! openstackclient tries names as ids first and needs 404 for them. Of other projects' ids, members
//! are told the same whether they exist or not: 403, upon which openstackclient believes the id.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Error, Noun, ProjectId};
use gaze_http::RequestId;

use super::known;
use crate::Face;
use crate::errors::{Failure, Refusal};
use crate::map::project::project;
use crate::wire::project::Body;

pub(crate) async fn show_project(
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
    let (head, caller) = known(face, request).await?;
    let Ok(Path(text)) = path else {
        return Err(Error::not_found(Noun::Project, "").into());
    };
    let id: ProjectId = text.parse()?;
    if id != caller.project && !caller.is_admin() {
        return Err(Refusal::forbidden().into());
    }
    let found = face.app.get_project(&caller, id).await?;
    Ok(Body {
        project: project(&found, &face.origin(&head.headers)),
    })
}
