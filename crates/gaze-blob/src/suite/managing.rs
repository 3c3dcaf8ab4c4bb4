//! What the other methods of [`Store`] promise.

use std::sync::Arc;

use bytes::Bytes;

use super::{all_digests, assert_absent, assert_kind, bytes_of, key, keys, put, read};
use crate::{BlobErrorKind, Entry, MAX_KEY_BYTES, MAX_SEGMENT_BYTES, Store};

pub async fn deleting_twice_tells_that_it_was_absent(store: Arc<dyn Store>) {
    put(&*store, "a/b", &bytes_of(1, 10)).await.unwrap();
    for (name, was_there) in [
        ("a", false),
        ("a/b/c", false),
        ("never", false),
        ("a/b", true),
        ("a/b", false),
    ] {
        assert_eq!(store.delete(&key(name)).await.unwrap(), was_there, "{name}");
    }
    assert_absent(&*store, "a/b").await;
}

pub async fn a_deleted_key_is_free_again(store: Arc<dyn Store>) {
    for seed in 1..4 {
        let data = bytes_of(seed, 5000);
        put(&*store, "a/again", &data).await.unwrap();
        assert_eq!(read(&*store, "a/again").await.unwrap(), data);
        assert!(store.delete(&key("a/again")).await.unwrap());
    }
}

pub async fn odd_keys_are_kept_apart(store: Arc<dyn Store>) {
    let long_segment = "s".repeat(MAX_SEGMENT_BYTES);
    let mut longest = format!("{long_segment}/").repeat(2);
    longest.truncate(MAX_KEY_BYTES);
    let longest = longest.trim_end_matches('/');
    let deep = vec!["d"; MAX_KEY_BYTES / 2].join("/");
    let mut names = vec![
        "-",
        "--help",
        "_",
        "0",
        "A",
        "a",
        "a.",
        "a..b",
        "a-b",
        "a_b",
        "A.a",
        "con",
        "nul.txt",
        "tmp/x",
        "blobs/x",
        "gaze-store.json",
        "x.tmp",
        "dir/-",
        "dir/a.b.c",
        longest,
        &deep,
    ];
    for name in &names {
        put(&*store, name, &Bytes::from((*name).to_owned()))
            .await
            .unwrap();
    }
    for name in &names {
        assert_eq!(read(&*store, name).await.unwrap(), name.as_bytes());
    }
    names.sort_unstable();
    assert_eq!(keys(&*store, "").await, names);
}

pub async fn a_stored_key_is_no_folder_of_another(store: Arc<dyn Store>) {
    let data = bytes_of(1, 10);
    put(&*store, "a", &data).await.unwrap();
    put(&*store, "b/c/d", &data).await.unwrap();
    for taken in ["a/x", "a/x/y", "b", "b/c", "b/c/d/e"] {
        assert_kind(
            put(&*store, taken, &data).await,
            BlobErrorKind::AlreadyExists,
        );
        assert_absent(&*store, taken).await;
    }
    assert_eq!(keys(&*store, "").await, ["a", "b/c/d"]);
    for name in ["a", "b/c/d"] {
        assert!(store.delete(&key(name)).await.unwrap());
    }
    for free in ["a/x/y", "b"] {
        put(&*store, free, &data).await.unwrap();
    }
    assert_eq!(keys(&*store, "").await, ["a/x/y", "b"]);
}

pub async fn a_listing_is_ordered_and_by_prefix(store: Arc<dyn Store>) {
    assert_eq!(store.list("").await.unwrap(), []);
    // In the order of bytes '-' < '.' < '/' < digits, so folders and blobs are mixed.
    let names = ["a-b", "a.b", "a/b", "a/b-c", "a/c/d", "a0", "b/a"];
    for (size, name) in names.iter().enumerate().rev() {
        put(&*store, name, &bytes_of(1, size)).await.unwrap();
    }
    let writer = store
        .writer(&key("a/unfinished"), all_digests())
        .await
        .unwrap();
    let entries: Vec<Entry> = names
        .iter()
        .zip(0..)
        .map(|(name, size)| Entry {
            key: key(name),
            size,
        })
        .collect();
    assert_eq!(store.list("").await.unwrap(), entries);
    for prefix in [
        "a", "a/", "a/b", "a/b-", "a/c", "a/c/", "a/c/d", "a/c/d/", "b", "b/a", "c",
    ] {
        let expected: Vec<_> = names
            .iter()
            .copied()
            .filter(|name| name.starts_with(prefix))
            .collect();
        assert_eq!(keys(&*store, prefix).await, expected, "{prefix:?}");
    }
    for odd in [
        "/", "//", "..", "../", "a/../", "/a", ".", "a//", "ä", "a/\0",
    ] {
        assert_eq!(keys(&*store, odd).await, [""; 0], "{odd:?}");
    }
    writer.abort().await.unwrap();
}

pub async fn a_copy_is_a_blob_of_its_own(store: Arc<dyn Store>) {
    let mut writer = store.writer(&key("from"), all_digests()).await.unwrap();
    let (head, tail) = (bytes_of(1, 300_001), bytes_of(2, 5000));
    writer.zeros(8192).await.unwrap();
    writer.write(head.clone()).await.unwrap();
    writer.zeros(3 << 20).await.unwrap();
    writer.write(tail.clone()).await.unwrap();
    writer.zeros(70_000).await.unwrap();
    let stored = writer.finish().await.unwrap();
    put(&*store, "empty", &Bytes::new()).await.unwrap();

    let copied = store.copy(&key("from"), &key("to/a/copy")).await.unwrap();
    assert_eq!(copied.size, stored.size);
    assert_eq!(
        store.head(&key("to/a/copy")).await.unwrap().size,
        stored.size
    );
    let zeros = |len: usize| Bytes::from(vec![0; len]);
    let expected = [zeros(8192), head, zeros(3 << 20), tail, zeros(70_000)].concat();
    assert!(read(&*store, "to/a/copy").await.unwrap() == expected);
    assert_eq!(
        store
            .copy(&key("empty"), &key("empty-too"))
            .await
            .unwrap()
            .size,
        0
    );

    assert!(store.delete(&key("from")).await.unwrap());
    assert!(read(&*store, "to/a/copy").await.unwrap() == expected);
    store.copy(&key("to/a/copy"), &key("from")).await.unwrap();
    assert!(store.delete(&key("to/a/copy")).await.unwrap());
    assert!(read(&*store, "from").await.unwrap() == expected);
}

pub async fn a_copy_from_nothing_or_onto_something_is_refused(store: Arc<dyn Store>) {
    let (one, two) = (bytes_of(1, 100), bytes_of(2, 100));
    put(&*store, "folder/one", &one).await.unwrap();
    put(&*store, "two", &two).await.unwrap();
    let check = async |from: &str, to: &str, kind: BlobErrorKind| {
        assert_kind(store.copy(&key(from), &key(to)).await, kind);
    };
    check("absent", "new", BlobErrorKind::NotFound).await;
    check("folder", "new", BlobErrorKind::NotFound).await;
    check("two", "folder/one", BlobErrorKind::AlreadyExists).await;
    check("two", "two", BlobErrorKind::AlreadyExists).await;
    check("two", "folder", BlobErrorKind::AlreadyExists).await;
    check("two", "two/below", BlobErrorKind::AlreadyExists).await;
    assert_eq!(keys(&*store, "").await, ["folder/one", "two"]);
    assert_eq!(read(&*store, "folder/one").await.unwrap(), one);
    assert_eq!(read(&*store, "two").await.unwrap(), two);
}

pub async fn the_store_describes_itself_truly(store: Arc<dyn Store>) {
    let description = store.describe().await.unwrap();
    assert!(!description.kind.is_empty() && !description.location.is_empty());
    if let Some(capacity) = description.capacity {
        assert!(capacity.total > 0 && capacity.available <= capacity.total);
    }

    let capabilities = store.capabilities();
    let data = bytes_of(1, 10_000);
    put(&*store, "local/blob", &data).await.unwrap();
    let local = store.local_file(&key("local/blob"));
    assert_eq!(local.is_some(), capabilities.local_files);
    if let Some(path) = local {
        assert_eq!(std::fs::read(path).unwrap(), data);
    }

    let mut writer = store.writer(&key("sparse"), all_digests()).await.unwrap();
    writer.zeros(8 << 20).await.unwrap();
    writer.write(data).await.unwrap();
    let stored = writer.finish().await.unwrap();
    assert_eq!(stored.allocated < 1 << 20, capabilities.sparse);
    assert_eq!(
        store.head(&key("sparse")).await.unwrap().allocated < 1 << 20,
        capabilities.sparse
    );
}
