//! Exports of images.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::value::{DiskFormatWord, ExportRef, ExportStateWord, ImageRef, JobRef, StoreRef, Time};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Export {
    pub(crate) id: ExportRef,
    pub(crate) image: ImageRef,
    pub(crate) store: StoreRef,
    pub(crate) format: DiskFormatWord,
    pub(crate) state: ExportStateWord,
    /// Bytes to be downloaded; while it is written, bytes reserved.
    pub(crate) size: u64,
    pub(crate) md5: Option<String>,
    pub(crate) sha256: Option<String>,
    pub(crate) file_name: String,
    /// Whoever has it can download the export without credentials; null until it is ready.
    pub(crate) url: Option<String>,
    pub(crate) job: Option<JobRef>,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewExport {
    /// By default the format that the image is stored in. Disks are converted between raw and
    /// qcow2.
    #[serde(default)]
    pub(crate) format: Option<DiskFormatWord>,
    /// Whose copy is exported; by default the first that can be used.
    #[serde(default)]
    pub(crate) store: Option<StoreRef>,
}

/// An export, and the job that makes it unless it is ready.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StartedExport {
    pub(crate) export: Export,
    pub(crate) job: Option<JobRef>,
}
