//! Whether what a request names exists.
//!
//! ZStack validates that before it looks at the session, so that a bad session with an unknown
//! uuid is told of the uuid. For a caller who is known, the operation itself finds out; this is
//! asked only when the credentials were refused, and tells nothing but existence.

use gaze_app::App;
use uuid::Uuid;

use crate::errors::{Failure, Subject, failure};
use crate::params::{Field, Params};

/// Refuses parameters that name something that does not exist.
pub(super) async fn check(app: &App, fields: &[Field], params: &Params) -> Result<(), Failure> {
    for field in fields {
        let Some(noun) = field.resource() else {
            continue;
        };
        let one = params.text(field.name);
        let several = params.list(field.name).unwrap_or_default();
        let mut missing = Vec::new();
        for id in one.into_iter().chain(several) {
            let found = match Uuid::try_parse(id) {
                Ok(uuid) => app.exists(noun, uuid).await,
                Err(_no_uuid) => Ok(false),
            };
            if !found.map_err(|error| failure(&error, &Subject::default()))? {
                missing.push(id);
            }
        }
        if !missing.is_empty() {
            return Err(field.names_nothing(noun, &missing.join(", ")));
        }
    }
    Ok(())
}
