use std::fs;

use gaze_blob::suite::{all_digests, assert_kind, bytes_of, key, put, read};
use gaze_blob::{BlobErrorKind, FsStore, MARKER_FILE, Store};

#[tokio::test]
async fn a_store_is_found_again_by_its_id() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("store");
    let store = FsStore::create(&root, "site-1").await.unwrap();
    put(&store, "a", &bytes_of(1, 10)).await.unwrap();
    let again = FsStore::open(&root, "site-1").await.unwrap();
    assert_eq!(read(&again, "a").await.unwrap(), bytes_of(1, 10));
    assert_kind(
        FsStore::open(&root, "site-2").await,
        BlobErrorKind::Unavailable,
    );
    assert_kind(
        FsStore::create(&root, "site-1").await,
        BlobErrorKind::AlreadyExists,
    );
    assert_kind(
        FsStore::create(&root, "site-2").await,
        BlobErrorKind::AlreadyExists,
    );
}

#[tokio::test]
async fn a_folder_without_a_good_marker_is_unavailable() {
    let dir = tempfile::tempdir().unwrap();
    let marker = dir.path().join(MARKER_FILE);
    assert_kind(
        FsStore::open(dir.path(), "s").await,
        BlobErrorKind::Unavailable,
    );
    assert_kind(
        FsStore::open(dir.path().join("gone"), "s").await,
        BlobErrorKind::Unavailable,
    );
    for text in [
        "",
        "{}",
        "s",
        r#"{"version":2,"id":"s"}"#,
        r#"{"version":1,"id":"t"}"#,
        r#"{"version":1,"id":"s","more":1}"#,
        &" ".repeat(1 << 20),
    ] {
        fs::write(&marker, text).unwrap();
        assert_kind(
            FsStore::open(dir.path(), "s").await,
            BlobErrorKind::Unavailable,
        );
    }
    fs::write(&marker, r#"{"version":1,"id":"s"}"#).unwrap();
    FsStore::open(dir.path(), "s").await.unwrap();
}

#[tokio::test]
async fn a_creation_may_be_done_again_and_never_takes_over_blobs() {
    let dir = tempfile::tempdir().unwrap();
    // What a creation killed before its end leaves.
    for folder in ["blobs", "tmp"] {
        fs::create_dir(dir.path().join(folder)).unwrap();
    }
    fs::write(dir.path().join("tmp/marker-1"), "{").unwrap();
    let store = FsStore::create(dir.path(), "s").await.unwrap();
    put(&store, "a", &bytes_of(1, 10)).await.unwrap();
    fs::remove_file(dir.path().join(MARKER_FILE)).unwrap();
    assert_kind(
        FsStore::create(dir.path(), "s").await,
        BlobErrorKind::AlreadyExists,
    );
}

#[tokio::test]
async fn an_id_is_one_segment_of_a_key_and_a_root_needs_its_parent() {
    let dir = tempfile::tempdir().unwrap();
    for id in ["", ".", "a/b", "a b", &"a".repeat(256)] {
        let refused = FsStore::create(dir.path().join("store"), id).await;
        assert_kind(refused, BlobErrorKind::InvalidKey);
    }
    assert_kind(
        FsStore::create(dir.path().join("a/b"), "s").await,
        BlobErrorKind::Io,
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_store_that_vanished_is_unavailable_and_not_empty() {
    let dir = tempfile::tempdir().unwrap();
    let store = FsStore::create(dir.path().join("store"), "s")
        .await
        .unwrap();
    let writer = store.writer(&key("b"), all_digests()).await.unwrap();
    fs::rename(dir.path().join("store"), dir.path().join("elsewhere")).unwrap();
    fs::create_dir(dir.path().join("store")).unwrap();
    let gone = BlobErrorKind::Unavailable;
    assert_kind(store.head(&key("a")).await, gone);
    assert_kind(store.get(&key("a"), None).await, gone);
    assert_kind(store.delete(&key("a")).await, gone);
    assert_kind(store.list("").await, gone);
    assert_kind(store.copy(&key("a"), &key("b")).await, gone);
    assert_kind(store.describe().await, gone);
    assert_kind(store.writer(&key("a"), all_digests()).await, gone);
    assert_kind(store.sweep_tmp(|_| false).await, gone);
    assert_kind(writer.finish().await, gone);
    assert_eq!(fs::read_dir(dir.path().join("store")).unwrap().count(), 0);
}
