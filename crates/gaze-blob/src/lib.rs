//! Where the bytes of images live: the store trait, its conformance suite and the local file store.
//!
//! A blob is an immutable run of bytes under a [`Key`]. It is written once, digested while it is
//! written, visible only when it is whole and durable, and read by ranges. This crate knows no
//! image, tenant or request.

mod background;
mod digest;
mod error;
mod flow;
mod fs;
mod hashing;
mod key;
mod reader;
mod store;
#[cfg(feature = "suite")]
pub mod suite;
mod zeros;

pub use digest::{Digest, DigestSet, Digests, Md5, ParseDigestError, Sha256, Sha512};
pub use error::{BlobError, BlobErrorKind};
pub use flow::{InFlight, MAX_IN_FLIGHT_BYTES};
pub use fs::{FsStore, Leftover, MARKER_FILE, Swept};
pub use hashing::Hashing;
pub use key::{InvalidKey, Key, MAX_KEY_BYTES, MAX_SEGMENT_BYTES};
pub use reader::{READ_CHUNK_BYTES, Reader};
pub use store::{
    BoxFuture, Capabilities, Capacity, Description, Entry, MAX_BLOB_BYTES, Meta, Store, Stored,
    WriteOptions, Writer,
};
