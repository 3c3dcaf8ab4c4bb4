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
mod run;
mod table;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::any;
use gaze_app::App;
use gaze_domain::{Error, JobId, Noun};
use gaze_http::{BodyError, Peer, RequestId, origin, read_body};
use percent_encoding::percent_decode_str;

use crate::auth;
use crate::call::Call;
use crate::errors::{Failure, Subject, failure};
use crate::params::Params;
use crate::route::{Access, CONTEXT, Flow};
use crate::{Config, jobs, upload};
pub(crate) use respond::text;

use headers::Wishes;
use request::Given;
use run::Sent;
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
    app.tell_ends(jobs::FACE, jobs::tell);
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
        None => Arc::clone(&face).answer(&parts, &path, body, schema).await,
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
    let origin = face.origin(parts);
    Ok(match jobs::look_up(&face.app, id, &origin, schema).await? {
        jobs::State::Running => respond::json(StatusCode::ACCEPTED, &serde_json::json!({})),
        jobs::State::Finished(status, mut body) => {
            upload::address_again(&face.app, &origin, &mut body).await?;
            respond::json(status, &body)
        }
        jobs::State::Unknown => {
            respond::text(StatusCode::NOT_FOUND, "the job has been expired".to_owned())
        }
    })
}

impl Face {
    async fn answer(
        self: Arc<Self>,
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
        let call = Call {
            app: self.app.clone(),
            config: self.config.clone(),
            route,
            params,
            query: given.query,
            tags,
            job: wishes.job,
            caller: None,
            request_id: parts.extensions.get::<RequestId>().cloned(),
            from: parts.extensions.get::<Peer>().map(|peer| peer.0.ip()),
            origin: origin.clone(),
        };
        let sent = Sent {
            at_once: wishes.at_once,
            schema,
            origin,
            timeout_ms: wishes.timeout_ms.unwrap_or(route.flow.timeout_ms()),
            limit: match route.flow {
                Flow::Sync | Flow::Quick => wishes.timeout_ms.map(Duration::from_millis),
                Flow::Long => None,
            },
            deadline: match route.flow {
                Flow::Long => wishes
                    .timeout_ms
                    .and_then(|given| i64::try_from(given).ok())
                    .and_then(|given| {
                        let given = jiff::SignedDuration::from_millis(given);
                        self.app.now().checked_add(given).ok()
                    }),
                Flow::Sync | Flow::Quick => None,
            },
            hook: wishes.hook.filter(|_| route.flow != Flow::Sync),
        };
        if let Some(hook) = &sent.hook
            && let Err(refusal) = self.app.check_hook(hook)
        {
            return Err(odd_hook(&refusal));
        }
        self.run(call, credentials, sent).await
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

fn odd_hook(refusal: &Error) -> Failure {
    let reason = match refusal {
        Error::SourceRefused { reason, .. } => reason.clone(),
        other => other.to_string(),
    };
    Failure::bad_request(format!("Invalid header[X-Web-Hook], {reason}"))
}

/// A failure that belongs to no operation.
fn told(error: &Error) -> Failure {
    failure(error, &Subject::default())
}
