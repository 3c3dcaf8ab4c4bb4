use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use gaze_blob::suite::{all_digests, bytes_of, key, keys, put};
use gaze_blob::{FsStore, Store, Swept};
use tempfile::TempDir;

async fn new_store() -> (FsStore, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (
        FsStore::create(dir.path().join("store"), "test")
            .await
            .unwrap(),
        dir,
    )
}

pub(crate) fn tmp_files(store: &FsStore) -> usize {
    fs::read_dir(store.root().join("tmp")).unwrap().count()
}

/// The digest of a file as the program `sum` of coreutils prints it.
fn coreutils(sum: &str, path: &Path) -> String {
    let output = Command::new(sum).arg(path).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn digests_are_those_of_coreutils() {
    let (store, _dir) = new_store().await;
    let mut writer = store.writer(&key("a"), all_digests()).await.unwrap();
    writer.write(bytes_of(1, 1_234_567)).await.unwrap();
    writer.zeros(20_000_001).await.unwrap();
    writer.write(bytes_of(2, 89)).await.unwrap();
    let digests = writer.finish().await.unwrap().digests;
    let path = store.local_file(&key("a")).unwrap();
    assert_eq!(digests.md5.unwrap().to_string(), coreutils("md5sum", &path));
    assert_eq!(
        digests.sha256.unwrap().to_string(),
        coreutils("sha256sum", &path)
    );
    assert_eq!(
        digests.sha512.unwrap().to_string(),
        coreutils("sha512sum", &path)
    );
}

#[tokio::test]
async fn files_and_folders_are_the_owners_alone() {
    let (store, _dir) = new_store().await;
    put(&store, "folder/blob", &bytes_of(1, 10)).await.unwrap();
    store.copy(&key("folder/blob"), &key("copy")).await.unwrap();
    let _writing = store.writer(&key("b"), all_digests()).await.unwrap();
    let mut seen = 0;
    let mut paths = vec![store.root().to_owned()];
    while let Some(path) = paths.pop() {
        let metadata = fs::metadata(&path).unwrap();
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(
            metadata.permissions().mode() & 0o7777,
            expected,
            "{}",
            path.display()
        );
        if metadata.is_dir() {
            paths.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|item| item.unwrap().path()),
            );
        }
        seen += 1;
    }
    // Root, marker, blobs, tmp, its one file, the folder, its blob, the copy.
    assert_eq!(seen, 8);
}

#[tokio::test]
async fn the_last_blob_of_a_folder_takes_the_folder_along() {
    let (store, _dir) = new_store().await;
    let blobs = store.root().join("blobs");
    for name in ["a/b/one", "a/b/two", "a/three"] {
        put(&store, name, &bytes_of(1, 10)).await.unwrap();
    }
    let there = |folder: &str| blobs.join(folder).is_dir();
    assert!(store.delete(&key("a/b/one")).await.unwrap());
    assert!(there("a/b"));
    assert!(store.delete(&key("a/b/two")).await.unwrap());
    assert!(there("a") && !there("a/b"));
    assert!(store.delete(&key("a/three")).await.unwrap());
    assert!(there("") && !there("a"));
    put(&store, "a/three", &bytes_of(1, 10)).await.unwrap();
    assert_eq!(keys(&store, "").await, ["a/three"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_do_not_mind_that_others_empty_their_folder() {
    let (store, _dir) = new_store().await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let store = store.clone();
        writers.spawn(async move {
            for round in 0..50 {
                let name = format!("shared/folder/{writer}-{round}");
                put(&store, &name, &bytes_of(1, 10)).await.unwrap();
                assert!(store.delete(&key(&name)).await.unwrap());
            }
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended.unwrap();
    }
    assert_eq!(keys(&store, "").await, [""; 0]);
}

#[tokio::test]
async fn the_temporary_file_is_gone_after_finish_and_abort_and_soon_after_a_drop() {
    let (store, _dir) = new_store().await;
    put(&store, "a", &bytes_of(1, 10)).await.unwrap();
    assert_eq!(tmp_files(&store), 0);

    let mut writer = store.writer(&key("b"), all_digests()).await.unwrap();
    writer.write(bytes_of(1, 5_000_000)).await.unwrap();
    assert_eq!(tmp_files(&store), 1);
    writer.abort().await.unwrap();
    assert_eq!(tmp_files(&store), 0);

    let mut writer = store.writer(&key("b"), all_digests()).await.unwrap();
    writer.write(bytes_of(1, 5_000_000)).await.unwrap();
    drop(writer);
    let limit = Instant::now() + Duration::from_mins(1);
    while tmp_files(&store) > 0 || store.in_flight().bytes > 0 {
        assert!(
            Instant::now() < limit,
            "the temporary file or its bytes stay"
        );
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_file_of_a_writer_that_lost_or_failed_is_removed() {
    let (store, _dir) = new_store().await;
    let first = store.writer(&key("a"), all_digests()).await.unwrap();
    let second = store.writer(&key("a"), all_digests()).await.unwrap();
    first.finish().await.unwrap();
    second.finish().await.unwrap_err();
    store.copy(&key("a"), &key("a/b")).await.unwrap_err();
    assert_eq!(tmp_files(&store), 0);
}

#[tokio::test]
async fn a_sweep_removes_what_nobody_holds_and_keeps_what_it_is_told_to() {
    let (store, _dir) = new_store().await;
    let tmp = store.root().join("tmp");
    let mut writer = store.writer(&key("a"), all_digests()).await.unwrap();
    writer.write(bytes_of(1, 100_000)).await.unwrap();
    fs::write(tmp.join("old"), bytes_of(2, 8192)).unwrap();
    fs::write(tmp.join("new"), bytes_of(2, 8192)).unwrap();
    // A second view of the store, as of another process.
    let other = FsStore::open(store.root(), "test").await.unwrap();

    let swept = other.sweep_tmp(|file| file.name == "new").await.unwrap();
    assert!(swept.removed_bytes >= 8192);
    assert_eq!(
        swept,
        Swept {
            removed: 1,
            kept: 1,
            in_use: 1,
            ..swept
        }
    );
    assert!(!tmp.join("old").exists() && tmp.join("new").exists());

    let swept = other.sweep_tmp(|_| false).await.unwrap();
    assert_eq!(
        swept,
        Swept {
            removed: 1,
            kept: 0,
            in_use: 1,
            ..swept
        }
    );
    writer.finish().await.unwrap();
    assert_eq!(other.sweep_tmp(|_| false).await.unwrap(), Swept::default());
    assert_eq!(keys(&other, "").await, ["a"]);
}

#[tokio::test]
async fn names_left_by_a_process_of_the_same_number_are_not_used_again() {
    let (store, _dir) = new_store().await;
    for number in 0..5 {
        let name = format!("{}-{number}", std::process::id());
        fs::write(store.root().join("tmp").join(name), "left").unwrap();
    }
    put(&store, "a", &bytes_of(1, 10)).await.unwrap();
    assert_eq!(tmp_files(&store), 5);
}

#[tokio::test]
async fn files_that_no_key_names_are_not_listed() {
    let (store, _dir) = new_store().await;
    put(&store, "a", &bytes_of(1, 10)).await.unwrap();
    for foreign in [".nfs0001", "lost+found"] {
        fs::write(store.root().join("blobs").join(foreign), "").unwrap();
    }
    std::os::unix::fs::symlink("a", store.root().join("blobs/link")).unwrap();
    assert_eq!(keys(&store, "").await, ["a"]);
}
