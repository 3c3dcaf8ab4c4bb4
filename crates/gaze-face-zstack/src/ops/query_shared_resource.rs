//! QuerySharedResource: what the caller's account shares and what is shared with it; everything
//! for an administrator.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "QuerySharedResource",
    class: "org.zstack.header.identity.APIQuerySharedResourceMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/accounts/resources"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[],
    coverage: Coverage::Partial("images only"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let shares = call
        .app
        .list_shares(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    let all: Vec<_> = shares.iter().map(map::resource::shared).collect();
    answer_rows(call, &all).await
}
