//! AddCephBackupStorage: a store in a Ceph cluster. This build has none, which is told before anything
//! is made.

use gaze_domain::StoreKind;
use gaze_http::Coverage;

use super::stores::add_store;
use super::tags::TAG_UUIDS;
use super::{DESCRIPTION, NAME};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "AddCephBackupStorage",
    class: "org.zstack.storage.ceph.backup.APIAddCephBackupStorageMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/backup-storage/ceph"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::list("monUrls").required(),
        Field::text("poolName").length(0, 255),
        Field::text("url").length(0, 2048),
        NAME.required(),
        DESCRIPTION,
        Field::text("type"),
        Field::flag("importImages"),
        Field::text("resourceUuid").new_uuid(),
        TAG_UUIDS,
    ],
    coverage: Coverage::Partial("checked and refused: there are no Ceph stores yet"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let store = add_store(call, StoreKind::Ceph).await?;
    Ok(Answer::inventory(&map::store::ceph(&store))?.into())
}
