//! Long work.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use gaze_app::WorkList;
use gaze_domain::{ImageId, JobId};

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::map::list::{DEFAULT_LIMIT, MAX_LIMIT, id as parsed_id};
use crate::path::At;
use crate::query::{Parameters, number, truth};
use crate::wire::job::Job;
use crate::wire::page::Page;

/// The longest that a client may have the service wait for a job.
const MAX_WAIT_SECONDS: u64 = 300;

/// A page of jobs, newest first.
#[utoipa::path(get, path = "/gaze/v1/jobs", tag = "jobs",
    params(
        ("image" = Option<String>, Query, description = "Id of the image"),
        ("unfinished" = Option<bool>, Query, description = "Leave out what has ended"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<u32>, Query, description = "1 to 500, by default 100"),
    ),
    responses((status = 200, body = Page<Job>)))]
pub(crate) async fn list_jobs(
    State(face): State<Face>,
    Known(caller): Known,
    mut query: Parameters,
) -> Answer<Page<Job>> {
    let limit = query
        .parsed("limit", |text| number(text, 1, u64::from(MAX_LIMIT)))?
        .and_then(|limit| u32::try_from(limit).ok())
        .unwrap_or(DEFAULT_LIMIT);
    let wanted = WorkList {
        image: query.parsed("image", parsed_id(ImageId::parse))?,
        unfinished_only: query.parsed("unfinished", truth)?.unwrap_or(false),
        after: query.parsed("after", parsed_id(JobId::parse))?,
        limit: limit + 1,
    };
    query.finish()?;
    let mut found = face.app.list_work(&caller, wanted).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|work| work.id.hex());
    Ok(Json(Page {
        items: found.into_iter().map(Into::into).collect(),
        next,
    }))
}

/// One job. With `wait`, answered when the job has ended or the seconds are over.
#[utoipa::path(get, path = "/gaze/v1/jobs/{id}", tag = "jobs",
    params(
        ("id" = String, Path),
        ("wait" = Option<u64>, Query, description = "Seconds, up to 300"),
    ),
    responses((status = 200, body = Job)))]
pub(crate) async fn get_job(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<JobId>,
    mut query: Parameters,
) -> Answer<Job> {
    let wait = query.parsed("wait", |text| number(text, 0, MAX_WAIT_SECONDS))?;
    query.finish()?;
    let work = face.app.get_work(&caller, id).await?;
    let waited = match wait {
        Some(seconds) if !work.is_finished() => {
            face.app
                .wait_for_work(id, Duration::from_secs(seconds))
                .await?
        }
        _ => None,
    };
    Ok(Json(waited.unwrap_or(work).into()))
}

/// Asks a job to stop.
#[utoipa::path(post, path = "/gaze/v1/jobs/{id}/cancel", tag = "jobs",
    params(("id" = String, Path)),
    responses((status = 200, body = Job)))]
pub(crate) async fn cancel_job(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<JobId>,
) -> Answer<Job> {
    Ok(Json(face.app.cancel_work(&caller, id).await?.into()))
}
