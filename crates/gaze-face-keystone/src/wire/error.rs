//! The error body: `{"error": {"code": 401, "message": ..., "title": "Unauthorized"}}`.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Body {
    pub(crate) error: Error,
}

#[derive(Debug, Serialize)]
pub(crate) struct Error {
    /// The HTTP status again, as a number.
    pub(crate) code: u16,
    pub(crate) message: String,
    pub(crate) title: &'static str,
}
