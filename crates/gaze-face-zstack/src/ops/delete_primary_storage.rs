//! DeletePrimaryStorage: of a pool without volumes. ZStack would delete them as well.

use gaze_http::Coverage;

use super::{deletable, gone};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeletePrimaryStorage",
    class: "org.zstack.header.storage.primary.APIDeletePrimaryStorageMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/primary-storage/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required(),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
    ],
    coverage: Coverage::Partial("only of a primary storage without volumes"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let deleted = call.app.delete_pool(call.caller()?, deletable(call)?).await;
    gone(call, deleted)
}
