//! What operations on sharing and owners have in common: resources are named by uuid, whatever
//! they are.

use gaze_domain::{Error, Noun};

use crate::call::Call;
use crate::errors::{Failure, nothing_of_class};

/// The class of resources of any kind.
pub(super) const ANY: &str = "ResourceVO";

/// A refusal, in which what was named by that parameter is a resource of any kind.
pub(super) fn refused(call: &Call, field: &str, error: &Error) -> Failure {
    match error {
        Error::NotFound {
            noun: Noun::Image,
            id,
        } => nothing_of_class(field, ANY, id),
        Error::NotFound {
            noun: Noun::Project,
            ..
        } if field == "resourceUuids" => {
            call.failure_named(error, &[(Noun::Project, "accountUuids")])
        }
        error => call.failure(error),
    }
}
