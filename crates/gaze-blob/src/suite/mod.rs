//! The sentences of the store contract as tests, for every back end.
//!
//! A back end runs them all with [`store_suite!`](crate::store_suite):
//!
//! ```ignore
//! async fn empty_store() -> (Arc<dyn Store>, tempfile::TempDir) { /* ... */ }
//! gaze_blob::store_suite!(empty_store);
//! ```
#![expect(
    clippy::unwrap_used,
    reason = "this is test code, which is a library only so that other crates can run it"
)]

pub mod managing;
pub mod reading;
pub mod writing;

use bytes::Bytes;
use futures_util::StreamExt;

use crate::{BlobError, BlobErrorKind, DigestSet, Key, Reader, Store, Stored, WriteOptions};

/// Makes one `#[tokio::test]` of each sentence of the contract. The argument is the name of an
/// async function in scope that returns an empty store, as `Arc<dyn Store>`, and whatever has to live as
/// long as the store. The calling crate needs `tokio` with its macros and threads.
#[macro_export]
macro_rules! store_suite {
    ($empty_store:ident) => {
        $crate::store_suite!(@cases $empty_store, writing:
            an_empty_blob_is_stored,
            blobs_of_all_sizes_come_back_whole_with_their_digests,
            zeros_are_part_of_size_and_digests,
            only_the_digests_asked_for_are_computed,
            nothing_is_visible_before_finish,
            a_dropped_writer_leaves_nothing_visible,
            an_aborted_writer_leaves_nothing_visible,
            another_length_than_announced_is_refused,
            a_stored_key_is_not_written_again,
            exactly_one_of_concurrent_writers_wins,
            a_failed_writer_stays_failed,
            a_write_dropped_before_its_end_interrupts_the_writer,
            a_finish_dropped_before_its_end_stores_all_or_nothing,
        );
        $crate::store_suite!(@cases $empty_store, reading:
            ranges_are_clipped_or_refused,
            a_reader_dropped_midway_harms_nothing,
            a_reader_of_a_deleted_blob_yields_its_bytes_or_fails,
            absent_blobs_are_not_found,
            many_readers_read_at_once,
        );
        $crate::store_suite!(@cases $empty_store, managing:
            deleting_twice_tells_that_it_was_absent,
            a_deleted_key_is_free_again,
            odd_keys_are_kept_apart,
            a_stored_key_is_no_folder_of_another,
            a_listing_is_ordered_and_by_prefix,
            a_copy_is_a_blob_of_its_own,
            a_copy_from_nothing_or_onto_something_is_refused,
            the_store_describes_itself_truly,
        );
    };
    (@cases $empty_store:ident, $group:ident: $($case:ident,)+) => {
        mod $group {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    let (store, _guard) = super::$empty_store().await;
                    $crate::suite::$group::$case(store).await;
                }
            )+
        }
    };
}

/// `len` bytes that look random, always the same for the same `seed`, none of the 4 KiB blocks
/// zero (xorshift64, Marsaglia 2003).
pub fn bytes_of(seed: u64, len: usize) -> Bytes {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes.into()
}

/// A valid key.
pub fn key(text: &str) -> Key {
    text.parse().unwrap()
}

/// The options that ask for every digest.
pub fn all_digests() -> WriteOptions {
    WriteOptions {
        expected_len: None,
        digests: DigestSet::ALL,
    }
}

/// Writes `data` under `name` in one go.
pub async fn put(store: &dyn Store, name: &str, data: &Bytes) -> Result<Stored, BlobError> {
    let mut writer = store.writer(&key(name), all_digests()).await?;
    writer.write(data.clone()).await?;
    writer.finish().await
}

/// The bytes that `reader` yields, which are as many as it announced.
pub async fn drain(mut reader: Reader) -> Result<Bytes, BlobError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = reader.next().await {
        bytes.extend_from_slice(&chunk?);
    }
    assert_eq!(bytes.len() as u64, reader.len());
    Ok(bytes.into())
}

/// All bytes of the blob `name`.
pub async fn read(store: &dyn Store, name: &str) -> Result<Bytes, BlobError> {
    drain(store.get(&key(name), None).await?).await
}

/// The keys that begin with `prefix`, as text.
pub async fn keys(store: &dyn Store, prefix: &str) -> Vec<String> {
    let entries = store.list(prefix).await.unwrap();
    entries
        .into_iter()
        .map(|entry| entry.key.to_string())
        .collect()
}

/// Asserts that `result` failed with `kind`.
pub fn assert_kind<T>(result: Result<T, BlobError>, kind: BlobErrorKind) {
    assert_eq!(result.err().map(|error| error.kind()), Some(kind));
}

async fn assert_absent(store: &dyn Store, name: &str) {
    assert_kind(store.head(&key(name)).await, BlobErrorKind::NotFound);
    assert_kind(store.get(&key(name), None).await, BlobErrorKind::NotFound);
    assert!(!keys(store, "").await.contains(&name.to_owned()));
}
