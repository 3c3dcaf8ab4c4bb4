//! DeleteBackupStorage: forgets a store that holds no images; its folder stays. ZStack would forget the
//! images as well.

use gaze_http::Coverage;

use super::{deletable, gone};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeleteBackupStorage",
    class: "org.zstack.header.storage.backup.APIDeleteBackupStorageMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/backup-storage/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required(),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
    ],
    coverage: Coverage::Partial("only of a store that holds no images"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let deleted = call
        .app
        .delete_store(call.caller()?, deletable(call)?)
        .await;
    gone(call, deleted)
}
