//! Long work, as tasks.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use gaze_app::{Import, StoreChoice, WorkList};
use gaze_domain::{Error, JobId, Noun};

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::body::Told;
use crate::map::task::{is_task, task};
use crate::map::task_input::{Asked, asked};
use crate::map::task_list::Query;
use crate::path::At;
use crate::query::Pairs;
use crate::wire::task::{ImageTasks, Tasks};

/// Most tasks of one image: the newest.
const MAX_TASKS: u32 = 100;

pub(crate) async fn list_image_tasks(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
) -> Answer {
    face.app.get_live_image(&caller, id).await?;
    let list = WorkList {
        image: Some(id),
        unfinished_only: false,
        after: None,
        limit: MAX_TASKS,
    };
    let work = face.app.list_work(&caller, list).await?;
    let tasks = work.iter().filter(|it| is_task(it)).map(task).collect();
    Ok(Json(ImageTasks { tasks }).into_response())
}

/// Administrators only, by Glance's default policy.
pub(crate) async fn list_tasks(
    State(face): State<Face>,
    Known(caller): Known,
    Pairs(pairs): Pairs,
) -> Answer {
    caller.must_admin("list tasks", Noun::Job)?;
    let query = Query::parse(pairs)?;
    let (list, filter) = (query.list.clone(), query.filter.clone());
    let work = if query.is_empty() {
        Vec::new()
    } else {
        face.app.filter_work(&caller, list, filter).await?
    };
    let full = !work.is_empty() && work.len() == query.list.limit as usize;
    let last = work.last().filter(|_| full);
    Ok(Json(Tasks {
        next: last.map(|last| query.behind(last.id)),
        first: query.first(),
        tasks: work.iter().filter(|it| query.means(it)).map(task).collect(),
        schema: "/v2/schemas/tasks",
    })
    .into_response())
}

/// Administrators only, by Glance's default policy. The image is there at once, its bytes come
/// later.
pub(crate) async fn create_task(
    State(face): State<Face>,
    headers: HeaderMap,
    Told(caller, document): Told,
) -> Answer {
    caller.must_admin("create a task", Noun::Job)?;
    let Asked { new, url, input } = asked(&caller, document)?;
    let import = Import {
        url,
        stores: StoreChoice::Auto,
        job: None,
    };
    let app = &face.app;
    let started = app.import_as_asked(&caller, new, import, Some(input));
    let work = app.get_work(&caller, started.await?.job).await?;
    let task = task(&work);
    let location = format!("{}{}", face.origin(&headers), task.this);
    let headers = [(header::LOCATION, location)];
    Ok((StatusCode::CREATED, headers, Json(task)).into_response())
}

pub(crate) async fn show_task(
    State(face): State<Face>,
    Known(caller): Known,
    Path(text): Path<String>,
) -> Answer {
    caller.must_admin("show a task", Noun::Job)?;
    let id = JobId::parse(&text).ok_or_else(|| Error::not_found(Noun::Job, text))?;
    let work = face.app.get_work(&caller, id).await?;
    if !is_task(&work) {
        return Err(Error::not_found(Noun::Job, id).into());
    }
    Ok(Json(task(&work)).into_response())
}
