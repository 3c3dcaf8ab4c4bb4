//! UpdateLongJob: what a long job is called.

use gaze_domain::Noun;
use gaze_http::Coverage;

use super::{DESCRIPTION, NAME, job_id};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::Failure;
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "UpdateLongJob",
    class: "org.zstack.header.longjob.APIUpdateLongJobMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/longjobs/{uuid}/actions"],
    action: Some("updateLongJob"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Job),
        NAME,
        DESCRIPTION,
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let (name, description) = (call.params.owned("name"), call.params.owned("description"));
    let updated = call
        .app
        .update_long_job(call.caller()?, job_id(call, "uuid")?, name, description)
        .await
        .map_err(|error| call.failure(&error))?;
    Ok(Answer::inventory(&map::long_job::inventory(&updated))?.into())
}
