//! Exports: an image's bytes under an address that whoever holds it may read, without credentials.

use crate::error::{Error, Result};
use crate::{ByteCount, DiskFormat, ExportId, ImageId, JobId, StoreId, Timestamp};

/// Longest part of an image's name that becomes part of a file's name, in characters: with the
/// extension it fits every file system.
const MAX_STEM: usize = 100;

crate::words! {
    pub enum ExportState("export state") {
        /// The bytes are being converted; room is reserved.
        Writing = "writing",
        Ready = "ready",
        /// Nobody reads it any more; its bytes may still be there.
        Deleting = "deleting",
    }
}

/// An export: one image, from one store, in one format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub id: ExportId,
    pub image: ImageId,
    /// The store whose copy is exported, and that keeps what is converted.
    pub store: StoreId,
    pub format: DiskFormat,
    /// Key of the converted blob within the store. Without one, the image's own copy is served.
    pub key: Option<String>,
    /// While writing: bytes reserved. When ready: bytes to be read.
    pub size: ByteCount,
    /// Lower-case hexadecimal digests of those bytes; present when ready.
    pub md5: Option<String>,
    pub sha256: Option<String>,
    pub state: ExportState,
    /// The job that converts, or has converted.
    pub job: Option<JobId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Export {
    /// Bytes that the export takes beside the image: charged to the image's owner, and taken from
    /// the store.
    pub fn extra(&self) -> u64 {
        if self.key.is_some() { self.size.0 } else { 0 }
    }
}

/// The format of an export of an image that is stored as `stored`. Disks are converted between raw
/// and qcow2; everything else is exported as it is. A disc's bytes are raw bytes already.
pub fn format(stored: DiskFormat, wanted: Option<DiskFormat>) -> Result<DiskFormat> {
    match (stored, wanted) {
        (stored, None) => Ok(stored),
        (stored, Some(wanted)) if stored == wanted => Ok(stored),
        (DiskFormat::Iso, Some(DiskFormat::Raw)) => Ok(DiskFormat::Iso),
        (DiskFormat::Raw | DiskFormat::Qcow2, Some(DiskFormat::Raw | DiskFormat::Qcow2)) => {
            Ok(wanted.unwrap_or(stored))
        }
        (stored, Some(wanted)) => Err(Error::invalid(
            "format",
            format!("an image of format {stored} cannot be exported as {wanted}"),
        )),
    }
}

/// A name for the exported file that no file system or header has to escape: letters, digits,
/// dots, underscores and hyphens of the image's name, and the format as extension.
pub fn file_name(image: &str, format: DiskFormat) -> String {
    let extension = format!(".{format}");
    let stem = image.strip_suffix(&extension).unwrap_or(image);
    let mut safe = String::with_capacity(stem.len());
    for c in stem.chars().take(MAX_STEM) {
        let plain = c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        safe.push(if plain { c } else { '_' });
    }
    let safe = safe.trim_matches(['.', '_', '-']);
    let safe = if safe.is_empty() { "image" } else { safe };
    format!("{safe}{extension}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn disks_are_converted_and_everything_else_is_exported_as_it_is() {
        use DiskFormat::{Iso, Qcow2, Raw, Vhd, Vmdk};
        let check = |stored, wanted, expected: Option<DiskFormat>| {
            assert_eq!(
                format(stored, wanted).ok(),
                expected,
                "{stored} as {wanted:?}"
            );
        };
        check(Qcow2, None, Some(Qcow2));
        check(Qcow2, Some(Qcow2), Some(Qcow2));
        check(Qcow2, Some(Raw), Some(Raw));
        check(Raw, Some(Qcow2), Some(Qcow2));
        check(Raw, None, Some(Raw));
        check(Iso, None, Some(Iso));
        check(Iso, Some(Raw), Some(Iso));
        check(Iso, Some(Qcow2), None);
        check(Vmdk, None, Some(Vmdk));
        check(Vmdk, Some(Raw), None);
        check(Vhd, Some(Qcow2), None);
        check(Qcow2, Some(Vmdk), None);
        check(Raw, Some(Iso), None);
    }

    #[test]
    fn a_file_s_name_tells_the_image_and_the_format() {
        let check = |image: &str, expected: &str| {
            assert_eq!(file_name(image, DiskFormat::Qcow2), expected, "{image:?}");
        };
        check("web", "web.qcow2");
        check("web.qcow2", "web.qcow2");
        check("CentOS 7.9", "CentOS_7.9.qcow2");
        check("", "image.qcow2");
        check("../../etc/passwd", "etc_passwd.qcow2");
        check("a\"; filename=b\r\nX: y", "a___filename_b__X__y.qcow2");
        check("\u{955c}\u{50cf}", "image.qcow2");
    }

    proptest! {
        #[test]
        fn a_file_s_name_never_needs_to_be_escaped(image in ".{0,300}") {
            let name = file_name(&image, DiskFormat::Raw);
            let stem = name.strip_suffix(".raw").unwrap();
            prop_assert!(!stem.is_empty() && stem.len() <= MAX_STEM && !stem.starts_with('.'));
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
            prop_assert!(name.chars().all(plain), "{}", name);
        }
    }
}
