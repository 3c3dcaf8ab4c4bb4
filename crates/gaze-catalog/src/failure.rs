//! The error of a transaction's body: the domain's refusal, or the database's failure.

use gaze_domain::{Error, with_causes};
use gaze_sql::SqlError;

/// What ends a transaction early. Becomes a [`gaze_domain::Error`] at the catalogue's edge.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Domain(#[from] Error),
    #[error(transparent)]
    Sql(#[from] SqlError),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Domain(error) => error,
            Failure::Sql(SqlError::Busy) => Self::Unavailable {
                what: "the database is busy".into(),
            },
            Failure::Sql(error @ SqlError::Unavailable { .. }) => Self::Unavailable {
                what: with_causes(&error),
            },
            Failure::Sql(error) => Self::internal("reading or writing the catalogue", error),
        }
    }
}

/// The domain's refusal in place of a constraint's: somebody else took the name, or began to use
/// the thing, between this transaction's check and its change.
pub(crate) fn refused(error: SqlError, refusal: impl FnOnce() -> Error) -> Failure {
    if error.is_conflict() {
        Failure::Domain(refusal())
    } else {
        Failure::Sql(error)
    }
}
