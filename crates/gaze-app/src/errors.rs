//! Errors of the crates below into the domain's one error, each saying what was being done.

use std::io::ErrorKind;

use gaze_blob::{BlobError, BlobErrorKind};
use gaze_compute::ComputeError;
use gaze_domain::{ByteCount, Error, Location, Noun, PoolId, StoreId, VolumeId};

pub(crate) use gaze_domain::with_causes;

/// A failed operation on a store.
pub(crate) fn blob(store: StoreId, error: BlobError) -> Error {
    match error.kind() {
        BlobErrorKind::NoSpace => Error::NoSpace {
            store,
            requested: ByteCount(1),
        },
        BlobErrorKind::Unavailable => Error::Unreachable {
            noun: Noun::Store,
            id: store.hex(),
            reason: with_causes(&error),
        },
        BlobErrorKind::NotFound
        | BlobErrorKind::AlreadyExists
        | BlobErrorKind::InvalidKey
        | BlobErrorKind::InvalidRange
        | BlobErrorKind::WrongLength
        | BlobErrorKind::Interrupted
        | BlobErrorKind::Io => Error::internal(format!("working on store {store}"), error),
    }
}

/// What nobody but an operator can repair: told in the log, too.
pub(crate) fn damaged(copy: &Location, found: &str) -> Error {
    tracing::error!(image = %copy.image, store = %copy.store, key = %copy.key, found, "a copy is damaged");
    Error::WrongState {
        noun: Noun::Location,
        id: copy.id.hex(),
        state: "damaged".into(),
        needed: format!("the copy in store {} {found}", copy.store),
    }
}

/// A volume's file that could not be reached. Paths are told to nobody but the log.
pub(crate) fn volume(id: VolumeId, error: ComputeError) -> Error {
    match error {
        ComputeError::InUse { .. } => Error::InUse {
            noun: Noun::Volume,
            id: id.hex(),
            reason: "a running virtual machine is writing to it".into(),
        },
        ComputeError::NotFound { .. } => Error::Unreachable {
            noun: Noun::Volume,
            id: id.hex(),
            reason: "its file does not exist".into(),
        },
        ComputeError::OutsideAllowedFolders { .. } => Error::Unreachable {
            noun: Noun::Volume,
            id: id.hex(),
            reason: "a file that it consists of is outside the folders that may be read".into(),
        },
        ComputeError::NotARegularFile { .. } => Error::Unreachable {
            noun: Noun::Volume,
            id: id.hex(),
            reason: "its path is not a regular file".into(),
        },
        error @ ComputeError::Io { .. } => Error::internal(format!("reading volume {id}"), error),
    }
}

/// A pool's folder in which a file could not be made. Paths are told to nobody but the log.
pub(crate) fn pool(id: PoolId, error: ComputeError) -> Error {
    let unreachable = |reason: &str| Error::Unreachable {
        noun: Noun::Pool,
        id: id.hex(),
        reason: reason.into(),
    };
    match error {
        ComputeError::NotFound { .. } => unreachable("its folder does not exist"),
        ComputeError::OutsideAllowedFolders { .. } => unreachable(
            "this service may not write into its folder; compute.write_dirs names where it may",
        ),
        ComputeError::Io { source, .. } if source.kind() == ErrorKind::StorageFull => {
            unreachable("it has no room left")
        }
        error @ (ComputeError::Io { .. }
        | ComputeError::InUse { .. }
        | ComputeError::NotARegularFile { .. }) => {
            Error::internal(format!("writing into pool {id}"), error)
        }
    }
}

/// A path that an administrator named.
pub(crate) fn path(field: &str, error: ComputeError) -> Error {
    match error {
        error @ (ComputeError::NotFound { .. } | ComputeError::NotARegularFile { .. }) => {
            Error::invalid(field, error.to_string())
        }
        ComputeError::OutsideAllowedFolders { path } => Error::invalid(
            field,
            format!(
                "{} is outside the folders that this service may read; compute.disk_dirs names them",
                path.display()
            ),
        ),
        ComputeError::InUse { path } => Error::InUse {
            noun: Noun::Volume,
            id: path.display().to_string(),
            reason: "a running virtual machine is writing to it".into(),
        },
        error @ ComputeError::Io { .. } => Error::internal("looking at a path", error),
    }
}
