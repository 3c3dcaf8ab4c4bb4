//! QueryPrimaryStorage: the pools that volumes live in. ZStack has no path for one of them.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::primary_storage::PrimaryStorage;

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
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    answer_rows(call, &all(call).await?).await
}

/// All that the caller may see.
pub(crate) async fn all(call: &Call) -> Result<Vec<PrimaryStorage>, Failure> {
    let pools = call
        .app
        .list_seen_pools(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(pools.iter().map(map::pool::inventory).collect())
}
