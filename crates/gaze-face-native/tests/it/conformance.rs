use std::path::Path;

use gaze_face_native::OPERATIONS;
use gaze_testkit::transcript::{Givens, run_dir};

use crate::stage;

fn transcripts() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/transcripts"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_transcript_is_answered_as_recorded() {
    run_dir(transcripts(), async |givens: &Givens| {
        stage::set(givens).await
    })
    .await
    .unwrap();
}

/// Each operation is asked for by some transcript, so none is merely claimed. Bytes of images are
/// no text; `bytes.rs` asks for them.
#[test]
fn every_operation_has_a_transcript() {
    let mut asked = Vec::new();
    for folder in std::fs::read_dir(transcripts()).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            asked.extend(text.lines().filter_map(request));
        }
    }
    for operation in OPERATIONS
        .iter()
        .filter(|known| !known.path.ends_with("/data"))
    {
        let found = asked
            .iter()
            .any(|(method, path)| method == operation.method && matches(operation.path, path));
        assert!(found, "{} has none", operation.name);
    }
}

fn request(line: &str) -> Option<(String, String)> {
    let (method, target) = line.split_once(' ')?;
    let path = target.split('?').next().unwrap_or(target);
    let known = path.starts_with("/gaze/v1/") && method.bytes().all(|b| b.is_ascii_uppercase());
    known.then(|| (method.to_owned(), path.to_owned()))
}

/// Whether a request's path is one of the operation's.
fn matches(pattern: &str, path: &str) -> bool {
    let parts: Vec<_> = pattern.split('/').collect();
    let given: Vec<_> = path.split('/').collect();
    parts.len() == given.len()
        && parts
            .iter()
            .zip(&given)
            .all(|(part, given)| part == given || part.starts_with('{'))
}
