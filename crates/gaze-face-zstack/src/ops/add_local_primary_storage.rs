//! AddLocalPrimaryStorage: a pool in a folder of this machine.

use gaze_domain::{Noun, PoolKind};
use gaze_http::Coverage;

use super::pools::add_pool;
use super::tags::TAG_UUIDS;
use super::{DESCRIPTION, NAME};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "AddLocalPrimaryStorage",
    class: "org.zstack.storage.primary.local.APIAddLocalPrimaryStorageMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/primary-storage/local-storage"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("url").required().length(1, 2048),
        NAME.required(),
        DESCRIPTION,
        Field::text("type"),
        Field::text("zoneUuid").required().naming(Noun::Zone),
        Field::text("resourceUuid").new_uuid(),
        TAG_UUIDS,
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    add_pool(call, PoolKind::Local).await
}
