//! GetCandidateIsoForAttachingVm: the installation discs that a machine can take. Tags are accepted
//! and mean nothing; there is no paging. A machine that is neither running nor stopped takes none.

use gaze_domain::{InstanceId, Noun};
use gaze_http::Coverage;

use super::image_list;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "GetCandidateIsoForAttachingVm",
    class: "org.zstack.header.vm.APIGetCandidateIsoForAttachingVmMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/vm-instances/{vmInstanceUuid}/iso-candidates"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("vmInstanceUuid")
        .required()
        .naming(Noun::Instance)],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let told = |error| call.failure(&error);
    let id: InstanceId = call.params.given("vmInstanceUuid").parse().map_err(told)?;
    let discs = call.app.disc_candidates(caller, id).await.map_err(told)?;
    Ok(image_list(call, caller, &discs).await?.into())
}
