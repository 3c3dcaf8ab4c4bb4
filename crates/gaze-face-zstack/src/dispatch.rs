//! ZStack's REST conventions, once for all operations: from a request to a [`Call`], from an
//! [`Outcome`] to a response.
//!
//! The order is that of ZStack's server: path, method and action; body and types; headers and
//! signatures; then, as an API, validation of parameters, existence of what they name, session,
//! permission, and the operation itself.

#[cfg(test)]
mod coverage;
mod existence;
mod headers;
mod request;
mod respond;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::any;
use gaze_app::{App, Work};
use gaze_domain::{Error, JobId, Noun};
use gaze_http::{BodyError, RequestId, origin, read_body};
use percent_encoding::percent_decode_str;

use crate::answer::without_schema;
use crate::auth::{self, Credentials};
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, Subject, failure};
use crate::jobs::failed_body;
use crate::params::Params;
use crate::route::{Access, CONTEXT, Flow};
use crate::{Config, jobs, upload};
use headers::Wishes;
use request::Given;
use table::{Choice, Table};

/// Longest body of a request, in bytes.
const MAX_BODY: usize = 1 << 20;

/// The place of a job, and the literal by which clients cut the host off its address.
const API_JOBS: &str = "/zstack/v1/api-jobs/";

struct Face {
    app: App,
    config: Config,
    table: Table,
}

pub(crate) fn router(app: App, config: Config) -> Router {
    let face = Arc::new(Face {
        app,
        config,
        table: Table::new(),
    });
    Router::new()
        .route("/zstack/v1", any(serve))
        .route("/zstack/v1/", any(serve))
        .route("/zstack/v1/{*rest}", any(serve))
        .with_state(face)
}

async fn serve(State(face): State<Arc<Face>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = percent_decode_str(parts.uri.path())
        .decode_utf8_lossy()
        .into_owned();
    let schema = headers::wants_schema(&parts.headers);
    let answer = match path.strip_prefix(API_JOBS) {
        Some(id) => poll(&face, &parts, id, schema).await,
        None => face.answer(&parts, &path, body, schema).await,
    };
    match answer {
        Ok(response) => response,
        Err(failure) => respond::failed(&failure),
    }
}

async fn poll(face: &Face, parts: &Parts, id: &str, schema: bool) -> Result<Response, Failure> {
    if parts.method != axum::http::Method::GET {
        return Err(Failure::Text(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET method is allowed for querying job status".to_owned(),
        ));
    }
    Ok(match jobs::look_up(&face.app, id, schema).await? {
        jobs::State::Running => respond::json(StatusCode::ACCEPTED, &serde_json::json!({})),
        jobs::State::Finished(status, mut body) => {
            upload::address_again(&face.app, &face.origin(parts), &mut body).await?;
            respond::json(status, &body)
        }
        jobs::State::Unknown => {
            respond::text(StatusCode::NOT_FOUND, "the job has been expired".to_owned())
        }
    })
}

impl Face {
    async fn answer(
        &self,
        parts: &Parts,
        path: &str,
        body: Body,
        schema: bool,
    ) -> Result<Response, Failure> {
        let found = self.table.find(path).ok_or_else(|| no_mapping(path))?;
        let body = read(body).await?;
        let given = Given::read(&parts.method, parts.uri.query(), &body)?;
        let (route, action) = match found.choose(&parts.method, path, &given)? {
            Choice::Served(route, action) => (route, action),
            Choice::Absent => return Err(no_mapping(path)),
        };
        let values = given.parameters(route, action, &found.variables(route))?;
        let params = Params::read(route.fields, &values)?;
        let tags = given.tags(action)?;
        let wishes = Wishes::read(&parts.headers)?;
        if let Some(job) = wishes.job
            && !matches!(parts.method.as_str(), "GET" | "HEAD")
        {
            self.refuse_duplicate(job).await?;
        }
        let credentials = match route.access {
            Access::Open => None,
            Access::Credentials => {
                let path = path.strip_prefix(CONTEXT).unwrap_or(path);
                Some(auth::credentials(&self.app, &parts.method, path, &parts.headers).await?)
            }
        };
        let origin = self.origin(parts);
        let mut call = Call {
            app: self.app.clone(),
            config: self.config.clone(),
            route,
            params,
            query: given.query,
            tags,
            job: wishes.job,
            caller: None,
            request_id: parts.extensions.get::<RequestId>().cloned(),
            origin: origin.clone(),
        };
        let sent = Sent {
            at_once: wishes.at_once,
            schema,
            origin,
            timeout_ms: wishes.timeout_ms.unwrap_or(route.flow.timeout_ms()),
        };
        match route.flow {
            Flow::Sync => match authorised(&mut call, credentials).await? {
                Outcome::Done(answer) => {
                    Ok(respond::json(StatusCode::OK, &answer.into_body(schema)))
                }
                Outcome::Started(job) => Ok(sent.accepted(job)),
            },
            Flow::Quick => self.quick(call, credentials, &sent).await,
            Flow::Long => self.long(call, credentials, &sent).await,
        }
    }

    /// The address under which the client reached this service.
    fn origin(&self, parts: &Parts) -> String {
        origin(
            &parts.headers,
            self.config.public_url.as_deref(),
            self.config.forwarded,
        )
    }

    async fn refuse_duplicate(&self, job: JobId) -> Result<(), Failure> {
        let taken = self
            .app
            .find_call(job)
            .await
            .map_err(|error| told(&error))?
            .is_some()
            || self
                .app
                .find_work(job)
                .await
                .map_err(|error| told(&error))?
                .is_some();
        if taken {
            Err(told(&Error::exists(Noun::Job, job)))
        } else {
            Ok(())
        }
    }

    /// Runs a call that is over at once. If its outcome can be asked for later, it takes its id
    /// before it runs and leaves its answer under it.
    async fn quick(
        &self,
        mut call: Call,
        credentials: Option<Credentials>,
        sent: &Sent,
    ) -> Result<Response, Failure> {
        let job = self.job_of(&mut call, sent);
        if let Some(job) = job {
            self.begin(job).await?;
        }
        let outcome = authorised(&mut call, credentials).await;
        self.settle(job, outcome, sent).await
    }

    /// Runs a call that starts work. The job keeps the answer; only a refusal, which leaves no
    /// job, is remembered here.
    async fn long(
        &self,
        mut call: Call,
        credentials: Option<Credentials>,
        sent: &Sent,
    ) -> Result<Response, Failure> {
        let job = self.job_of(&mut call, sent);
        let outcome = match authorised(&mut call, credentials).await {
            Ok(Outcome::Started(started)) if sent.at_once => return Ok(sent.accepted(started)),
            Ok(Outcome::Started(started)) => {
                let work = self
                    .app
                    .wait_for_work(started, self.config.sync_wait)
                    .await
                    .map_err(|error| call.failure(&error))?;
                let Some(work) = work.filter(Work::is_finished) else {
                    return Ok(sent.accepted(started));
                };
                let outcome = jobs::outcome(&self.app, &work).await.map(Outcome::Done);
                if matches!(outcome, Err(Failure::Api(_)))
                    && sent.failed_for_java(StatusCode::SERVICE_UNAVAILABLE)
                {
                    return Ok(sent.accepted(started));
                }
                return self.settle(None, outcome, sent).await;
            }
            done_or_refused => done_or_refused,
        };
        // What is refused as text is refused at once, and no job's business.
        let job = job.filter(|_| !matches!(outcome, Err(Failure::Text(..))));
        if let Some(job) = job {
            self.begin(job).await?;
        }
        self.settle(job, outcome, sent).await
    }

    /// The id under which a call's outcome can be asked for: the client's, or a new one if the
    /// client does not wait.
    fn job_of(&self, call: &mut Call, sent: &Sent) -> Option<JobId> {
        if call.job.is_none() && sent.at_once {
            call.job = Some(JobId::new(self.app.new_uuid()));
        }
        call.job
    }

    async fn begin(&self, job: JobId) -> Result<(), Failure> {
        self.app
            .begin_call(job, jobs::FACE)
            .await
            .map_err(|error| told(&error))
    }

    /// Remembers how a call ended, if it has an id, and responds.
    async fn settle(
        &self,
        job: Option<JobId>,
        outcome: Result<Outcome, Failure>,
        sent: &Sent,
    ) -> Result<Response, Failure> {
        let mut refusal = None;
        let mut kept = None;
        let (status, body) = match outcome {
            Ok(Outcome::Done(answer)) => {
                kept = answer
                    .clone()
                    .without_secret()
                    .map(|kept| kept.into_body(true));
                (StatusCode::OK, answer.into_body(true))
            }
            Ok(Outcome::Started(started)) => return Ok(sent.accepted(started)),
            Err(Failure::Api(code)) => (StatusCode::SERVICE_UNAVAILABLE, failed_body(&code)),
            Err(text @ Failure::Text(..)) => {
                let code = Code::OperationFailed.with(text.to_string());
                refusal = Some(text);
                (StatusCode::SERVICE_UNAVAILABLE, failed_body(&code))
            }
        };
        if let Some(job) = job {
            self.app
                .finish_call(
                    job,
                    status.as_u16(),
                    kept.as_ref().unwrap_or(&body).to_string(),
                )
                .await
                .map_err(|error| told(&error))?;
            if refusal.is_none() && (sent.at_once || sent.failed_for_java(status)) {
                return Ok(sent.accepted(job));
            }
        }
        Ok(respond::json(
            status,
            &if sent.schema {
                body
            } else {
                without_schema(body)
            },
        ))
    }
}

/// How the answer is to be sent.
struct Sent {
    at_once: bool,
    schema: bool,
    origin: String,
    timeout_ms: u64,
}

impl Sent {
    fn accepted(&self, job: JobId) -> Response {
        respond::accepted(&self.origin, job, self.timeout_ms)
    }

    /// Whether this is a failure that the official Java client has to be told of by its job. It
    /// understands the error of a job only: of any other answer than 200 and 202 it makes an
    /// error `sdk.1000` of its own, whatever the body says (`ZSClient.java`, version 5.2.1).
    /// Nobody else asks for a schema.
    fn failed_for_java(&self, status: StatusCode) -> bool {
        self.schema && status == StatusCode::SERVICE_UNAVAILABLE
    }
}

/// Validates, finds out who asks, and runs the operation.
async fn authorised(call: &mut Call, credentials: Option<Credentials>) -> Result<Outcome, Failure> {
    let route = call.route;
    call.params.validate(route.fields)?;
    if let Some(credentials) = credentials {
        match credentials.caller(&call.app).await {
            Ok(caller) => call.caller = Some(caller),
            Err(error) => {
                existence::check(&call.app, route.fields, &call.params).await?;
                return Err(call.failure(&error));
            }
        }
    }
    (route.run)(call).await
}

async fn read(body: Body) -> Result<axum::body::Bytes, Failure> {
    read_body(body, MAX_BODY).await.map_err(|error| {
        let status = match error {
            BodyError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            BodyError::Broken(_) => StatusCode::BAD_REQUEST,
            BodyError::Idle(_) => StatusCode::REQUEST_TIMEOUT,
        };
        Failure::Text(status, error.to_string())
    })
}

fn no_mapping(path: &str) -> Failure {
    let path = path.strip_prefix(CONTEXT).unwrap_or(path);
    Failure::Text(StatusCode::NOT_FOUND, format!("no api mapping to {path}"))
}

/// A failure that belongs to no operation.
fn told(error: &Error) -> Failure {
    failure(error, &Subject::default())
}
