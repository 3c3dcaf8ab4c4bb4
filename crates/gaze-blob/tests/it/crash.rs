//! The durable-write protocol under SIGKILL: the process is killed while it writes, again and
//! again, and what is visible afterwards is whole.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;
use gaze_blob::suite::{all_digests, bytes_of, key, read};
use gaze_blob::{FsStore, Store};

const ROOT: &str = "GAZE_BLOB_CRASH_ROOT";
const ROUND: &str = "GAZE_BLOB_CRASH_ROUND";
const ROUNDS: u64 = 24;
const CHUNK_BYTES: usize = 64 * 1024;

/// What the blob `number` of a round holds.
fn contents(round: u64, number: u64) -> Bytes {
    let len = usize::try_from(number * 7 % 5 * 300_007 + number).unwrap();
    bytes_of(round * 1000 + number + 1, len)
}

fn contents_of(name: &str) -> Bytes {
    let (round, number) = name.split_once('/').unwrap();
    contents(round.parse().unwrap(), number.parse().unwrap())
}

/// The process that is killed: writes blobs, and says each step.
#[tokio::test]
#[ignore = "the child process of blobs_are_whole_after_every_kill"]
async fn write_until_killed() {
    let (Some(root), Some(round)) = (std::env::var_os(ROOT), std::env::var_os(ROUND)) else {
        return;
    };
    let round: u64 = round.to_str().unwrap().parse().unwrap();
    let mut out = std::io::stdout();
    let store = FsStore::open(root, "crash").await.unwrap();
    for number in 0.. {
        let name = format!("{round}/{number}");
        let data = contents(round, number);
        let mut writer = store.writer(&key(&name), all_digests()).await.unwrap();
        for chunk in data.chunks(CHUNK_BYTES) {
            writer.write(Bytes::copy_from_slice(chunk)).await.unwrap();
            out.write_all(b"step\n").unwrap();
        }
        writer.finish().await.unwrap();
        writeln!(out, "stored {name}").unwrap();
    }
}

/// Starts the child, kills it after it has said `steps` lines, and returns what it said it stored.
fn run_and_kill(root: &Path, round: u64, steps: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::write_until_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(ROOT, root)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stored = Vec::new();
    let mut killed = false;
    let lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let said = lines.filter(|line| line == "step" || line.starts_with("stored "));
    for (step, line) in said.enumerate() {
        stored.extend(line.strip_prefix("stored ").map(str::to_owned));
        if step == steps {
            child.kill().unwrap();
            killed = true;
        }
    }
    assert!(killed, "the child ended by itself");
    child.wait().unwrap();
    stored
}

#[tokio::test]
async fn blobs_are_whole_after_every_kill() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("store");
    FsStore::create(&root, "crash").await.unwrap();
    let mut removed = 0;
    let mut stored = BTreeSet::new();
    for round in 0..ROUNDS {
        let steps = usize::try_from(round * round * 31 % 97).unwrap();
        stored.extend(run_and_kill(&root, round, steps));

        let store = FsStore::open(&root, "crash").await.unwrap();
        let mut visible = BTreeSet::new();
        for entry in store.list(&format!("{round}/")).await.unwrap() {
            let name = entry.key.to_string();
            assert!(
                read(&store, &name).await.unwrap() == contents_of(&name),
                "{name}"
            );
            visible.insert(name);
        }
        let said: BTreeSet<_> = stored
            .iter()
            .filter(|name| name.starts_with(&format!("{round}/")))
            .cloned()
            .collect();
        assert!(
            visible.is_superset(&said),
            "said {said:?}, visible {visible:?}"
        );
        // At most the one that was published and could not be told.
        assert!(visible.len() <= said.len() + 1);
        let swept = store.sweep_tmp(|_| false).await.unwrap();
        assert_eq!(swept.in_use, 0, "the lock outlived its process");
        assert_eq!(crate::files::tmp_files(&store), 0);
        removed += swept.removed;
    }
    assert!(removed > 0, "no kill ever hit a writer");
    assert!(!stored.is_empty(), "nothing was ever stored");
}
