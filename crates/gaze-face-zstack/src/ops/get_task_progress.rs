//! GetTaskProgress: how far a call has come that was made by the caller's account.

use gaze_domain::JobId;
use gaze_http::Coverage;

use crate::answer::{self, Answer};
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};
use crate::wire::task_progress::TaskProgress;

pub(crate) const ROUTE: Route = Route {
    name: "GetTaskProgress",
    class: "org.zstack.header.core.progress.APIGetTaskProgressMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/task-progresses/{apiId}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("apiId").required(), Field::flag("all")],
    coverage: Coverage::Partial("the whole call's progress only, not that of tasks within it"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let id = call.params.given("apiId");
    let percent = match JobId::parse(id) {
        Some(id) => call
            .app
            .progress_of_call(caller, id)
            .await
            .map_err(|error| call.failure(&error))?,
        None => None,
    };
    let shown = percent.map(|percent| {
        answer::json(&TaskProgress {
            task_uuid: id.to_owned(),
            task_name: "api".to_owned(),
            r#type: "Progress",
            content: format!("{percent:.0}"),
            time: call.app.now().as_millisecond(),
        })
    });
    let rows = shown.into_iter().collect::<Result<_, _>>()?;
    Ok(Answer::inventories::<TaskProgress>(rows).into())
}
