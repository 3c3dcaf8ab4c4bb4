//! Errors of jobs, kept as JSON with the job and read back as the domain's error, so that a face
//! tells a failed job in the same words as a failed call.

use gaze_domain::{ByteCount, Error, Noun, ProjectId, Quota, StoreId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The stored form. Variants that a job cannot end with are stored as text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Stored {
    NotFound {
        noun: String,
        id: String,
    },
    Invalid {
        field: String,
        reason: String,
    },
    WrongState {
        noun: String,
        id: String,
        state: String,
        needed: String,
    },
    InUse {
        noun: String,
        id: String,
        reason: String,
    },
    QuotaExceeded {
        project: String,
        name: String,
        quota: String,
        limit: u64,
        used: u64,
        requested: u64,
    },
    TooLarge {
        what: String,
        limit: u64,
    },
    NoSpace {
        store: String,
        requested: u64,
    },
    NoStore {
        reason: String,
    },
    Unreachable {
        noun: String,
        id: String,
        reason: String,
    },
    Refused {
        reason: String,
    },
    SourceRefused {
        url: String,
        reason: String,
    },
    SourceFailed {
        url: String,
        reason: String,
    },
    Cancelled,
    /// The process that did the work was killed.
    Interrupted,
    Other {
        text: String,
    },
}

/// Every noun, to find one by its word again.
const NOUNS: [Noun; 25] = [
    Noun::Image,
    Noun::Location,
    Noun::Store,
    Noun::Pool,
    Noun::Volume,
    Noun::Snapshot,
    Noun::Instance,
    Noun::Zone,
    Noun::Cluster,
    Noun::Region,
    Noun::Project,
    Noun::Domain,
    Noun::User,
    Noun::AccessKey,
    Noun::ApplicationCredential,
    Noun::Token,
    Noun::Job,
    Noun::Member,
    Noun::Tag,
    Noun::Namespace,
    Noun::MetadefObject,
    Noun::MetadefProperty,
    Noun::MetadefTag,
    Noun::ResourceType,
    Noun::Export,
];

/// The error as it is kept with a job.
pub(crate) fn to_json(error: &Error) -> Value {
    let stored = match error {
        Error::NotFound { noun, id } => Stored::NotFound {
            noun: noun.to_string(),
            id: id.clone(),
        },
        Error::Invalid { field, reason } => Stored::Invalid {
            field: field.clone(),
            reason: reason.clone(),
        },
        Error::WrongState {
            noun,
            id,
            state,
            needed,
        } => Stored::WrongState {
            noun: noun.to_string(),
            id: id.clone(),
            state: state.clone(),
            needed: needed.clone(),
        },
        Error::InUse { noun, id, reason } => Stored::InUse {
            noun: noun.to_string(),
            id: id.clone(),
            reason: reason.clone(),
        },
        Error::QuotaExceeded {
            project,
            project_name,
            quota,
            limit,
            used,
            requested,
        } => Stored::QuotaExceeded {
            project: project.hex(),
            name: project_name.clone(),
            quota: quota.to_string(),
            limit: *limit,
            used: *used,
            requested: *requested,
        },
        Error::TooLarge { what, limit } => Stored::TooLarge {
            what: what.clone(),
            limit: limit.0,
        },
        Error::NoSpace { store, requested } => Stored::NoSpace {
            store: store.hex(),
            requested: requested.0,
        },
        Error::NoStore { reason } => Stored::NoStore {
            reason: reason.clone(),
        },
        Error::Unreachable { noun, id, reason } => Stored::Unreachable {
            noun: noun.to_string(),
            id: id.clone(),
            reason: reason.clone(),
        },
        Error::Refused { reason } => Stored::Refused {
            reason: reason.clone(),
        },
        Error::SourceRefused { source_url, reason } => Stored::SourceRefused {
            url: source_url.clone(),
            reason: reason.clone(),
        },
        Error::SourceFailed { source_url, reason } => Stored::SourceFailed {
            url: source_url.clone(),
            reason: reason.clone(),
        },
        Error::Cancelled => Stored::Cancelled,
        Error::AlreadyExists { .. }
        | Error::Protected { .. }
        | Error::Unauthenticated(_)
        | Error::Forbidden { .. }
        | Error::Throttled { .. }
        | Error::Unavailable { .. }
        | Error::Internal { .. } => Stored::Other {
            text: error.to_string(),
        },
    };
    serde_json::to_value(stored).unwrap_or(Value::Null)
}

/// The error that was kept. What cannot be read any more is an internal error with its text.
pub(crate) fn from_json(value: &Value) -> Error {
    match serde_json::from_value::<Stored>(value.clone()) {
        Ok(stored) => domain(stored),
        Err(_) => Error::internal("running a job", value.to_string()),
    }
}

fn domain(stored: Stored) -> Error {
    let noun = |word: &str| NOUNS.into_iter().find(|noun| noun.as_str() == word);
    match stored {
        Stored::NotFound { noun: word, id } => match noun(&word) {
            Some(noun) => Error::NotFound { noun, id },
            None => Error::internal("running a job", format!("{word} {id} was not found")),
        },
        Stored::Invalid { field, reason } => Error::Invalid { field, reason },
        Stored::WrongState {
            noun: word,
            id,
            state,
            needed,
        } => match noun(&word) {
            Some(noun) => Error::WrongState {
                noun,
                id,
                state,
                needed,
            },
            None => Error::internal("running a job", format!("{word} {id} is {state}")),
        },
        Stored::InUse {
            noun: word,
            id,
            reason,
        } => match noun(&word) {
            Some(noun) => Error::InUse { noun, id, reason },
            None => Error::internal("running a job", format!("{word} {id}: {reason}")),
        },
        Stored::QuotaExceeded {
            project,
            name,
            quota,
            limit,
            used,
            requested,
        } => match (ProjectId::parse(&project), quota.parse::<Quota>()) {
            (Some(project), Ok(quota)) => Error::QuotaExceeded {
                project,
                project_name: name,
                quota,
                limit,
                used,
                requested,
            },
            _ => Error::internal("running a job", format!("quota {quota} of {name}")),
        },
        Stored::TooLarge { what, limit } => Error::TooLarge {
            what,
            limit: ByteCount(limit),
        },
        Stored::NoSpace { store, requested } => match StoreId::parse(&store) {
            Some(store) => Error::NoSpace {
                store,
                requested: ByteCount(requested),
            },
            None => Error::internal("running a job", format!("no space in {store}")),
        },
        Stored::NoStore { reason } => Error::NoStore { reason },
        Stored::Unreachable {
            noun: word,
            id,
            reason,
        } => match noun(&word) {
            Some(noun) => Error::Unreachable { noun, id, reason },
            None => Error::internal("running a job", format!("{word} {id}: {reason}")),
        },
        Stored::Refused { reason } => Error::Refused { reason },
        Stored::SourceRefused { url, reason } => Error::SourceRefused {
            source_url: url,
            reason,
        },
        Stored::SourceFailed { url, reason } => Error::SourceFailed {
            source_url: url,
            reason,
        },
        Stored::Cancelled => Error::Cancelled,
        Stored::Interrupted => Error::Unavailable {
            what: "the service was stopped".into(),
        },
        Stored::Other { text } => Error::internal("running a job", text),
    }
}

/// Whether trying the same again may help.
pub(crate) fn is_transient(error: &Error) -> bool {
    match error {
        Error::Unavailable { .. } | Error::Throttled { .. } => true,
        Error::NotFound { .. }
        | Error::Invalid { .. }
        | Error::AlreadyExists { .. }
        | Error::WrongState { .. }
        | Error::InUse { .. }
        | Error::Protected { .. }
        | Error::Unauthenticated(_)
        | Error::Forbidden { .. }
        | Error::QuotaExceeded { .. }
        | Error::TooLarge { .. }
        | Error::NoSpace { .. }
        | Error::NoStore { .. }
        | Error::Unreachable { .. }
        | Error::Refused { .. }
        | Error::SourceRefused { .. }
        | Error::SourceFailed { .. }
        | Error::Cancelled
        | Error::Internal { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_a_job_can_end_with_is_told_again_word_for_word() {
        let store = StoreId::new(Uuid::from_u128(7));
        for error in [
            Error::not_found(Noun::Volume, "v"),
            Error::invalid("name", "too long"),
            Error::InUse {
                noun: Noun::Volume,
                id: "v".into(),
                reason: "running".into(),
            },
            Error::QuotaExceeded {
                project: ProjectId::new(Uuid::from_u128(3)),
                project_name: "p".into(),
                quota: Quota::ImageBytes,
                limit: 10,
                used: 9,
                requested: 2,
            },
            Error::TooLarge {
                what: "the image".into(),
                limit: ByteCount(5),
            },
            Error::NoSpace {
                store,
                requested: ByteCount(1),
            },
            Error::NoStore {
                reason: "none".into(),
            },
            Error::refused("it has a backing file"),
            Error::SourceFailed {
                source_url: "http://h/".into(),
                reason: "404".into(),
            },
            Error::SourceRefused {
                source_url: "http://h/".into(),
                reason: "private".into(),
            },
            Error::Cancelled,
        ] {
            let again = from_json(&to_json(&error));
            assert_eq!(again.to_string(), error.to_string());
            assert_eq!(
                std::mem::discriminant(&again),
                std::mem::discriminant(&error)
            );
        }
    }

    #[test]
    fn every_noun_is_found_by_its_word() {
        for noun in NOUNS {
            let error = Error::not_found(noun, "x");
            assert_eq!(from_json(&to_json(&error)).to_string(), error.to_string());
        }
    }
}
