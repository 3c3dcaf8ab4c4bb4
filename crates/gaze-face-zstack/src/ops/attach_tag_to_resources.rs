//! AttachTagToResources: gives each resource a user tag by a pattern, and tells of each what came of
//! it.

use gaze_app::PatternUse;
use gaze_domain::{Error, Noun, TagPatternId};
use gaze_http::Coverage;
use uuid::Uuid;

use super::tags::no_pattern;
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api, invalid_argument};
use crate::map::tagging;
use crate::params::Field;
use crate::route::{Access, Flow, Route, Verb};

pub(crate) const ROUTE: Route = Route {
    name: "AttachTagToResources",
    class: "org.zstack.tag2.APIAttachTagToResourcesMsg",
    verb: Verb::Post,
    paths: &["/zstack/v1/tags/{tagUuid}/resources"],
    action: None,
    params_too: false,
    flow: Flow::Quick,
    access: Access::Credentials,
    fields: &[
        Field::text("tagUuid").required(),
        Field::list("resourceUuids").required(),
        Field::map("tokens"),
    ],
    coverage: Coverage::Done,
    run: |call| Box::pin(run(call)),
};

/// The class of an element of `results`.
const RESULT: &str = "org.zstack.tag2.AttachTagResult";

async fn run(call: &Call) -> Result<Outcome, Failure> {
    let (caller, params) = (call.caller()?, &call.params);
    let uuid = params.given("tagUuid");
    let pattern = TagPatternId::parse(uuid).ok_or_else(|| no_pattern("tagUuid", uuid))?;
    let wish = PatternUse {
        pattern,
        subjects: subjects(call)?,
        tokens: params.map("tokens"),
    };
    let used = match call.app.attach_tag_pattern(caller, wish).await {
        Ok(used) => used,
        Err(Error::NotFound { .. }) => return Err(no_pattern("tagUuid", uuid)),
        Err(Error::Invalid { field, reason }) if field == "tokens" => {
            return Err(invalid_argument(format!("field[tokens] {reason}")));
        }
        Err(error) => return Err(call.failure(&error)),
    };
    let told = |error: Error| call.failure(&error);
    let patterns = call.app.list_tag_patterns(caller).await.map_err(told)?;
    let mut results = Vec::with_capacity(used.len());
    for one in used {
        let subject = one.subject.simple().to_string();
        results.push(match one.tag {
            Ok(made) => Ok(tagging::user(&made, &patterns)),
            Err(error) => match refused(call, &subject, &error) {
                Failure::Api(code) => Err(code),
                text @ Failure::Text(..) => return Err(text),
            },
        });
    }
    Ok(Answer::results(RESULT, &results)?.into())
}

/// The resources that the call names. The official Go client divides those of a query string by
/// commas.
pub(super) fn subjects(call: &Call) -> Result<Vec<Uuid>, Failure> {
    let named = call.params.list("resourceUuids").unwrap_or_default();
    let named = named.into_iter().flat_map(|uuids| uuids.split(','));
    let read = |uuid| Uuid::try_parse(uuid).map_err(|_no_uuid| no_resource(uuid));
    named.map(read).collect()
}

pub(super) fn no_resource(uuid: &str) -> Failure {
    api(
        Code::NotFound,
        format!(
            "invalid field[resourceUuids], resource[uuids:[{uuid}], type:ResourceVO] not found"
        ),
    )
}

fn refused(call: &Call, subject: &str, error: &Error) -> Failure {
    match error {
        Error::NotFound { .. } => no_resource(subject),
        Error::AlreadyExists {
            noun: Noun::Tag,
            id,
        } => api(
            Code::OperationFailed,
            format!("the resource[uuid:{subject}] has the tag[{id}] already"),
        ),
        other => call.failure(other),
    }
}
