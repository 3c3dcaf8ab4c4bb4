//! ChangePrimaryStorageState: no images are made of the volumes of a disabled pool.

use gaze_app::PoolPatch;
use gaze_domain::Noun;
use gaze_http::Coverage;

use super::id;
use super::pools::pool_answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ChangePrimaryStorageState",
    class: "org.zstack.header.storage.primary.APIChangePrimaryStorageStateMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/primary-storage/{uuid}/actions"],
    action: Some("changePrimaryStorageState"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Pool),
        Field::text("stateEvent")
            .required()
            .one_of(&["enable", "disable", "maintain", "deleting"]),
    ],
    coverage: Coverage::Partial("enable and disable only"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let enabled = match call.params.given("stateEvent") {
        "enable" => true,
        "disable" => false,
        other => {
            return Err(api(
                Code::Unsupported,
                format!("the event[{other}] is for hosts, which are not managed here"),
            ));
        }
    };
    let patch = PoolPatch {
        enabled: Some(enabled),
        ..PoolPatch::default()
    };
    let pool = call
        .app
        .update_pool(call.caller()?, id(call, "uuid")?, patch)
        .await;
    pool_answer(call, pool).await
}
