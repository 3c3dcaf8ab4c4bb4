//! ChangeAccessKeyState: a disabled key signs nothing until it is enabled again.

use gaze_domain::{AccessKeyId, Noun};
use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ChangeAccessKeyState",
    class: "org.zstack.accessKey.APIChangeAccessKeyStateMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/accesskeys/{uuid}/actions"],
    action: Some("changeAccessKeyState"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::AccessKey),
        Field::text("stateEvent")
            .required()
            .one_of(&["enable", "disable"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let id: AccessKeyId = call
        .params
        .given("uuid")
        .parse()
        .map_err(|error| call.failure(&error))?;
    let enabled = call.params.given("stateEvent") == "enable";
    let key = call
        .app
        .set_access_key_enabled(caller, id, enabled)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Answer::inventory(&map::access_key::inventory(&key, caller.user))?.into())
}
