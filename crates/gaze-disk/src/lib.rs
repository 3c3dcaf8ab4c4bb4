//! Disk-image formats: identify, inspect, refuse, read through backing chains, and convert.
//!
//! The crate is synchronous and knows no catalogue, tenant or request. Every number read from a
//! file is untrusted and meets a named limit before it is used. No file that another file names is
//! opened except through the caller's [`Opener`].

mod bootdisk;
mod bytes;
mod chain;
mod disk;
mod error;
mod format;
pub mod fuzz;
mod inspect;
mod qcow2;
mod refusal;
mod source;
mod write;

pub use bootdisk::{AtEnd, boot_sector, boot_sector_disk};
pub use chain::{BackingFormat, MAX_CHAIN, OpenError, Opener};
pub use disk::{Disk, Link};
pub use error::DiskError;
pub use format::{
    Format, IDENTIFY_BYTES, UnknownFormat, VHD_FOOTER_BYTES, identify, identify_with_tail,
};
pub use inspect::{
    Facts, HEAD_LIMIT, Inspection, Inspector, MAX_VHDX_METADATA, TAIL_LIMIT, VdiKind, VhdKind,
    VmdkKind,
};
pub use qcow2::{Compression, Qcow2Facts};
pub use refusal::{MAX_VIRTUAL_SIZE, Refusal};
pub use source::{Extent, ExtentKind, FileSource, MemorySource, Source};
pub use write::{FileSink, Qcow2Plan, Sink, create_overlay, create_overlay_with, write_raw};
