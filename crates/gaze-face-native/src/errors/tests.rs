use std::collections::BTreeSet;

use gaze_domain::quota::Quota;
use gaze_domain::{ByteCount, ImageId, ProjectId, StoreId};

use super::*;

const UUID: &str = "e4891e6ef3a64ea08ce91ab379a5c856";

fn each_error() -> Vec<Error> {
    let id = || UUID.to_owned();
    vec![
        Error::not_found(Noun::Image, UUID),
        Error::invalid("name", "must not be empty"),
        Error::exists(Noun::Store, "fast"),
        Error::WrongState {
            noun: Noun::Image,
            id: id(),
            state: "queued".into(),
            needed: "upload it first".into(),
        },
        Error::InUse {
            noun: Noun::Instance,
            id: id(),
            reason: "it is running".into(),
        },
        Error::InUse {
            noun: Noun::Store,
            id: id(),
            reason: "it holds images".into(),
        },
        Error::Protected {
            image: ImageId::parse(UUID).unwrap(),
        },
        AuthFailure::Missing.into(),
        AuthFailure::WrongPassword.into(),
        AuthFailure::InvalidToken.into(),
        AuthFailure::Disabled.into(),
        Error::forbidden("delete the image", Noun::Image, UUID),
        Error::QuotaExceeded {
            project: ProjectId::parse(UUID).unwrap(),
            project_name: "web".into(),
            quota: Quota::ImageCount,
            limit: 20,
            used: 20,
            requested: 1,
        },
        Error::TooLarge {
            what: "the image".into(),
            limit: ByteCount(1 << 30),
        },
        Error::NoSpace {
            store: StoreId::parse(UUID).unwrap(),
            requested: ByteCount(1 << 30),
        },
        Error::NoStore {
            reason: "none is enabled".into(),
        },
        Error::Unreachable {
            noun: Noun::Store,
            id: id(),
            reason: "it is disabled".into(),
        },
        Error::refused("it is empty"),
        Error::SourceRefused {
            source_url: "http://10.0.0.1/".into(),
            reason: "it is private".into(),
        },
        Error::SourceFailed {
            source_url: "http://example.org/".into(),
            reason: "it answered 404".into(),
        },
        Error::Cancelled,
        Error::Throttled {
            retry_after_seconds: 7,
        },
        Error::Unavailable {
            what: "the database".into(),
        },
        Error::internal("listing images", "disk I/O error"),
    ]
}

/// The whole table; a change here is a change of the API.
#[test]
fn each_error_has_its_status_kind_and_words() {
    let table: Vec<String> = each_error()
        .iter()
        .map(|error| {
            let refusal = Refusal::of(error);
            let field = refusal
                .field
                .map_or(String::new(), |field| format!(" [{field}]"));
            format!(
                "{} {}{field}: {}",
                refusal.kind.status, refusal.kind.name, refusal.detail
            )
        })
        .collect();
    let expected = [
        "404 not-found: image e4891e6ef3a64ea08ce91ab379a5c856 was not found",
        "400 invalid [name]: must not be empty",
        "409 exists: store fast already exists",
        "409 wrong-state: image e4891e6ef3a64ea08ce91ab379a5c856 is queued; upload it first",
        "409 in-use: instance e4891e6ef3a64ea08ce91ab379a5c856 is in use: it is running",
        "409 in-use: store e4891e6ef3a64ea08ce91ab379a5c856 is in use: it holds images",
        "409 protected: image e4891e6ef3a64ea08ce91ab379a5c856 is protected; lift its protection \
         first",
        "401 unauthenticated: no credentials were given",
        "401 wrong-password: wrong user name or password",
        "401 unauthenticated: the token is unknown, expired or revoked",
        "401 unauthenticated: the user or project is disabled, or the user has no role",
        "403 forbidden: not allowed: delete the image",
        "403 quota: quota image-count of project web: limit 20, used 20, asked for 1",
        "413 too-large: the image is larger than the limit of 1.0 GiB",
        "507 no-space: store e4891e6ef3a64ea08ce91ab379a5c856 has no room for 1.0 GiB",
        "409 no-store: no store can take the image: none is enabled",
        "503 unreachable: store e4891e6ef3a64ea08ce91ab379a5c856 is unavailable: it is disabled",
        "422 refused: the image was refused: it is empty",
        "422 source-refused: source http://10.0.0.1/ is not allowed: it is private",
        "502 source-failed: source http://example.org/ could not be read: it answered 404",
        "409 cancelled: cancelled",
        "429 throttled: too many requests; try again in 7 s",
        "503 unavailable: the service is not available: the database",
        "500 internal: internal error while listing images",
    ];
    assert_eq!(table, expected);
}

#[test]
fn a_cause_within_the_service_is_not_told() {
    let refusal = Refusal::from(Error::internal("listing images", "disk I/O error"));
    assert!(!refusal.detail.contains("disk"), "{}", refusal.detail);
    assert_eq!(refusal.hint, None);
}

#[test]
fn kinds_have_names_of_their_own() {
    let names: BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), KINDS.len());
}
