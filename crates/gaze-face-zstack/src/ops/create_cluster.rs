//! CreateCluster: of hosts of one architecture, on KVM.

use gaze_app::NewCluster;
use gaze_domain::{Architecture, ClusterId, Noun};
use gaze_http::Coverage;

use super::id;
use super::tags::{self, TAG_UUIDS};
use super::{DESCRIPTION, NAME};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::map::words;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CreateCluster",
    class: "org.zstack.header.cluster.APICreateClusterMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/clusters"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("zoneUuid").required().naming(Noun::Zone),
        NAME.required(),
        DESCRIPTION,
        Field::text("hypervisorType").required().one_of(&["KVM"]),
        Field::text("type").one_of(&["zstack"]),
        Field::text("architecture").one_of(words::ARCHITECTURES),
        Field::text("resourceUuid").new_uuid(),
        TAG_UUIDS,
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let params = &call.params;
    let tags = tags::given(call, Noun::Cluster).await?;
    let architecture = params
        .text("architecture")
        .and_then(words::read_architecture);
    let new = NewCluster {
        id: params.text("resourceUuid").and_then(ClusterId::parse),
        zone: id(call, "zoneUuid")?,
        name: params.given("name").to_owned(),
        description: params.owned("description"),
        architecture: architecture.unwrap_or(Architecture::X86_64),
    };
    let cluster = call
        .app
        .create_tagged_cluster(call.caller()?, new, tags)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Answer::inventory(&map::place::cluster(&cluster))?.into())
}
