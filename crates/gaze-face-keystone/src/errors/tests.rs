//! The whole table of refusals, as text, so that a change of any shows in a review.

use std::fmt::Write as _;

use gaze_domain::{ByteCount, ImageId, Noun, ProjectId, Quota, StoreId};

use super::*;

fn every_error() -> Vec<Error> {
    let image = ImageId::parse(&"1".repeat(32)).unwrap();
    let project = ProjectId::parse(&"2".repeat(32)).unwrap();
    let store = StoreId::parse(&"3".repeat(32)).unwrap();
    let secret = || "secret.example".to_owned();
    vec![
        Error::not_found(Noun::Project, project),
        Error::invalid("scope", "a project needs an id"),
        Error::exists(Noun::Project, project),
        Error::WrongState {
            noun: Noun::Project,
            id: "2".into(),
            state: "disabled".into(),
            needed: "enabled".into(),
        },
        Error::InUse {
            noun: Noun::User,
            id: "1".into(),
            reason: "has 500 sessions".into(),
        },
        Error::Protected { image },
        Error::Unauthenticated(AuthFailure::Missing),
        Error::Unauthenticated(AuthFailure::Malformed("no Signature".into())),
        Error::Unauthenticated(AuthFailure::WrongPassword),
        Error::Unauthenticated(AuthFailure::InvalidToken),
        Error::Unauthenticated(AuthFailure::UnknownAccessKey("AK".into())),
        Error::Unauthenticated(AuthFailure::WrongSignature),
        Error::Unauthenticated(AuthFailure::Skewed),
        Error::Unauthenticated(AuthFailure::Disabled),
        Error::forbidden("list", Noun::Project, project),
        Error::QuotaExceeded {
            project,
            project_name: "p".into(),
            quota: Quota::ImageCount,
            limit: 1,
            used: 1,
            requested: 1,
        },
        Error::TooLarge {
            what: "x".into(),
            limit: ByteCount(1),
        },
        Error::NoSpace {
            store,
            requested: ByteCount(1),
        },
        Error::NoStore { reason: "x".into() },
        Error::Unreachable {
            noun: Noun::Store,
            id: "3".into(),
            reason: secret(),
        },
        Error::refused("backing file"),
        Error::SourceRefused {
            source_url: secret(),
            reason: "loopback".into(),
        },
        Error::SourceFailed {
            source_url: secret(),
            reason: "reset".into(),
        },
        Error::Cancelled,
        Error::Throttled {
            retry_after_seconds: 1,
        },
        Error::Unavailable { what: secret() },
        Error::internal("listing", std::io::Error::other("secret.example")),
    ]
}

const TABLE: &str = "\
404 Could not find project: 22222222222222222222222222222222.
400 scope: a project needs an id
409 Conflict occurred attempting to store project - Duplicate entry found with name 22222222222222222222222222222222.
409 Conflict occurred: the project is disabled; enabled.
409 Conflict occurred: the user is in use: has 500 sessions.
409 Conflict occurred.
401 The request you have made requires authentication.
401 Incorrect IAM authentication information: no Signature
401 The username or password is wrong.
401 The request you have made requires authentication.
401 Incorrect IAM authentication information: Get secretKey failed
401 Incorrect IAM authentication information: verify aksk signature fail
401 Incorrect IAM authentication information: signature expired
401 The account or project is disabled.
403 You are not authorized to perform the requested action.
403 The quota has been reached.
413 Request is too large.
503 The service is temporarily not available.
503 The service is temporarily not available.
503 The service is temporarily not available.
400 The request is invalid.
400 The request is invalid.
400 The request is invalid.
409 Conflict occurred.
429 Too many requests.
503 The service is temporarily not available.
500 An unexpected error prevented the server from fulfilling your request.
";

#[test]
fn every_domain_error_has_its_status_and_sentence() {
    let mut table = String::new();
    for error in every_error() {
        writeln!(table, "{}", Refusal::from(&error)).unwrap();
    }
    assert_eq!(table, TABLE);
}
