//! QEMU copy-on-write images, versions 2 and 3, by QEMU's `docs/interop/qcow2.rst`.

mod entry;
mod header;
mod inflate;
mod layer;

pub use header::{Compression, Qcow2Facts};
pub(crate) use header::{Ext, Header};
pub(crate) use layer::{Place, Qcow2Layer, read};

/// The magic that starts every qcow2 file.
pub(crate) const MAGIC: u32 = 0x5146_49fb;
/// Bits 9 to 55 of an L1 or L2 entry: a host offset.
pub(crate) const OFFSET_MASK: u64 = 0x00ff_ffff_ffff_fe00;
/// Bit 63 of an L1 or L2 entry: the refcount is exactly one.
pub(crate) const COPIED: u64 = 1 << 63;
