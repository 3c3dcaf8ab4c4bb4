use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use gaze_compute::{ComputeError, Folders, LockedFile, inspect_lock};
use tempfile::TempDir;

/// A folder with `allowed/` and `outside/`, each with a file `disk`.
struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        for folder in ["allowed", "outside"] {
            fs::create_dir(place.path(folder)).unwrap();
            fs::write(place.path(folder).join("disk"), folder).unwrap();
        }
        place
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(inside)
    }

    fn gate(&self) -> Folders {
        Folders::new([self.path("allowed")])
    }
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Opened(String),
    NotFound,
    Outside,
    NotARegularFile,
}

fn open(gate: &Folders, path: &Path) -> Outcome {
    match gate.open_for_read(path) {
        Ok(file) => Outcome::Opened(std::io::read_to_string(file).unwrap()),
        Err(ComputeError::NotFound { .. }) => Outcome::NotFound,
        Err(ComputeError::OutsideAllowedFolders { .. }) => Outcome::Outside,
        Err(ComputeError::NotARegularFile { .. }) => Outcome::NotARegularFile,
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn only_files_that_really_lie_in_an_allowed_folder_are_opened() {
    let place = Place::new();
    fs::create_dir_all(place.path("allowed/a/b")).unwrap();
    fs::write(place.path("allowed/a/b/deep"), "deep").unwrap();
    fs::create_dir(place.path("allowed-too")).unwrap();
    fs::write(place.path("allowed-too/disk"), "").unwrap();
    symlink("a/b/deep", place.path("allowed/inner")).unwrap();
    symlink(place.path("outside/disk"), place.path("allowed/escape")).unwrap();
    symlink("../outside", place.path("allowed/escape-folder")).unwrap();
    symlink(place.path("allowed/disk"), place.path("outside/back")).unwrap();
    symlink("nowhere", place.path("allowed/dangling")).unwrap();
    symlink("loop", place.path("allowed/loop")).unwrap();
    let gate = place.gate();
    let check = |path: &str, expected: Outcome| {
        assert_eq!(open(&gate, &place.path(path)), expected, "{path}");
    };
    check("allowed/disk", Outcome::Opened("allowed".into()));
    check("allowed/a/b/deep", Outcome::Opened("deep".into()));
    check("allowed/a/../disk", Outcome::Opened("allowed".into()));
    check("allowed/./a//b/deep", Outcome::Opened("deep".into()));
    check("allowed/inner", Outcome::Opened("deep".into()));
    check("outside/back", Outcome::Opened("allowed".into()));
    check("outside/disk", Outcome::Outside);
    check("allowed-too/disk", Outcome::Outside);
    check("allowed/../outside/disk", Outcome::Outside);
    check("allowed/a/../../outside/disk", Outcome::Outside);
    check("allowed/escape", Outcome::Outside);
    check("allowed/escape-folder/disk", Outcome::Outside);
    check("allowed/escape-folder/missing", Outcome::Outside);
    check("outside/missing", Outcome::Outside);
    check("allowed/../missing", Outcome::Outside);
    check("allowed/missing", Outcome::NotFound);
    check("allowed/missing/deeper", Outcome::NotFound);
    check("allowed/disk/deeper", Outcome::NotFound);
    check("allowed/dangling", Outcome::NotFound);
    check("allowed", Outcome::NotARegularFile);
    check("allowed/a", Outcome::NotARegularFile);
    check("/etc/passwd", Outcome::Outside);
    check("/dev/null", Outcome::Outside);
    assert_eq!(open(&gate, Path::new("allowed/disk")), Outcome::Outside);
    assert_eq!(open(&gate, Path::new("")), Outcome::Outside);
    assert!(matches!(
        gate.open_for_read(&place.path("allowed/loop")),
        Err(ComputeError::Io {
            doing: "resolve",
            ..
        })
    ));
}

#[test]
fn the_real_path_is_told() {
    let place = Place::new();
    symlink("disk", place.path("allowed/link")).unwrap();
    let real = place.gate().check(&place.path("allowed/link")).unwrap();
    assert_eq!(real, place.path("allowed/disk"));
}

#[test]
fn a_root_may_be_a_link_or_missing_and_without_roots_nothing_is_allowed() {
    let place = Place::new();
    symlink("allowed", place.path("root")).unwrap();
    let gate = Folders::new([place.path("gone"), place.path("root")]);
    assert_eq!(
        open(&gate, &place.path("root/disk")),
        Outcome::Opened("allowed".into())
    );
    assert_eq!(open(&gate, &place.path("gone/disk")), Outcome::Outside);
    assert_eq!(
        open(&Folders::new([]), &place.path("allowed/disk")),
        Outcome::Outside
    );
}

#[test]
fn a_pipe_is_refused_without_waiting_for_its_other_end() {
    let place = Place::new();
    let pipe = place.path("allowed/pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(open(&place.gate(), &pipe), Outcome::NotARegularFile);
    assert!(matches!(
        inspect_lock(&pipe),
        Err(ComputeError::NotARegularFile { .. })
    ));
    assert!(matches!(
        LockedFile::open_shared(&pipe),
        Err(ComputeError::NotARegularFile { .. })
    ));
}

#[test]
fn devices_and_sockets_are_refused() {
    let place = Place::new();
    let _socket = std::os::unix::net::UnixListener::bind(place.path("allowed/socket")).unwrap();
    assert_eq!(
        open(&place.gate(), &place.path("allowed/socket")),
        Outcome::NotARegularFile
    );
    let gate = Folders::new([PathBuf::from("/dev")]).with_block_devices();
    assert_eq!(
        open(&gate, Path::new("/dev/null")),
        Outcome::NotARegularFile
    );
}

#[test]
fn a_link_at_the_end_is_not_followed_without_the_gate() {
    let place = Place::new();
    symlink("disk", place.path("allowed/link")).unwrap();
    assert!(matches!(
        LockedFile::open_shared(&place.path("allowed/link")),
        Err(ComputeError::Io { doing: "open", .. })
    ));
}

#[test]
fn a_path_that_is_swapped_all_the_time_never_leads_outside() {
    let place = Place::new();
    fs::create_dir(place.path("allowed/folder")).unwrap();
    fs::write(place.path("allowed/folder/disk"), "allowed").unwrap();
    symlink(place.path("outside"), place.path("allowed/trap")).unwrap();
    let gate = place.gate();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let outcomes = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                rustix::fs::renameat_with(
                    rustix::fs::CWD,
                    place.path("allowed/folder"),
                    rustix::fs::CWD,
                    place.path("allowed/trap"),
                    rustix::fs::RenameFlags::EXCHANGE,
                )
                .unwrap();
            }
        });
        let path = place.path("allowed/folder/disk");
        let outcomes: Vec<_> = (0..3000).map(|_| open(&gate, &path)).collect();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        outcomes
    });
    for outcome in outcomes {
        assert!(
            matches!(&outcome, Outcome::Outside | Outcome::NotFound)
                || outcome == Outcome::Opened("allowed".into()),
            "{outcome:?}"
        );
    }
}
