//! Why an image is refused, in words for the person who sent it.

use crate::format::Format;

/// Largest virtual disk that is accepted, in bytes: 64 TiB, above any disk the vendors offer.
pub const MAX_VIRTUAL_SIZE: u64 = 64 << 40;

/// Why the bytes are not accepted as an image. The text is meant for people and names no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The image depends on a parent: a qcow2 backing file, a VMDK parent, a differencing disk.
    #[error(
        "this {format} image depends on another file (a backing or parent disk); send a flattened image"
    )]
    Parent {
        /// Format of the image.
        format: Format,
    },
    /// The guest data lives in another file (qcow2 external data file, VMDK flat or split extents).
    #[error("this {format} image keeps its data in another file; send an image that is one file")]
    ExternalData {
        /// Format of the image.
        format: Format,
    },
    /// The content is encrypted and could not be read without a key.
    #[error("this {format} image is encrypted; send it decrypted")]
    Encrypted {
        /// Format of the image.
        format: Format,
    },
    /// The header demands features that we do not know.
    #[error("this {format} image needs features that are not known here (bits {bits:#x})")]
    UnknownFeatures {
        /// Format of the image.
        format: Format,
        /// The unknown bits.
        bits: u64,
    },
    /// A version or variant that we do not read.
    #[error("this {format} image is of a kind that is not supported: {what}")]
    Unsupported {
        /// Format of the image.
        format: Format,
        /// The version or variant.
        what: String,
    },
    /// The image was not closed cleanly.
    #[error(
        "this {format} image was not closed cleanly; shut its virtual machine down and repair it first"
    )]
    Dirty {
        /// Format of the image.
        format: Format,
    },
    /// The image is marked corrupt by the program that last wrote it.
    #[error("this {format} image is marked as corrupt")]
    Corrupt {
        /// Format of the image.
        format: Format,
    },
    /// The stream ended before the structures that its header announces.
    #[error(
        "this {format} image is cut short: its {what} should reach {needed} bytes, but there are {have}"
    )]
    Truncated {
        /// Format of the image.
        format: Format,
        /// The structure that is cut.
        what: &'static str,
        /// Bytes that the file should have at least.
        needed: u64,
        /// Bytes that it has.
        have: u64,
    },
    /// The virtual disk is larger than [`MAX_VIRTUAL_SIZE`].
    #[error(
        "this {format} image describes a disk of {virtual_size} bytes; at most {MAX_VIRTUAL_SIZE} are accepted"
    )]
    TooLarge {
        /// Format of the image.
        format: Format,
        /// Size that the header announces, in bytes.
        virtual_size: u64,
    },
    /// A header field contradicts the format's specification.
    #[error("this {format} image has an invalid header: {what}")]
    Malformed {
        /// Format of the image.
        format: Format,
        /// The field and what is wrong with it.
        what: &'static str,
    },
    /// The bytes are valid beginnings of two formats at once.
    #[error("this image claims to be {first} and {second} at once")]
    Ambiguous {
        /// Format by the leading magic.
        first: Format,
        /// Format by the other magic.
        second: Format,
    },
}

impl Refusal {
    /// Refuses `virtual_size` above [`MAX_VIRTUAL_SIZE`].
    pub(crate) fn check_size(format: Format, virtual_size: u64) -> Result<(), Self> {
        if virtual_size > MAX_VIRTUAL_SIZE {
            return Err(Self::TooLarge {
                format,
                virtual_size,
            });
        }
        Ok(())
    }

    /// Refuses a structure at `offset..offset + len` that does not lie in a file of `have` bytes.
    pub(crate) fn check_inside(
        format: Format,
        what: &'static str,
        offset: u64,
        len: u64,
        have: u64,
    ) -> Result<(), Self> {
        match offset.checked_add(len) {
            Some(end) if end <= have => Ok(()),
            Some(needed) => Err(Self::Truncated {
                format,
                what,
                needed,
                have,
            }),
            None => Err(Self::Malformed {
                format,
                what: "an offset is beyond any file",
            }),
        }
    }
}
