//! `GET /v1/api-jobs/{uuid}`: what became of an asynchronous call.
//!
//! Polling asks for no credentials: whoever knows the id of a call may know its outcome. The id
//! is that of a job of ours, or of a call whose answer was remembered.

use std::pin::Pin;

use axum::http::StatusCode;
use gaze_app::{App, CaptureSource, Ended, Exported, Work, WorkKind, WorkState};
use gaze_domain::{Caller, DomainId, Error, ImageId, JobId, Noun, ProjectId, Role, UserId};
use jiff::SignedDuration;
use serde_json::Value;
use uuid::Uuid;

use crate::answer::{Answer, without_schema};
use crate::errors::{Code, Failure, Subject, api, error_code, failure};
use crate::map;
use crate::ops::change_vm_image::not_a_candidate;
use crate::params::is_uuid;
use crate::wire::error_code::ErrorCode;

/// By which name the app remembers calls of this face.
pub(crate) const FACE: &str = "zstack";

/// What polling answers.
#[derive(Debug, PartialEq)]
pub(crate) enum State {
    Running,
    Finished(StatusCode, Value),
    Unknown,
}

/// Looks a call up by its id. `origin` is that of links in its answer.
pub(crate) async fn look_up(
    app: &App,
    id: &str,
    origin: &str,
    schema: bool,
) -> Result<State, Failure> {
    let Some(id) = is_uuid(id).then(|| JobId::parse(id)).flatten() else {
        return Ok(State::Unknown);
    };
    let told = |error: Error| failure(&error, &Subject::default());
    if let Some(call) = app.find_call(id).await.map_err(told)? {
        if call.face != FACE {
            return Ok(State::Unknown);
        }
        return Ok(match call.answer {
            None => State::Running,
            Some((status, body)) => remembered(status, &body, schema),
        });
    }
    match app.find_work(id).await.map_err(told)? {
        Some(work) if !work.is_finished() => Ok(State::Running),
        Some(work) if is_forgotten(app, &work) => Ok(State::Unknown),
        Some(work) => Ok(match outcome(app, &work, Some(origin)).await {
            Ok(answer) => State::Finished(StatusCode::OK, answer.into_body(schema)),
            Err(Failure::Api(code)) => {
                State::Finished(StatusCode::SERVICE_UNAVAILABLE, failed_body(&code))
            }
            Err(text) => return Err(text),
        }),
        None => Ok(State::Unknown),
    }
}

/// The body of a failed call.
pub(crate) fn failed_body(code: &ErrorCode) -> Value {
    serde_json::json!({ "error": code })
}

fn remembered(status: u16, body: &str, schema: bool) -> State {
    match (StatusCode::from_u16(status), serde_json::from_str(body)) {
        (Ok(status), Ok(body)) if schema => State::Finished(status, body),
        (Ok(status), Ok(body)) => State::Finished(status, without_schema(body)),
        _ => State::Unknown,
    }
}

/// Work is kept for longer than ZStack keeps the answers of calls.
fn is_forgotten(app: &App, work: &Work) -> bool {
    let kept = SignedDuration::try_from(app.settings().keep_answers).unwrap_or(SignedDuration::MAX);
    work.finished_at
        .is_some_and(|finished| app.now().duration_since(finished) > kept)
}

/// The words for the end of a call whose maker did not stay for it.
pub(crate) fn tell(app: &App, ended: Ended, classes: bool) -> Telling<'_> {
    Box::pin(async move {
        let (status, body) = match end(app, ended, None).await {
            Ok(answer) => (StatusCode::OK, answer.into_body(classes)),
            Err(Failure::Api(code)) => (StatusCode::SERVICE_UNAVAILABLE, failed_body(&code)),
            Err(Failure::Text(_, text)) => {
                return Err(Error::internal("telling of a call's end", text));
            }
        };
        Ok((status.as_u16(), body.to_string()))
    })
}

type Telling<'a> = Pin<Box<dyn Future<Output = Result<(u16, String), Error>> + Send + 'a>>;

/// The answer of a call that started work. `origin` is that of links, if a request is answered.
pub(crate) async fn end(app: &App, ended: Ended, origin: Option<&str>) -> Result<Answer, Failure> {
    match ended {
        Ended::Work(work) => outcome(app, &work, origin).await,
        Ended::TimedOut => Err(api(
            Code::Timeout,
            "the operation took longer than X-API-Timeout allows, and was cancelled",
        )),
        Ended::Interrupted => Err(api(
            Code::Internal,
            "the service was stopped before the operation came to an end",
        )),
    }
}

/// The answer of a call whose work is finished.
async fn outcome(app: &App, work: &Work, origin: Option<&str>) -> Result<Answer, Failure> {
    match work.state {
        WorkState::Succeeded => result(app, work, origin).await,
        WorkState::Failed | WorkState::Cancelled => Err(Failure::Api(Box::new(why(work)))),
        WorkState::Queued | WorkState::Running => {
            Err(Failure::Text(StatusCode::ACCEPTED, "{}".to_owned()))
        }
    }
}

async fn result(app: &App, work: &Work, origin: Option<&str>) -> Result<Answer, Failure> {
    let owner = owner_view(work.owner);
    match (work.kind, work.image, work.instance) {
        (WorkKind::Reimage, _, Some(instance)) => {
            let seen = app
                .get_instance(&owner, instance)
                .await
                .map_err(|error| failure(&error, &Subject::default()))?;
            Answer::inventory(&map::instance::inventory(&seen))
        }
        // The published page lists the flag.
        (WorkKind::Capture, Some(image), _) => Ok(image_answer(app, &owner, image, origin)
            .await?
            .with("success", true)),
        (
            WorkKind::Import | WorkKind::Upload | WorkKind::Verify | WorkKind::Copy,
            Some(image),
            _,
        ) => image_answer(app, &owner, image, origin).await,
        (WorkKind::Export, ..) => export_answer(app, work, origin).await,
        (WorkKind::Purge, ..) | (_, None, _) | (WorkKind::Reimage, _, None) => Ok(Answer::empty()),
    }
}

async fn image_answer(
    app: &App,
    caller: &Caller,
    id: ImageId,
    origin: Option<&str>,
) -> Result<Answer, Failure> {
    let told = |error: Error| match error {
        Error::NotFound { .. } => Failure::Api(Box::new(Code::NotFound.with(format!(
            "Cannot find image[uuid:{id}], it may have been deleted"
        )))),
        other => failure(&other, &Subject::default()),
    };
    let image = app.get_image(caller, id).await.map_err(told)?;
    let names = app.catalogue_names(caller).await.map_err(told)?;
    let mut inventory = map::image::inventory(&image, |store| names.store(store));
    // Without a request there is no telling by which address its client reaches this service.
    if let Some(origin) = origin {
        let exports = app.list_exports(caller, id).await.map_err(told)?;
        map::export::show(&mut inventory, &exports, origin);
    }
    Answer::inventory(&inventory)
}

/// The address of what was exported, as long as it is.
async fn export_answer(app: &App, work: &Work, origin: Option<&str>) -> Result<Answer, Failure> {
    let told = |error: Error| failure(&error, &Subject::default());
    let gone = || told(Error::not_found(Noun::Export, work.id));
    let id = work.export.ok_or_else(gone)?;
    let exported = app
        .get_export(&owner_view(work.owner), id)
        .await
        .map_err(told)?;
    let origin = origin.or(work.origin.as_deref()).unwrap_or_default();
    Ok(exported_answer(&exported, origin))
}

/// `{"imageUrl", "exportMd5Sum", "success": true}`.
pub(crate) fn exported_answer(exported: &Exported, origin: &str) -> Answer {
    let answer = Answer::empty()
        .with("imageUrl", map::export::url(origin, exported))
        .with("success", true);
    match &exported.export.md5 {
        Some(md5) => answer.with("exportMd5Sum", md5.as_str()),
        None => answer,
    }
}

/// The image is read with the eyes of its owner, who may not change it by them.
fn owner_view(project: ProjectId) -> Caller {
    Caller {
        user: UserId::new(Uuid::nil()),
        user_name: String::new(),
        project,
        project_name: String::new(),
        domain: DomainId::new(Uuid::nil()),
        domain_name: String::new(),
        role: Role::Reader,
        token: None,
    }
}

fn refused_image(work: &Work) -> Option<ErrorCode> {
    not_a_candidate(work.failure.as_ref()?, work.instance?, work.image?)
}

/// ZStack wraps what went wrong in what could not be done for it.
fn why(work: &Work) -> ErrorCode {
    let image = work.image.map(ImageId::hex).unwrap_or_default();
    let cause = match &work.failure {
        Some(error) => error_code(error, &Subject::default()),
        None => error_code(&Error::Cancelled, &Subject::default()),
    };
    match work.kind {
        WorkKind::Capture => Code::OperationFailed
            .with(format!(
                "failed to create image[uuid:{image}] from {} on all backup storage, see cause \
                 for one of errors",
                match work.source {
                    Some(CaptureSource::Snapshot(_)) => "volume snapshot",
                    Some(CaptureSource::Volume(_)) | None => "root volume",
                }
            ))
            .because(cause),
        WorkKind::Import | WorkKind::Upload => Code::CannotCreate
            .with(match &work.wanted {
                Some(wanted) => format!(
                    "Failed to download image[name:{}] on all backup storage[{}].",
                    wanted.name,
                    wanted.stores.join(", ")
                ),
                None => format!("Failed to download image[uuid:{image}] on all backup storage."),
            })
            .because(cause),
        WorkKind::Reimage => refused_image(work).unwrap_or(cause),
        WorkKind::Export => Code::OperationFailed
            .with(format!(
                "failed to export image[uuid:{image}] from its backup storage"
            ))
            .because(cause),
        WorkKind::Purge | WorkKind::Verify | WorkKind::Copy => cause,
    }
}
