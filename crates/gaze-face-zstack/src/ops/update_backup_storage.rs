//! UpdateBackupStorage: its name and description.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::stores::update_store;
use super::{DESCRIPTION, NAME};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "UpdateBackupStorage",
    class: "org.zstack.header.storage.backup.APIUpdateBackupStorageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/backup-storage/{uuid}/actions"],
    action: Some("updateBackupStorage"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Store),
        NAME,
        DESCRIPTION,
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let store = update_store(call).await?;
    Ok(Answer::inventory(&map::store::inventory(&store))?.into())
}
