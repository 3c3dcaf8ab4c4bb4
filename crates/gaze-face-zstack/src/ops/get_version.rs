//! GetVersion: the version of ZStack whose API this is.

use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "GetVersion",
    class: "org.zstack.header.managementnode.APIGetVersionMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/management-nodes/actions"],
    action: Some("getVersion"),
    params_too: false,
    flow: Flow::Sync,
    access: Access::Open,
    fields: &[],
    coverage: Coverage::Done,
    run: |call| Box::pin(std::future::ready(run(call))),
};

#[expect(clippy::unnecessary_wraps, reason = "the form of every operation")]
fn run(call: &Call) -> Result<Outcome, Failure> {
    Ok(Answer::empty()
        .with("version", call.config.version)
        .with("success", true)
        .into())
}
