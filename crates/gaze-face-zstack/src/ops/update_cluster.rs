//! UpdateCluster: its name and description.

use gaze_app::ClusterPatch;
use gaze_domain::Noun;
use gaze_http::Coverage;

use super::id;
use super::{DESCRIPTION, NAME};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "UpdateCluster",
    class: "org.zstack.header.cluster.APIUpdateClusterMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/clusters/{uuid}/actions"],
    action: Some("updateCluster"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Cluster),
        NAME,
        DESCRIPTION,
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let patch = ClusterPatch {
        name: call.params.owned("name"),
        description: call.params.owned("description").map(Some),
    };
    let cluster = call
        .app
        .update_cluster(call.caller()?, id(call, "uuid")?, patch)
        .await
        .map_err(|error| call.failure_named(&error, &[(Noun::Cluster, "uuid")]))?;
    Ok(Answer::inventory(&map::place::cluster(&cluster))?.into())
}
