//! A store on a small file system of its own: a disk that is full, and one that is unmounted.

use std::process::Command;

use gaze_blob::suite::{all_digests, assert_kind, bytes_of, key, keys, put};
use gaze_blob::{BlobErrorKind, FsStore, Store};

const ROOT: &str = "GAZE_BLOB_MOUNT_ROOT";

/// What happens on a file system of 4 MiB, which this process may unmount.
#[tokio::test]
#[ignore = "the child process of a_full_and_an_unmounted_disk_are_told_apart"]
async fn fill_and_unmount() {
    let Some(root) = std::env::var_os(ROOT) else {
        return;
    };
    let store = FsStore::create(&root, "small").await.unwrap();
    let capacity = store.describe().await.unwrap().capacity.unwrap();
    assert_eq!(capacity.total, 4 << 20);
    put(&store, "kept", &bytes_of(1, 1 << 20)).await.unwrap();
    assert!(store.describe().await.unwrap().capacity.unwrap().available <= 3 << 20);

    // More than is in flight, so that some call sees the failure, and less, so that finish does.
    for len in [32 << 20, (3 << 20) + 500_000] {
        assert_kind(
            put(&store, "large", &bytes_of(2, len)).await,
            BlobErrorKind::NoSpace,
        );
        assert_eq!(crate::files::tmp_files(&store), 0);
    }
    put(&store, "half", &bytes_of(3, 2 << 20)).await.unwrap();
    assert_kind(
        store.copy(&key("half"), &key("copy")).await,
        BlobErrorKind::NoSpace,
    );
    assert_eq!(crate::files::tmp_files(&store), 0);
    assert_eq!(keys(&store, "").await, ["half", "kept"]);
    let mut writer = store.writer(&key("sparse"), all_digests()).await.unwrap();
    writer.zeros(1 << 30).await.unwrap();
    assert_eq!(writer.finish().await.unwrap().size, 1 << 30);

    assert!(
        Command::new("umount")
            .arg(&root)
            .status()
            .unwrap()
            .success()
    );
    assert_kind(store.head(&key("kept")).await, BlobErrorKind::Unavailable);
    assert_kind(store.list("").await, BlobErrorKind::Unavailable);
    assert_kind(
        FsStore::open(&root, "small").await,
        BlobErrorKind::Unavailable,
    );
    assert_kind(
        put(&store, "new", &bytes_of(1, 1)).await,
        BlobErrorKind::Unavailable,
    );
    println!("everything was seen");
}

#[test]
fn a_full_and_an_unmounted_disk_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    // Root has mounts of its own without the user namespace, which some containers forbid.
    let namespaces: &[&str] = if rustix::process::geteuid().is_root() {
        &["--mount"]
    } else {
        &["--user", "--map-root-user", "--mount"]
    };
    let output = Command::new("unshare")
        .args(namespaces)
        .args(["sh", "-c"])
        .arg(r#"mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@""#)
        .arg(dir.path())
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "mounts::fill_and_unmount",
            "--ignored",
            "--nocapture",
        ])
        .env(ROOT, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complaint}");
    assert!(said.contains("everything was seen"), "{said}\n{complaint}");
}
