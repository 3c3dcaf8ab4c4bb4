//! Refusals (RFC 9457, "Problem Details for HTTP APIs").

use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was not done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Address of the kind of problem, `/gaze/v1/problems/{name}`. Programs decide by it.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The kind of problem, for people.
    pub(crate) title: &'static str,
    /// The status of the response.
    pub(crate) status: u16,
    /// This very problem, for people.
    pub(crate) detail: String,
    /// The field or parameter that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// What may help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
    /// By which the operator finds the request in the log.
    pub(crate) request_id: String,
}

/// A kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ProblemKind {
    /// Last part of the problem's `type`.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) status: u16,
    /// When it is answered.
    pub(crate) meaning: &'static str,
}
