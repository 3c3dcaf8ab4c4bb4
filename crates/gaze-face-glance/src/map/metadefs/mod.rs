//! Metadata definitions.

mod document;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod shown;
