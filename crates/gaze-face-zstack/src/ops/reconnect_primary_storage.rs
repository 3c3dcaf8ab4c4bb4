//! ReconnectPrimaryStorage: looks at the pool's folder now.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "ReconnectPrimaryStorage",
    class: "org.zstack.header.storage.primary.APIReconnectPrimaryStorageMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/primary-storage/{uuid}/actions"],
    action: Some("reconnectPrimaryStorage"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[Field::text("uuid").required().naming(Noun::Pool)],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let seen = call
        .app
        .reconnect_pool(call.caller()?, id(call, "uuid")?)
        .await
        .map_err(|error| call.failure_named(&error, &[(Noun::Pool, "uuid")]))?;
    Ok(Answer::inventory(&map::pool::inventory(&seen))?.into())
}
