//! The one error of this crate.

use std::io;
use std::path::{Path, PathBuf};

/// Why a disk could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum ComputeError {
    /// Nothing is at the path, inside an allowed folder.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The path leads, by itself or through a symbolic link, to a place outside the allowed
    /// folders. Whether anything is there is not told.
    #[error("{} is outside the allowed folders", path.display())]
    OutsideAllowedFolders {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// Another process is writing to the disk, or does not share it: a virtual machine that runs.
    #[error("{} is in use", path.display())]
    InUse {
        /// The path of the disk.
        path: PathBuf,
    },
    /// The path leads to a folder, a device, a pipe or a socket.
    #[error("{} is not a regular file", path.display())]
    NotARegularFile {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("could not {doing} {}", path.display())]
    Io {
        /// What was being done, in a few words.
        doing: &'static str,
        /// The path it was done to.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl ComputeError {
    pub(crate) fn io(doing: &'static str, path: &Path, source: impl Into<io::Error>) -> Self {
        Self::Io {
            doing,
            path: path.to_owned(),
            source: source.into(),
        }
    }
}
