//! Refusals in Identity's words.
//!
//! Source: IAM API reference, status codes and error codes; the shape is Keystone's own.

use std::fmt;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gaze_domain::Error;
use gaze_domain::access::AuthFailure;
use gaze_http::{BodyError, RequestId};

use crate::wire;

/// What the client is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.message)
    }
}

impl Refusal {
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// IAM's sentence with the reason behind it.
    pub(crate) fn bad_body(reason: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            format!("The request body is invalid: {reason}"),
        )
    }

    pub(crate) fn missing_header(name: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            format!("The header {name} is missing"),
        )
    }

    /// IAM tells nobody whether the user, the password or the scope was wrong.
    pub(crate) fn wrong_password() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "The username or password is wrong.",
        )
    }

    /// Keystone's sentence: an application credential is for one project.
    pub(crate) fn no_scope_of_its_own() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "Error authenticating with application credential: Application credentials cannot \
             request a scope.",
        )
    }

    fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "The request you have made requires authentication.",
        )
    }

    /// Roles are fixed: no other is there.
    pub(crate) fn no_such_role(name: &str) -> Self {
        Self::no_such("role", name)
    }

    /// Something that is no noun of the domain.
    pub(crate) fn no_such(what: &str, id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            format!("Could not find {what}: {id}."),
        )
    }

    /// The user has no such role there.
    pub(crate) fn no_such_assignment(role: &str, user: &str, project: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            format!(
                "Could not find role assignment with role: {role}, user or group: {user}, \
                 project, domain, or system: {project}."
            ),
        )
    }

    /// What Keystone's policy answers a member who asks for what is another's: openstackclient
    /// then takes what it was given for an id.
    pub(crate) fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "You are not authorized to perform the requested action.",
        )
    }

    /// The token in `X-Subject-Token` is none.
    pub(crate) fn no_such_token() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Could not find token.")
    }

    /// An operation or method that is not served.
    pub(crate) fn no_such_api() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "The API does not exist or has not been published in the environment.",
        )
    }

    pub(crate) fn response(self) -> Response {
        let body = wire::error::Body {
            error: wire::error::Error {
                code: self.status.as_u16(),
                message: self.message,
                title: self.status.canonical_reason().unwrap_or("Error"),
            },
        };
        (self.status, Json(body)).into_response()
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
            Self::Refusal(refusal) => refusal.response(),
            Self::Domain(error) => {
                gaze_http::report(&error, id);
                gaze_http::retry_after(&error, Refusal::from(&error).response())
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
            BodyError::TooLarge { limit } => Refusal::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("Request is too large: at most {limit} bytes are read."),
            ),
            BodyError::Broken(_) | BodyError::Idle(_) => Refusal::bad_body("it broke off"),
        })
    }
}

impl From<&AuthFailure> for Refusal {
    fn from(failure: &AuthFailure) -> Self {
        let refused = |reason| Self::new(StatusCode::UNAUTHORIZED, reason);
        match failure {
            AuthFailure::WrongPassword => Self::wrong_password(),
            AuthFailure::Missing | AuthFailure::InvalidToken => Self::unauthenticated(),
            AuthFailure::Disabled => refused("The account or project is disabled.".to_owned()),
            AuthFailure::Malformed(reason) => refused(format!(
                "Incorrect IAM authentication information: {reason}"
            )),
            AuthFailure::UnknownAccessKey(_) => {
                refused("Incorrect IAM authentication information: Get secretKey failed".to_owned())
            }
            AuthFailure::WrongSignature => refused(
                "Incorrect IAM authentication information: verify aksk signature fail".to_owned(),
            ),
            AuthFailure::Skewed => {
                refused("Incorrect IAM authentication information: signature expired".to_owned())
            }
        }
    }
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        match error {
            Error::NotFound { noun, id } => Self::new(
                StatusCode::NOT_FOUND,
                format!("Could not find {noun}: {id}."),
            ),
            Error::Invalid { field, reason } => {
                Self::new(StatusCode::BAD_REQUEST, format!("{field}: {reason}"))
            }
            Error::Unauthenticated(failure) => failure.into(),
            Error::Forbidden { .. } => Self::new(
                StatusCode::FORBIDDEN,
                "You are not authorized to perform the requested action.",
            ),
            // Keystone's sentence, without the domain.
            Error::AlreadyExists { noun, id } => Self::new(
                StatusCode::CONFLICT,
                format!(
                    "Conflict occurred attempting to store {noun} - Duplicate entry found with \
                     name {id}."
                ),
            ),
            Error::WrongState {
                noun,
                state,
                needed,
                ..
            } => Self::new(
                StatusCode::CONFLICT,
                format!("Conflict occurred: the {noun} is {state}; {needed}."),
            ),
            Error::InUse { noun, reason, .. } => Self::new(
                StatusCode::CONFLICT,
                format!("Conflict occurred: the {noun} is in use: {reason}."),
            ),
            Error::Protected { .. } | Error::Cancelled => {
                Self::new(StatusCode::CONFLICT, "Conflict occurred.")
            }
            Error::QuotaExceeded { .. } => {
                Self::new(StatusCode::FORBIDDEN, "The quota has been reached.")
            }
            Error::TooLarge { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "Request is too large.")
            }
            Error::Refused { .. } | Error::SourceRefused { .. } | Error::SourceFailed { .. } => {
                Self::new(StatusCode::BAD_REQUEST, "The request is invalid.")
            }
            Error::Throttled { .. } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests.")
            }
            Error::NoSpace { .. }
            | Error::NoStore { .. }
            | Error::Unreachable { .. }
            | Error::Unavailable { .. } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The service is temporarily not available.",
            ),
            Error::Internal { .. } => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "An unexpected error prevented the server from fulfilling your request.",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
