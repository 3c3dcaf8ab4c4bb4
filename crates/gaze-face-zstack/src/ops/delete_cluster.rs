//! DeleteCluster: of a cluster without machines. ZStack would delete them as well.

use gaze_http::Coverage;

use super::{deletable, gone};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeleteCluster",
    class: "org.zstack.header.cluster.APIDeleteClusterMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/clusters/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required(),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
    ],
    coverage: Coverage::Partial("only of a cluster without machines"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let deleted = call
        .app
        .delete_cluster(call.caller()?, deletable(call)?)
        .await;
    gone(call, deleted)
}
