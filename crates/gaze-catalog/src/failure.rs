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
            Failure::Sql(error @ SqlError::Unavailable { .. }) => {
                // Some faces tell clients what is not available. Why is for the operator: it names
                // hosts, users and files. The request's span says for whom it was.
                tracing::error!(reason = %with_causes(&error), "the database is away");
                Self::Unavailable {
                    what: "its database is away".into(),
                }
            }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn clients_are_not_told_why_the_database_is_away() {
        let secret = std::io::Error::other("connecting to db.internal as gaze failed");
        let error = Error::from(Failure::Sql(SqlError::Unavailable {
            doing: "connecting to PostgreSQL",
            source: Arc::new(secret),
        }));
        assert!(matches!(&error, Error::Unavailable { .. }));
        assert_eq!(
            with_causes(&error),
            "the service is not available: its database is away"
        );
    }
}
