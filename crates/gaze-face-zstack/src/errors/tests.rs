use gaze_domain::{ByteCount, ImageId, ProjectId, Quota, StoreId};
use uuid::Uuid;

use super::*;

const ID: &str = "00000000000000000000000000000001";

fn subject() -> Subject {
    Subject {
        class: "org.zstack.header.image.APIChangeImageStateMsg",
        account: Some(ProjectId::new(Uuid::from_u128(7))),
        fields: &[],
    }
}

/// One of every variant, with what it is answered: `code: details`, causes after ` <- `, or
/// `status: text`.
fn table() -> Vec<(Error, &'static str)> {
    let id = || ID.to_owned();
    let reason = || "why".to_owned();
    vec![
        (
            Error::not_found(Noun::Image, ID),
            "SYS.1003: invalid field[uuid], resource[uuid:00000000000000000000000000000001, type:ImageVO] not found",
        ),
        (
            Error::not_found(Noun::Store, ID),
            "SYS.1003: invalid field[backupStorageUuids], resource[uuids:[00000000000000000000000000000001], type:BackupStorageVO] not found",
        ),
        (
            Error::not_found(Noun::Volume, ID),
            "SYS.1003: invalid field[rootVolumeUuid], resource[uuid:00000000000000000000000000000001, type:VolumeVO] not found",
        ),
        (
            Error::not_found(Noun::Instance, ID),
            "SYS.1003: invalid field[vmInstanceUuid], resource[uuid:00000000000000000000000000000001, type:VmInstanceVO] not found",
        ),
        (
            Error::invalid("media", "is odd"),
            "SYS.1007: field[mediaType] is odd",
        ),
        (
            Error::exists(Noun::Image, ID),
            "SYS.1000: Duplicate entry '00000000000000000000000000000001' for key 'ImageVO.PRIMARY'",
        ),
        (
            Error::exists(Noun::Zone, ID),
            "SYS.1000: Duplicate entry '00000000000000000000000000000001' for key 'ZoneVO.PRIMARY'",
        ),
        (
            Error::exists(Noun::Pool, "default"),
            "SYS.1007: the name[default] is taken by another primary storage",
        ),
        (
            Error::exists(Noun::Job, ID),
            "400: Duplicate job uuid[00000000000000000000000000000001]",
        ),
        (
            Error::WrongState {
                noun: Noun::Image,
                id: id(),
                state: "active".into(),
                needed: "delete it first".into(),
            },
            "SYS.1006: image[uuid:00000000000000000000000000000001] is active; delete it first",
        ),
        (
            Error::InUse {
                noun: Noun::Volume,
                id: id(),
                reason: "a running VM has it".into(),
            },
            r#"SYS.1000: {"code":"SYS.1006","description":"An operation failed","details":"volume[uuid:00000000000000000000000000000001] is in use: a running VM has it. VM should be Stopped."}"#,
        ),
        (
            Error::InUse {
                noun: Noun::Store,
                id: id(),
                reason: "it holds images".into(),
            },
            "SYS.1006: backup storage[uuid:00000000000000000000000000000001] is in use: it holds images",
        ),
        (
            Error::InUse {
                noun: Noun::User,
                id: id(),
                reason: "has 500 sessions already".into(),
            },
            "ID.1006: the user[uuid:00000000000000000000000000000001] has 500 sessions already",
        ),
        (
            Error::Protected {
                image: ImageId::new(Uuid::from_u128(1)),
            },
            "SYS.1006: image[uuid:00000000000000000000000000000001] is protected; lift its protection first",
        ),
        (
            AuthFailure::Missing.into(),
            "400: missing header 'Authorization'",
        ),
        (AuthFailure::Malformed("odd".into()).into(), "400: odd"),
        (
            AuthFailure::WrongPassword.into(),
            "ID.1000: wrong account name or password",
        ),
        (AuthFailure::InvalidToken.into(), "ID.1001: Session expired"),
        (
            AuthFailure::UnknownAccessKey("AKID".into()).into(),
            "403: access key id: AKID does not existed or disabled",
        ),
        (
            AuthFailure::WrongSignature.into(),
            "403: wrong accessKey signature",
        ),
        (AuthFailure::Skewed.into(), "403: requestTimeTooSkewed"),
        (
            AuthFailure::Disabled.into(),
            "ID.1000: the account is disabled",
        ),
        (
            Error::forbidden("change the state", Noun::Image, ID),
            "SYS.1006: permission denied, the account[uuid:00000000000000000000000000000007] is not the owner of the resource[uuid:00000000000000000000000000000001, type:ImageVO]",
        ),
        (
            Error::forbidden("read", Noun::Volume, ID),
            "SYS.1006: the account[uuid:00000000000000000000000000000007] has no access to the resources[uuid:[00000000000000000000000000000001], type:VolumeVO]",
        ),
        (
            Error::forbidden("add images", Noun::Image, ""),
            "ID.1002: operation[API:org.zstack.header.image.APIChangeImageStateMsg] is denied: add images",
        ),
        (
            Error::QuotaExceeded {
                project: ProjectId::new(Uuid::from_u128(7)),
                project_name: "p".into(),
                quota: Quota::ImageCount,
                limit: 20,
                used: 20,
                requested: 1,
            },
            "ID.1003: quota exceeding.The resource owner(or target resource owner) account[uuid: 00000000000000000000000000000007 name: p] exceeds a quota[name: image.num, value: 20], Current used:20, Request:1. Please contact the administrator.",
        ),
        (
            Error::TooLarge {
                what: "the image".into(),
                limit: ByteCount(1024),
            },
            "SYS.1006: the image is larger than the limit of 1.0 KiB",
        ),
        (
            Error::NoSpace {
                store: StoreId::new(Uuid::from_u128(1)),
                requested: ByteCount(5),
            },
            "SYS.1006: unable to allocate backup storage specified by uuids[00000000000000000000000000000001], list errors are: [required capacity[5 bytes] is not available]",
        ),
        (
            Error::NoStore { reason: reason() },
            "BS.1003: unable to allocate a backup storage <- SYS.1006: no backup storage that satisfies conditions found: why",
        ),
        (
            Error::Unreachable {
                noun: Noun::Pool,
                id: id(),
                reason: reason(),
            },
            "PS.1000: primary storage[uuid:00000000000000000000000000000001] is unavailable: why",
        ),
        (
            Error::Unreachable {
                noun: Noun::Store,
                id: id(),
                reason: reason(),
            },
            "SYS.1006: backup storage[uuid:00000000000000000000000000000001] is unavailable: why",
        ),
        (
            Error::refused("it is damaged"),
            "BS.1000: the image was refused: it is damaged",
        ),
        (
            Error::SourceRefused {
                source_url: "file:///etc".into(),
                reason: reason(),
            },
            "SYS.1006: source file:///etc is not allowed: why",
        ),
        (
            Error::SourceFailed {
                source_url: "http://a".into(),
                reason: reason(),
            },
            "BS.1000: source http://a could not be read: why",
        ),
        (Error::Cancelled, "SYS.1017: the operation was cancelled"),
        (
            Error::Throttled {
                retry_after_seconds: 3,
            },
            "SYS.1006: too many requests; try again in 3 s",
        ),
        (
            Error::Unavailable {
                what: "the database".into(),
            },
            "SYS.1006: the service is not available: the database",
        ),
        (
            Error::internal("reading", std::io::Error::other("password=x")),
            "SYS.1000: see the log of the service",
        ),
    ]
}

fn shown(code: &ErrorCode) -> String {
    let mut text = format!(
        "{}: {}",
        code.code,
        code.details.as_deref().unwrap_or_default()
    );
    if let Some(cause) = &code.cause {
        text.push_str(" <- ");
        text.push_str(&shown(cause));
    }
    text
}

#[test]
fn every_error_has_the_vendors_code_and_text() {
    for (error, expected) in table() {
        let told = match failure(&error, &subject()) {
            Failure::Text(status, text) => format!("{}: {text}", status.as_u16()),
            Failure::Api(code) => shown(&code),
        };
        assert_eq!(told, expected, "{error:?}");
    }
}

#[test]
fn a_call_may_name_things_by_parameters_of_its_own() {
    let subject = Subject {
        fields: &[(Noun::Image, "imageUuid")],
        ..subject()
    };
    assert_eq!(
        failure(&Error::not_found(Noun::Image, ID), &subject),
        no_such_resource("imageUuid", Noun::Image, ID),
    );
}
