//! IsReadyToGo: a service that answers is ready.

use gaze_http::Coverage;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "IsReadyToGo",
    class: "org.zstack.header.apimediator.APIIsReadyToGoMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/management-nodes/ready"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Open,
    fields: &[],
    coverage: Coverage::Done,
    run: |call| Box::pin(std::future::ready(run(call))),
};

#[expect(clippy::unnecessary_wraps, reason = "the form of every operation")]
fn run(_call: &Call) -> Result<Outcome, Failure> {
    Ok(Answer::empty().into())
}
