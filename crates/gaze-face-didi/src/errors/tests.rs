use gaze_domain::access::AuthFailure;
use gaze_domain::{ByteCount, ImageId, ProjectId, Quota, StoreId};
use uuid::Uuid;

use super::*;

fn every_error() -> Vec<Error> {
    let image = ImageId::new(Uuid::from_u128(1));
    let text = |text: &str| text.to_owned();
    vec![
        Error::not_found(Noun::Image, "1"),
        Error::not_found(Noun::Job, "1"),
        Error::invalid("limit", "is missing"),
        Error::exists(Noun::Image, "1"),
        Error::WrongState {
            noun: Noun::Image,
            id: text("1"),
            state: text("queued"),
            needed: text("upload it first"),
        },
        Error::InUse {
            noun: Noun::Store,
            id: text("1"),
            reason: text("it holds images"),
        },
        Error::Protected { image },
        Error::Unauthenticated(AuthFailure::InvalidToken),
        Error::forbidden("list jobs", Noun::Job, ""),
        Error::QuotaExceeded {
            project: ProjectId::new(Uuid::from_u128(2)),
            project_name: text("p"),
            quota: Quota::ImageCount,
            limit: 20,
            used: 20,
            requested: 1,
        },
        Error::TooLarge {
            what: text("the image"),
            limit: ByteCount(1024),
        },
        Error::NoSpace {
            store: StoreId::new(Uuid::from_u128(3)),
            requested: ByteCount(1024),
        },
        Error::NoStore {
            reason: text("none is connected"),
        },
        Error::Unreachable {
            noun: Noun::Store,
            id: text("1"),
            reason: text("not mounted"),
        },
        Error::refused("it refers to another file"),
        Error::SourceRefused {
            source_url: text("http://10.0.0.1/"),
            reason: text("private address"),
        },
        Error::SourceFailed {
            source_url: text("http://a/"),
            reason: text("404"),
        },
        Error::Cancelled,
        Error::Throttled {
            retry_after_seconds: 3,
        },
        Error::Unavailable {
            what: text("the database"),
        },
        Error::internal("listing images", "secret cause"),
    ]
}

/// The whole table: number and text of every domain error.
const TABLE: &[(u32, &str)] = &[
    (41_026, "查询镜像失败: image 1 was not found"),
    (1, "请求有点问题，请反馈客服: job 1 was not found"),
    (1, "请求有点问题，请反馈客服: limit: is missing"),
    (1, "请求有点问题，请反馈客服: image 1 already exists"),
    (
        1,
        "请求有点问题，请反馈客服: image 1 is queued; upload it first",
    ),
    (
        1,
        "请求有点问题，请反馈客服: store 1 is in use: it holds images",
    ),
    (
        1,
        "请求有点问题，请反馈客服: image 00000000000000000000000000000001 is protected; lift its \
         protection first",
    ),
    (
        4,
        "认证错误/AccessDenied: the token is unknown, expired or revoked",
    ),
    (10_000_001, "没有权限，请联系管理员: not allowed: list jobs"),
    (
        1,
        "请求有点问题，请反馈客服: quota image-count of project p: limit 20, used 20, asked for 1",
    ),
    (
        1,
        "请求有点问题，请反馈客服: the image is larger than the limit of 1.0 KiB",
    ),
    (
        2,
        "服务开小差，请稍等: store 00000000000000000000000000000003 has no room for 1.0 KiB",
    ),
    (
        2,
        "服务开小差，请稍等: no store can take the image: none is connected",
    ),
    (2, "服务开小差，请稍等: store 1 is unavailable: not mounted"),
    (
        1,
        "请求有点问题，请反馈客服: the image was refused: it refers to another file",
    ),
    (
        1,
        "请求有点问题，请反馈客服: source http://10.0.0.1/ is not allowed: private address",
    ),
    (
        1,
        "请求有点问题，请反馈客服: source http://a/ could not be read: 404",
    ),
    (1, "请求有点问题，请反馈客服: cancelled"),
    (
        3,
        "服务开小差，休息一会再试试: too many requests; try again in 3 s",
    ),
    (
        3,
        "服务开小差，休息一会再试试: the service is not available: the database",
    ),
    (2, "服务开小差，请稍等"),
];

#[test]
fn every_error_has_its_number_and_text() {
    let found: Vec<(u32, String)> = every_error()
        .into_iter()
        .map(|error| {
            let failure = Failure::from(error);
            (failure.errno, failure.errmsg)
        })
        .collect();
    let expected: Vec<(u32, String)> = TABLE
        .iter()
        .map(|(errno, text)| (*errno, (*text).to_owned()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_job_tells_its_reason_but_no_internal_cause() {
    assert_eq!(reason(&Error::Cancelled), "cancelled");
    assert_eq!(
        reason(&Error::internal("copying", "secret cause")),
        "服务开小差，请稍等"
    );
}
