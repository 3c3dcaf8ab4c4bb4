//! Which crate may know which: the walls of the architecture, compared both ways with what
//! `cargo metadata` says.

use std::collections::{BTreeMap, BTreeSet};

use crate::workspace;

/// For each crate, the crates of the workspace that it knows. What only its tests know is in
/// [`TESTS`].
const ARROWS: &[(&str, &[&str])] = &[
    ("gaze-domain", &[]),
    ("gaze-sql", &[]),
    ("gaze-blob", &[]),
    ("gaze-disk", &[]),
    ("gaze-compute", &[]),
    ("gaze-jobs", &["gaze-sql"]),
    ("gaze-catalog", &["gaze-domain", "gaze-sql"]),
    (
        "gaze-app",
        &[
            "gaze-blob",
            "gaze-catalog",
            "gaze-compute",
            "gaze-disk",
            "gaze-domain",
            "gaze-jobs",
            "gaze-sql",
        ],
    ),
    ("gaze-http", &["gaze-domain"]),
    ("gaze-face-didi", FACE),
    ("gaze-face-huawei", FACE),
    ("gaze-face-keystone", FACE),
    ("gaze-face-native", FACE),
    ("gaze-face-zstack", FACE),
    ("gaze-testkit", &["gaze-app", "gaze-domain"]),
    (
        "gaze",
        &[
            "gaze-app",
            "gaze-domain",
            "gaze-face-didi",
            "gaze-face-huawei",
            "gaze-face-keystone",
            "gaze-face-native",
            "gaze-face-zstack",
            "gaze-http",
            "gaze-sql",
        ],
    ),
    ("xtask", &[]),
];

/// What the tests of a crate know beside it.
const TESTS: &[(&str, &[&str])] = &[
    ("gaze-face-didi", &["gaze-testkit"]),
    ("gaze-face-huawei", &["gaze-testkit"]),
    ("gaze-face-keystone", &["gaze-testkit"]),
    ("gaze-face-native", &["gaze-testkit"]),
    ("gaze-face-zstack", &["gaze-testkit"]),
];

/// Faces never see each other, nor anything below the app.
const FACE: &[&str] = &["gaze-app", "gaze-domain", "gaze-http"];

fn actual(kinds: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let metadata = workspace::metadata().unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let names: BTreeSet<&str> = packages
        .iter()
        .map(|package| package["name"].as_str().unwrap())
        .collect();
    packages
        .iter()
        .map(|package| {
            let name = package["name"].as_str().unwrap();
            let known = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|known| kinds.contains(&known["kind"].as_str().unwrap_or("normal")))
                .map(|known| known["name"].as_str().unwrap())
                .filter(|known| names.contains(known) && *known != name)
                .map(str::to_owned)
                .collect();
            (name.to_owned(), known)
        })
        .collect()
}

fn listed(arrows: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    arrows
        .iter()
        .map(|(name, known)| ((*name).to_owned(), owned(known)))
        .collect()
}

#[test]
fn every_crate_knows_exactly_what_the_architecture_allows() {
    assert_eq!(
        actual(&["normal", "build"]),
        listed(ARROWS),
        "left: Cargo.toml; right: the list"
    );
}

#[test]
fn tests_know_exactly_what_the_architecture_allows() {
    let mut tests = actual(&["dev"]);
    tests.retain(|_, known| !known.is_empty());
    assert_eq!(tests, listed(TESTS), "left: Cargo.toml; right: the list");
}
