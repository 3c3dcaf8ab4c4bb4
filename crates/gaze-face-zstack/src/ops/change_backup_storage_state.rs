//! ChangeBackupStorageState: a disabled store takes no new images and gives none to machines.

use gaze_domain::{Noun, StoreState};
use gaze_http::Coverage;

use super::id;
use super::stores::failed;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ChangeBackupStorageState",
    class: "org.zstack.header.storage.backup.APIChangeBackupStorageStateMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/backup-storage/{uuid}/actions"],
    action: Some("changeBackupStorageState"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Store),
        Field::text("stateEvent")
            .required()
            .one_of(&["enable", "disable"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let state = match call.params.given("stateEvent") {
        "enable" => StoreState::Enabled,
        _ => StoreState::Disabled,
    };
    let store = call
        .app
        .change_store_state(call.caller()?, id(call, "uuid")?, state)
        .await
        .map_err(|error| failed(call, &error))?;
    Ok(Answer::inventory(&map::store::inventory(&store))?.into())
}
