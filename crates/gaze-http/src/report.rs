//! Logging of errors, once, at the edge.

use gaze_domain::{Error, with_causes};

use crate::RequestId;

/// Logs why a request failed: faults of the service with their whole chain of causes at error
/// level, everything that a client can cause at debug. Call it once, where the error becomes a
/// response.
pub fn report(error: &Error, id: &RequestId) {
    match error {
        Error::Internal { .. } | Error::Unavailable { .. } => {
            tracing::error!(request_id = %id, "{}", with_causes(error));
        }
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
        | Error::Throttled { .. } => tracing::debug!(request_id = %id, "refused: {error}"),
    }
}
