//! What a store is. Each sentence of these contracts is tested by the conformance suite.

use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;

use bytes::Bytes;

use crate::digest::{DigestSet, Digests};
use crate::error::BlobError;
use crate::key::Key;
use crate::reader::Reader;

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Most bytes in one blob: 64 TiB, above the largest disk of every format served.
pub const MAX_BLOB_BYTES: u64 = 1 << 46;

/// What is known of a blob before it is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct WriteOptions {
    /// The exact number of bytes that will be written, if it is known.
    pub expected_len: Option<u64>,
    /// Which digests to compute while writing.
    pub digests: DigestSet,
}

/// A blob that has been written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Length in bytes, zeros included.
    pub size: u64,
    /// Bytes the store had allocated for it when it was finished; less than `size` where there are
    /// holes.
    pub allocated: u64,
    /// The digests that were asked for, of all `size` bytes.
    pub digests: Digests,
}

/// What a store knows of a blob without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Length in bytes.
    pub size: u64,
    /// Bytes allocated for it now.
    pub allocated: u64,
}

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key of the blob.
    pub key: Key,
    /// Its length in bytes.
    pub size: u64,
}

/// What a kind of store can do beyond the contract, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Zeros take no room: `allocated` of a blob of zeros is far below its `size`.
    pub sparse: bool,
    /// [`Store::local_file`] answers with paths.
    pub local_files: bool,
    /// [`Store::copy`] moves no bytes through this process.
    pub copies_by_itself: bool,
}

/// Room in a store, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// All of it.
    pub total: u64,
    /// What this process may still write.
    pub available: u64,
}

/// What a store says of itself to an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The kind of back end, one word.
    pub kind: &'static str,
    /// Where it is, for people; holds no secret.
    pub location: String,
    /// How large it is, where the back end can tell.
    pub capacity: Option<Capacity>,
}

/// Keeps blobs. A blob is immutable: it is written once and then read, copied or deleted.
///
/// No stored key is a folder of another: while `a` is stored, `a/b` cannot be written, nor the
/// other way round.
pub trait Store: Send + Sync + fmt::Debug {
    /// Begins to write the blob `key`.
    ///
    /// Nothing is visible under `key` until [`Writer::finish`] has succeeded. Fails with
    /// `AlreadyExists` if the key is stored now (other ways of being taken may be told by
    /// [`Writer::finish`] only), and with `WrongLength` if the announced length is above
    /// [`MAX_BLOB_BYTES`].
    fn writer<'a>(
        &'a self,
        key: &'a Key,
        options: WriteOptions,
    ) -> BoxFuture<'a, Result<Box<dyn Writer>, BlobError>>;

    /// Opens a blob for reading: the bytes of `range`, or all of it.
    ///
    /// An end past the blob's end is taken as the blob's end. An empty range, also one at the very
    /// end, yields no bytes. A range that starts after the end of the blob, or ends before it
    /// starts, fails with `InvalidRange`. Fails with `NotFound` if nothing is stored under `key`.
    fn get<'a>(
        &'a self,
        key: &'a Key,
        range: Option<Range<u64>>,
    ) -> BoxFuture<'a, Result<Reader, BlobError>>;

    /// Length and allocation of a blob. Fails with `NotFound` if nothing is stored under `key`.
    fn head<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Meta, BlobError>>;

    /// Deletes a blob, for good when it returns: `true` if it was there, `false` if it was absent.
    /// A reader that is open yields the blob's own bytes or fails, never other bytes.
    fn delete<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<bool, BlobError>>;

    /// Every visible blob whose key begins with `prefix` (any text; empty for all), in the order
    /// of the keys' bytes. Blobs that are being written are not listed.
    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<Entry>, BlobError>>;

    /// Writes the blob `to` with the bytes of `from`, durable and whole when it returns, nothing
    /// if it fails. Each may be deleted without the other. Fails with `NotFound` if `from` is
    /// absent and with `AlreadyExists` if `to` is taken.
    fn copy<'a>(&'a self, from: &'a Key, to: &'a Key) -> BoxFuture<'a, Result<Meta, BlobError>>;

    /// What this store can do beyond the contract.
    fn capabilities(&self) -> Capabilities;

    /// What and where the store is and how much room it has. Fails with `Unavailable` if it cannot
    /// be reached, so it serves as a probe.
    fn describe(&self) -> BoxFuture<'_, Result<Description, BlobError>>;

    /// The path of a local file that holds exactly the bytes of the blob `key`, if this store
    /// keeps blobs so; does not look whether the blob exists. The file must never be written to.
    fn local_file(&self, key: &Key) -> Option<PathBuf>;
}

/// A blob being written, from its beginning to its end.
///
/// Dropping a writer without finishing it leaves nothing visible; its temporary data is removed
/// soon after. A call that fails ends the writer: every later call fails too. A call whose future
/// is dropped before it ends makes every later call fail with `Interrupted`.
pub trait Writer: Send + fmt::Debug {
    /// Appends `chunk`. Returns when it is queued, waiting while too much is in flight; a failure
    /// to store it may be reported by a later call. Fails with `WrongLength` past the announced
    /// length or [`MAX_BLOB_BYTES`].
    fn write(&mut self, chunk: Bytes) -> BoxFuture<'_, Result<(), BlobError>>;

    /// Appends `len` zero bytes. They are part of the size and of the digests like any others, and
    /// take no room in a sparse store. Fails as [`Writer::write`] does.
    fn zeros(&mut self, len: u64) -> BoxFuture<'_, Result<(), BlobError>>;

    /// Makes the blob durable and then visible, in this order; both are done when it returns.
    ///
    /// Fails with `AlreadyExists` if the key was taken meanwhile: of several writers of one key
    /// exactly one succeeds. Fails with `WrongLength` if fewer bytes came than were announced. A
    /// failed finish leaves nothing of this writer visible. If the future is dropped before it
    /// ends, the blob is visible and whole, or not visible.
    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Stored, BlobError>>;

    /// Gives up the blob. Its temporary data has been removed when this returns.
    fn abort(self: Box<Self>) -> BoxFuture<'static, Result<(), BlobError>>;
}
