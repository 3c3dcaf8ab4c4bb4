//! Long work.

use serde::Serialize;
use utoipa::ToSchema;

use super::value::{ImageRef, InstanceRef, JobRef, ProjectRef, Time, WorkKindWord, WorkStateWord};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Job {
    pub(crate) id: JobRef,
    pub(crate) kind: WorkKindWord,
    pub(crate) state: WorkStateWord,
    pub(crate) image: Option<ImageRef>,
    /// The instance that it changes.
    pub(crate) instance: Option<InstanceRef>,
    pub(crate) owner: ProjectRef,
    /// Bytes done.
    pub(crate) done: u64,
    /// Bytes in all; null while it is not known.
    pub(crate) total: Option<u64>,
    /// 0 to 100.
    pub(crate) percent: f64,
    /// What it does now, for people.
    pub(crate) stage: String,
    /// Why it failed.
    pub(crate) failure: Option<JobFailure>,
    pub(crate) created_at: Time,
    pub(crate) started_at: Option<Time>,
    pub(crate) finished_at: Option<Time>,
}

/// A problem that ended a job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobFailure {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
}
