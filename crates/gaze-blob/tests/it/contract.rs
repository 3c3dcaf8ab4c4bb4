use std::sync::Arc;

use gaze_blob::{FsStore, Store};
use tempfile::TempDir;

pub(crate) async fn empty_store() -> (Arc<dyn Store>, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let store = FsStore::create(dir.path().join("store"), "test")
        .await
        .unwrap();
    (Arc::new(store), dir)
}

gaze_blob::store_suite!(empty_store);
