//! Backing chains: from the active file to its oldest ancestor, every file through the caller's
//! gate.

use std::error::Error;
use std::fmt;
use std::fs::File;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::error::DiskError;
use crate::format::{Format, IDENTIFY_BYTES, identify};
use crate::qcow2::Qcow2Layer;
use crate::source::{FileSource, Source};

/// Most files in one chain.
pub const MAX_CHAIN: usize = 64;

/// The gate through which every file of a chain is opened. The caller checks folders and locks
/// there.
pub trait Opener {
    /// Opens a file for reading, or says why not.
    ///
    /// # Errors
    /// When the file may not or cannot be opened.
    fn open(&self, path: &Path) -> Result<File, OpenError>;
}

/// Why the gate did not open a file.
#[derive(Debug)]
pub struct OpenError(String);

impl OpenError {
    /// An error with a reason for people.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for OpenError {}

/// What to do when an overlay does not record its backing file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackingFormat {
    /// Refuse: the guest of a raw image can write a header that makes it look like another format.
    Recorded,
    /// Look at the backing file's head. Only for disks that an operator vouches for.
    Probe,
}

/// One file's part in a disk.
#[derive(Debug)]
pub(crate) enum Layer {
    Raw {
        source: Box<dyn Source>,
        path: PathBuf,
    },
    Qcow2(Box<Qcow2Layer>),
}

impl Layer {
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Raw { source, .. } => source.len(),
            Self::Qcow2(layer) => layer.header().virtual_size,
        }
    }
}

/// A layer, and what an operator may know of it.
pub(crate) struct Opened {
    pub(crate) layer: Layer,
    pub(crate) path: PathBuf,
    pub(crate) format: Format,
    pub(crate) allocated_bytes: u64,
    /// Device and inode: the same file under another name is still the same.
    identity: (u64, u64),
}

/// Opens the whole chain, the active file first.
pub(crate) fn open_chain(
    opener: &dyn Opener,
    path: &Path,
    format: Format,
    policy: BackingFormat,
) -> Result<Vec<Opened>, DiskError> {
    let mut chain: Vec<Opened> = Vec::new();
    let mut next = Some((path.to_owned(), Some(format)));
    while let Some((path, format)) = next {
        if chain.len() == MAX_CHAIN {
            return Err(DiskError::ChainTooLong { path });
        }
        let opened = open_one(opener, &path, format)?;
        if chain.iter().any(|above| above.identity == opened.identity) {
            return Err(DiskError::ChainLoop { path });
        }
        next = backing(&opened.layer, &path, policy)?;
        chain.push(opened);
    }
    Ok(chain)
}

fn open_one(opener: &dyn Opener, path: &Path, format: Option<Format>) -> Result<Opened, DiskError> {
    let file = opener.open(path).map_err(|source| DiskError::Open {
        path: path.to_owned(),
        source,
    })?;
    let extents = |source| DiskError::Extents {
        path: path.to_owned(),
        offset: 0,
        source,
    };
    let metadata = file.metadata().map_err(extents)?;
    let identity = (metadata.dev(), metadata.ino());
    // POSIX counts `st_blocks` in units of 512 bytes.
    let allocated_bytes = metadata.blocks().saturating_mul(512);
    let source: Box<dyn Source> = Box::new(FileSource::new(file).map_err(extents)?);
    let format = match format {
        Some(format) => format,
        None => probe(source.as_ref(), path)?,
    };
    let layer = match format {
        Format::Raw => Layer::Raw {
            source,
            path: path.to_owned(),
        },
        Format::Qcow2 => Layer::Qcow2(Box::new(Qcow2Layer::open(source, path)?)),
        Format::Vmdk | Format::Vhd | Format::Vhdx | Format::Vdi | Format::Iso => {
            return Err(DiskError::Unreadable {
                path: path.to_owned(),
                format,
            });
        }
    };
    Ok(Opened {
        layer,
        path: path.to_owned(),
        format,
        allocated_bytes,
        identity,
    })
}

/// Qcow2 by its magic, raw otherwise, as QEMU itself would guess among the two.
fn probe(source: &dyn Source, path: &Path) -> Result<Format, DiskError> {
    let mut head = vec![0; IDENTIFY_BYTES.min(crate::bytes::index(source.len()))];
    crate::qcow2::read(source, path, &mut head, 0)?;
    match identify(&head) {
        Format::Iso => Ok(Format::Raw),
        format => Ok(format),
    }
}

type Next = Option<(PathBuf, Option<Format>)>;

/// The backing file that a layer names, resolved against the layer's own folder.
fn backing(layer: &Layer, path: &Path, policy: BackingFormat) -> Result<Next, DiskError> {
    let Layer::Qcow2(layer) = layer else {
        return Ok(None);
    };
    let Some(name) = layer.backing_name() else {
        return Ok(None);
    };
    let plain = plain_path(name).ok_or_else(|| DiskError::BackingName {
        path: path.to_owned(),
        name: String::from_utf8_lossy(name).into_owned(),
    })?;
    let format = match (&layer.header().backing_format, policy) {
        (Some(name), _) => match name.as_str() {
            "raw" => Some(Format::Raw),
            "qcow2" => Some(Format::Qcow2),
            _ => {
                return Err(DiskError::BackingFormatUnknown {
                    path: path.to_owned(),
                    name: name.clone(),
                });
            }
        },
        (None, BackingFormat::Probe) => None,
        (None, BackingFormat::Recorded) => {
            return Err(DiskError::BackingFormatMissing {
                path: path.to_owned(),
            });
        }
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    Ok(Some((folder.join(plain), format)))
}

/// QEMU takes a name for a protocol (`nbd:`, `json:`, `http:`) if a colon comes before the first
/// slash; `file:` is a plain path behind a prefix.
fn plain_path(name: &[u8]) -> Option<&Path> {
    let name = name.strip_prefix(b"file:").unwrap_or(name);
    let first = name.iter().find(|byte| matches!(byte, b':' | b'/'));
    let plain = !name.is_empty() && !name.contains(&0) && first != Some(&b':');
    plain.then(|| Path::new(std::ffi::OsStr::from_bytes(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_are_followed() {
        for (name, plain) in [
            ("base.qcow2", true),
            ("../a/base.raw", true),
            ("/vms/a:b.raw", true),
            ("file:/vms/a.raw", true),
            ("json:{\"driver\":\"nbd\"}", false),
            ("nbd:localhost:10809", false),
            ("rbd:pool/image", false),
            ("http://h/a", false),
            ("a\0b", false),
            ("", false),
        ] {
            assert_eq!(plain_path(name.as_bytes()).is_some(), plain, "{name}");
        }
    }
}
