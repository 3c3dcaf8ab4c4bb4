//! GetCurrentTime: the service's clock. `MillionSeconds` are milliseconds.

use gaze_http::Coverage;
use serde_json::json;

use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "GetCurrentTime",
    class: "org.zstack.header.managementnode.APIGetCurrentTimeMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/management-nodes/actions"],
    action: Some("getCurrentTime"),
    params_too: false,
    flow: Flow::Sync,
    access: Access::Open,
    fields: &[],
    coverage: Coverage::Done,
    run: |call| Box::pin(std::future::ready(run(call))),
};

#[expect(clippy::unnecessary_wraps, reason = "the form of every operation")]
fn run(call: &Call) -> Result<Outcome, Failure> {
    let now = call.app.now();
    let time = json!({
        "MillionSeconds": now.as_millisecond(),
        "Seconds": now.as_second(),
    });
    Ok(Answer::empty()
        .with("currentTime", time)
        .with("success", true)
        .into())
}
