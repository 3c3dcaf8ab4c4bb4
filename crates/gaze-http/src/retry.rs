//! When a client that came too often may come again.

use axum::response::Response;
use gaze_domain::Error;
use http::{HeaderValue, header};

/// Adds `Retry-After` (RFC 9110 §10.2.3) to what a throttled client is told.
pub fn retry_after(error: &Error, mut response: Response) -> Response {
    if let Error::Throttled {
        retry_after_seconds,
    } = error
    {
        let seconds = HeaderValue::from(*retry_after_seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}
