//! AddImageStoreBackupStorage: an object store. This build has none, which is told before anything is
//! made.

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
    name: "AddImageStoreBackupStorage",
    class: "org.zstack.storage.backup.imagestore.APIAddImageStoreBackupStorageMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/backup-storage/image-store"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("hostname").required().length(1, 255),
        Field::text("username").required().length(0, 255),
        Field::text("password").required().length(0, 255),
        Field::int("sshPort").within(1, 65_535),
        Field::text("url").required().length(1, 2048),
        NAME.required(),
        DESCRIPTION,
        Field::text("type"),
        Field::flag("importImages"),
        Field::text("resourceUuid").new_uuid(),
        TAG_UUIDS,
    ],
    coverage: Coverage::Partial("checked and refused: there are no object stores yet"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let store = add_store(call, StoreKind::S3).await?;
    Ok(Answer::inventory(&map::store::image_store(&store))?.into())
}
