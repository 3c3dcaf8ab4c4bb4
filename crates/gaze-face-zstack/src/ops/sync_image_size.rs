//! SyncImageSize: asks a backup storage how long its copy is.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::{image_answer, image_id};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "SyncImageSize",
    class: "org.zstack.header.image.APISyncImageSizeMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/images/{uuid}/actions"],
    action: Some("syncImageSize"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[Field::text("uuid").required().naming(Noun::Image)],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let image = call
        .app
        .sync_image_size(caller, image_id(call, "uuid")?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(image_answer(call, caller, &image).await?.into())
}
