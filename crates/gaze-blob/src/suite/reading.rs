//! What [`Store::get`], [`Store::head`] and [`crate::Reader`] promise.

use std::ops::Range;
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::future::join_all;

use super::{assert_kind, bytes_of, drain, key, put, read};
use crate::{BlobErrorKind, READ_CHUNK_BYTES, Store};

pub async fn ranges_are_clipped_or_refused(store: Arc<dyn Store>) {
    let size = 3 * READ_CHUNK_BYTES as u64 + 5;
    let data = bytes_of(1, usize::try_from(size).unwrap());
    put(&*store, "ranges", &data).await.unwrap();
    let chunk = READ_CHUNK_BYTES as u64;
    let check = async |range: Option<Range<u64>>, expected: Range<u64>| {
        let reader = store.get(&key("ranges"), range.clone()).await.unwrap();
        assert_eq!(reader.size(), size, "{range:?}");
        assert_eq!(reader.range(), expected, "{range:?}");
        assert_eq!(reader.is_empty(), expected.is_empty(), "{range:?}");
        let [start, end] = [expected.start, expected.end].map(|at| usize::try_from(at).unwrap());
        assert!(
            drain(reader).await.unwrap() == data.slice(start..end),
            "{range:?}"
        );
    };
    check(None, 0..size).await;
    check(Some(0..size), 0..size).await;
    check(Some(0..1), 0..1).await;
    check(Some(size - 1..size), size - 1..size).await;
    check(Some(chunk..2 * chunk), chunk..2 * chunk).await;
    check(Some(chunk - 1..2 * chunk + 1), chunk - 1..2 * chunk + 1).await;
    check(Some(7..7), 7..7).await;
    check(Some(0..0), 0..0).await;
    check(Some(size..size), size..size).await;
    check(Some(size..size + 1), size..size).await;
    check(Some(5..size + 1), 5..size).await;
    check(Some(5..u64::MAX), 5..size).await;
    for range in [
        size + 1..size + 2,
        u64::MAX..u64::MAX,
        Range { start: 2, end: 1 },
    ] {
        let refused = store.get(&key("ranges"), Some(range)).await;
        assert_kind(refused, BlobErrorKind::InvalidRange);
    }
}

pub async fn a_reader_dropped_midway_harms_nothing(store: Arc<dyn Store>) {
    let data = bytes_of(1, 20 * READ_CHUNK_BYTES);
    put(&*store, "midway", &data).await.unwrap();
    for chunks in 0..3 {
        let mut reader = store.get(&key("midway"), None).await.unwrap();
        for _ in 0..chunks {
            reader.next().await.unwrap().unwrap();
        }
    }
    assert!(read(&*store, "midway").await.unwrap() == data);
}

pub async fn a_reader_of_a_deleted_blob_yields_its_bytes_or_fails(store: Arc<dyn Store>) {
    let data = bytes_of(1, 40 * READ_CHUNK_BYTES);
    put(&*store, "deleted", &data).await.unwrap();
    let mut reader = store.get(&key("deleted"), None).await.unwrap();
    let first = reader.next().await.unwrap().unwrap();
    assert!(store.delete(&key("deleted")).await.unwrap());
    put(&*store, "deleted", &bytes_of(2, data.len()))
        .await
        .unwrap();
    let mut at = first.len();
    assert!(first == data.slice(..at));
    while let Some(Ok(chunk)) = reader.next().await {
        assert!(
            chunk == data.slice(at..at + chunk.len()),
            "other bytes at {at}"
        );
        at += chunk.len();
    }
}

pub async fn absent_blobs_are_not_found(store: Arc<dyn Store>) {
    put(&*store, "folder/blob", &bytes_of(1, 10)).await.unwrap();
    for absent in [
        "absent",
        "absent/too",
        "folder",
        "folder/absent",
        "folder/blob/below",
    ] {
        assert_kind(store.head(&key(absent)).await, BlobErrorKind::NotFound);
        assert_kind(store.get(&key(absent), None).await, BlobErrorKind::NotFound);
        assert_kind(
            store.get(&key(absent), Some(0..1)).await,
            BlobErrorKind::NotFound,
        );
    }
}

pub async fn many_readers_read_at_once(store: Arc<dyn Store>) {
    let data = bytes_of(1, 5 * READ_CHUNK_BYTES + 3);
    put(&*store, "many", &data).await.unwrap();
    let reads = (0..16).map(|_| read(&*store, "many"));
    for got in join_all(reads).await {
        assert!(got.unwrap() == data);
    }
}
