//! GetManagementNodeArch: the processor that the service runs on.

use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "GetManagementNodeArch",
    class: "org.zstack.header.managementnode.APIGetManagementNodeArchMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/management-nodes/actions"],
    action: Some("getManagementNodeArch"),
    params_too: false,
    flow: Flow::Sync,
    access: Access::Open,
    fields: &[],
    coverage: Coverage::Done,
    run: |call| Box::pin(std::future::ready(run(call))),
};

#[expect(clippy::unnecessary_wraps, reason = "the form of every operation")]
fn run(_call: &Call) -> Result<Outcome, Failure> {
    Ok(Answer::empty()
        .with("architecture", std::env::consts::ARCH)
        .with("success", true)
        .into())
}
