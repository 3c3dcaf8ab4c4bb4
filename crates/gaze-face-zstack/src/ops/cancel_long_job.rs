//! CancelLongJob: asks a long job's work to stop; what it has done is undone.

use gaze_domain::{Error, Noun};
use gaze_http::Coverage;

use super::job_id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Failure, invalid_argument};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "CancelLongJob",
    class: "org.zstack.header.longjob.APICancelLongJobMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/longjobs/{uuid}/actions"],
    action: Some("cancelLongJob"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[Field::text("uuid").required().naming(Noun::Job)],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let id = job_id(call, "uuid")?;
    match call.app.cancel_long_job(call.caller()?, id).await {
        Ok(_view) => Ok(Answer::empty().into()),
        Err(Error::WrongState { state, .. }) => Err(invalid_argument(format!(
            "cannot cancel longjob that is {state}"
        ))),
        Err(error) => Err(call.failure(&error)),
    }
}
