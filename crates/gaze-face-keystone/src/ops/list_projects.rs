//! `GET /v3/projects`: the projects that the caller may see.
//!
//! Huawei Cloud's SDKs look a project up by the name of a region and want exactly one. Where no
//! project is called so, the answer is the caller's own under that name. A member who asks for any
//! other name is told nothing (403), as by Keystone's policy.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Caller, Project};
use gaze_http::RequestId;

use super::{known, pairs};
use crate::Face;
use crate::errors::{Failure, Refusal};
use crate::map::project::{Filter, project};
use crate::wire::ListLinks;
use crate::wire::project::Projects;

pub(crate) async fn list_projects(
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
    let filter = Filter::parse(&pairs(&head.uri)?);
    let seen = face.app.list_projects(&caller).await?;
    let mut found: Vec<Project> = seen
        .iter()
        .filter(|project| filter.fits_with_name(project))
        .cloned()
        .collect();
    if found.is_empty() {
        found.extend(own_in_region(face, &caller, &filter, seen).await?);
    }
    if found.is_empty() && filter.name.is_some() && !caller.is_admin() {
        return Err(Refusal::forbidden().into());
    }
    let origin = face.origin(&head.headers);
    Ok(Projects {
        projects: found.iter().map(|it| project(it, &origin)).collect(),
        links: ListLinks::whole(format!("{origin}/v3/projects")),
    })
}

async fn own_in_region(
    face: &Face,
    caller: &Caller,
    filter: &Filter,
    seen: Vec<Project>,
) -> Result<Option<Project>, Failure> {
    let Some(name) = &filter.name else {
        return Ok(None);
    };
    if face.app.find_region(name).await?.is_none() {
        return Ok(None);
    }
    Ok(seen
        .into_iter()
        .find(|project| project.id == caller.project && filter.fits(project))
        .map(|own| Project {
            name: name.clone(),
            ..own
        }))
}
