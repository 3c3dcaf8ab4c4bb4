//! SyncPrimaryStorageCapacity: looks at the room in the pool's folder now.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "SyncPrimaryStorageCapacity",
    class: "org.zstack.header.storage.primary.APISyncPrimaryStorageCapacityMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/primary-storage/{primaryStorageUuid}/actions"],
    action: Some("syncPrimaryStorageCapacity"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[Field::text("primaryStorageUuid")
        .required()
        .naming(Noun::Pool)],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let seen = call
        .app
        .reconnect_pool(call.caller()?, id(call, "primaryStorageUuid")?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Answer::inventory(&map::pool::inventory(&seen))?.into())
}
