//! Projects.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::ProjectId;

use super::{Answer, Done, Made, list, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::At;
use crate::wire::identity;
use crate::wire::page::List;

/// All projects for an administrator, else one's own.
#[utoipa::path(get, path = "/gaze/v1/projects", tag = "projects",
    responses((status = 200, body = List<identity::Project>)))]
pub(crate) async fn list_projects(
    State(face): State<Face>,
    Known(caller): Known,
) -> Answer<List<identity::Project>> {
    Ok(list(face.app.list_projects(&caller).await?))
}

/// Makes a project and a first user of its name.
#[utoipa::path(post, path = "/gaze/v1/projects", tag = "projects",
    request_body = identity::NewProject,
    responses((status = 201, body = identity::CreatedProject)))]
pub(crate) async fn create_project(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<identity::NewProject>,
) -> Made<identity::CreatedProject> {
    let (project, user, password) = face.app.create_project(&caller, new.into()).await?;
    Ok(made(identity::CreatedProject {
        project: project.into(),
        user: user.into(),
        password,
    }))
}

/// One project.
#[utoipa::path(get, path = "/gaze/v1/projects/{id}", tag = "projects",
    params(("id" = String, Path)),
    responses((status = 200, body = identity::Project)))]
pub(crate) async fn get_project(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ProjectId>,
) -> Answer<identity::Project> {
    Ok(Json(face.app.get_project(&caller, id).await?.into()))
}

/// Changes a project's description, quotas, or whether its users may log in.
#[utoipa::path(patch, path = "/gaze/v1/projects/{id}", tag = "projects",
    params(("id" = String, Path)),
    request_body = identity::ProjectPatch,
    responses((status = 200, body = identity::Project)))]
pub(crate) async fn update_project(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ProjectId>,
    Document(patch): Document<identity::ProjectPatch>,
) -> Answer<identity::Project> {
    let project = face.app.update_project(&caller, id, patch.into()).await?;
    Ok(Json(project.into()))
}

/// Deletes a project that owns nothing, and its users.
#[utoipa::path(delete, path = "/gaze/v1/projects/{id}", tag = "projects",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_project(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ProjectId>,
) -> Done {
    face.app.delete_project(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
