//! QueryLongJob: the long jobs of the caller's account; all of them for the administrator.

use gaze_http::Coverage;

use super::answer_rows;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "QueryLongJob",
    class: "org.zstack.header.longjob.APIQueryLongJobMsg",
    verb: Verb::Get,
    paths: &["/zstack/v1/longjobs", "/zstack/v1/longjobs/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Sync,
    access: Access::Credentials,
    fields: &[Field::text("uuid")],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let jobs = call
        .app
        .list_long_jobs(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    let all: Vec<_> = jobs.iter().map(map::long_job::inventory).collect();
    answer_rows(call, &all).await
}
