//! Writing images, strictly from their first byte to their last.

mod overlay;
mod plan;
mod raw;
mod sink;

pub use overlay::{create_overlay, create_overlay_with};
pub use plan::Qcow2Plan;
pub use raw::write_raw;
pub use sink::{FileSink, Sink};

/// Bytes handed to a sink at once.
pub(crate) const CHUNK: u64 = 1 << 20;
