//! RecoverImage: a deleted image is as it was before, on all its backup storages or on those that
//! are named.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::{image_answer, image_id, store_ids};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "RecoverImage",
    class: "org.zstack.header.image.APIRecoverImageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/images/{uuid}/actions"],
    action: Some("recoverImage"),
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
    let recovered = match store_ids(call, "backupStorageUuids")? {
        Some(stores) => call.app.recover_copies(caller, id, stores).await,
        None => call.app.recover_image(caller, id).await,
    };
    let image = recovered.map_err(|error| call.failure(&error))?;
    Ok(image_answer(call, caller, &image).await?.into())
}
