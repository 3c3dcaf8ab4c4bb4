//! Refusals as RFC 9457 problems. The kinds are a table, so that `/gaze/v1/problems` can show it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gaze_app::App;
use gaze_domain::access::AuthFailure;
use gaze_domain::{Error, Noun};
use gaze_http::{Around, BodyError, RequestId, around, report};

use crate::wire::problem::{Problem, ProblemKind};

macro_rules! kinds {
    ($($name:ident = $word:literal $status:literal $title:literal, $meaning:literal;)*) => {
        $(pub(crate) const $name: &ProblemKind = &ProblemKind {
            name: $word,
            title: $title,
            status: $status,
            meaning: $meaning,
        };)*

        /// Every kind of problem that this face answers.
        pub(crate) const KINDS: &[&ProblemKind] = &[$($name,)*];
    };
}

kinds! {
    NOT_FOUND = "not-found" 404 "Not found",
        "The thing does not exist, or you may not know that it does.";
    NO_SUCH_PATH = "no-such-path" 404 "No such path",
        "There is no operation at this path.";
    NO_SUCH_METHOD = "no-such-method" 405 "No such method",
        "The path exists, but not with this method.";
    INVALID = "invalid" 400 "Invalid value",
        "A field or parameter breaks a rule; `field` names it.";
    MALFORMED = "malformed" 400 "Malformed body",
        "The body is not the JSON document that the operation takes.";
    BROKEN = "broken" 400 "The body broke off",
        "The connection broke or fell silent in the middle of the body.";
    EXISTS = "exists" 409 "Already exists",
        "The id, name or key is taken.";
    WRONG_STATE = "wrong-state" 409 "Wrong state",
        "The thing's present state does not allow the operation.";
    IN_USE = "in-use" 409 "In use",
        "Something else uses the thing and has to let go of it first.";
    PROTECTED = "protected" 409 "Protected",
        "The image is protected from deletion.";
    UNAUTHENTICATED = "unauthenticated" 401 "Not authenticated",
        "There is no valid token.";
    WRONG_PASSWORD = "wrong-password" 401 "Wrong user name or password",
        "The login was refused.";
    FORBIDDEN = "forbidden" 403 "Not allowed",
        "You may see the thing, but not do this to it.";
    QUOTA = "quota" 403 "Quota exceeded",
        "The project would use more than its quota.";
    TOO_LARGE = "too-large" 413 "Too large",
        "More bytes than the service or the declaration allows.";
    RANGE = "range" 416 "Range not satisfiable",
        "The range lies behind the end of the bytes.";
    NO_SPACE = "no-space" 507 "No space",
        "The store that was named has too little room.";
    NO_STORE = "no-store" 409 "No store",
        "No store satisfies what the operation needs.";
    UNREACHABLE = "unreachable" 503 "Storage unreachable",
        "The store or pool that holds the bytes cannot be reached or is switched off.";
    REFUSED = "refused" 422 "Image refused",
        "The bytes are damaged, of another format than declared, or refer to other files.";
    SOURCE_REFUSED = "source-refused" 422 "Source not allowed",
        "The operator does not allow this address or path.";
    SOURCE_FAILED = "source-failed" 502 "Source failed",
        "The source could not be read to its end.";
    CANCELLED = "cancelled" 409 "Cancelled",
        "The work was cancelled on request.";
    THROTTLED = "throttled" 429 "Too many requests",
        "Try again after the seconds in `Retry-After`.";
    UNAVAILABLE = "unavailable" 503 "Not available",
        "A part of the service is away for now; try again later.";
    INTERNAL = "internal" 500 "Internal error",
        "A fault of the service; the operator finds it in the log by the request id.";
}

impl ProblemKind {
    /// The problem's `type`.
    pub(crate) fn address(&self) -> String {
        format!("/gaze/v1/problems/{}", self.name)
    }
}

/// Why a request is not done.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) kind: &'static ProblemKind,
    pub(crate) detail: String,
    pub(crate) field: Option<String>,
    pub(crate) hint: Option<String>,
    /// An extra header that the status calls for.
    header: Option<Box<(header::HeaderName, HeaderValue)>>,
    /// For the log.
    cause: Option<Arc<Error>>,
}

impl Refusal {
    pub(crate) fn new(kind: &'static ProblemKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            field: None,
            hint: None,
            header: None,
            cause: None,
        }
    }

    pub(crate) fn field(mut self, name: impl Into<String>) -> Self {
        self.field = Some(name.into());
        self
    }

    pub(crate) fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }

    pub(crate) fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.header = Some(Box::new((name, value)));
        self
    }

    /// Every error of the domain in this API's words.
    pub(crate) fn of(error: &Error) -> Self {
        let told = |kind| Self::new(kind, error.to_string());
        match error {
            Error::NotFound { .. } => told(NOT_FOUND),
            Error::Invalid { field, reason } => Self::new(INVALID, reason.clone()).field(field),
            Error::AlreadyExists { .. } => told(EXISTS),
            Error::WrongState { .. } => told(WRONG_STATE),
            Error::InUse { noun, .. } => match noun {
                Noun::Instance | Noun::Volume => {
                    told(IN_USE).hint("shut the virtual machine down and try again")
                }
                Noun::Image
                | Noun::Location
                | Noun::Store
                | Noun::Pool
                | Noun::Zone
                | Noun::Cluster
                | Noun::Region
                | Noun::Project
                | Noun::Domain
                | Noun::User
                | Noun::AccessKey
                | Noun::ApplicationCredential
                | Noun::Token
                | Noun::Job
                | Noun::Member
                | Noun::Tag
                | Noun::Namespace
                | Noun::MetadefObject
                | Noun::MetadefProperty
                | Noun::MetadefTag
                | Noun::ResourceType
                | Noun::Snapshot
                | Noun::Export => told(IN_USE),
            },
            Error::Protected { .. } => {
                told(PROTECTED).hint("change the image's `protected` to false first")
            }
            Error::Unauthenticated(failure) => Self::unauthenticated(failure),
            Error::Forbidden { .. } => told(FORBIDDEN),
            Error::QuotaExceeded { .. } => told(QUOTA).hint(
                "delete images that are not needed, or have an administrator raise the quota",
            ),
            Error::TooLarge { .. } => told(TOO_LARGE),
            Error::NoSpace { .. } => told(NO_SPACE).hint("name another store, or none"),
            Error::NoStore { .. } => told(NO_STORE),
            Error::Unreachable { .. } => told(UNREACHABLE),
            Error::Refused { .. } => told(REFUSED),
            Error::SourceRefused { .. } => told(SOURCE_REFUSED).hint(
                "the operator allows folders with import.file_dirs and private addresses with \
                 import.allow_private_addresses",
            ),
            Error::SourceFailed { .. } => told(SOURCE_FAILED),
            Error::Cancelled => told(CANCELLED),
            Error::Throttled {
                retry_after_seconds,
            } => {
                told(THROTTLED).header(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds))
            }
            Error::Unavailable { .. } => told(UNAVAILABLE),
            Error::Internal { .. } => told(INTERNAL),
        }
    }

    fn unauthenticated(failure: &AuthFailure) -> Self {
        let log_in = "POST /gaze/v1/login gives a token for `Authorization: Bearer`";
        let refusal = match failure {
            AuthFailure::WrongPassword => Self::new(WRONG_PASSWORD, failure.to_string()),
            AuthFailure::Missing | AuthFailure::Malformed(_) | AuthFailure::InvalidToken => {
                Self::new(UNAUTHENTICATED, failure.to_string()).hint(log_in)
            }
            AuthFailure::UnknownAccessKey(_)
            | AuthFailure::WrongSignature
            | AuthFailure::Skewed
            | AuthFailure::Disabled => Self::new(UNAUTHENTICATED, failure.to_string()),
        };
        refusal.header(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"gaze\""),
        )
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn into_problem(self, id: &RequestId) -> Response {
        let status = self.status();
        let problem = Problem {
            kind: self.kind.address(),
            title: self.kind.title,
            status: self.kind.status,
            detail: self.detail,
            field: self.field,
            hint: self.hint,
            request_id: id.to_string(),
        };
        let mut response = (status, axum::Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(header) = self.header {
            let (name, value) = *header;
            headers.insert(name, value);
        }
        response
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let mut refusal = Self::of(&error);
        refusal.cause = Some(Arc::new(error));
        refusal
    }
}

impl From<AuthFailure> for Refusal {
    fn from(failure: AuthFailure) -> Self {
        Error::from(failure).into()
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        let detail = error.to_string();
        match error {
            BodyError::TooLarge { .. } => Self::new(TOO_LARGE, detail),
            BodyError::Broken(_) | BodyError::Idle(_) => Self::new(BROKEN, detail),
        }
    }
}

impl IntoResponse for Refusal {
    /// A response without a body: [`render`] writes it, which knows the request's id.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(self);
        response
    }
}

/// The layer that writes refusals, and logs their causes once.
pub(crate) fn render(app: App) -> Around<App, Option<RequestId>> {
    around(
        app,
        |_, request| request.extensions().get::<RequestId>().cloned(),
        |app, known, mut response| {
            let Some(refusal) = response.extensions_mut().remove::<Refusal>() else {
                return response;
            };
            // `gaze_http::observe` gives each request its id; a bare router has none.
            let id = known.unwrap_or_else(|| RequestId::fresh(app.new_uuid()));
            if let Some(cause) = &refusal.cause {
                report(cause, &id);
            }
            refusal.into_problem(&id)
        },
    )
}

#[cfg(test)]
mod tests;
