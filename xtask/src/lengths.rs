//! Source files stay short enough to be read in one sitting.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace;

/// Most lines of a file, unless it is listed.
const MOST_LINES: usize = 400;
/// Files that may be longer, one path a line, each with a reason after `#`.
const EXCEPTIONS: &str = include_str!("../long-files.txt");

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_file_is_longer_than_allowed_and_no_exception_is_idle() {
    let root = workspace::root();
    let mut found = Vec::new();
    for folder in ["crates", "xtask", "bench"] {
        if root.join(folder).is_dir() {
            sources(&root.join(folder), &mut found);
        }
    }
    let long: BTreeSet<String> = found
        .into_iter()
        .filter(|path| fs::read_to_string(path).unwrap().lines().count() > MOST_LINES)
        .map(|path| path.strip_prefix(root).unwrap().display().to_string())
        .collect();
    let listed: BTreeSet<String> = EXCEPTIONS
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (path, reason) = line.split_once(" # ").expect("an exception has a reason");
            assert!(!reason.trim().is_empty(), "{path} has no reason");
            path.trim().to_owned()
        })
        .collect();
    assert_eq!(
        long, listed,
        "left: files over {MOST_LINES} lines; right: long-files.txt"
    );
}
