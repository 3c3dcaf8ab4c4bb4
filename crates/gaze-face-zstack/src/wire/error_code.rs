//! ZStack's ErrorCode object.

use serde::Serialize;

/// What failed. `code` is stable; `description` is the fixed text of the code; `details` says
/// what was wrong this time; `cause` is the failure behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ErrorCode {
    pub(crate) code: &'static str,
    pub(crate) description: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<Box<ErrorCode>>,
}
