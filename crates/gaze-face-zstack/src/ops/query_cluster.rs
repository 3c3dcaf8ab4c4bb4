//! QueryCluster: the clusters of hosts.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::cluster::Cluster;

pub(crate) const ROUTE: Route = Route {
    name: "QueryCluster",
    class: "org.zstack.header.cluster.APIQueryClusterMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/clusters", "/zstack/v1/clusters/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    answer_rows(call, &all(call).await?).await
}

/// All that the caller may see.
pub(crate) async fn all(call: &Call) -> Result<Vec<Cluster>, Failure> {
    let clusters = call
        .app
        .list_clusters(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(clusters.iter().map(map::place::cluster).collect())
}
