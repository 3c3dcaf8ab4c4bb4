//! Domain errors in ZStack's words.
//!
//! Every failure of an API is HTTP 503 with an ErrorCode; what ZStack's REST server itself refuses
//! (credentials it cannot read, paths, types, malformed bodies) is another status with plain text.
//! Codes and descriptions are those of ZStack's `conf/errorCodes/*.xml`.

mod code;
mod subject;

use axum::http::StatusCode;
use gaze_domain::access::AuthFailure;
use gaze_domain::{Error, Noun, ProjectId};

pub(crate) use code::Code;
pub(crate) use subject::{Subject, class_of};

use crate::map;
use crate::params::is_uuid;
use crate::wire::error_code::ErrorCode;

/// Why a call was not done, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Refused by the REST layer, in plain text.
    Text(StatusCode, String),
    /// Refused or failed as an API.
    Api(Box<ErrorCode>),
}

impl Failure {
    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::Text(StatusCode::BAD_REQUEST, text.into())
    }

    fn forbidden(text: impl Into<String>) -> Self {
        Self::Text(StatusCode::FORBIDDEN, text.into())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(_, text) => f.write_str(text),
            Self::Api(code) => f.write_str(code.details.as_deref().unwrap_or(code.description)),
        }
    }
}

/// An API failure without a cause.
pub(crate) fn api(code: Code, details: impl Into<String>) -> Failure {
    Failure::Api(Box::new(code.with(details)))
}

/// SYS.1007, for everything wrong with a parameter.
pub(crate) fn invalid_argument(details: impl Into<String>) -> Failure {
    api(Code::InvalidArgument, details)
}

/// SYS.1003 of a parameter that names nothing.
pub(crate) fn no_such_resource(field: &str, noun: Noun, id: &str) -> Failure {
    Failure::Api(Box::new(not_found(field, noun, id)))
}

/// The same, of a thing of whatever kind the parameter takes.
pub(crate) fn nothing_of_class(field: &str, class: &str, id: &str) -> Failure {
    Failure::Api(Box::new(nothing(field, class, id)))
}

fn not_found(field: &str, noun: Noun, id: &str) -> ErrorCode {
    nothing(field, class_of(noun), id)
}

fn nothing(field: &str, class: &str, id: &str) -> ErrorCode {
    Code::NotFound.with(if field.ends_with("Uuids") {
        format!("invalid field[{field}], resource[uuids:[{id}], type:{class}] not found")
    } else {
        format!("invalid field[{field}], resource[uuid:{id}, type:{class}] not found")
    })
}

/// What a client is told of a domain error.
pub(crate) fn failure(error: &Error, subject: &Subject) -> Failure {
    match error {
        Error::Unauthenticated(refusal) => unauthenticated(refusal),
        Error::AlreadyExists {
            noun: Noun::Job,
            id,
        } => Failure::bad_request(format!("Duplicate job uuid[{id}]")),
        other => Failure::Api(Box::new(error_code(other, subject))),
    }
}

/// Refused credentials: the two schemes are refused at different layers of ZStack.
fn unauthenticated(refusal: &AuthFailure) -> Failure {
    match refusal {
        AuthFailure::Missing => Failure::bad_request("missing header 'Authorization'"),
        AuthFailure::Malformed(reason) => Failure::bad_request(reason.clone()),
        AuthFailure::UnknownAccessKey(id) => {
            Failure::forbidden(format!("access key id: {id} does not existed or disabled"))
        }
        AuthFailure::WrongSignature => Failure::forbidden("wrong accessKey signature"),
        AuthFailure::Skewed => Failure::forbidden("requestTimeTooSkewed"),
        AuthFailure::WrongPassword | AuthFailure::InvalidToken | AuthFailure::Disabled => {
            Failure::Api(Box::new(refused_login(refusal)))
        }
    }
}

fn refused_login(refusal: &AuthFailure) -> ErrorCode {
    match refusal {
        AuthFailure::WrongPassword => Code::Authentication.with("wrong account name or password"),
        AuthFailure::Disabled => Code::Authentication.with("the account is disabled"),
        AuthFailure::InvalidToken
        | AuthFailure::Missing
        | AuthFailure::Malformed(_)
        | AuthFailure::UnknownAccessKey(_)
        | AuthFailure::WrongSignature
        | AuthFailure::Skewed => Code::InvalidSession.with("Session expired"),
    }
}

/// The ErrorCode of a domain error. `subject` says in which call and about which parameter, for
/// the texts that name them.
pub(crate) fn error_code(error: &Error, subject: &Subject) -> ErrorCode {
    match error {
        Error::NotFound { noun, id } => not_found(subject.field(*noun), *noun, id),
        Error::Invalid { field, reason } => {
            Code::InvalidArgument.with(format!("field[{}] {reason}", subject::spelling(field)))
        }
        // ZStack allows several of one name; here names tell places and projects apart.
        Error::AlreadyExists { noun, id } if has_unique_name(*noun) && !is_uuid(id) => {
            Code::InvalidArgument.with(format!(
                "the name[{id}] is taken by another {}",
                subject::word(*noun)
            ))
        }
        // ZStack runs into its database's unique key here, which it calls an internal error.
        Error::AlreadyExists { noun, id } => Code::Internal.with(format!(
            "Duplicate entry '{id}' for key '{}.PRIMARY'",
            class_of(*noun)
        )),
        Error::WrongState {
            noun,
            id,
            state,
            needed,
        } => Code::OperationFailed.with(format!(
            "{}[uuid:{id}] is {}; {needed}",
            subject::word(*noun),
            subject::state(*noun, state)
        )),
        Error::InUse { noun, id, reason } => in_use(*noun, id, reason),
        Error::Protected { image } => Code::OperationFailed.with(format!(
            "image[uuid:{image}] is protected; lift its protection first"
        )),
        Error::Unauthenticated(refusal) => refused_login(refusal),
        Error::Forbidden { action, noun, id } => forbidden(subject, action, *noun, id),
        Error::QuotaExceeded {
            project,
            project_name,
            quota,
            limit,
            used,
            requested,
        } => Code::Quota.with(format!(
            "quota exceeding.The resource owner(or target resource owner) account[uuid: {project} \
             name: {project_name}] exceeds a quota[name: {}, value: {limit}], Current used:{used}, \
             Request:{requested}. Please contact the administrator.",
            map::quota::name(*quota)
        )),
        Error::TooLarge { .. }
        | Error::Throttled { .. }
        | Error::Unavailable { .. }
        | Error::SourceRefused { .. } => Code::OperationFailed.with(error.to_string()),
        Error::NoSpace { store, requested } => Code::OperationFailed.with(format!(
            "unable to allocate backup storage specified by uuids[{store}], list errors are: \
             [required capacity[{} bytes] is not available]",
            requested.0
        )),
        Error::NoStore { reason } => Code::NoBackupStorage
            .with("unable to allocate a backup storage")
            .because(Code::OperationFailed.with(format!(
                "no backup storage that satisfies conditions found: {reason}"
            ))),
        Error::Unreachable { noun, id, reason } => unreachable(*noun, id, reason),
        Error::Refused { .. } | Error::SourceFailed { .. } => {
            Code::Download.with(error.to_string())
        }
        Error::Cancelled => Code::Cancelled.with("the operation was cancelled"),
        Error::Internal { .. } => Code::Internal.with("see the log of the service"),
    }
}

fn has_unique_name(noun: Noun) -> bool {
    match noun {
        Noun::Store | Noun::Pool | Noun::Zone | Noun::Cluster | Noun::Project | Noun::User => true,
        Noun::Image
        | Noun::Location
        | Noun::Snapshot
        | Noun::Export
        | Noun::Volume
        | Noun::Instance
        | Noun::Region
        | Noun::Domain
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
        | Noun::ResourceType => false,
    }
}

/// The storage refuses a volume whose machine runs. ZStack's own path wraps that refusal: SYS.1000
/// whose details are the JSON of the SYS.1006 behind it.
fn in_use(noun: Noun, id: &str, reason: &str) -> ErrorCode {
    match noun {
        Noun::Volume | Noun::Instance => {
            let refusal = Code::OperationFailed.with(format!(
                "{}[uuid:{id}] is in use: {reason}. VM should be Stopped.",
                subject::word(noun)
            ));
            Code::Internal
                .with(serde_json::to_string(&refusal).unwrap_or_else(|_| reason.to_owned()))
        }
        // The only thing that a user can have too many of.
        Noun::User => Code::Sessions.with(format!("the user[uuid:{id}] {reason}")),
        Noun::Image
        | Noun::Location
        | Noun::Store
        | Noun::Pool
        | Noun::Zone
        | Noun::Cluster
        | Noun::Region
        | Noun::Project
        | Noun::Domain
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
        | Noun::Export => Code::OperationFailed.with(format!(
            "{}[uuid:{id}] is in use: {reason}",
            subject::word(noun)
        )),
    }
}

fn forbidden(subject: &Subject, action: &str, noun: Noun, id: &str) -> ErrorCode {
    if id.is_empty() {
        return Code::Permission.with(format!(
            "operation[API:{}] is denied: {action}",
            subject.class
        ));
    }
    let account = subject.account.map(ProjectId::hex).unwrap_or_default();
    let class = class_of(noun);
    Code::OperationFailed.with(match noun {
        Noun::Volume => format!(
            "the account[uuid:{account}] has no access to the resources[uuid:[{id}], type:{class}]"
        ),
        _ => format!(
            "permission denied, the account[uuid:{account}] is not the owner of the \
             resource[uuid:{id}, type:{class}]"
        ),
    })
}

fn unreachable(noun: Noun, id: &str, reason: &str) -> ErrorCode {
    let code = if noun == Noun::Pool {
        Code::PrimaryStorage
    } else {
        Code::OperationFailed
    };
    code.with(format!(
        "{}[uuid:{id}] is unavailable: {reason}",
        subject::word(noun)
    ))
}

#[cfg(test)]
mod tests;
