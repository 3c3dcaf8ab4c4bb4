use std::path::Path;

use gaze_face_didi::OPERATIONS;
use gaze_testkit::transcript::{Givens, run_dir};

use crate::stage;

fn transcripts() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_transcript_is_answered_as_recorded() {
    let played = Box::pin(run_dir(transcripts(), async |givens: &Givens| {
        Box::pin(stage::set(givens)).await
    }));
    let played = played.await.unwrap();
    assert!(played >= 18, "{played}");
}

/// Each operation of the table is asked for by some transcript, so none is merely claimed.
#[test]
fn every_operation_has_a_transcript() {
    let mut texts = String::new();
    for folder in std::fs::read_dir(transcripts()).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            texts.push_str(&std::fs::read_to_string(file.unwrap().path()).unwrap());
        }
    }
    for operation in OPERATIONS {
        let request = format!("\n{} {}", operation.method, operation.path);
        assert!(texts.contains(&request), "{} has none", operation.name);
    }
}
