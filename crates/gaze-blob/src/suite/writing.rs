//! What [`Store::writer`] and [`crate::Writer`] promise.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::join_all;
use sha2::Digest as _;

use super::{all_digests, assert_absent, assert_kind, bytes_of, key, keys, put, read};
use crate::{BlobErrorKind, Digest, DigestSet, Digests, MAX_BLOB_BYTES, Store, WriteOptions};

/// Sizes about every block, buffer and part that a store may have.
const SIZES: [usize; 18] = [
    1, 2, 511, 512, 4095, 4096, 4097, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 1_048_576,
    5_242_880, 5_242_881, 8_388_608, 8_388_609,
];

fn independent(data: &[u8]) -> Digests {
    Digests {
        md5: Some(Digest(md5::Md5::digest(data).into())),
        sha256: Some(Digest(sha2::Sha256::digest(data).into())),
        sha512: Some(Digest(sha2::Sha512::digest(data).into())),
    }
}

pub async fn an_empty_blob_is_stored(store: Arc<dyn Store>) {
    for (name, chunks) in [("no-chunk", 0), ("empty-chunks", 2)] {
        let mut writer = store.writer(&key(name), all_digests()).await.unwrap();
        for _ in 0..chunks {
            writer.write(Bytes::new()).await.unwrap();
            writer.zeros(0).await.unwrap();
        }
        let stored = writer.finish().await.unwrap();
        assert_eq!((stored.size, stored.digests), (0, independent(b"")));
        assert_eq!(store.head(&key(name)).await.unwrap().size, 0);
        assert_eq!(read(&*store, name).await.unwrap(), Bytes::new());
    }
}

pub async fn blobs_of_all_sizes_come_back_whole_with_their_digests(store: Arc<dyn Store>) {
    for size in SIZES {
        let data = bytes_of(size as u64, size);
        let name = format!("sizes/{size}");
        let expected_len = Some(size as u64);
        let options = WriteOptions {
            expected_len,
            ..all_digests()
        };
        let mut writer = store.writer(&key(&name), options).await.unwrap();
        // Chunks that fit no block, and one that is larger than most buffers.
        let mut rest = data.clone();
        for step in [1, 4095, 4096, 70_001] {
            let step = rest.split_to(rest.len().min(step));
            writer.write(step).await.unwrap();
        }
        writer.write(rest).await.unwrap();
        let stored = writer.finish().await.unwrap();
        assert_eq!(stored.size, size as u64);
        assert_eq!(
            stored.digests,
            independent(&data),
            "digests of {size} bytes"
        );
        assert_eq!(store.head(&key(&name)).await.unwrap().size, size as u64);
        assert!(
            read(&*store, &name).await.unwrap() == data,
            "contents of {size} bytes"
        );
    }
}

pub async fn zeros_are_part_of_size_and_digests(store: Arc<dyn Store>) {
    let zeros = |len: usize| Bytes::from(vec![0; len]);
    let mut writer = store.writer(&key("zeros"), all_digests()).await.unwrap();
    let mut whole = Vec::new();
    for (seed, len) in [5_usize, 4096, 100_000, 0, 1 << 20].into_iter().enumerate() {
        let data = bytes_of(seed as u64 + 1, len / 2 + 1);
        for chunk in [&data, &zeros(len)] {
            writer.write(chunk.clone()).await.unwrap();
            whole.extend_from_slice(chunk);
        }
        writer.zeros(len as u64).await.unwrap();
        whole.extend_from_slice(&zeros(len));
    }
    let stored = writer.finish().await.unwrap();
    assert_eq!(stored.size, whole.len() as u64);
    assert_eq!(stored.digests, independent(&whole));
    assert!(read(&*store, "zeros").await.unwrap() == whole);
}

pub async fn only_the_digests_asked_for_are_computed(store: Arc<dyn Store>) {
    let all = independent(b"abc");
    for (name, digests, expected) in [
        ("none", DigestSet::NONE, Digests::default()),
        (
            "default",
            DigestSet::default(),
            Digests {
                sha512: None,
                ..all
            },
        ),
        (
            "sha512",
            DigestSet {
                sha512: true,
                ..DigestSet::NONE
            },
            Digests {
                sha512: all.sha512,
                ..Digests::default()
            },
        ),
    ] {
        let options = WriteOptions {
            expected_len: None,
            digests,
        };
        let mut writer = store.writer(&key(name), options).await.unwrap();
        writer.write(Bytes::from_static(b"abc")).await.unwrap();
        assert_eq!(writer.finish().await.unwrap().digests, expected, "{name}");
    }
}

pub async fn nothing_is_visible_before_finish(store: Arc<dyn Store>) {
    let mut writer = store.writer(&key("a/hidden"), all_digests()).await.unwrap();
    assert_absent(&*store, "a/hidden").await;
    writer.write(bytes_of(1, 20_000_000)).await.unwrap();
    assert_absent(&*store, "a/hidden").await;
    assert_eq!(store.list("").await.unwrap(), []);
    writer.finish().await.unwrap();
    assert_eq!(keys(&*store, "").await, ["a/hidden"]);
}

pub async fn a_dropped_writer_leaves_nothing_visible(store: Arc<dyn Store>) {
    for len in [0, 1, 10_000_000] {
        let mut writer = store.writer(&key("dropped"), all_digests()).await.unwrap();
        writer.write(bytes_of(1, len)).await.unwrap();
        drop(writer);
        assert_absent(&*store, "dropped").await;
    }
    put(&*store, "dropped", &bytes_of(2, 10)).await.unwrap();
    assert_eq!(read(&*store, "dropped").await.unwrap(), bytes_of(2, 10));
}

pub async fn an_aborted_writer_leaves_nothing_visible(store: Arc<dyn Store>) {
    for len in [0, 1, 10_000_000] {
        let mut writer = store.writer(&key("aborted"), all_digests()).await.unwrap();
        writer.write(bytes_of(1, len)).await.unwrap();
        writer.abort().await.unwrap();
        assert_absent(&*store, "aborted").await;
    }
}

pub async fn another_length_than_announced_is_refused(store: Arc<dyn Store>) {
    let begin = async |expected_len| {
        let options = WriteOptions {
            expected_len,
            ..all_digests()
        };
        store.writer(&key("length"), options).await
    };
    let hundred = bytes_of(1, 100);

    let mut writer = begin(Some(99)).await.unwrap();
    assert_kind(
        writer.write(hundred.clone()).await,
        BlobErrorKind::WrongLength,
    );
    drop(writer);
    let mut writer = begin(Some(100)).await.unwrap();
    writer.write(hundred.clone()).await.unwrap();
    assert_kind(writer.zeros(1).await, BlobErrorKind::WrongLength);
    drop(writer);
    let mut writer = begin(Some(101)).await.unwrap();
    writer.write(hundred.clone()).await.unwrap();
    assert_kind(writer.finish().await, BlobErrorKind::WrongLength);
    assert_absent(&*store, "length").await;

    assert_kind(
        begin(Some(MAX_BLOB_BYTES + 1)).await,
        BlobErrorKind::WrongLength,
    );
    let mut writer = begin(None).await.unwrap();
    writer.write(hundred.clone()).await.unwrap();
    assert_kind(
        writer.zeros(MAX_BLOB_BYTES - 99).await,
        BlobErrorKind::WrongLength,
    );
    drop(writer);
    let mut writer = begin(None).await.unwrap();
    assert_kind(writer.zeros(u64::MAX).await, BlobErrorKind::WrongLength);
    drop(writer);

    let mut writer = begin(Some(100)).await.unwrap();
    writer.write(hundred).await.unwrap();
    assert_eq!(writer.finish().await.unwrap().size, 100);
}

pub async fn a_stored_key_is_not_written_again(store: Arc<dyn Store>) {
    let first = bytes_of(1, 1000);
    put(&*store, "once", &first).await.unwrap();
    let again = store.writer(&key("once"), all_digests()).await;
    assert_kind(again, BlobErrorKind::AlreadyExists);
    assert_eq!(read(&*store, "once").await.unwrap(), first);
}

pub async fn exactly_one_of_concurrent_writers_wins(store: Arc<dyn Store>) {
    for round in 0..8 {
        let name = format!("race/{round}/blob");
        let mut writers = Vec::new();
        for seed in 0..6_u64 {
            let mut writer = store.writer(&key(&name), all_digests()).await.unwrap();
            writer.write(bytes_of(seed + 1, 100_000)).await.unwrap();
            writers.push(writer);
        }
        let ended = join_all(writers.into_iter().map(|it| tokio::spawn(it.finish()))).await;
        let mut winners = Vec::new();
        for (seed, finished) in ended.into_iter().enumerate() {
            match finished.unwrap() {
                Ok(_) => winners.push(seed as u64),
                error => assert_kind(error, BlobErrorKind::AlreadyExists),
            }
        }
        assert_eq!(winners.len(), 1, "round {round}");
        let winner = bytes_of(winners.first().unwrap() + 1, 100_000);
        assert!(read(&*store, &name).await.unwrap() == winner);
    }
}

pub async fn a_failed_writer_stays_failed(store: Arc<dyn Store>) {
    let options = WriteOptions {
        expected_len: Some(10),
        ..all_digests()
    };
    let mut writer = store.writer(&key("failed"), options).await.unwrap();
    assert_kind(
        writer.write(bytes_of(1, 11)).await,
        BlobErrorKind::WrongLength,
    );
    assert!(writer.write(bytes_of(1, 10)).await.is_err());
    assert!(writer.zeros(10).await.is_err());
    assert!(writer.finish().await.is_err());
    assert_absent(&*store, "failed").await;
}

pub async fn a_write_dropped_before_its_end_interrupts_the_writer(store: Arc<dyn Store>) {
    // More than may be in flight, so that the first look at the future cannot end it.
    let data = bytes_of(1, 64 << 20);
    for finish in [false, true] {
        let mut writer = store.writer(&key("torn"), all_digests()).await.unwrap();
        assert!(writer.write(data.clone()).now_or_never().is_none());
        if finish {
            assert_kind(writer.finish().await, BlobErrorKind::Interrupted);
        } else {
            assert_kind(writer.write(Bytes::new()).await, BlobErrorKind::Interrupted);
            writer.abort().await.unwrap();
        }
        assert_absent(&*store, "torn").await;
    }
}

pub async fn a_finish_dropped_before_its_end_stores_all_or_nothing(store: Arc<dyn Store>) {
    let (first, second) = (bytes_of(1, 3_000_000), bytes_of(2, 1000));
    for round in 0..20 {
        let name = format!("dropped/{round}");
        let mut writer = store.writer(&key(&name), all_digests()).await.unwrap();
        writer.write(first.clone()).await.unwrap();
        // Each round lets the future go a step further before it is dropped.
        let mut finish = writer.finish();
        for _ in 0..round {
            if finish.as_mut().now_or_never().is_some() {
                break;
            }
            store.head(&key("absent")).await.unwrap_err();
        }
        drop(finish);
        match put(&*store, &name, &second).await {
            Ok(_) => assert!(read(&*store, &name).await.unwrap() == second),
            error => {
                assert_kind(error, BlobErrorKind::AlreadyExists);
                assert!(read(&*store, &name).await.unwrap() == first);
            }
        }
    }
}
