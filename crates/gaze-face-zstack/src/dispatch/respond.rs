//! Responses.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use gaze_domain::JobId;
use serde_json::{Value, json as object};

use super::API_JOBS;
use crate::errors::Failure;
use crate::jobs::failed_body;
use crate::listing::Listing;

const JSON: &str = "application/json;charset=utf-8";

pub(super) fn json(status: StatusCode, body: &Value) -> Response {
    respond(status, JSON, body.to_string())
}

pub(super) fn list(listing: &Listing, schema_wanted: bool) -> Response {
    respond(StatusCode::OK, JSON, listing.body(schema_wanted))
}

pub(crate) fn text(status: StatusCode, text: String) -> Response {
    respond(status, "text/plain;charset=utf-8", text)
}

pub(super) fn failed(failure: &Failure) -> Response {
    match failure {
        Failure::Text(status, message) => text(*status, message.clone()),
        Failure::Api(code) => json(StatusCode::SERVICE_UNAVAILABLE, &failed_body(code)),
    }
}

/// 202 with the place where the outcome can be asked for. The place is a key of the body; there is
/// no `Location` header.
pub(super) fn accepted(origin: &str, job: JobId, timeout_ms: u64) -> Response {
    json(
        StatusCode::ACCEPTED,
        &object!({
            "location": format!("{origin}{API_JOBS}{job}"),
            "apiTimeout": timeout_ms,
        }),
    )
}

fn respond(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
