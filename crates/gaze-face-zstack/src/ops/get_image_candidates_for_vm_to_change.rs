//! GetImageCandidatesForVmToChange: the images that a machine's root disk can be made from anew.
//! Tags are accepted and mean nothing; there is no paging.

use gaze_domain::{InstanceId, Noun};
use gaze_http::Coverage;

use super::image_list;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "GetImageCandidatesForVmToChange",
    class: "org.zstack.header.vm.APIGetImageCandidatesForVmToChangeMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/vm-instances/{vmInstanceUuid}/image-candidates"],
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
    let id: InstanceId = call
        .params
        .given("vmInstanceUuid")
        .parse()
        .map_err(|error| call.failure(&error))?;
    let images = call
        .app
        .candidates(caller, id)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(image_list(call, caller, &images).await?.into())
}
