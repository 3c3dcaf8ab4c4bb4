//! QueryAccessKey: the keys of the caller's account.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "QueryAccessKey",
    class: "org.zstack.accessKey.APIQueryAccessKeyMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/accesskeys", "/zstack/v1/accesskeys/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Partial("secrets of one's own keys only"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let keys = call
        .app
        .list_access_keys(caller, None)
        .await
        .map_err(|error| call.failure(&error))?;
    let all: Vec<_> = keys
        .iter()
        .map(|key| map::access_key::inventory(key, caller.user))
        .collect();
    answer_rows(call, &all).await
}
