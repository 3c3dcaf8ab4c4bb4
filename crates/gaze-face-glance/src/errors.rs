//! Refusals in Glance's words.
//!
//! Glance's own errors are written by webob: HTML, unless the client asks for JSON; those about
//! credentials are Keystone's middleware's, always JSON. Clients parse both forms.

mod render;

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gaze_domain::access::AuthFailure;
use gaze_domain::{Error, ImageId, Noun, Status};

pub(crate) use render::render;

/// Why an operation gives no answer.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
    cause: Option<Arc<Error>>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            header: None,
            cause: None,
        }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some((name, value));
        self
    }

    pub(crate) fn bad_request(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// A value that the image's schema does not allow.
    pub(crate) fn schema(name: &str, reason: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            format!("Provided object does not match schema '{name}': {reason}"),
        )
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub(crate) fn read_only(attribute: &str) -> Self {
        Self::forbidden(format!("Attribute '{attribute}' is read-only."))
    }

    pub(crate) fn reserved(attribute: &str) -> Self {
        Self::forbidden(format!("Attribute '{attribute}' is reserved."))
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn too_large(message: &str) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    /// A body of a type that the operation does not take.
    pub(crate) fn unsupported_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The server does not support the media type of this request.",
        )
    }

    /// What webob says of a path or operation that nobody serves.
    pub(crate) fn nothing_here() -> Self {
        Self::not_found("The resource could not be found.")
    }

    pub(crate) fn no_such_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "The method specified is not allowed for this resource.",
        )
    }

    #[cfg(test)]
    pub(crate) fn told(&self) -> String {
        format!("{} {}", self.status.as_u16(), self.message)
    }

    fn unauthenticated(failure: &AuthFailure) -> Self {
        let message = match failure {
            AuthFailure::Missing
            | AuthFailure::InvalidToken
            | AuthFailure::UnknownAccessKey(_)
            | AuthFailure::WrongSignature
            | AuthFailure::WrongPassword => {
                "The request you have made requires authentication.".to_owned()
            }
            AuthFailure::Malformed(reason) => format!("The credentials are malformed: {reason}"),
            AuthFailure::Skewed => {
                "The date of the signature is too far from the present.".to_owned()
            }
            AuthFailure::Disabled => "The user or project is disabled.".to_owned(),
        };
        Self::new(StatusCode::UNAUTHORIZED, message)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let mut refusal = Self::from(&error);
        refusal.cause = Some(Arc::new(error));
        refusal
    }
}

impl From<AuthFailure> for Refusal {
    fn from(failure: AuthFailure) -> Self {
        Error::from(failure).into()
    }
}

/// An image's id as this API writes it, or the text that was none.
fn hyphenated(id: &str) -> String {
    ImageId::parse(id).map_or_else(|| id.to_owned(), ImageId::hyphenated)
}

fn no_image(id: &str) -> Refusal {
    Refusal::not_found(format!("No image found with ID {}", hyphenated(id)))
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        match error {
            Error::NotFound { noun, id } => not_found(*noun, id),
            Error::Invalid { field, reason } => {
                Self::new(StatusCode::BAD_REQUEST, format!("{field}: {reason}"))
            }
            Error::AlreadyExists {
                noun: Noun::Image,
                id,
            } => Self::conflict(format!("Image ID {} already exists!", hyphenated(id))),
            Error::AlreadyExists {
                noun: Noun::Namespace,
                id,
            } => Self::conflict(format!(
                "The metadata definition namespace={id} already exists."
            )),
            Error::AlreadyExists { noun, id } => {
                Self::conflict(format!("The {noun} {id} already exists."))
            }
            // A deleted image does not exist here.
            Error::WrongState {
                noun: Noun::Image,
                id,
                state,
                ..
            } if state == Status::Deleted.as_str() => no_image(id),
            // Of these only one state is ever in the way.
            Error::WrongState {
                noun:
                    noun @ (Noun::Namespace
                    | Noun::MetadefObject
                    | Noun::MetadefProperty
                    | Noun::MetadefTag
                    | Noun::ResourceType),
                id,
                state,
                ..
            } => Self::forbidden(format!("The {noun} {id} is {state} and cannot be deleted.")),
            Error::WrongState {
                noun,
                id,
                state,
                needed,
            } => Self::conflict(format!(
                "The {noun} {} is {state}: {needed}.",
                hyphenated(id)
            )),
            Error::InUse { noun, id, reason } => Self::conflict(format!(
                "The {noun} {} could not be changed because it is in use: {reason}",
                hyphenated(id)
            )),
            Error::Protected { image } => Self::forbidden(format!(
                "Image {} is protected and cannot be deleted.",
                image.hyphenated()
            )),
            Error::Unauthenticated(failure) => Self::unauthenticated(failure),
            Error::Forbidden { action, .. } => {
                Self::forbidden(format!("You are not authorized to {action}."))
            }
            Error::QuotaExceeded { quota, limit, .. } => Self::too_large(&format!(
                "The size of the data would exceed the quota: the limit of {quota} is {limit}."
            )),
            Error::TooLarge { limit, .. } => Self::too_large(&format!(
                "Denying attempt to upload image larger than {} bytes.",
                limit.0
            )),
            Error::NoSpace { store, .. } => {
                Self::too_large(&format!("Image storage media is full: store {store}."))
            }
            Error::Refused { reason } => Self::new(
                StatusCode::BAD_REQUEST,
                format!("The image data is refused: {reason}"),
            ),
            Error::SourceRefused { reason, .. } => Self::new(
                StatusCode::BAD_REQUEST,
                format!("The source of the image is not allowed: {reason}"),
            ),
            Error::SourceFailed { reason, .. } => Self::new(
                StatusCode::BAD_REQUEST,
                format!("The source of the image could not be read: {reason}"),
            ),
            Error::Cancelled => Self::new(
                StatusCode::GONE,
                "Image could not be found after upload. \
                 The image may have been deleted during the upload.",
            ),
            Error::Throttled {
                retry_after_seconds,
            } => Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests.")
                .header(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds)),
            Error::NoStore { .. } | Error::Unreachable { .. } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The store of the image is not available at present.",
            ),
            Error::Unavailable { .. } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is currently unavailable. Please try again at a later time.",
            ),
            Error::Internal { .. } => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server has either erred or is incapable of performing the requested \
                 operation.",
            ),
        }
    }
}

fn not_found(noun: Noun, id: &str) -> Refusal {
    match noun {
        Noun::Image | Noun::Location => no_image(id),
        Noun::Member => {
            Refusal::not_found(format!("{id} not found in the member list of the image."))
        }
        Noun::Tag => Refusal::not_found(format!("The tag {id} was not found.")),
        Noun::Namespace => {
            Refusal::not_found(format!("Metadata definition namespace={id} was not found."))
        }
        Noun::MetadefObject => Refusal::not_found(format!("Could not find metadata object {id}")),
        Noun::MetadefProperty => Refusal::not_found(format!("Could not find property {id}")),
        Noun::MetadefTag => Refusal::not_found(format!("Could not find metadata tag {id}")),
        Noun::ResourceType => Refusal::not_found(format!("Failed to find resource type {id}")),
        Noun::Store => Refusal::not_found(format!("The store {id} was not found.")),
        Noun::Job => Refusal::not_found(format!("No task found with ID {}", hyphenated(id))),
        Noun::Pool
        | Noun::Volume
        | Noun::Snapshot
        | Noun::Instance
        | Noun::Zone
        | Noun::Cluster
        | Noun::Region
        | Noun::Project
        | Noun::Domain
        | Noun::User
        | Noun::AccessKey
        | Noun::ApplicationCredential
        | Noun::Token
        | Noun::Export => Refusal::not_found(format!("The {noun} {id} was not found.")),
    }
}

impl IntoResponse for Refusal {
    /// A response without a body: [`render()`] writes it, which knows what the client reads.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests;
