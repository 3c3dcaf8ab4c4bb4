//! RerunLongJob: does once more what a finished long job did, with what was kept of it.

use gaze_app::WorkState;
use gaze_domain::{Error, JobId, Noun};
use gaze_http::Coverage;

use super::job_id;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api, invalid_argument};
use crate::jobs::failed_body;
use crate::long_jobs::{self, Message};
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "RerunLongJob",
    class: "org.zstack.header.longjob.APIRerunLongJobMsg",
    verb: Verb::Put,
    paths: &["/zstack/v1/longjobs/{uuid}/actions"],
    action: Some("rerunLongJob"),
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[Field::text("uuid").required().naming(Noun::Job)],
    coverage: Coverage::Partial("not of jobs whose message held a password"),
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let (caller, id) = (call.caller()?, job_id(call, "uuid")?);
    let told = |error: Error| call.failure(&error);
    let former = call.app.get_long_job(caller, id).await.map_err(told)?;
    if former.job.finished_at.is_none() {
        return Err(unfinished());
    }
    if !former.job.whole {
        return Err(api(
            Code::OperationFailed,
            format!("the jobData of longjob[uuid:{id}] held a password, which was not kept"),
        ));
    }
    let route = long_jobs::route(&former.job.operation)?;
    let message = Message::read(route, &former.job.data)?;
    let request = call.job.unwrap_or_else(|| JobId::new(call.app.new_uuid()));
    let work = match call.app.reopen_long_job(caller, id, request).await {
        Ok(work) => work,
        Err(Error::WrongState { .. }) => return Err(unfinished()),
        Err(error) => return Err(told(error)),
    };
    let (state, result) = match message.begin(call, route, work).await {
        Ok(Outcome::Started(_)) => {
            let view = call.app.get_long_job(caller, id).await.map_err(told)?;
            return Ok(Answer::inventory(&map::long_job::inventory(&view))?.into());
        }
        Ok(Outcome::Done(answer)) => (WorkState::Succeeded, answer.into_body(false).to_string()),
        Ok(Outcome::Listed(listing)) => (WorkState::Succeeded, listing.text()),
        Err(Failure::Api(code)) => (WorkState::Failed, failed_body(&code).to_string()),
        Err(text @ Failure::Text(..)) => return Err(text),
    };
    let ended = call.app.end_long_job(id, state, result).await;
    ended.map_err(told)?;
    let view = call.app.get_long_job(caller, id).await.map_err(told)?;
    Ok(Answer::inventory(&map::long_job::inventory(&view))?.into())
}

fn unfinished() -> Failure {
    invalid_argument("rerun longjob only when it's succeeded, canceled, or failed")
}
