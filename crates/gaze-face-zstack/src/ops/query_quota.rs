//! QueryQuota: how many images an account may have, and of how many bytes.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::quota::Quota;

pub(crate) const ROUTE: Route = Route {
    name: "QueryQuota",
    class: "org.zstack.header.identity.APIQueryQuotaMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/accounts/quotas"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[],
    coverage: Coverage::Partial("image.num and image.size only"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    answer_rows(call, &all(call).await?).await
}

/// The quotas of the accounts that the caller may see.
pub(crate) async fn all(call: &Call) -> Result<Vec<Quota>, Failure> {
    let projects = call
        .app
        .list_projects(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(projects.iter().flat_map(map::quota::inventories).collect())
}
