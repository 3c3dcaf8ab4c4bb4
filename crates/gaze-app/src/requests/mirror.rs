//! Images of other services.

use gaze_domain::{Image, Result};

/// An image of another service, which is to become one of this.
pub struct Mirror {
    /// Where it is, or why that is not known: then the job fails with that.
    pub original: Result<Original>,
    /// Reads what the other service says of it.
    pub read: fn(&[u8]) -> Result<Described>,
}

impl std::fmt::Debug for Mirror {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mirror")
            .field("original", &self.original)
            .finish_non_exhaustive()
    }
}

/// Where an image of another service is, and how it is asked for.
pub struct Original {
    /// The address of what is said of it.
    pub document: String,
    /// The address of its bytes.
    pub data: String,
    /// A header's name in lower case and its value, which is a secret.
    pub header: (&'static str, String),
}

impl std::fmt::Debug for Original {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Original")
            .field("document", &self.document)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

/// A change of an image, which may be made more than once.
pub type Edit = Box<dyn Fn(&mut Image) -> Result<()> + Send + Sync>;

/// What another service says of an image.
pub struct Described {
    /// Bytes of its file.
    pub size: u64,
    /// Says the same of an image here; may be done twice.
    pub edit: Edit,
}

impl std::fmt::Debug for Described {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Described")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
