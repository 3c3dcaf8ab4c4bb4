//! Operations that Identity publishes and this service does not have.

use axum::response::Response;

use crate::errors::Refusal;

pub(crate) async fn absent() -> Response {
    Refusal::no_such_api().response()
}
