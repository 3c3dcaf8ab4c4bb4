//! The whole table of refusals, as text, so that a change of any code shows in a review.

use std::fmt::Write as _;

use gaze_domain::{ByteCount, ProjectId, Quota, StoreId};

use axum::http::HeaderMap;

use super::render::{escaped, wants_json};
use super::*;

fn every_error() -> Vec<Error> {
    let image = ImageId::parse(&"1".repeat(32)).unwrap();
    let project = ProjectId::parse(&"2".repeat(32)).unwrap();
    let store = StoreId::parse(&"3".repeat(32)).unwrap();
    let secret = || "secret.example".to_owned();
    let wrong_state = |state: &str| Error::WrongState {
        noun: Noun::Image,
        id: image.hex(),
        state: state.into(),
        needed: "only a queued image takes an upload".into(),
    };
    vec![
        Error::not_found(Noun::Image, image),
        Error::not_found(Noun::Image, "name"),
        Error::not_found(Noun::Member, "m"),
        Error::not_found(Noun::Tag, "t"),
        Error::not_found(Noun::Store, "s"),
        Error::not_found(Noun::Job, "j"),
        Error::not_found(Noun::Namespace, "n"),
        Error::not_found(Noun::MetadefObject, "o"),
        Error::not_found(Noun::MetadefProperty, "p"),
        Error::not_found(Noun::MetadefTag, "t"),
        Error::not_found(Noun::ResourceType, "r"),
        Error::not_found(Noun::Project, project),
        Error::invalid("name", "too long"),
        Error::exists(Noun::Image, image),
        Error::exists(Noun::Member, "m"),
        Error::exists(Noun::Namespace, "n"),
        Error::exists(Noun::MetadefObject, "o"),
        wrong_state("active"),
        wrong_state("deleted"),
        Error::WrongState {
            noun: Noun::MetadefTag,
            id: "t".into(),
            state: "protected".into(),
            needed: "lift the namespace's protection first".into(),
        },
        Error::InUse {
            noun: Noun::Image,
            id: image.hex(),
            reason: "it is read".into(),
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
        Error::forbidden("delete the image", Noun::Image, image),
        Error::QuotaExceeded {
            project,
            project_name: "p".into(),
            quota: Quota::ImageBytes,
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
404 No image found with ID 11111111-1111-1111-1111-111111111111
404 No image found with ID name
404 m not found in the member list of the image.
404 The tag t was not found.
404 The store s was not found.
404 No task found with ID j
404 Metadata definition namespace=n was not found.
404 Could not find metadata object o
404 Could not find property p
404 Could not find metadata tag t
404 Failed to find resource type r
404 The project 22222222222222222222222222222222 was not found.
400 name: too long
409 Image ID 11111111-1111-1111-1111-111111111111 already exists!
409 The member m already exists.
409 The metadata definition namespace=n already exists.
409 The metadata object o already exists.
409 The image 11111111-1111-1111-1111-111111111111 is active: only a queued image takes an upload.
404 No image found with ID 11111111-1111-1111-1111-111111111111
403 The metadata tag t is protected and cannot be deleted.
409 The image 11111111-1111-1111-1111-111111111111 could not be changed because it is in use: it is read
403 Image 11111111-1111-1111-1111-111111111111 is protected and cannot be deleted.
401 The request you have made requires authentication.
401 The credentials are malformed: no Signature
401 The request you have made requires authentication.
401 The request you have made requires authentication.
401 The request you have made requires authentication.
401 The request you have made requires authentication.
401 The date of the signature is too far from the present.
401 The user or project is disabled.
403 You are not authorized to delete the image.
413 The size of the data would exceed the quota: the limit of image-bytes is 1.
413 Denying attempt to upload image larger than 1 bytes.
413 Image storage media is full: store 33333333333333333333333333333333.
503 The store of the image is not available at present.
503 The store of the image is not available at present.
400 The image data is refused: backing file
400 The source of the image is not allowed: loopback
400 The source of the image could not be read: reset
410 Image could not be found after upload. The image may have been deleted during the upload.
429 Too many requests.
503 The server is currently unavailable. Please try again at a later time.
500 The server has either erred or is incapable of performing the requested operation.
";

#[test]
fn every_domain_error_has_its_words() {
    let mut table = String::new();
    for error in every_error() {
        let refusal = Refusal::from(&error);
        writeln!(table, "{}", refusal.told()).unwrap();
        assert!(!refusal.message.contains("secret.example"), "{error}");
    }
    assert_eq!(table, TABLE);
}

#[test]
fn json_is_for_who_names_it() {
    for (accept, expected) in [
        (None, false),
        (Some("*/*"), false),
        (Some("application/json"), true),
        (Some("application/json, */*"), true),
        (Some("text/html,application/json;q=0.9"), false),
    ] {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        }
        assert_eq!(wants_json(&headers), expected, "{accept:?}");
    }
}

#[test]
fn what_a_client_sent_is_no_markup() {
    assert_eq!(escaped("<script>'\"&"), "&lt;script&gt;&#x27;&quot;&amp;");
}
