//! GetCandidateVmForAttachingIso: the machines that could take a disc, by the rule for the discs of a
//! machine.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::image_id;
use crate::answer::{self, Answer};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::vm_instance::VmInstance;

pub(crate) const ROUTE: Route = Route {
    name: "GetCandidateVmForAttachingIso",
    class: "org.zstack.header.vm.APIGetCandidateVmForAttachingIsoMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/images/iso/{isoUuid}/vm-candidates"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("isoUuid").required().naming(Noun::Image)],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let found = call
        .app
        .machines_for_disc(call.caller()?, image_id(call, "isoUuid")?)
        .await
        .map_err(|error| call.failure_named(&error, &[(Noun::Image, "isoUuid")]))?;
    let rows = found.iter().map(map::instance::inventory);
    let rows = rows.map(|vm| answer::json(&vm));
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(Answer::inventories::<VmInstance>(rows).into())
}
