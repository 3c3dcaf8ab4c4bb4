//! Operations that the vendor publishes and this service does not have.

use axum::Extension;
use axum::response::Response;
use gaze_http::RequestId;

use crate::errors::Refusal;

/// The gateway's answer to an API that is not published, which it gives before it looks at
/// credentials. It says the same of a method that a path does not have.
pub(crate) async fn absent(Extension(id): Extension<RequestId>) -> Response {
    Refusal::no_such_api().response(&id)
}
