//! Jobs. Source: DiDi Cloud, "Common response structures" and "Progress of asynchronous jobs
//! (JobResult)"; the keys that only the examples of custom images show are `resourceType`,
//! `status` and `uuid`.

use serde::Serialize;
use serde_json::Number;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the vendor's names")]
pub(crate) struct Job {
    pub(crate) done: bool,
    pub(crate) job_uuid: String,
    /// 0 to 100.
    pub(crate) progress: Number,
    /// While the job is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_uuid: Option<String>,
    /// Why it failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<String>,
    /// While the job is under way; `Processing` is the one word that was ever published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
    pub(crate) success: bool,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) uuid: String,
}
