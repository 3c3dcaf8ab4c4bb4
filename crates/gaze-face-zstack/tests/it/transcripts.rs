//! Every recorded exchange, each on a service of its own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gaze_testkit::transcript::run_dir;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

async fn play(noun: &str) {
    run_dir(&folder().join(noun), crate::stage::stage)
        .await
        .unwrap();
}

macro_rules! nouns {
    ($($noun:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $noun() {
                play(stringify!($noun)).await;
            }
        )*

        #[test]
        fn every_folder_is_played() {
            let played = BTreeSet::from([$(stringify!($noun).to_owned()),*]);
            let there: BTreeSet<String> = std::fs::read_dir(folder())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            assert_eq!(played, there);
        }
    };
}

nouns! {
    access_keys accounts backup_storages candidates conventions exports images jobs long_jobs
    machines management_nodes places queries quotas resources tags templates
}
