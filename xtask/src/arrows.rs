//! Which crate may know which: the walls of the architecture, compared both ways with what
//! `cargo metadata` says.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::workspace;

/// Who knows whom.
type Arrows = BTreeSet<(String, String)>;

/// For each crate, the crates of the workspace that it knows. What only its tests know is in
/// [`TESTS`].
const ARROWS: &[(&str, &[&str])] = &[
    ("gaze-domain", &[]),
    ("gaze-sql", &[]),
    ("gaze-digest", &[]),
    ("gaze-blob", &["gaze-digest"]),
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
    ("gaze-face-glance", FACE),
    ("gaze-face-huawei", FACE),
    ("gaze-face-keystone", FACE),
    ("gaze-face-native", FACE),
    ("gaze-face-zstack", FACE),
    (
        "gaze-testkit",
        &[
            "gaze-app",
            // Forces columns of images, whose classes follow.
            "gaze-catalog",
            "gaze-disk",
            "gaze-domain",
            "gaze-http",
            "gaze-sql",
        ],
    ),
    (
        "gaze",
        &[
            "gaze-app",
            // The demonstration writes its own bootable disk.
            "gaze-disk",
            "gaze-domain",
            "gaze-face-didi",
            "gaze-face-glance",
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

/// What the tests of a crate know beyond what the crate does.
const TESTS: &[(&str, &[&str])] = &[
    ("gaze-app", &["gaze-testkit"]),
    ("gaze", &["gaze-testkit"]),
    ("gaze-face-didi", &["gaze-testkit"]),
    ("gaze-face-glance", &["gaze-testkit"]),
    ("gaze-face-huawei", &["gaze-testkit"]),
    ("gaze-face-keystone", &["gaze-testkit"]),
    ("gaze-face-native", &["gaze-testkit"]),
    // Its tests count the statements of a list.
    ("gaze-face-zstack", &["gaze-sql", "gaze-testkit"]),
];

/// Faces never see each other, nor anything below the app.
const FACE: &[&str] = &["gaze-app", "gaze-domain", "gaze-http"];

/// The arrows of some kinds that `cargo metadata` tells, and the names of all members.
fn actual(kinds: &[&str]) -> (Arrows, BTreeSet<String>) {
    let metadata = workspace::metadata().unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let names: BTreeSet<String> = packages
        .iter()
        .map(|package| text(&package["name"]))
        .collect();
    let mut arrows = Arrows::new();
    for package in packages {
        let from = text(&package["name"]);
        for known in package["dependencies"].as_array().unwrap() {
            let to = text(&known["name"]);
            let kind = known["kind"].as_str().unwrap_or("normal");
            if kinds.contains(&kind) && names.contains(&to) && to != from {
                arrows.insert((from.clone(), to));
            }
        }
    }
    (arrows, names)
}

fn listed(list: &[(&str, &[&str])]) -> Arrows {
    let arrow = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    list.iter()
        .flat_map(|(from, known)| known.iter().map(|to| arrow(from, to)))
        .collect()
}

fn compare(actual: &Arrows, listed: &Arrows) {
    let new: Vec<_> = actual.difference(listed).collect();
    let idle: Vec<_> = listed.difference(actual).collect();
    assert!(new.is_empty(), "not allowed: {new:?}");
    assert!(idle.is_empty(), "allowed and not used: {idle:?}");
}

#[test]
fn every_crate_knows_exactly_what_the_architecture_allows() {
    let (arrows, names) = actual(&["normal", "build"]);
    compare(&arrows, &listed(ARROWS));
    let described: BTreeSet<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, described, "left: members; right: the list");
}

#[test]
fn tests_know_exactly_what_the_architecture_allows() {
    let normal = actual(&["normal", "build"]).0;
    let mut tests = actual(&["dev"]).0;
    tests.retain(|arrow| !normal.contains(arrow));
    compare(&tests, &listed(TESTS));
}
