//! `GET /v3/auth/projects`: the projects that the caller can ask a token for. A user acts in its
//! own project, the administrator in any: the same as those it may see.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_http::RequestId;

use super::known;
use crate::Face;
use crate::errors::Failure;
use crate::map::project::project;
use crate::wire::ListLinks;
use crate::wire::project::Projects;

pub(crate) async fn list_auth_projects(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match answer(&face, request).await {
        Ok(projects) => Json(projects).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(face: &Face, request: Request) -> Result<Projects, Failure> {
    let (head, caller) = known(face, request).await?;
    let origin = face.origin(&head.headers);
    let seen = face.app.list_projects(&caller).await?;
    Ok(Projects {
        projects: seen.iter().map(|it| project(it, &origin)).collect(),
        links: ListLinks::whole(format!("{origin}/v3/auth/projects")),
    })
}
