//! Logging of errors, once, at the edge.

use std::error::Error as _;
use std::fmt::Write as _;

use gaze_domain::Error;

use crate::RequestId;

/// Logs why a request failed: faults of the service with their whole chain of causes at error
/// level, everything that a client can cause at debug. Call it once, where the error becomes a
/// response.
pub fn report(error: &Error, id: &RequestId) {
    match error {
        Error::Internal { .. } | Error::Unavailable { .. } => {
            tracing::error!(request_id = %id, cause = chain(error), "{error}");
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

/// The causes below the error, outermost first, each after `: `.
fn chain(error: &Error) -> String {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        if write!(text, "{error}").is_err() {
            break;
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("query failed")]
    struct Query(#[source] std::fmt::Error);

    #[test]
    fn the_chain_names_every_cause_but_not_the_error_itself() {
        let error = Error::internal("listing images", Query(std::fmt::Error));
        let expected = format!("query failed: {}", std::fmt::Error);
        assert_eq!(chain(&error), expected);
        assert_eq!(chain(&Error::Cancelled), "");
    }
}
