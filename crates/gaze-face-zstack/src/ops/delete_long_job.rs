//! DeleteLongJob: forgets a finished long job; what it did stays done.

use gaze_domain::{Error, Noun};
use gaze_http::Coverage;

use super::job_id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Failure, invalid_argument};
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "DeleteLongJob",
    class: "org.zstack.header.longjob.APIDeleteLongJobMsg",
    verb: Verb::Delete,
    paths: &["/zstack/v1/longjobs/{uuid}"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("uuid").required().naming(Noun::Job),
        Field::text("deleteMode").one_of(&["Permissive", "Enforcing"]),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let id = job_id(call, "uuid")?;
    match call.app.delete_long_job(call.caller()?, id).await {
        Ok(()) => Ok(Answer::empty().into()),
        Err(Error::WrongState { .. }) => Err(invalid_argument(
            "delete longjob only when it's succeeded, canceled, or failed",
        )),
        Err(error) => Err(call.failure(&error)),
    }
}
