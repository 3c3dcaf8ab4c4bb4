//! What exports are asked for with, and shown as.

use gaze_domain::{DiskFormat, Export, ExportId, ImageId, JobId, StoreId};

pub use crate::images::Capability;

/// An export to be.
#[derive(Clone, Debug)]
pub struct NewExport {
    pub image: ImageId,
    /// The store whose copy is exported; by default the first that can be used.
    pub store: Option<StoreId>,
    /// By default the format that the image is stored in.
    pub format: Option<DiskFormat>,
    /// The id that the job is to have, if one is needed.
    pub job: Option<JobId>,
    /// What the address is to begin with where somebody is told who did not ask again; kept with
    /// the job.
    pub origin: Option<String>,
}

/// Which exports of an image are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportChoice {
    One(ExportId),
    /// All of its exports from that store.
    From(StoreId),
}

/// An export as its owner is shown it.
#[derive(Clone, Debug)]
pub struct Exported {
    pub export: Export,
    /// A name for the file: letters, digits, `.`, `_` and `-`.
    pub file_name: String,
    /// With it, anybody can read the export once it is ready.
    pub capability: Capability,
}

/// An export, and the job that makes it unless it is ready.
#[derive(Clone, Debug)]
pub struct StartedExport {
    pub exported: Exported,
    pub job: Option<JobId>,
}

/// An export that somebody holds the address of, before any byte of it is read.
#[derive(Clone, Debug)]
pub struct Offer {
    pub export: Export,
    pub file_name: String,
    /// Key of the blob that is read.
    pub(crate) key: String,
}
