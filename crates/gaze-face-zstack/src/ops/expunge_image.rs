//! ExpungeImage: a deleted image is gone for good, with its bytes, on all its backup storages or on
//! those that are named.

use gaze_domain::{Error, ImageId, Noun};
use gaze_http::Coverage;

use super::{image_id, store_ids};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ExpungeImage",
    class: "org.zstack.header.image.APIExpungeImageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/images/{uuid}/actions"],
    action: Some("expungeImage"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Image),
        Field::list("backupStorageUuids").naming(Noun::Store),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let id = image_id(call, "uuid")?;
    let stores = store_ids(call, "backupStorageUuids")?;
    let all = stores.is_none();
    let purged = match stores {
        Some(stores) => call.app.purge_copies(caller, id, stores).await,
        None => call.app.purge_image(caller, id).await,
    };
    match purged {
        Ok(()) => Ok(Answer::empty().into()),
        Err(Error::WrongState {
            noun: Noun::Image, ..
        }) if all => Err(not_deleted(call, id).await),
        Err(error) => Err(call.failure(&error)),
    }
}

/// ZStack's refusal, which names the image.
async fn not_deleted(call: &Call, id: ImageId) -> Failure {
    let name = match call.caller() {
        Ok(caller) => call.app.get_image(caller, id).await.map(|image| image.name),
        Err(failure) => return failure,
    };
    match name {
        Ok(name) => api(
            Code::OperationFailed,
            format!("the image[uuid:{id}, name:{name}] is not deleted on any backup storage"),
        ),
        Err(error) => call.failure(&error),
    }
}
