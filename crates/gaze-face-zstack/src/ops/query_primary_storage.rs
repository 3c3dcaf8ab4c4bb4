//! QueryPrimaryStorage: the pools that volumes live in. ZStack has no path for one of them.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "QueryPrimaryStorage",
    class: "org.zstack.header.storage.primary.APIQueryPrimaryStorageMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/primary-storage"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[],
    coverage: Coverage::Partial("conditions on fields of the inventory only; no groupBy"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let pools = call
        .app
        .list_pools(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    let all: Vec<_> = pools.iter().map(map::pool::inventory).collect();
    answer_rows(call, &all)
}
