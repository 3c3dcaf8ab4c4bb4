use tempfile::TempDir;

use crate::service::{gaze, stderr};

#[test]
fn check_explains_each_mistake_and_fails() {
    let folder = TempDir::new().unwrap();
    let text = "[server]\nlistne = \"0.0.0.0:80\"\n\n[jobs]\ntransfers = \"four\"\n";
    std::fs::write(folder.path().join("gaze.toml"), text).unwrap();
    let output = gaze(folder.path())
        .args(["config", "check"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "error: gaze.toml:5:13: jobs.transfers takes a whole number, not \"four\"\n\
         error: gaze.toml:2:1: [server] has no key \"listne\"\n\
         hint: did you mean \"listen\"?\n"
    );
}

#[test]
fn check_says_what_it_looked_at() {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("other.toml"),
        "[log]\nlevel = \"debug\"\n",
    )
    .unwrap();
    let output = gaze(folder.path())
        .args(["config", "check", "other.toml"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "other.toml and the environment are well\n"
    );
}

#[test]
fn serve_refuses_a_configuration_with_mistakes() {
    let folder = TempDir::new().unwrap();
    let output = gaze(folder.path())
        .args(["serve", "--listen", "9292"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "error: --listen: takes an address and port such as 127.0.0.1:9292, not \"9292\"\n"
    );
}

#[test]
fn show_prints_what_results() {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("gaze.toml"),
        "[place]\nregion = \"bj\"\n",
    )
    .unwrap();
    let output = gaze(folder.path())
        .args(["config", "show"])
        .env("GAZE_PLACE_ZONE", "bj01")
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("region = \"bj\"\n"), "{shown}");
    assert!(shown.contains("zone = \"bj01\"\n"), "{shown}");
    assert!(shown.contains("# public_url is not set\n"), "{shown}");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let folder = TempDir::new().unwrap();
    for line in [
        &["image", "frobnicate"][..],
        &["image", "add"],
        &["--nonsense"],
        &[],
    ] {
        let output = gaze(folder.path()).args(line).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{line:?}");
    }
}
