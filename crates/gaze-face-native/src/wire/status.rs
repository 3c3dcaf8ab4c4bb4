//! The state of the service.

use serde::Serialize;
use utoipa::ToSchema;

use super::store::Store;
use super::value::Time;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceStatus {
    pub(crate) version: String,
    pub(crate) started_at: Time,
    pub(crate) uptime_seconds: u64,
    /// Images that the caller may see, deleted ones left out.
    pub(crate) images: u64,
    /// Unfinished jobs that the caller may see, up to 500.
    pub(crate) unfinished_jobs: usize,
    pub(crate) stores: Vec<Store>,
}
