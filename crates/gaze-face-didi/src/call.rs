//! One request from its arrival to its envelope.

use std::future::Future;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use gaze_app::App;
use gaze_domain::{Caller, Error};
use gaze_http::{RequestId, joined, written};
use http::HeaderMap;
use serde::Serialize;

use crate::auth;
use crate::errors::Failure;
use crate::params::Params;
use crate::wire::{Envelope, Page};

/// An authenticated request with its parameters.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) app: App,
    pub(crate) caller: Caller,
    pub(crate) params: Params,
}

/// Authenticates, then reads the parameters, then runs the operation.
pub(crate) async fn answer<T, F>(
    app: App,
    request: Request,
    operation: impl FnOnce(Call) -> F,
) -> Response
where
    T: Serialize,
    F: Future<Output = Result<T, Failure>>,
{
    let id = request_id(&app, &request);
    let outcome = run(app, request, operation).await;
    respond(outcome, &id)
}

/// [`answer`] of a page whose items are written already.
pub(crate) async fn answer_page<F>(
    app: App,
    request: Request,
    operation: impl FnOnce(Call) -> F,
) -> Response
where
    F: Future<Output = Result<Page, Failure>>,
{
    let id = request_id(&app, &request);
    let page = run(app, request, operation).await.and_then(|page| {
        let rest = Envelope::rest(id.as_str())
            .map_err(|error| Error::internal("writing an envelope", error))?;
        let head = format!("{{\"data\":{{\"count\":{},\"items\":[", page.count);
        Ok(joined(&head, &page.items, &format!("]}}{rest}")))
    });
    match page {
        Ok(page) => written(page),
        Err(failure) => respond(Err::<(), _>(failure), &id),
    }
}

async fn run<T, F>(
    app: App,
    request: Request,
    operation: impl FnOnce(Call) -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let caller = authenticate(&app, request.headers()).await?;
    let params = Params::read(request).await?;
    operation(Call {
        app,
        caller,
        params,
    })
    .await
}

/// Answers an operation of the vendor that is not served here.
pub(crate) async fn absent(app: App, request: Request, name: &'static str) -> Response {
    let id = request_id(&app, &request);
    let outcome: Result<(), Failure> = match authenticate(&app, request.headers()).await {
        Ok(_caller) => Err(Failure::wrong_call(format!("{name} is not served here"))),
        Err(failure) => Err(failure),
    };
    respond(outcome, &id)
}

/// Answers a path that the vendor's documents on images do not know.
pub(crate) async fn unknown(State(app): State<App>, request: Request) -> Response {
    let what = format!("nothing is served at {}", request.uri().path());
    let id = request_id(&app, &request);
    respond(Err::<(), _>(Failure::wrong_call(what)), &id)
}

/// Answers a known path with another method than its own: methods are fixed per operation.
pub(crate) async fn wrong_method(State(app): State<App>, request: Request) -> Response {
    let what = format!(
        "{} does not take {}",
        request.uri().path(),
        request.method()
    );
    let id = request_id(&app, &request);
    respond(Err::<(), _>(Failure::wrong_call(what)), &id)
}

async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Caller, Failure> {
    let token = auth::bearer(headers).map_err(gaze_domain::Error::from)?;
    Ok(app.authenticate_token(token).await?)
}

fn request_id(app: &App, request: &Request) -> RequestId {
    request
        .extensions()
        .get()
        .cloned()
        .unwrap_or_else(|| RequestId::fresh(app.new_uuid()))
}

fn respond<T: Serialize>(outcome: Result<T, Failure>, id: &RequestId) -> Response {
    match outcome {
        Ok(data) => Json(Envelope::ok(data, id.as_str())).into_response(),
        Err(failure) => {
            if let Some(error) = failure.source() {
                gaze_http::report(error, id);
            }
            Json(Envelope::failed(&failure, id.as_str())).into_response()
        }
    }
}
