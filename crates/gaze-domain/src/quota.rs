//! What a project may use up.

crate::words! {
    /// A limit that is kept per project.
    pub enum Quota("quota") {
        /// Images that the project owns, in any state but purged.
        ImageCount = "image-count",
        /// Bytes of image data that the project owns.
        ImageBytes = "image-bytes",
    }
}

/// Limits of a new project, as in a fresh ZStack: 20 images and 10 TiB. The administrator's
/// own project has none.
pub const DEFAULT_IMAGE_COUNT: u64 = 20;
pub const DEFAULT_IMAGE_BYTES: u64 = 10 << 40;

/// What of a project's use is not yet an image that machines start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arriving {
    /// Images whose bytes are on their way, or staged.
    pub images: u64,
    /// Bytes that are staged.
    pub staged_bytes: u64,
}

/// Limits and present use of one project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub image_count: u64,
    pub image_bytes: u64,
    pub max_image_count: Option<u64>,
    pub max_image_bytes: Option<u64>,
}
