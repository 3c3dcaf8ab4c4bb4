//! The whole table of refusals, as text, so that a change of any code shows in a review.

use std::fmt::Write as _;

use gaze_domain::{ByteCount, ImageId, ProjectId, Quota, StoreId};

use super::*;

fn every_error() -> Vec<Error> {
    let image = ImageId::parse(&"1".repeat(32)).unwrap();
    let project = ProjectId::parse(&"2".repeat(32)).unwrap();
    let store = StoreId::parse(&"3".repeat(32)).unwrap();
    let secret = || "secret.example".to_owned();
    vec![
        Error::not_found(Noun::Image, image),
        Error::not_found(Noun::Region, "x"),
        Error::not_found(Noun::Project, project),
        Error::not_found(Noun::Instance, "x"),
        Error::not_found(Noun::Volume, "x"),
        Error::not_found(Noun::Tag, "x"),
        Error::not_found(Noun::Store, store),
        Error::invalid("name", "too long"),
        Error::exists(Noun::Image, image),
        Error::WrongState {
            noun: Noun::Image,
            id: "1".into(),
            state: "queued".into(),
            needed: "active".into(),
        },
        Error::InUse {
            noun: Noun::Instance,
            id: "1".into(),
            reason: "running".into(),
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
        Error::forbidden("list", Noun::Image, image),
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
image 11111111111111111111111111111111 was not found -> 400 IMG.0027
region x was not found -> 400 IMG.0147
project 22222222222222222222222222222222 was not found -> 400 IMG.0108
instance x was not found -> 400 IMG.0005
volume x was not found -> 400 IMG.0120
tag x was not found -> 400 IMG.0115
store 33333333333333333333333333333333 was not found -> 400 IMG.0121
name: too long -> 400 IMG.0001
image 11111111111111111111111111111111 already exists -> 400 IMG.0009
image 1 is queued; active -> 400 IMG.0046
instance 1 is in use: running -> 400 IMG.0010
image 11111111111111111111111111111111 is protected; lift its protection first -> 400 IMG.0091
no credentials were given -> 401 APIGW.0301
the credentials are malformed: no Signature -> 401 APIGW.0301
wrong user name or password -> 401 APIGW.0301
the token is unknown, expired or revoked -> 401 APIGW.0301
access key AK does not exist or is disabled -> 401 APIGW.0301
the signature does not match -> 401 APIGW.0301
the request's date is too far from the present -> 401 APIGW.0301
the user or project is disabled, or the user has no role -> 401 APIGW.0301
not allowed: list -> 403 IMG.0026
quota image-count of project p: limit 1, used 1, asked for 1 -> 400 IMG.0015
x is larger than the limit of 1 B -> 400 IMG.0059
store 33333333333333333333333333333333 has no room for 1 B -> 503 IMG.0014
no store can take the image: x -> 503 IMG.0014
store 3 is unavailable: secret.example -> 503 IMG.0014
the image was refused: backing file -> 400 IMG.0057
source secret.example is not allowed: loopback -> 400 IMG.0069
source secret.example could not be read: reset -> 400 IMG.0069
cancelled -> 400 IMG.0018
too many requests; try again in 1 s -> 429 APIGW.0308
the service is not available: secret.example -> 503 IMG.0061
internal error while listing -> 500 IMG.0061
";

#[test]
fn every_domain_error_has_its_code() {
    let mut table = String::new();
    for error in every_error() {
        let refusal = Refusal::from(&error);
        writeln!(table, "{error} -> {} {}", refusal.status, refusal.code).unwrap();
        assert!(!refusal.message.contains("secret.example"), "{error}");
    }
    assert_eq!(table, TABLE);
}

#[test]
fn an_expired_signature_shows_both_times() {
    let now = "2023-05-27T02:06:08Z".parse().unwrap();
    assert_eq!(
        Refusal::expired("20230527T000431Z", now).message,
        "Incorrect IAM authentication information: signature expired, \
         signature time:20230527T000431Z,server time:20230527T020608Z"
    );
}
