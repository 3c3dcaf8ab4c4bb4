//! Files are made below allowed folders only, and never over what is there.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use gaze_compute::{ComputeError, Folders, share_like};

/// `pool/` is allowed, `outside/` is not.
fn place() -> (tempfile::TempDir, Folders) {
    let dir = tempfile::tempdir().unwrap();
    for name in ["pool", "pool/below", "outside"] {
        fs::create_dir(dir.path().join(name)).unwrap();
    }
    let gate = Folders::new([dir.path().join("pool")]);
    (dir, gate)
}

#[test]
fn only_allowed_folders_and_those_below_are_opened() {
    let (dir, gate) = place();
    let at = |name: &str| dir.path().join(name);
    symlink(at("outside"), at("pool/link")).unwrap();
    symlink(at("pool/below"), at("outside/back")).unwrap();
    fs::write(at("pool/file"), "").unwrap();
    for name in ["pool", "pool/below", "outside/back"] {
        let opened = gate.open_folder(&at(name)).unwrap();
        assert!(
            opened
                .path()
                .starts_with(at("pool").canonicalize().unwrap())
        );
    }
    for name in ["outside", "pool/link", "pool/..", "nowhere", "pool/file"] {
        let refused = gate.open_folder(&at(name));
        let outside = matches!(refused, Err(ComputeError::OutsideAllowedFolders { .. }));
        assert!(outside, "{name}: {refused:?}");
    }
    let missing = gate.open_folder(&at("pool/missing"));
    assert!(matches!(missing, Err(ComputeError::NotFound { .. })));
    assert!(Folders::new([]).open_folder(&at("pool")).is_err());
}

#[test]
fn a_file_is_made_once_and_never_over_another() {
    let (dir, gate) = place();
    let at = |name: &str| dir.path().join("pool").join(name);
    let folder = gate.open_folder(&dir.path().join("pool")).unwrap();
    folder.create("new").unwrap().write_all(b"bytes").unwrap();
    assert_eq!(fs::read(at("new")).unwrap(), b"bytes");
    let mode = fs::metadata(at("new")).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "nobody else reads it");
    assert!(folder.create("new").is_err());
    symlink(dir.path().join("outside/made"), at("dangling")).unwrap();
    assert!(folder.create("dangling").is_err());
    assert!(!dir.path().join("outside/made").exists());
}

#[test]
fn a_name_that_is_taken_is_not_given_again() {
    let (dir, gate) = place();
    let at = |name: &str| dir.path().join("pool").join(name);
    let folder = gate.open_folder(&dir.path().join("pool")).unwrap();
    fs::write(at("old"), "old").unwrap();
    fs::write(at("first"), "first").unwrap();
    assert!(!folder.publish("first", "old").unwrap());
    assert_eq!(fs::read(at("old")).unwrap(), b"old");
    assert!(folder.publish("first", "second").unwrap());
    assert!(!at("first").exists());
    assert_eq!(fs::read(at("second")).unwrap(), b"first");
    assert_eq!(folder.len_of("second").unwrap(), Some(5));
    assert_eq!(folder.len_of("first").unwrap(), None);
    folder.remove("second").unwrap();
    folder.remove("second").unwrap();
    assert!(!at("second").exists());
    assert!(folder.publish("missing", "any").is_err());
}

#[test]
fn names_are_single_parts() {
    let (dir, gate) = place();
    let folder = gate.open_folder(&dir.path().join("pool")).unwrap();
    for name in ["", ".", "..", "../outside/x", "below/x", "/x", "a\0b"] {
        assert!(folder.create(name).is_err(), "{name}");
        assert!(folder.remove(name).is_err(), "{name}");
        assert!(folder.subfolder(name).is_err(), "{name}");
        assert!(folder.publish("x", name).is_err(), "{name}");
    }
}

#[test]
fn a_subfolder_is_made_once_and_no_link_is_followed() {
    let (dir, gate) = place();
    let folder = gate.open_folder(&dir.path().join("pool")).unwrap();
    for _ in 0..2 {
        let below = folder.subfolder("images").unwrap();
        assert!(below.path().ends_with("images"));
    }
    symlink(dir.path().join("outside"), dir.path().join("pool/away")).unwrap();
    let refused = folder.subfolder("away");
    assert!(matches!(
        refused,
        Err(ComputeError::OutsideAllowedFolders { .. })
    ));
    let missing = folder.open_below("missing");
    assert!(matches!(missing, Err(ComputeError::NotFound { .. })));
}

#[test]
fn a_file_is_shared_like_another_within_a_mask() {
    let (dir, _gate) = place();
    let (old, new) = (dir.path().join("old"), dir.path().join("new"));
    fs::write(&old, "").unwrap();
    fs::write(&new, "").unwrap();
    fs::set_permissions(&old, fs::Permissions::from_mode(0o4755)).unwrap();
    let (model, file) = (File::open(&old).unwrap(), File::open(&new).unwrap());
    assert!(share_like(&file, &model, 0o666).unwrap());
    let mode = fs::metadata(&new).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o644);
}
