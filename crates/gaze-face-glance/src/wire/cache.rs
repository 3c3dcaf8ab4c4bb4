//! Images in the cache, and those that are to come there.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Cache {
    pub(crate) cached_images: Vec<Cached>,
    /// Ids.
    pub(crate) queued_images: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Cached {
    pub(crate) image_id: String,
    /// Downloads are not counted.
    pub(crate) hits: u64,
    /// Seconds since 1970.
    pub(crate) last_accessed: f64,
    pub(crate) last_modified: f64,
    pub(crate) size: u64,
}
