//! Exported images, to whoever holds the address: no session, no signature.
//!
//! ZStack's export servers do the same, at addresses of their own. These lie outside of `/v1`, so
//! that they are never taken for an API.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use gaze_app::App;
use gaze_domain::Error;
use gaze_http::download::{Part, headers, part};
use gaze_http::{RequestId, report, stream_response};

use crate::dispatch::text;

/// Where addresses of exports begin. The log leaves out what follows `exported`.
pub(crate) const PATH: &str = "/zstack/exported";

pub(crate) fn router(app: App) -> Router {
    Router::new()
        .route("/zstack/exported/{capability}/{name}", get(send))
        .with_state(app)
}

/// The name is for people, and not looked at.
async fn send(
    State(app): State<App>,
    Path((capability, _name)): Path<(String, String)>,
    id: Option<axum::Extension<RequestId>>,
    method: Method,
    asked: HeaderMap,
) -> Response {
    let answer = serve(&app, &capability, &method, &asked).await;
    answer.unwrap_or_else(|error| {
        if let Some(axum::Extension(id)) = &id {
            report(&error, id);
        }
        refused(&error)
    })
}

async fn serve(
    app: &App,
    capability: &str,
    method: &Method,
    asked: &HeaderMap,
) -> Result<Response, Error> {
    let offer = app.find_offer(capability).await?;
    let total = offer.export.size.0;
    let file = headers(&offer.file_name, offer.export.sha256.as_deref());
    let range = match part(asked, total, file.etag.as_ref()) {
        Part::Whole => None,
        Part::Range(range) => Some(range),
        Part::Unsatisfiable(mut response) => {
            file.describe(&mut response);
            return Ok(response);
        }
    };
    let shown = range.clone().unwrap_or(0..total);
    let mut response = if *method == Method::HEAD {
        gaze_http::download::measured(&shown, total, range.is_some())
    } else {
        let (body, stored) = app.read_offer(&offer, range.clone()).await?;
        stream_response(body, stored, &shown, total, range.is_some())
    };
    file.describe(&mut response);
    Ok(response)
}

fn refused(error: &Error) -> Response {
    match error {
        Error::NotFound { .. } => text(
            StatusCode::NOT_FOUND,
            "nothing is exported at this address".to_owned(),
        ),
        _ => text(
            StatusCode::SERVICE_UNAVAILABLE,
            "the exported image cannot be read now".to_owned(),
        ),
    }
}
