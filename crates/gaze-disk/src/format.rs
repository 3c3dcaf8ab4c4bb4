//! The disk-image formats we know and how their first bytes tell them apart.

use std::fmt;
use std::str::FromStr;

/// A disk-image format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// The bytes of the disk as they are.
    Raw,
    /// QEMU copy-on-write version 2 or 3.
    Qcow2,
    /// VMware virtual disk.
    Vmdk,
    /// Microsoft virtual hard disk (Virtual PC), fixed or dynamic.
    Vhd,
    /// Microsoft virtual hard disk version 2 (Hyper-V).
    Vhdx,
    /// VirtualBox disk image.
    Vdi,
    /// ISO 9660 optical disc.
    Iso,
}

/// How many leading bytes [`identify`] can make use of; more do not change its answer.
pub const IDENTIFY_BYTES: usize = ISO_MAGIC_OFFSET + ISO_MAGIC.len();
/// Length of the footer that ends every VHD, and all that [`identify_with_tail`] needs of the tail.
pub const VHD_FOOTER_BYTES: usize = 512;

const ISO_MAGIC_OFFSET: usize = 32_769;
const ISO_MAGIC: &[u8] = b"CD001";
const VDI_SIGNATURE_OFFSET: usize = 0x40;
const VDI_SIGNATURE: &[u8] = &[0x7f, 0x10, 0xda, 0xbe];

/// Whether the ISO 9660 volume-descriptor magic is present (ECMA-119, section 8.1).
pub(crate) fn has_iso_magic(head: &[u8]) -> bool {
    head.get(ISO_MAGIC_OFFSET..)
        .is_some_and(|at| at.starts_with(ISO_MAGIC))
}

/// The format that the first bytes alone announce, ISO 9660 left aside.
pub(crate) fn leading_magic(head: &[u8]) -> Option<Format> {
    const MAGICS: [(&[u8], Format); 6] = [
        (b"QFI\xfb", Format::Qcow2),
        (b"KDMV", Format::Vmdk),
        (b"COWD", Format::Vmdk),
        (b"# Disk DescriptorFile", Format::Vmdk),
        (b"conectix", Format::Vhd),
        (b"vhdxfile", Format::Vhdx),
    ];
    if let Some((_, format)) = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(*format);
    }
    let vdi = head
        .get(VDI_SIGNATURE_OFFSET..)
        .is_some_and(|at| at.starts_with(VDI_SIGNATURE));
    vdi.then_some(Format::Vdi)
}

/// The format that the content's own magic announces; [`Format::Raw`] when nothing matches.
///
/// `head` is the start of the file, at best [`IDENTIFY_BYTES`] of it. A fixed VHD has no header:
/// for it use [`identify_with_tail`].
pub fn identify(head: &[u8]) -> Format {
    match leading_magic(head) {
        Some(format) => format,
        None if has_iso_magic(head) => Format::Iso,
        None => Format::Raw,
    }
}

/// As [`identify`], and also knows a fixed VHD by the footer in the last [`VHD_FOOTER_BYTES`].
///
/// A footer counts only when its checksum holds and its size agrees with `total_len`, the length
/// of the whole file in bytes, so that a raw disk is not misread for one stray word.
pub fn identify_with_tail(head: &[u8], tail: &[u8], total_len: u64) -> Format {
    match identify(head) {
        Format::Raw if crate::inspect::is_fixed_vhd(tail, total_len) => Format::Vhd,
        format => format,
    }
}

impl Format {
    /// Every format, in declaration order.
    pub const ALL: [Self; 7] = [
        Self::Raw,
        Self::Qcow2,
        Self::Vmdk,
        Self::Vhd,
        Self::Vhdx,
        Self::Vdi,
        Self::Iso,
    ];

    /// The lower-case name; [`Format::from_str`] is its inverse.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Qcow2 => "qcow2",
            Self::Vmdk => "vmdk",
            Self::Vhd => "vhd",
            Self::Vhdx => "vhdx",
            Self::Vdi => "vdi",
            Self::Iso => "iso",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The name is not one of [`Format::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a disk format we know")]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    /// Accepts the names of [`Format::as_str`] exactly; vendors' spellings are translated outside.
    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: usize, magic: &[u8]) -> Vec<u8> {
        let mut head = vec![0; offset];
        head.extend_from_slice(magic);
        head
    }

    #[test]
    fn magic_decides_the_format() {
        fn check(head: &[u8], expected: Format) {
            assert_eq!(identify(head), expected);
        }
        check(b"", Format::Raw);
        check(b"QFI\xfb\0\0\0\x03", Format::Qcow2);
        check(b"QFI", Format::Raw);
        check(b"KDMV\x01\0\0\0", Format::Vmdk);
        check(b"# Disk DescriptorFile\nversion=1", Format::Vmdk);
        check(b"conectix", Format::Vhd);
        check(b"vhdxfile", Format::Vhdx);
        check(&at(0x40, &[0x7f, 0x10, 0xda, 0xbe]), Format::Vdi);
        check(&at(32_769, b"CD001"), Format::Iso);
        check(&at(32_768, b"CD001"), Format::Raw);
        check(&at(510, &[0x55, 0xaa]), Format::Raw);
    }

    #[test]
    fn names_go_there_and_back() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
        assert_eq!(
            "QCOW2".parse::<Format>(),
            Err(UnknownFormat("QCOW2".into()))
        );
    }
}
