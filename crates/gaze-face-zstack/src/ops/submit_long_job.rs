//! SubmitLongJob: has an operation done and keeps account of it. It is refused for whatever the
//! operation itself is, and then leaves no long job.

use gaze_app::{NewLongJob, WorkState};
use gaze_domain::{Error, JobId, Noun};
use gaze_http::Coverage;

use super::tags::{self, TAG_UUIDS};
use super::{DESCRIPTION, NAME, job_id};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::jobs::FACE;
use crate::long_jobs::{self, Message};
use crate::map;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

/// Longest `jobData`, in characters.
const MAX_DATA: usize = 65_536;

pub(crate) const ROUTE: Route = Route {
    name: "SubmitLongJob",
    class: "org.zstack.header.longjob.APISubmitLongJobMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/longjobs"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        NAME,
        DESCRIPTION,
        Field::text("jobName").required().length(0, 255),
        Field::text("jobData").required().length(0, MAX_DATA),
        Field::text("targetResourceUuid").length(0, 32),
        Field::text("resourceUuid").new_uuid(),
        TAG_UUIDS,
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let (caller, params) = (call.caller()?, &call.params);
    let operation = params.given("jobName");
    let route = long_jobs::route(operation)?;
    let message = Message::read(route, params.given("jobData"))?;
    let id = match params.text("resourceUuid") {
        Some(_) => job_id(call, "resourceUuid")?,
        None => JobId::new(call.app.new_uuid()),
    };
    let new = NewLongJob {
        id,
        face: FACE,
        request: call.job.unwrap_or_else(|| JobId::new(call.app.new_uuid())),
        name: params.owned("name").unwrap_or_else(|| operation.to_owned()),
        description: params.owned("description"),
        operation: operation.to_owned(),
        data: message.kept.clone(),
        whole: message.whole,
        target: params.owned("targetResourceUuid"),
    };
    let tags = tags::given(call, Noun::Job).await?;
    let work = call.app.begin_long_job(caller, new, tags).await;
    let work = work.map_err(|error| match error {
        Error::AlreadyExists {
            noun: Noun::Job, ..
        } => api(
            Code::Internal,
            format!("Duplicate entry '{id}' for key 'LongJobVO.PRIMARY'"),
        ),
        other => call.failure(&other),
    })?;
    let told = |error: Error| call.failure(&error);
    let result = match message.begin(call, route, work).await {
        Ok(Outcome::Started(_)) => None,
        Ok(Outcome::Done(answer)) => Some(answer.into_body(false).to_string()),
        Ok(Outcome::Listed(listing)) => Some(listing.text()),
        Err(refusal) => {
            call.app.drop_long_job(id).await.map_err(told)?;
            return Err(refusal);
        }
    };
    if let Some(result) = result {
        let ended = call
            .app
            .end_long_job(id, WorkState::Succeeded, result)
            .await;
        ended.map_err(told)?;
    }
    let view = call.app.get_long_job(caller, id).await.map_err(told)?;
    Ok(Answer::inventory(&map::long_job::inventory(&view))?.into())
}
