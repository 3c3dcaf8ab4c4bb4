//! Refusals in the vendor's words.
//!
//! Bodies are flat, as Intelligent EdgeCloud and its gateway document them. The full table of
//! IEC's own codes is not public, so the codes are those of IMS, whose images these are: prefix
//! `IMG.`, nearly all of them HTTP 400 (IMS API reference, error codes), and the gateway's
//! (`APIGW.`, API signing guide, error codes) for routes and credentials.

use axum::Json;
use axum::response::{IntoResponse, Response};
use gaze_domain::access::AuthFailure;
use gaze_domain::{Error, Noun, Timestamp};
use gaze_http::{BodyError, RequestId};

use crate::wire;

/// What the client is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

/// Prefix of the codes that the gateway answers with.
const GATEWAY: &str = "APIGW.";

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    #[cfg(test)]
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    #[cfg(test)]
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// The documented sentence with the reason behind it.
    pub(crate) fn bad_url(reason: &str) -> Self {
        Self::new(
            400,
            "IMG.0017",
            format!("The URL format is incorrect: {reason}."),
        )
    }

    pub(crate) fn not_one_of(name: &str, value: &str, words: &[&str]) -> Self {
        Self::bad_url(&format!(
            "{name} must be one of {}, not {value:?}",
            words.join(", ")
        ))
    }

    pub(crate) fn bad_image_type(value: &str) -> Self {
        Self::new(
            400,
            "IMG.0024",
            format!("The image type in the request is incorrect: {value:?}."),
        )
    }

    pub(crate) fn bad_os_type(value: &str) -> Self {
        Self::new(
            400,
            "IMG.0056",
            format!("The OS type is invalid: {value:?}."),
        )
    }

    pub(crate) fn bad_image_id(name: &str, value: &str) -> Self {
        Self::new(
            400,
            "IMG.0066",
            format!("The image ID is incorrect: {name} is {value:?}."),
        )
    }

    pub(crate) fn bad_project(value: &str) -> Self {
        Self::new(
            400,
            "IMG.0067",
            format!("The project ID is incorrect: {value:?}."),
        )
    }

    /// The region in the path is none of this service's.
    pub(crate) fn unknown_region(name: &str) -> Self {
        Self::new(
            400,
            "IMG.0147",
            format!("The entered region information is incorrect: {name:?}."),
        )
    }

    /// The request names a project or domain that its credentials do not speak for.
    pub(crate) fn another_tenant() -> Self {
        Self::new(
            400,
            "IMG.0030",
            "The project ID and token in the request are invalid.",
        )
    }

    /// What the gateway says of an operation or method that nobody serves.
    pub(crate) fn no_such_api() -> Self {
        Self::new(
            404,
            "APIGW.0101",
            "The API does not exist or has not been published in the environment.",
        )
    }

    pub(crate) fn uri_too_long() -> Self {
        Self::new(414, "APIGW.0201", "Request URI too large.")
    }

    /// A signature whose date is too far from the present. Both times have the signature's form.
    pub(crate) fn expired(signed: &str, now: Timestamp) -> Self {
        let now = now.strftime("%Y%m%dT%H%M%SZ");
        Self::new(
            401,
            "APIGW.0301",
            format!(
                "Incorrect IAM authentication information: signature expired, \
                 signature time:{signed},server time:{now}"
            ),
        )
    }

    fn unauthenticated(reason: &str) -> Self {
        Self::new(
            401,
            "APIGW.0301",
            format!("Incorrect IAM authentication information: {reason}"),
        )
    }

    /// The response. The gateway's refusals name the request, the service's own do not.
    pub(crate) fn response(self, id: &RequestId) -> Response {
        let status = axum::http::StatusCode::from_u16(self.status)
            .unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        let body = wire::error::Error {
            request_id: self
                .code
                .starts_with(GATEWAY)
                .then(|| id.as_str().to_owned()),
            message: self.message,
            code: self.code,
        };
        (status, Json(body)).into_response()
    }
}

/// Why an operation gives no answer: a refusal of this face, or an error of the domain.
#[derive(Debug)]
pub(crate) enum Failure {
    Refusal(Refusal),
    Domain(Error),
}

impl Failure {
    /// The response; a domain error is logged here, once.
    pub(crate) fn response(self, id: &RequestId) -> Response {
        match self {
            Self::Refusal(refusal) => refusal.response(id),
            Self::Domain(error) => {
                gaze_http::report(&error, id);
                gaze_http::retry_after(&error, Refusal::from(&error).response(id))
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Domain(error)
    }
}

impl From<AuthFailure> for Failure {
    fn from(failure: AuthFailure) -> Self {
        Self::Domain(failure.into())
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        Self::Refusal(match error {
            BodyError::TooLarge { .. } => {
                Refusal::new(413, "APIGW.0201", "Request entity too large.")
            }
            BodyError::Broken(_) | BodyError::Idle(_) => {
                Refusal::new(400, "APIGW.0201", "API request error.")
            }
        })
    }
}

impl From<&AuthFailure> for Refusal {
    fn from(failure: &AuthFailure) -> Self {
        match failure {
            AuthFailure::Missing => Self::unauthenticated("x-auth-token not found"),
            AuthFailure::InvalidToken => Self::unauthenticated("decrypt token fail"),
            AuthFailure::UnknownAccessKey(_) => Self::unauthenticated("Get secretKey failed"),
            AuthFailure::WrongSignature => Self::unauthenticated("verify aksk signature fail"),
            AuthFailure::Malformed(reason) => Self::unauthenticated(reason),
            AuthFailure::WrongPassword => {
                Self::unauthenticated("the username or password is wrong")
            }
            AuthFailure::Skewed => Self::new(
                401,
                "APIGW.0301",
                "Incorrect IAM authentication information: signature expired",
            ),
            AuthFailure::Disabled => Self::unauthenticated("the user or project is disabled"),
        }
    }
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        match error {
            Error::NotFound { noun, .. } => not_found(*noun),
            Error::Invalid { field, reason } => Self::new(
                400,
                "IMG.0001",
                format!("The request message format is invalid: {field}: {reason}."),
            ),
            Error::AlreadyExists { .. } => {
                Self::new(400, "IMG.0009", "The image name already exists.")
            }
            Error::WrongState { .. } => Self::new(400, "IMG.0046", "The image is unavailable."),
            Error::InUse { .. } => Self::new(
                400,
                "IMG.0010",
                "The ECS cannot be used to create an image because it has in-progress tasks.",
            ),
            Error::Protected { .. } => {
                Self::new(400, "IMG.0091", "The protected image cannot be deleted.")
            }
            Error::Unauthenticated(failure) => failure.into(),
            Error::Forbidden { .. } => Self::new(
                403,
                "IMG.0026",
                "The role is invalid. You need to apply for the required permissions.",
            ),
            Error::QuotaExceeded { .. } => Self::new(
                400,
                "IMG.0015",
                "The number of private images has reached the maximum allowed.",
            ),
            Error::TooLarge { .. } => Self::new(
                400,
                "IMG.0059",
                "The size of the image file exceeds the maximum allowed.",
            ),
            Error::NoSpace { .. } | Error::NoStore { .. } | Error::Unreachable { .. } => Self::new(
                503,
                "IMG.0014",
                "The image store cannot execute the task at present.",
            ),
            Error::Refused { .. } => Self::new(
                400,
                "IMG.0057",
                "The image file does not exist, is empty, or in the incorrect format.",
            ),
            Error::SourceRefused { .. } | Error::SourceFailed { .. } => {
                Self::new(400, "IMG.0069", "The specified bucket cannot be accessed.")
            }
            Error::Cancelled => Self::new(
                400,
                "IMG.0018",
                "An error occurred when the job was submitted: it was cancelled.",
            ),
            Error::Throttled { .. } => Self::new(
                429,
                "APIGW.0308",
                "The throttling threshold has been reached.",
            ),
            Error::Unavailable { .. } => Self::new(503, "IMG.0061", "Unknown system error."),
            Error::Internal { .. } => Self::new(500, "IMG.0061", "Unknown system error."),
        }
    }
}

fn not_found(noun: Noun) -> Refusal {
    match noun {
        Noun::Image | Noun::Location => Refusal::new(
            400,
            "IMG.0027",
            "The image ID in the request does not exist.",
        ),
        Noun::Region | Noun::Zone | Noun::Cluster => Refusal::new(
            400,
            "IMG.0147",
            "The entered region information is incorrect.",
        ),
        Noun::Project | Noun::Domain | Noun::User | Noun::Member => Refusal::new(
            400,
            "IMG.0108",
            "The tenant ID was not found in the current region.",
        ),
        Noun::Instance => Refusal::new(400, "IMG.0005", "The ECS does not exist."),
        Noun::Volume | Noun::Snapshot => Refusal::new(
            400,
            "IMG.0120",
            "The specified data disk ID is unavailable.",
        ),
        Noun::Tag => Refusal::new(400, "IMG.0115", "The image tag is invalid."),
        Noun::Store
        | Noun::Pool
        | Noun::AccessKey
        | Noun::ApplicationCredential
        | Noun::Token
        | Noun::Job
        | Noun::Namespace
        | Noun::MetadefObject
        | Noun::MetadefProperty
        | Noun::MetadefTag
        | Noun::ResourceType
        | Noun::Export => Refusal::new(400, "IMG.0121", "The object cannot be found."),
    }
}

#[cfg(test)]
mod tests;
