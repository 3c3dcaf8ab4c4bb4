use std::io::Write as _;
use std::process::Stdio;

use crate::service::{PASSWORD, Service, gaze, stderr};

#[test]
fn on_the_same_host_commands_need_no_credentials() {
    let service = Service::start();
    let shown = service.json("whoami");
    assert_eq!(shown["user"]["name"], "admin");
    assert_eq!(shown["role"], "admin");
}

#[test]
fn without_credentials_a_command_says_where_they_could_come_from() {
    let service = Service::start();
    let elsewhere = tempfile::tempdir().unwrap();
    let output = gaze(elsewhere.path())
        .args(["image", "list", "--url", &service.url])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        format!(
            "error: there are no credentials for {}\n\
             hint: log in with `gaze login`, or give --token, GAZE_TOKEN, or GAZE_USER and \
             GAZE_PASSWORD\n",
            service.url
        )
    );
}

#[test]
fn a_login_is_saved_until_logout() {
    let service = Service::start();
    let elsewhere = tempfile::tempdir().unwrap();
    let command = |line: &[&str]| {
        let mut command = gaze(elsewhere.path());
        command.args(line).env("GAZE_URL", &service.url);
        command
    };
    let mut login = command(&["login", "admin"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(login.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    let output = login.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("logged in as admin until "), "{said}");

    let output = command(&["whoami", "--output", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(command(&["logout"]).output().unwrap().status.success());
    assert_eq!(
        command(&["whoami"]).output().unwrap().status.code(),
        Some(1)
    );
}

#[test]
fn a_wrong_password_or_token_is_refused() {
    let service = Service::start();
    let output = service
        .gaze()
        .arg("whoami")
        .env("GAZE_USER", "admin")
        .env("GAZE_PASSWORD", "wrong")
        .output()
        .unwrap();
    assert_eq!(stderr(&output), "error: wrong user name or password\n");
    assert_eq!(
        service.fails("whoami --token nonsense"),
        "error: the token is unknown, expired or revoked\n\
         hint: log in with `gaze login`, or give --token or GAZE_TOKEN\n"
    );
}

#[test]
fn a_service_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = gaze(folder.path())
        .args(["status", "--url", "http://127.0.0.1:1", "--token", "x"])
        .output()
        .unwrap();
    let said = stderr(&output);
    assert!(
        said.starts_with("error: http://127.0.0.1:1 cannot be reached: "),
        "{said}"
    );
    assert!(
        said.contains("\nhint: start a service with `gaze serve`"),
        "{said}"
    );
}
