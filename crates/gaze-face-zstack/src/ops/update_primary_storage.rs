//! UpdatePrimaryStorage: its name and description. Where it is does not change.

use gaze_app::PoolPatch;
use gaze_domain::Noun;
use gaze_http::Coverage;

use super::id;
use super::pools::pool_answer;
use super::{DESCRIPTION, NAME};
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "UpdatePrimaryStorage",
    class: "org.zstack.header.storage.primary.APIUpdatePrimaryStorageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/primary-storage/{uuid}/actions"],
    action: Some("updatePrimaryStorage"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Pool),
        NAME,
        DESCRIPTION,
        Field::text("url").length(0, 2048),
    ],
    coverage: Coverage::Partial("url cannot be changed"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    if call.params.text("url").is_some() {
        return Err(api(
            Code::Unsupported,
            "a primary storage stays where it is; add another one",
        ));
    }
    let patch = PoolPatch {
        name: call.params.owned("name"),
        description: call.params.owned("description").map(Some),
        enabled: None,
    };
    let pool = call
        .app
        .update_pool(call.caller()?, id(call, "uuid")?, patch)
        .await;
    pool_answer(call, pool).await
}
