//! The one error of this crate: what was being done, to which blob, and why it failed.

use std::error::Error;
use std::fmt;
use std::io;

use crate::key::Key;

/// Why an operation failed, as far as a caller may act on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlobErrorKind {
    /// No blob is stored under the key.
    NotFound,
    /// A blob is stored under the key already, or the key is a folder of a stored key, or a
    /// stored key is a folder of it.
    AlreadyExists,
    /// The store, or the quota it is under, has no room left for the bytes or for a name.
    NoSpace,
    /// The store itself cannot be reached or is not the one that was asked for, so nothing can be
    /// said about the blob. Worth trying again later.
    Unavailable,
    /// A text is not a valid [`Key`].
    InvalidKey,
    /// A range starts after the end of the blob, or ends before it starts.
    InvalidRange,
    /// A blob got more or fewer bytes than were announced, or more than [`crate::MAX_BLOB_BYTES`].
    WrongLength,
    /// An earlier call on the same writer was dropped before it ended, so bytes may be missing.
    Interrupted,
    /// The store failed in any other way; the source says how.
    Io,
}

impl fmt::Display for BlobErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "no such blob",
            Self::AlreadyExists => "the key is taken",
            Self::NoSpace => "no space is left",
            Self::Unavailable => "the store is not available",
            Self::InvalidKey => "the key is not valid",
            Self::InvalidRange => "the range is not valid",
            Self::WrongLength => "the length is wrong",
            Self::Interrupted => "an earlier call was interrupted",
            Self::Io => "the store failed",
        })
    }
}

/// A failed operation on a store. `Display` names the operation, the key and the kind, and never
/// repeats the source.
#[derive(Debug)]
pub struct BlobError {
    kind: BlobErrorKind,
    op: &'static str,
    key: Option<Key>,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl BlobError {
    /// An error of `kind` while doing `op` (a few words, such as "write a blob").
    pub fn new(kind: BlobErrorKind, op: &'static str) -> Self {
        Self {
            kind,
            op,
            key: None,
            source: None,
        }
    }

    /// The same error, said of the blob `key`.
    #[must_use]
    pub fn of(mut self, key: &Key) -> Self {
        self.key = Some(key.clone());
        self
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// An error of the operating system while doing `op`: [`BlobErrorKind::NoSpace`] if the device
    /// or a quota is full (ENOSPC, EDQUOT), else [`BlobErrorKind::Io`].
    pub(crate) fn io(op: &'static str, source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => BlobErrorKind::NoSpace,
            _ => BlobErrorKind::Io,
        };
        Self::new(kind, op).because(source)
    }

    /// Why it failed.
    pub fn kind(&self) -> BlobErrorKind {
        self.kind
    }

    /// What was being done, in a few words.
    pub fn op(&self) -> &'static str {
        self.op
    }

    /// The blob it was done to, if it was done to one.
    pub fn key(&self) -> Option<&Key> {
        self.key.as_ref()
    }
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}", self.op)?;
        if let Some(key) = &self.key {
            write!(f, " {key}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl Error for BlobError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_device_and_a_full_quota_are_no_space() {
        for errno in [rustix::io::Errno::NOSPC, rustix::io::Errno::DQUOT] {
            let error = BlobError::io("write the blob", errno.into());
            assert_eq!(error.kind(), BlobErrorKind::NoSpace);
        }
        let error = BlobError::io("write the blob", rustix::io::Errno::IO.into());
        assert_eq!(error.kind(), BlobErrorKind::Io);
    }

    #[test]
    fn display_names_operation_and_key_and_not_the_source() {
        let key = Key::parse("images/a").unwrap();
        let error = BlobError::io("write the blob", io::Error::other("inner words")).of(&key);
        assert_eq!(
            error.to_string(),
            "could not write the blob images/a: the store failed"
        );
        assert_eq!(error.source().unwrap().to_string(), "inner words");
    }
}
