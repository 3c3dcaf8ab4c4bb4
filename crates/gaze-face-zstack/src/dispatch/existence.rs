//! Whether what a request names exists.
//!
//! ZStack validates that before it looks at the session, so that a bad session with an unknown
//! uuid is told of the uuid. For a caller who is known, the operation itself finds out; this is
//! asked only when the credentials were refused, and tells nothing but existence.

use gaze_app::App;
use gaze_domain::{
    Caller, DomainId, Error, ImageId, InstanceId, Noun, ProjectId, Role, UserId, VolumeId,
};
use uuid::Uuid;

use crate::errors::{Failure, Subject, failure, no_such_resource};
use crate::params::{Field, Params};

/// Refuses parameters that name an image, volume or machine that does not exist.
pub(super) async fn check(app: &App, fields: &[Field], params: &Params) -> Result<(), Failure> {
    for field in fields {
        let (Some(noun), Some(id)) = (field.resource(), params.text(field.name)) else {
            continue;
        };
        let found = match noun {
            Noun::Image => {
                find(ImageId::parse(id), |id| async move {
                    app.get_image(&onlooker(), id).await.map(drop)
                })
                .await
            }
            Noun::Volume => {
                find(VolumeId::parse(id), |id| async move {
                    app.get_volume(&onlooker(), id).await.map(drop)
                })
                .await
            }
            Noun::Instance => {
                find(InstanceId::parse(id), |id| async move {
                    app.get_instance(&onlooker(), id).await.map(drop)
                })
                .await
            }
            _ => Ok(()),
        };
        match found {
            Ok(()) => {}
            Err(Error::NotFound { .. }) => return Err(no_such_resource(field.name, noun, id)),
            Err(error) => return Err(failure(&error, &Subject::default())),
        }
    }
    Ok(())
}

async fn find<T, F>(id: Option<T>, get: impl FnOnce(T) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<(), Error>>,
{
    match id {
        Some(id) => get(id).await,
        None => Ok(()),
    }
}

/// Sees everything and is nobody. Never handed to an operation.
fn onlooker() -> Caller {
    Caller {
        user: UserId::new(Uuid::nil()),
        user_name: String::new(),
        project: ProjectId::new(Uuid::nil()),
        project_name: String::new(),
        domain: DomainId::new(Uuid::nil()),
        domain_name: String::new(),
        role: Role::Admin,
        token: None,
    }
}
