//! The flat error body of Intelligent EdgeCloud and of the gateway in front of it.

use serde::Serialize;

/// `{"error_msg": ..., "error_code": ...}`, as the service's "how to call an API" page shows it.
/// The gateway's own refusals also carry the request's id.
#[derive(Debug, Serialize)]
pub(crate) struct Error {
    #[serde(rename = "error_msg")]
    pub(crate) message: String,
    #[serde(rename = "error_code")]
    pub(crate) code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<String>,
}
