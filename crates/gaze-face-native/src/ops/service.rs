//! The service itself.

use axum::Json;
use axum::extract::{Path, State};
use gaze_app::WorkList;
use gaze_domain::MemberState;
use gaze_domain::Status;
use gaze_domain::list::{Condition, Field, ImageList, Scope};
use utoipa::openapi::OpenApi;

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::errors::{KINDS, NOT_FOUND, Refusal};
use crate::wire::page::List;
use crate::wire::problem::ProblemKind;
use crate::wire::status::ServiceStatus;
use crate::wire::value::Time;

/// Unfinished jobs are counted up to this.
const MAX_COUNTED_JOBS: u32 = 500;

/// How the service is.
#[utoipa::path(get, path = "/gaze/v1/status", tag = "service",
    responses((status = 200, body = ServiceStatus)))]
pub(crate) async fn status(
    State(face): State<Face>,
    Known(caller): Known,
) -> Answer<ServiceStatus> {
    let scope = if caller.is_admin() {
        Scope::All
    } else {
        Scope::Visible {
            project: caller.project,
            shared: vec![MemberState::Accepted],
        }
    };
    let mut present = ImageList::new(scope, 0);
    present.conditions = vec![Condition::not_eq(Field::Status, Status::Deleted)];
    let unfinished = WorkList {
        image: None,
        unfinished_only: true,
        after: None,
        limit: MAX_COUNTED_JOBS,
    };
    let stores = face.app.list_stores(&caller).await?;
    let images = face.app.count_images(&caller, present).await?;
    let unfinished_jobs = face.app.list_work(&caller, unfinished).await?.len();
    let uptime = face.app.now().duration_since(face.started_at).as_secs();
    Ok(Json(ServiceStatus {
        version: face.config.version.clone(),
        started_at: Time(face.started_at),
        uptime_seconds: u64::try_from(uptime).unwrap_or(0),
        images,
        unfinished_jobs,
        stores: stores.into_iter().map(Into::into).collect(),
    }))
}

/// This API as an OpenAPI document.
#[utoipa::path(get, path = "/gaze/v1/openapi.json", tag = "service",
    responses((status = 200, content_type = "application/json")))]
pub(crate) async fn openapi() -> Json<OpenApi> {
    Json(crate::openapi::document())
}

/// The kinds of problems that this API answers.
#[utoipa::path(get, path = "/gaze/v1/problems", tag = "service",
    responses((status = 200, body = List<ProblemKind>)))]
pub(crate) async fn list_problems() -> Json<List<ProblemKind>> {
    let items = KINDS.iter().map(|kind| **kind).collect();
    Json(List { items })
}

/// A kind of problem, at the address that is the `type` of such problems.
#[utoipa::path(get, path = "/gaze/v1/problems/{name}", tag = "service",
    params(("name" = String, Path)),
    responses((status = 200, body = ProblemKind)))]
pub(crate) async fn get_problem(Path(name): Path<String>) -> Answer<ProblemKind> {
    KINDS
        .iter()
        .find(|kind| kind.name == name)
        .map(|kind| Json(**kind))
        .ok_or_else(|| Refusal::new(NOT_FOUND, "there is no such kind of problem"))
}
